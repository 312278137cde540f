//! `bench`: every engine on the same cells.

use super::failure::Failure;
use super::fi::{warn, warn_of};
use super::progress::Bar;
use super::run::{is_experiment, read_whole};
use super::tool_args::BenchArgs;
use super::{note, say};
use crate::experiment::{Experiment, fi};
use crate::model::load_with_warnings;
use crate::protocol::{
    BenchCells, BenchFormat, BenchOptions, MOST_BENCH_CELLS, bench, write_pictures,
};
use crate::table::{Existing, write_whole};

pub(super) fn run(args: &BenchArgs) -> Result<(), Failure> {
    let format = match &args.export {
        None => None,
        Some(path) => Some((path, format_of(path)?)),
    };
    check(args)?;
    let (experiment, which) = experiment(args)?;
    warn_of(&experiment);
    let options = BenchOptions {
        cells: args.cells.clone(),
        which,
        repeats: args.repeats,
        precision: args.precision.into(),
        // A duration that the user gives is not shortened.
        seconds: match args.experiment.duration {
            None => Some(args.seconds),
            Some(_) => None,
        },
    };
    let measured = bench(&experiment, &options, &mut Bar::new())?;
    say(&measured.to_string())?;
    for contestant in &measured.contestants {
        note(&contestant.describe);
    }
    std::fs::create_dir_all(&args.out).map_err(|error| {
        Failure::misuse(format!(
            "cannot make the folder {}: {error}; choose another with --out",
            args.out.display()
        ))
    })?;
    let (picture, formats) = (args.out.join("bench"), args.picture.formats());
    write_pictures(&measured.picture(), &picture, formats, Existing::Replace)?;
    let drawn = formats
        .iter()
        .map(|f| picture.with_extension(f.extension()));
    let mut written: Vec<_> = drawn.collect();
    if let Some((path, format)) = format {
        let text = measured.export(format);
        write_whole(path, text.as_bytes(), Existing::Replace).map_err(Failure::misuse)?;
        written.push(path.clone());
    }
    if !written.is_empty() {
        let names = written.iter().map(|path| path.display().to_string());
        note(&format!("wrote {}", names.collect::<Vec<_>>().join(", ")));
    }
    Ok(())
}

/// That of a file with its own cells, or that of `fi` on a model.
fn experiment(args: &BenchArgs) -> Result<(Experiment, BenchCells), Failure> {
    if is_experiment(&args.model) {
        let experiment = read_whole(&args.model, &args.experiment)?;
        return Ok((experiment, BenchCells::Grid));
    }
    let (model, warnings) = load_with_warnings(&args.model)?;
    warn(&warnings);
    let experiment = fi(model, &args.experiment.options())?;
    Ok((experiment, BenchCells::Spread))
}

fn check(args: &BenchArgs) -> Result<(), Failure> {
    let sizes = 1..=MOST_BENCH_CELLS;
    if let Some(n) = args.cells.iter().find(|n| !sizes.contains(n)) {
        return Err(Failure::misuse(format!(
            "{n} cells cannot be measured\n  help: give numbers from 1 to {MOST_BENCH_CELLS}, such as --cells 1000,10000"
        )));
    }
    if args.repeats == 0 {
        return Err(Failure::misuse(
            "--repeats is 0: there is nothing to measure\n  help: give at least 1",
        ));
    }
    if !(args.seconds.is_finite() && args.seconds > 0.0) {
        return Err(Failure::misuse(format!(
            "--seconds is {}\n  help: give a time such as --seconds 20",
            args.seconds
        )));
    }
    Ok(())
}

fn format_of(path: &std::path::Path) -> Result<BenchFormat, Failure> {
    BenchFormat::of(path).ok_or_else(|| {
        let ends: Vec<String> = BenchFormat::ALL
            .iter()
            .map(|(end, _)| format!(".{end}"))
            .collect();
        Failure::misuse(format!(
            "{} has no known format\n  help: give a name that ends in {}",
            path.display(),
            ends.join(", ")
        ))
    })
}
