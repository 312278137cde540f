//! `verify`: an engine against the reference.

use super::failure::Failure;
use super::fi::{warn, warn_of};
use super::progress::Bar;
use super::say;
use super::tool_args::VerifyArgs;
use crate::experiment::fi;
use crate::model::load_with_warnings;
use crate::protocol::{MOST_SAMPLE, verify};

pub(super) fn run(args: &VerifyArgs) -> Result<(), Failure> {
    if !(1..=MOST_SAMPLE).contains(&args.cells) {
        return Err(Failure::misuse(format!(
            "--cells is {}\n  help: give a number from 1 to {MOST_SAMPLE}",
            args.cells
        )));
    }
    let (model, warnings) = load_with_warnings(&args.model)?;
    warn(&warnings);
    let experiment = fi(model, &args.experiment.options())?;
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
