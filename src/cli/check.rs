//! `check`: what is wrong, and what a run would take.

use super::args::CheckArgs;
use super::failure::Failure;
use super::say;
use crate::experiment::fi;
use crate::model::load_with_warnings;
use crate::plan::compile;

pub(super) fn run(args: &CheckArgs) -> Result<(), Failure> {
    let (model, warnings) = load_with_warnings(&args.file)?;
    super::fi::warn(&warnings);
    let name = model.name.clone();
    if model.threshold.is_none() || model.inputs.is_empty() {
        return say(&format!(
            "{name}: no errors; without input and threshold there is no f-I curve to plan\n"
        ));
    }
    let experiment = fi(model, &args.experiment.options())?;
    super::fi::warn_of(&experiment);
    let compiled = compile(&experiment)?;
    let n_cells = experiment.grid.n_cells();
    let n_steps = u64::from(compiled.plan.schedule().n_steps);
    say(&format!(
        "{name}: no errors\n{} on {n_cells} cells x {n_steps} steps of {} ms = {:.2e} cell-steps\n\
         {} bytes per cell on a device in f32; fi.csv takes about {}\n",
        compiled.method.name,
        compiled.plan.schedule().dt,
        cell_steps(n_cells, n_steps),
        compiled.plan.bytes_per_cell(4),
        crate::protocol::table_size(&experiment),
    ))
}

#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn cell_steps(n_cells: u64, n_steps: u64) -> f64 {
    n_cells as f64 * n_steps as f64
}
