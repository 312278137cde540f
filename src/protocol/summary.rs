//! What `run.json` and the user are told of a sweep.
//!
//! Takes a sweep that has ended; gives its report and words for what it left.

use super::Swept;
use super::rows::unit;
use crate::exec::{Engine, ExecError};
use crate::experiment::{Axis, Experiment};
use crate::plan::Compiled;
use crate::report::{Adapter, AxisSummary, RunReport, Status, Times};

/// The report of a sweep that left `files`.
pub(super) fn run_report(
    experiment: &Experiment,
    engine: &dyn Engine,
    swept: &Swept,
    files: &[String],
) -> RunReport {
    RunReport {
        status: match &swept.failure {
            None => Status::Complete,
            Some(ExecError::Interrupted) => Status::Interrupted,
            Some(_) => Status::Failed,
        },
        times: swept.times,
        n_non_finite: swept.n_non_finite,
        n_dropped_spikes: swept.n_dropped_spikes,
        n_cell_steps: swept.stats.cell_steps,
        launch: swept.stats.launch.map(|launch| launch.to_string()),
        files: files.to_vec(),
        ..complete(experiment, engine, &swept.compiled)
    }
}

/// The report of a run that went well, without times and files.
pub(super) fn complete(
    experiment: &Experiment,
    engine: &dyn Engine,
    compiled: &Compiled,
) -> RunReport {
    let label = engine.label();
    let schedule = compiled.plan.schedule();
    RunReport {
        status: Status::Complete,
        model: experiment.model.name.clone(),
        model_text: experiment.model.text.clone(),
        seed: experiment.seed,
        dt: schedule.dt,
        n_steps: u64::from(schedule.n_steps),
        duration: experiment.timing.duration_ms(),
        method: compiled.method.clone(),
        engine: label.name,
        adapter: label.adapter.map(|(name, driver)| Adapter { name, driver }),
        precision: label.precision,
        launch: None,
        times: Times::default(),
        n_cells: experiment.grid.n_cells(),
        n_non_finite: 0,
        n_dropped_spikes: 0,
        n_cell_steps: 0,
        axes: experiment.grid.axes().iter().map(summary).collect(),
        files: Vec::new(),
    }
}

fn summary(axis: &Axis) -> AxisSummary {
    let n = axis.values.len();
    let last = axis.values.at(n.saturating_sub(1));
    AxisSummary {
        name: axis.name.clone(),
        unit: unit(&axis.unit.label).to_owned(),
        n,
        first: axis.values.at(0),
        last,
    }
}

/// What a sweep that ended early left: "1000 of 3000 rows are kept in fi.partial.csv".
pub(super) fn kept(experiment: &Experiment, swept: &Swept) -> String {
    format!(
        "{} of {} rows are kept in {}",
        swept.n_rows,
        experiment.grid.n_cells(),
        swept.files.first().map_or("no file", String::as_str)
    )
}
