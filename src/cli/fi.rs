//! `fi`: the f-I curve.

use std::time::Instant;

use super::args::FiArgs;
use super::failure::Failure;
use super::note;
use super::outcome::finish;
use super::progress::Bar;
use crate::experiment::{Experiment, FiOptions, fi};
use crate::model::load_with_warnings;
use crate::protocol::{most_rows, run_fi};

pub(super) fn run(args: &FiArgs) -> Result<(), Failure> {
    let begin = Instant::now();
    let (model, warnings) = load_with_warnings(&args.model)?;
    warn(&warnings);
    let options = FiOptions {
        features: args.features.clone(),
        ..args.experiment.options()
    };
    let experiment = fi(model, &options)?;
    warn_of(&experiment);
    let engine = args.engine.make()?;
    let target = args.output.target("fi", most_rows(&experiment))?;
    let outcome = run_fi(
        &experiment,
        engine.as_ref(),
        &target,
        args.output.picture.formats(),
        &mut Bar::new(),
    )?;
    finish(&outcome, &target, &engine.describe(), begin)?;
    args.output.advise(most_rows(&experiment));
    Ok(())
}

pub(super) fn warn(warnings: &str) {
    if !warnings.is_empty() {
        note(warnings.trim_end());
    }
}

pub(super) fn warn_of(experiment: &Experiment) {
    for warning in &experiment.warnings {
        note(&format!("warning: {warning}"));
    }
}
