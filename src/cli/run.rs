//! `run`: an experiment from a file.

use std::path::Path;
use std::time::Instant;

use super::args::{ExperimentArgs, RunArgs};
use super::failure::Failure;
use super::fi::warn_of;
use super::outcome::finish;
use super::progress::Bar;
use crate::experiment::{Experiment, from_toml};
use crate::protocol::{most_rows, run as run_experiment};

pub(super) fn run(args: &RunArgs) -> Result<(), Failure> {
    let begin = Instant::now();
    let experiment = read(&args.experiment)?;
    warn_of(&experiment);
    let engine = args.engine.make()?;
    let target = args.output.target("table", most_rows(&experiment))?;
    let outcome = run_experiment(
        &experiment,
        engine.as_ref(),
        &target,
        args.output.picture.formats(),
        &mut Bar::new(),
    )?;
    finish(&outcome, &target, &engine.describe(), begin)?;
    args.output.advise(most_rows(&experiment));
    Ok(())
}

/// Is this the path of an experiment file, not a model?
pub(super) fn is_experiment(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|end| end == "toml")
}

/// [`read`] for a command whose options describe the experiment of a model.
pub(super) fn read_whole(path: &str, options: &ExperimentArgs) -> Result<Experiment, Failure> {
    if options.is_given() {
        return Err(Failure::misuse(format!(
            "`{path}` says what is run; options of the experiment do not apply to it\n  help: change the file, or \
             leave out --from, --to, --n, --set, --dt, --method, --duration, --skip, --settle and --seed"
        )));
    }
    read(path)
}

/// Largest experiment file read.
const MOST_BYTES: u64 = 1 << 20;

/// The experiment in a file; paths in it start from its folder.
pub(super) fn read(path: &str) -> Result<Experiment, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::misuse(format!(
            "cannot read `{path}`: {error}; give the path of an experiment file (TOML)"
        ))
    };
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > MOST_BYTES {
        return Err(Failure::misuse(format!(
            "`{path}` is larger than 1 MiB, too large for an experiment; put long lists into CSV files"
        )));
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let folder = Path::new(path).parent().unwrap_or(Path::new("."));
    from_toml(path, &text, folder).map_err(Failure::misuse)
}
