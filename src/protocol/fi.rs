//! The f–I curve: amplitudes swept, rates drawn.
//!
//! Takes the experiment of `fi` and an engine; gives `fi.csv`, `fi.svg`, `run.json` and a few rows
//! to show.

use super::drawing::Drawing;
use super::summary::{kept, run_report};
use super::{Progress, ProtocolError, Swept, Target, sweep};
use crate::exec::{Engine, ExecError};
use crate::experiment::Experiment;
use crate::table::{Table, write_whole};

/// What came of it.
#[derive(Clone, Debug)]
pub struct FiOutcome {
    /// How the sweep went.
    pub swept: Swept,
    /// Some rows, evenly spread over the grid, to show.
    pub sample: Option<Table>,
    /// Names of the files written.
    pub files: Vec<String>,
}

/// Runs `experiment`, as [`crate::experiment::fi`] makes it, and writes its files.
///
/// # Errors
/// What [`sweep`] refuses, a picture or report that cannot be written, a run that failed, or an
/// interruption; `run.json` is written in the last two cases, too, and says so.
pub fn run_fi(
    experiment: &Experiment,
    engine: &dyn Engine,
    target: &Target,
    progress: &mut dyn Progress,
) -> Result<FiOutcome, ProtocolError> {
    // Before the run, not after hours of it.
    target.refuse_existing(&[PICTURE, REPORT])?;
    let mut drawing = Drawing::new(experiment);
    let swept = sweep(experiment, engine, target, progress, &mut |rows| {
        drawing.take(rows)
    })?;
    let mut files = swept.files.clone();
    if swept.failure.is_none() {
        write_whole(
            &target.folder.join(PICTURE),
            drawing.draw().as_bytes(),
            target.overwrite(),
        )?;
        files.push(PICTURE.to_owned());
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
    Ok(FiOutcome {
        sample: drawing.sample,
        swept,
        files,
    })
}

const PICTURE: &str = "fi.svg";
const REPORT: &str = "run.json";
