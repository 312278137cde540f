//! `check`: what is wrong, and what a run would take.

use super::args::CheckArgs;
use super::failure::Failure;
use super::say;
use crate::experiment::{Experiment, fi};
use crate::model::load_with_warnings;
use crate::plan::compile;

pub(super) fn run(args: &CheckArgs) -> Result<(), Failure> {
    if super::run::is_experiment(&args.file) {
        return say(&plan_of(&super::run::read(&args.file)?, "the tables take")?);
    }
    let (model, warnings) = load_with_warnings(&args.file)?;
    super::fi::warn(&warnings);
    let name = model.name.clone();
    if model.threshold.is_none() || model.inputs.is_empty() {
        return say(&format!(
            "{name}: no errors; without input and threshold there is no f-I curve to plan\n"
        ));
    }
    say(&plan_of(
        &fi(model, &args.experiment.options())?,
        "fi.csv takes",
    )?)
}

/// What running `experiment` would take.
fn plan_of(experiment: &Experiment, tables: &str) -> Result<String, Failure> {
    super::fi::warn_of(experiment);
    let compiled = compile(experiment)?;
    let n_cells = experiment.grid.n_cells();
    let n_steps = u64::from(compiled.plan.schedule().n_steps);
    let traces = match experiment.tracing() {
        None => String::new(),
        Some(tracing) => format!(
            "{} of the cells are run once more for their traces, at {} bytes per cell on a device in f32\n",
            tracing.grid.n_cells(),
            compile(&tracing)?.plan.bytes_per_cell(4)
        ),
    };
    Ok(format!(
        "{}: no errors\n{} on {n_cells} cells x {n_steps} steps of {} ms = {:.2e} cell-steps\n\
         {} bytes per cell on a device in f32; {tables} about {}\n{traces}",
        experiment.model.name,
        compiled.method.name,
        compiled.plan.schedule().dt,
        cell_steps(n_cells, n_steps),
        compiled.plan.bytes_per_cell(4),
        crate::protocol::table_size(experiment),
    ))
}

#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn cell_steps(n_cells: u64, n_steps: u64) -> f64 {
    n_cells as f64 * n_steps as f64
}
