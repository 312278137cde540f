//! Runs that were interrupted and are gone on with.

use std::fs::File;
use std::io::Write;

use rheobase::experiment::FiOptions;
use rheobase::protocol::{ProtocolError, Silent, run_fi};

use super::faulty::{Fault, Faulty};
use super::{SVG, Until, bytes, experiment, names, run, status, target, with};

const STEPS: u64 = 1000;

fn engine() -> Faulty {
    Faulty::new(130, Fault::Nothing)
}

#[test]
fn a_run_interrupted_anywhere_ends_with_the_same_files() {
    let experiment = experiment(1000);
    let plain = tempfile::tempdir().expect("a temporary folder");
    run(&experiment, &engine(), plain.path()).expect("undisturbed");
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (runs, done) in [0, 1, 300, 301, 500, 900].into_iter().enumerate() {
        // Each goes on with the one before; another size of tiles changes nothing.
        let engine = Faulty::new(90 + done / 9, Fault::Nothing);
        let target = target(folder.path(), runs > 0);
        let error = run_fi(
            &experiment,
            &engine,
            &target,
            &SVG,
            &mut Until(done * STEPS),
        )
        .expect_err("interrupted");
        assert!(
            matches!(error, ProtocolError::Interrupted { .. }),
            "{error:?}"
        );
        assert_eq!(status(folder.path()), "interrupted");
        assert!(!folder.path().join("fi.csv").exists());
        // What a killed run leaves: a row and a line cut in half.
        for (name, torn) in [
            ("fi.partial.csv", "99999,1.2"),
            ("fi.partial.jsonl", "{\"ce"),
        ] {
            let file = File::options().append(true).open(folder.path().join(name));
            let written = file.and_then(|mut file| file.write_all(torn.as_bytes()));
            written.expect("written");
        }
    }
    let outcome = run_fi(
        &experiment,
        &engine(),
        &target(folder.path(), true),
        &SVG,
        &mut Silent,
    )
    .expect("complete");
    assert!(
        outcome.swept.n_resumed >= 700,
        "{}",
        outcome.swept.n_resumed
    );
    assert_eq!(outcome.swept.n_rows, 1000);
    assert_eq!(names(folder.path()), ["fi.csv", "fi.svg", "run.json"]);
    for name in ["fi.csv", "fi.svg"] {
        assert_eq!(
            bytes(folder.path(), name),
            bytes(plain.path(), name),
            "{name}"
        );
    }
}

#[test]
fn without_an_earlier_run_there_is_nothing_to_go_on_with_and_all_is_run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let outcome = run_fi(
        &experiment(10),
        &engine(),
        &target(folder.path(), true),
        &SVG,
        &mut Silent,
    )
    .expect("complete");
    assert_eq!((outcome.swept.n_rows, outcome.swept.n_resumed), (10, 0));
}

#[test]
fn only_the_same_run_is_gone_on_with() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let first = target(folder.path(), false);
    run_fi(
        &experiment(1000),
        &engine(),
        &first,
        &SVG,
        &mut Until(300 * STEPS),
    )
    .expect_err("interrupted");
    let before = bytes(folder.path(), "fi.partial.csv");
    let options = |set: &str, seed, duration: &str| FiOptions {
        set: vec![set.into()],
        seed,
        duration: Some(duration.into()),
        ..FiOptions::default()
    };
    for (other, named) in [
        (with(1001, FiOptions::default()), "its grid was"),
        (with(1000, options("init.v=-60", 0, "100 ms")), "its plan"),
        (
            with(1000, options("init.v=-60", 3, "100 ms")),
            "its seed was `0`, now it is `3`",
        ),
        (
            with(1000, options("init.v=-60", 0, "90 ms")),
            "its number of steps was `1000`",
        ),
    ] {
        let again = target(folder.path(), true);
        let error = run_fi(&other, &engine(), &again, &SVG, &mut Silent).expect_err("another run");
        assert!(error.to_string().contains(named), "{error}");
        assert!(error.to_string().contains("fi.partial.csv"), "{error}");
    }
    assert_eq!(bytes(folder.path(), "fi.partial.csv"), before, "left alone");
    std::fs::remove_file(folder.path().join("fi.partial.jsonl")).expect("removed");
    let again = target(folder.path(), true);
    let error =
        run_fi(&experiment(1000), &engine(), &again, &SVG, &mut Silent).expect_err("no journal");
    assert!(error.to_string().contains("journal"), "{error}");
}
