//! The time course of a few cells, with the stimulus in a panel of its own.
//!
//! Takes an experiment whose one recorder is a trace, as [`crate::experiment::trace`] makes it; gives
//! `trace.csv` (or `trace.parquet`) and `trace.svg`.

use super::drawing::Drawing;
use super::gather::{columns, explained, gather};
use super::summary::complete;
use super::tables::{self, Rows};
use super::{Progress, ProtocolError, Target, Written, pictures, write_pictures};
use crate::exec::{Engine, TileOutput};
use crate::experiment::Experiment;
use crate::plan::compile_with;
use crate::plot::PictureFormat;
use crate::report::RunReport;
use crate::table::{TableWriter, clear};

/// Runs `experiment` and writes its traces to `target` and their picture beside it, in each of
/// `formats`. Gives the names of the files and the number of cells that ended in no finite number.
///
/// # Errors
/// No plan, an engine that fails or is stopped, a file that cannot be written.
pub fn run_trace(
    experiment: &Experiment,
    engine: &dyn Engine,
    target: &Target,
    formats: &[PictureFormat],
    progress: &mut dyn Progress,
) -> Result<(Vec<String>, usize), ProtocolError> {
    let mut drawing = Drawing::new(experiment, None)?;
    let drawn = pictures::names(&target.path(), formats);
    target.refuse_existing(&drawn.iter().map(String::as_str).collect::<Vec<_>>())?;
    let compiled = compile_with(experiment, engine.passes())?;
    let n_cells = experiment.grid.n_cells();
    let cells: Vec<u64> = (0..n_cells).collect();
    let total = n_cells.saturating_mul(u64::from(compiled.plan.schedule().n_steps));
    let mut job = engine.prepare(&compiled.plan)?;
    let mut watch = |done| progress.at(done, total);
    let params = columns(experiment, &cells);
    let (gathered, _, _) =
        gather(job.as_mut(), &params, cells.len(), &mut watch).map_err(explained)?;
    let n_lost = gathered.non_finite.iter().filter(|lost| **lost).count();
    let output = TileOutput {
        first: 0,
        n: cells.len(),
        columns: gathered.columns,
        non_finite: gathered.non_finite,
    };
    let Rows { long, .. } = tables::of(experiment, &compiled.recorded, &output, 0..cells.len())?;
    let Some((_, traces)) = long.into_iter().next() else {
        return Ok((Vec::new(), n_lost));
    };
    let report = RunReport {
        n_non_finite: n_lost as u64,
        ..complete(experiment, engine, &compiled)
    };
    let mut writer = TableWriter::create(&target.path(), &traces.schema(), target.existing)?;
    writer.append(&traces)?;
    writer.finish(&report.facts(&traces.schema()))?;
    clear(&target.path());
    drawing.take(Written::Long(&traces));
    if let Some(page) = drawing.page() {
        write_pictures(&page, &target.path(), formats, target.overwrite())?;
    }
    let files = [target.name.clone()].into_iter().chain(drawn);
    Ok((files.collect(), n_lost))
}
