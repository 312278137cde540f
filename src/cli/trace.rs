//! `trace`: the time course of a few cells.

use super::failure::Failure;
use super::fi::{warn, warn_of};
use super::note;
use super::progress::Bar;
use super::tool_args::TraceArgs;
use crate::experiment::{TraceOptions, trace};
use crate::model::load_with_warnings;
use crate::protocol::{most_rows, run_trace};

pub(super) fn run(args: &TraceArgs) -> Result<(), Failure> {
    let (model, warnings) = load_with_warnings(&args.model)?;
    warn(&warnings);
    let options = TraceOptions {
        amplitudes: args.amplitude.clone(),
        variables: args.variables.clone(),
        all: args.all,
        every: args.every.clone(),
        experiment: args.experiment.options(),
    };
    let experiment = trace(model, &options)?;
    warn_of(&experiment);
    let engine = args.engine.make()?;
    let target = args.output.target("trace", most_rows(&experiment))?;
    let (files, n_lost) = run_trace(
        &experiment,
        engine.as_ref(),
        &target,
        args.output.picture.formats(),
        &mut Bar::new(),
    )?;
    if n_lost > 0 {
        note(&format!(
            "warning: {n_lost} cells ended in no finite number. A smaller --dt may help"
        ));
    }
    note(&format!(
        "engine: {}\nwrote {}",
        engine.describe(),
        files.join(", ")
    ));
    Ok(())
}
