//! `verify`: an engine against the reference.

use super::failure::Failure;
use super::fi::{warn, warn_of};
use super::progress::Bar;
use super::run::{is_experiment, read_whole};
use super::say;
use super::tool_args::VerifyArgs;
use crate::experiment::{Experiment, fi};
use crate::model::load_with_warnings;
use crate::protocol::{MOST_SAMPLE, verify};

pub(super) fn run(args: &VerifyArgs) -> Result<(), Failure> {
    if !(1..=MOST_SAMPLE).contains(&args.cells) {
        return Err(Failure::misuse(format!(
            "--cells is {}\n  help: give a number from 1 to {MOST_SAMPLE}",
            args.cells
        )));
    }
    let experiment = experiment(args)?;
    warn_of(&experiment);
    let engine = args.engine.make()?;
    let verification = verify(&experiment, engine.as_ref(), args.cells, &mut Bar::new())?;
    say(&verification.to_string())?;
    if verification.agrees() {
        Ok(())
    } else {
        Err(Failure::different(verification.faults().join("; ")))
    }
}

/// That of a file, or that of `fi` on a model.
fn experiment(args: &VerifyArgs) -> Result<Experiment, Failure> {
    if is_experiment(&args.model) {
        return read_whole(&args.model, &args.experiment);
    }
    let (model, warnings) = load_with_warnings(&args.model)?;
    warn(&warnings);
    Ok(fi(model, &args.experiment.options())?)
}
