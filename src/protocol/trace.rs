//! The time course of a few cells, with the stimulus in a panel of its own.
//!
//! Takes an experiment whose one recorder is a trace, as [`crate::experiment::trace`] makes it; gives
//! `trace.csv` (or `trace.parquet`) and `trace.svg`.

use super::gather::{columns, explained, gather};
use super::rows::unit;
use super::summary::complete;
use super::tables::{self, Rows};
use super::{Progress, ProtocolError, Target};
use crate::exec::{Engine, TileOutput};
use crate::experiment::Experiment;
use crate::plan::compile_with;
use crate::plot::{Axis, CurvePlot, Panel, Series, curves};
use crate::report::RunReport;
use crate::table::{Table, TableWriter, clear, write_whole};

const PICTURE: &str = "trace.svg";

/// Runs `experiment` and writes its traces to `target` and their picture beside it. Gives the names
/// of the files and the number of cells that ended in no finite number.
///
/// # Errors
/// No plan, an engine that fails or is stopped, a file that cannot be written.
pub fn run_trace(
    experiment: &Experiment,
    engine: &dyn Engine,
    target: &Target,
    progress: &mut dyn Progress,
) -> Result<(Vec<String>, usize), ProtocolError> {
    target.refuse_existing(&[PICTURE])?;
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
    let Rows { main, long, .. } =
        tables::of(experiment, &compiled.recorded, &output, 0..cells.len())?;
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
    let drawn = draw(experiment, &main, &traces);
    write_whole(
        &target.folder.join(PICTURE),
        drawn.as_bytes(),
        target.overwrite(),
    )?;
    Ok((vec![target.name.clone(), PICTURE.to_owned()], n_lost))
}

/// One panel per quantity; that of the input, at the bottom, is low.
fn draw(experiment: &Experiment, main: &Table, traces: &Table) -> String {
    let n_cells = main.n_rows().max(1);
    let n_samples = traces.n_rows() / n_cells;
    let time = |row: usize| {
        traces
            .column("time")
            .and_then(|c| c.data.float(row))
            .unwrap_or(f64::NAN)
    };
    let n_quantities = traces.columns().len().saturating_sub(2);
    let panels = traces
        .columns()
        .iter()
        .skip(2)
        .enumerate()
        .map(|(i, column)| Panel {
            y: Axis::new(&column.name, &column.unit),
            series: (0..n_cells)
                .map(|cell| Series {
                    label: if n_cells > 1 {
                        label(experiment, main, cell)
                    } else {
                        String::new()
                    },
                    points: (cell * n_samples..(cell + 1) * n_samples)
                        .map(|row| (time(row), column.data.float(row)))
                        .collect(),
                })
                .collect(),
            height: if i + 1 == n_quantities && n_quantities > 1 {
                0.4
            } else {
                1.0
            },
        });
    let legend = match experiment.grid.axes().last() {
        Some(axis) if n_cells > 1 => Axis::new(&axis.name, unit(&axis.unit.label)),
        _ => Axis::default(),
    };
    curves(&CurvePlot {
        x: Axis::new("time", "ms"),
        panels: panels.collect(),
        legend,
        ..CurvePlot::default()
    })
}

/// The value of the last axis, after those of the others.
fn label(experiment: &Experiment, main: &Table, cell: usize) -> String {
    let values = experiment
        .grid
        .axes()
        .iter()
        .filter_map(|axis| main.column(&axis.name)?.data.float(cell));
    values.map(|x| x.to_string()).collect::<Vec<_>>().join(", ")
}
