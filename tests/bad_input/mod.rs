//! What is wrong is refused with status 2, a message that names it and says what to do, and no
//! file that looks like a result.

mod commands;
mod experiments;
mod mutated;
mod options;
mod outputs;
mod tables;
mod texts;

use rheobase::model::library;

use crate::support::{Ended, Folder};

/// Files that only a complete run may leave.
const RESULTS: [&str; 3] = ["fi.csv", "fi.svg", "run.json"];

/// Runs `fi` in `folder`; it is refused with all these words.
#[track_caller]
fn refused_in(folder: &Folder, arguments: &[&str], words: &[&str]) -> Ended {
    let ended = folder.fi(arguments);
    ended.expect(2).says(words);
    assert!(ended.stdout.is_empty(), "{ended:?}");
    assert!(
        ended.stderr.len() < 10_000,
        "a message as long as {}",
        ended.stderr.len()
    );
    for name in RESULTS {
        assert!(!folder.has(name), "{name} is left");
    }
    ended
}

#[track_caller]
fn refused(arguments: &[&str], words: &[&str]) -> Ended {
    refused_in(&Folder::new(), arguments, words)
}

/// A built-in model's text with one piece of it replaced.
fn changed(model: &str, piece: &str, by: &str) -> String {
    let text = library::find(model).expect("built in").text;
    assert!(text.contains(piece), "{model} has no `{piece}`");
    text.replacen(piece, by, 1)
}

/// `fi` and `check` both refuse this model text with these words.
#[track_caller]
fn refused_text(text: impl AsRef<[u8]>, words: &[&str]) {
    let folder = Folder::new();
    let path = folder.write("model.eqn", text);
    refused_in(&folder, &[&path], words);
    folder.run(&["check", &path]).expect(2).says(words);
}

/// What a folder holds beforehand, and an experiment or arguments; what is said of it.
struct Case {
    files: &'static [(&'static str, &'static [u8])],
    arguments: &'static [&'static str],
    words: &'static [&'static str],
}

/// The command ends with status 2, says all words, and leaves the folder as it was.
#[track_caller]
fn check(cases: &[Case]) {
    for case in cases {
        let folder = Folder::new();
        for (name, bytes) in case.files {
            folder.write(name, bytes);
        }
        let before = folder.names();
        let ended = folder.run(case.arguments);
        println!("{:?}\n{}\n", case.arguments, ended.stderr);
        ended.expect(2).says(case.words);
        assert!(ended.stdout.is_empty(), "{ended:?}");
        assert!(ended.stderr.starts_with("error"), "{ended:?}");
        assert!(ended.stderr.len() < 10_000, "{ended:?}");
        assert_eq!(folder.names(), before, "{:?}", case.arguments);
    }
}
