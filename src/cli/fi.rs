//! `fi`: the f-I curve.

use std::path::Path;
use std::time::Instant;

use super::args::FiArgs;
use super::failure::Failure;
use super::progress::Bar;
use super::{note, say};
use crate::exec::find as find_engine;
use crate::experiment::{Experiment, fi};
use crate::model::load_with_warnings;
use crate::protocol::{FiOutcome, Target, run_fi};
use crate::table::{Existing, render_text};

pub(super) fn run(args: &FiArgs) -> Result<(), Failure> {
    let begin = Instant::now();
    let (model, warnings) = load_with_warnings(&args.model)?;
    warn(&warnings);
    let experiment = fi(model, &args.experiment.options())?;
    warn_of(&experiment);
    let kind = find_engine(&args.engine.engine)
        .ok_or_else(|| Failure::misuse("there is no such engine"))?;
    let engine = (kind.make)(&args.engine.options())?;
    let target = target(args)?;
    let outcome = run_fi(&experiment, engine.as_ref(), &target, &mut Bar::new())?;
    if let Some(sample) = &outcome.sample {
        say(&render_text(sample, usize::MAX, None))?;
        let more = outcome.swept.n_rows - sample.n_rows() as u64;
        if more > 0 {
            say(&format!(
                "{more} more rows in {}\n",
                target.path().display()
            ))?;
        }
    }
    report(&outcome, &engine.describe(), begin.elapsed().as_secs_f64());
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

/// The current folder's own files may be replaced; those of another folder only with --force.
fn target(args: &FiArgs) -> Result<Target, Failure> {
    std::fs::create_dir_all(&args.out).map_err(|error| {
        Failure::misuse(format!(
            "cannot make the folder {}: {error}; choose another with --out",
            args.out.display()
        ))
    })?;
    let own = is_current(&args.out);
    let existing = if own || args.force {
        Existing::Replace
    } else {
        Existing::Refuse
    };
    Ok(Target {
        folder: args.out.clone(),
        name: "fi.csv",
        existing,
        resume: args.resume,
    })
}

/// However it is written: `.`, `./`, or its whole path.
fn is_current(folder: &Path) -> bool {
    match (folder.canonicalize(), std::env::current_dir()) {
        (Ok(folder), Ok(here)) => here.canonicalize().is_ok_and(|here| here == folder),
        _ => false,
    }
}

fn report(outcome: &FiOutcome, engine: &str, total_s: f64) {
    let swept = &outcome.swept;
    if swept.n_non_finite > 0 {
        note(&format!(
            "warning: {} of {} cells ended in no finite number; their fields are empty. A smaller --dt may help",
            swept.n_non_finite, swept.n_rows
        ));
    }
    if swept.n_dropped_spikes > 0 {
        note(&format!(
            "warning: {} spikes found no room in the record and are not listed; a larger capacity keeps them",
            swept.n_dropped_spikes
        ));
    }
    if swept.n_resumed > 0 {
        note(&format!(
            "{} of the rows are of the earlier run; speed and times are of this one",
            swept.n_resumed
        ));
    }
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let rate = swept.stats.cell_steps as f64 / swept.times.run.max(1e-9);
    note(&format!(
        "{} cells x {} steps, {} at dt {} ms\nengine: {engine}\n{rate:.2e} cell-steps/s; {:.2} s in all (compile {:.2}, \
         run {:.2}, read back {:.2}, write {:.2})\nwrote {}",
        swept.n_rows,
        swept.compiled.plan.schedule().n_steps,
        swept.compiled.method.name,
        swept.compiled.plan.schedule().dt,
        total_s,
        swept.times.compile,
        swept.times.run,
        swept.times.readback,
        swept.times.write,
        outcome.files.join(", "),
    ));
}
