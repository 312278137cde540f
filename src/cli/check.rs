//! `check`: what is wrong, and what a run would take.

use super::args::CheckArgs;
use super::failure::Failure;
use super::say;
use crate::exec::gpu::footprint;
use crate::experiment::{Experiment, fi};
use crate::model::load_with_warnings;
use crate::plan::compile;
use crate::protocol::{Cost, cost};

pub(super) fn run(args: &CheckArgs) -> Result<(), Failure> {
    if super::run::is_experiment(&args.file) {
        let experiment = super::run::read_whole(&args.file, &args.experiment)?;
        return say(&plan_of(&experiment, "table.csv")?);
    }
    let (model, warnings) = load_with_warnings(&args.file)?;
    super::fi::warn(&warnings);
    let name = model.name.clone();
    if model.threshold.is_none() || model.inputs.is_empty() {
        return say(&format!(
            "{name}: no errors; without input and threshold there is no f-I curve to plan\n"
        ));
    }
    say(&plan_of(&fi(model, &args.experiment.options())?, "fi.csv")?)
}

/// What running `experiment` would take; `main` is the name of its main table.
fn plan_of(experiment: &Experiment, main: &str) -> Result<String, Failure> {
    super::fi::warn_of(experiment);
    let compiled = compile(experiment)?;
    let cost = cost(experiment, &compiled.plan, main)?;
    let schedule = compiled.plan.schedule();
    let n_cells = experiment.grid.n_cells();
    let n_steps = u64::from(schedule.n_steps);
    let cells = match n_cells {
        1 => "1 cell".to_owned(),
        n => format!("{n} cells"),
    };
    let traces = match experiment.tracing() {
        None => String::new(),
        Some(tracing) => format!(
            "{} of the cells are run once more for their traces, at {} bytes per cell on a device in f32\n",
            tracing.grid.n_cells(),
            footprint(&compile(&tracing)?.plan)?.bytes_per_cell
        ),
    };
    Ok(format!(
        "{}: no errors\n\
         run     {}{cells} x {n_steps} steps of {} ms = {:.2e} cell-steps, method {}\n\
         tile    at most {} cells at a time\n\
         device  {} bytes per cell in f32, {} for a full tile\n\
         memory  {} bytes per cell of a tile, {} for a full one\n\
         disk    {}\n{traces}",
        experiment.model.name,
        axes(experiment),
        schedule.dt,
        cell_steps(n_cells, n_steps),
        compiled.method,
        cost.tile_cells,
        cost.device.bytes_per_cell,
        cost.device_tile(),
        cost.host_bytes_per_cell,
        cost.host_tile(),
        files(&cost),
    ))
}

/// `g_Na 9 x g_K 7 = `, where there is more than one axis.
fn axes(experiment: &Experiment) -> String {
    let axes = experiment.grid.axes().iter();
    let own: Vec<String> = axes
        .filter(|axis| axis.joint_with.is_none())
        .map(|axis| format!("{} {}", axis.name, axis.values.len()))
        .collect();
    match own.as_slice() {
        [] | [_] => String::new(),
        _ => format!("{} = ", own.join(" x ")),
    }
}

fn files(cost: &Cost) -> String {
    let files = cost.files.iter();
    let files = files.map(|file| format!("{} {}", file.name, file.size()));
    files.collect::<Vec<_>>().join(", ")
}

#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn cell_steps(n_cells: u64, n_steps: u64) -> f64 {
    n_cells as f64 * n_steps as f64
}
