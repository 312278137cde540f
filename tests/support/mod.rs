//! The program run in a folder of its own, with a time limit; what it said and what it left.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Longer than anything here takes on a slow machine; a program that hangs fails its test.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The options that make a run small and the same everywhere.
pub(crate) const SMALL: [&str; 6] = ["--engine", "reference", "--n", "3", "--duration", "50 ms"];

/// A temporary folder that commands run in.
pub(crate) struct Folder(TempDir);

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The exit status; none if a signal ended it.
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Folder {
    pub(crate) fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file and gives its path as an argument.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        fs::write(self.path().join(name), bytes).expect("a file in a temporary folder");
        format!("./{name}")
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.path().join(name).exists()
    }

    /// Names of all files, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).expect("a temporary folder");
        let mut names: Vec<String> = entries
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// The program with these arguments, to be run in this folder. Help is as wide as it likes.
    pub(crate) fn command<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rheobase"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env("COLUMNS", "100")
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn run<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Ended {
        end(start(self.command(arguments)))
    }

    /// `fi` on the reference engine, small; what is given twice is as in `arguments`.
    pub(crate) fn fi(&self, arguments: &[&str]) -> Ended {
        self.run(&small("fi", arguments))
    }
}

/// `command arguments`, with those of [`SMALL`] whose options are not given.
pub(crate) fn small<'a>(command: &'a str, arguments: &[&'a str]) -> Vec<&'a str> {
    let mut all = vec![command];
    all.extend(arguments);
    for pair in SMALL.chunks(2) {
        // Only `fi` runs anything.
        let fits = command == "fi" || pair[0] != "--engine";
        if fits
            && !arguments
                .iter()
                .any(|a| a.split('=').next() == Some(pair[0]))
        {
            all.extend(pair);
        }
    }
    all
}

pub(crate) fn start(mut command: Command) -> Child {
    command.spawn().expect("the program starts")
}

/// Waits for the end and collects what was said.
pub(crate) fn end(mut child: Child) -> Ended {
    let stdout = child.stdout.take().map(collect);
    let stderr = child.stderr.take().map(collect);
    let begin = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("the child can be asked") {
            break status;
        }
        if begin.elapsed() > PATIENCE {
            child.kill().ok();
            child.wait().ok();
            panic!("the program did not end in {PATIENCE:?}");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let text = |thread: Option<JoinHandle<String>>| {
        thread.map_or_else(String::new, |t| t.join().expect("a reading thread"))
    };
    Ended {
        status: status.code(),
        stdout: text(stdout),
        stderr: text(stderr),
    }
}

fn collect(mut from: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).ok();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

impl Ended {
    /// Ended with this status and without a panic.
    #[track_caller]
    pub(crate) fn expect(&self, status: i32) -> &Ended {
        assert!(!self.stderr.contains("panicked"), "{self:?}");
        assert_eq!(self.status, Some(status), "{self:?}");
        self
    }

    /// The message has all these words, in any case of letters.
    #[track_caller]
    pub(crate) fn says(&self, words: &[&str]) -> &Ended {
        let message = self.stderr.to_lowercase();
        for word in words {
            assert!(
                message.contains(&word.to_lowercase()),
                "`{word}` is not in:\n{}",
                self.stderr
            );
        }
        self
    }
}

/// All source files under `folder` of the repository, by path from its root, sorted.
pub(crate) fn sources(folder: &str, extension: &str) -> Vec<(String, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                let name = path.strip_prefix(&root).expect("under the root");
                let name = name.to_string_lossy().replace('\\', "/");
                found.push((name, fs::read_to_string(&path).expect("readable")));
            }
        }
    }
    found.sort();
    found
}
