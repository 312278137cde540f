//! A run: an experiment swept, its tables, their picture and `run.json` written.
//!
//! Takes an experiment and an engine; gives files and a few rows to show.

use super::drawing::Drawing;
use super::shown::Shown;
use super::summary::{kept, run_report};
use super::traces::TRACES;
use super::{
    Progress, ProtocolError, Swept, Target, Written, pictures, rows, sweep, write_pictures,
};
use crate::exec::{Engine, ExecError};
use crate::experiment::Experiment;
use crate::plot::PictureFormat;
use crate::table::{Table, read_table};

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

/// Runs `experiment` and writes its files, with a picture in each of `formats`: the rates over the
/// last axes, or what else there is to draw. One of a single cell's features has nothing to draw.
///
/// # Errors
/// What [`sweep`] refuses, a picture or report that cannot be written, a run that failed, or an
/// interruption; `run.json` is written in the last two cases, too, and says so.
pub fn run(
    experiment: &Experiment,
    engine: &dyn Engine,
    target: &Target,
    formats: &[PictureFormat],
    progress: &mut dyn Progress,
) -> Result<RunOutcome, ProtocolError> {
    rows::refuse_clash(experiment)?;
    let tracing = experiment.tracing();
    let mut drawing = Drawing::new(experiment, tracing.as_ref())?;
    let formats = match drawing.is_nothing() {
        true => &[],
        false => formats,
    };
    // Before the run, not after hours of it.
    let drawn = pictures::names(&target.path(), formats);
    let names = drawn.iter().map(String::as_str).chain([REPORT]);
    target.refuse_existing(&names.collect::<Vec<_>>())?;
    let mut shown = Shown::new(experiment);
    let swept = sweep(experiment, engine, target, progress, &mut |rows| {
        if let Written::Main(rows) = rows {
            shown.take(rows);
        }
        drawing.take(rows);
    })?;
    let mut files = swept.files.clone();
    if swept.failure.is_none() {
        if drawing.lacks_traces() && !formats.is_empty() {
            let earlier = read_table(
                &target
                    .folder
                    .join(format!("{TRACES}.{}", target.format().extension())),
            )?;
            drawing.take(Written::Long(&earlier));
        }
        if let Some(page) = drawing.page() {
            write_pictures(&page, &target.path(), formats, target.overwrite())?;
        }
        files.extend(drawn);
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
        sample: shown.rows,
        swept,
        files,
    })
}

const REPORT: &str = "run.json";
