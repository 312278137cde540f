//! A run: an experiment swept, its tables and `run.json` written.
//!
//! Takes an experiment and an engine; gives files and a few rows to show.

use super::drawing::Drawing;
use super::summary::{kept, run_report};
use super::{Progress, ProtocolError, Swept, Target, sweep};
use crate::exec::{Engine, ExecError};
use crate::experiment::Experiment;
use crate::table::{Table, write_whole};

/// What came of it.
#[derive(Clone, Debug)]
pub struct RunOutcome {
    /// How the sweep went.
    pub swept: Swept,
    /// Some rows, evenly spread over the grid, to show.
    pub sample: Option<Table>,
    /// Names of the files written.
    pub files: Vec<String>,
}

/// Runs `experiment` and writes its files; rates over the grid are drawn to `picture`, if it is
/// named and the features are recorded.
///
/// # Errors
/// What [`sweep`] refuses, a picture or report that cannot be written, a run that failed, or an
/// interruption; `run.json` is written in the last two cases, too, and says so.
pub fn run(
    experiment: &Experiment,
    engine: &dyn Engine,
    target: &Target,
    picture: Option<&str>,
    progress: &mut dyn Progress,
) -> Result<RunOutcome, ProtocolError> {
    // Before the run, not after hours of it.
    let names: Vec<&str> = picture.into_iter().chain([REPORT]).collect();
    target.refuse_existing(&names)?;
    let mut drawing = Drawing::new(experiment);
    let swept = sweep(experiment, engine, target, progress, &mut |rows| {
        drawing.take(rows)
    })?;
    let mut files = swept.files.clone();
    if let (None, Some(name)) = (&swept.failure, picture) {
        let path = target.folder.join(name);
        write_whole(&path, drawing.draw().as_bytes(), target.overwrite())?;
        files.push(name.to_owned());
    }
    files.push(REPORT.to_owned());
    let reported = run_report(experiment, engine, &swept, &files)
        .write(&target.folder.join(REPORT), target.overwrite());
    // What stopped the run says more than what became of its report.
    match &swept.failure {
        None => reported?,
        Some(ExecError::Interrupted) => {
            return Err(ProtocolError::Interrupted {
                kept: kept(experiment, &swept),
            });
        }
        Some(error) => {
            return Err(ProtocolError::Stopped {
                error: error.clone(),
                kept: kept(experiment, &swept),
            });
        }
    }
    Ok(RunOutcome {
        sample: drawing.sample,
        swept,
        files,
    })
}

const REPORT: &str = "run.json";
