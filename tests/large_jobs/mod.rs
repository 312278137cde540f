//! Large jobs: runs that are cut, killed, interrupted or struck by faults end with the same files
//! as undisturbed ones, or say what is wrong and what is kept.

mod faults;
mod faulty;
mod killed;
mod parquet;
mod recorders;
mod resumed;

use std::ops::ControlFlow;
use std::path::Path;

use rheobase::exec::Engine;
use rheobase::experiment::{Experiment, FiOptions, fi};
use rheobase::plot::PictureFormat;
use rheobase::protocol::{Progress, ProtocolError, RunOutcome, Silent, Target, run_fi};
use rheobase::table::Existing;

/// The formats of the picture.
const SVG: [PictureFormat; 1] = [PictureFormat::Svg];

/// Leaky integrate-and-fire cells, 100 ms each.
fn experiment(n: u64) -> Experiment {
    with(n, FiOptions::default())
}

fn with(n: u64, options: FiOptions) -> Experiment {
    let options = FiOptions {
        n: Some(n),
        dt: Some("0.1 ms".into()),
        duration: options.duration.or(Some("100 ms".into())),
        ..options
    };
    fi(rheobase::model::load("lif").expect("built in"), &options).expect("valid")
}

fn target(folder: &Path, resume: bool) -> Target {
    Target {
        folder: folder.to_path_buf(),
        name: "fi.csv".into(),
        existing: Existing::Refuse,
        resume,
    }
}

fn run(
    experiment: &Experiment,
    engine: &dyn Engine,
    folder: &Path,
) -> Result<RunOutcome, ProtocolError> {
    run_fi(
        experiment,
        engine,
        &target(folder, false),
        &SVG,
        &mut Silent,
    )
}

fn bytes(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(name)).expect("readable")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        let name = entry.expect("an entry").file_name();
        name.into_string().expect("text")
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

fn status(folder: &Path) -> String {
    let report: serde_json::Value =
        serde_json::from_slice(&bytes(folder, "run.json")).expect("valid JSON");
    report["status"].as_str().expect("a word").to_owned()
}

/// Breaks once so many cell-steps are done.
struct Until(u64);

impl Progress for Until {
    fn at(&mut self, done: u64, _: u64) -> ControlFlow<()> {
        match done >= self.0 {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}
