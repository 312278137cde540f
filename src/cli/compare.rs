//! `compare`: two tables, row by row.

use super::failure::Failure;
use super::say;
use super::tool_args::CompareArgs;
use crate::compare::{Rules, Tolerance, compare};
use crate::table::read_table;

pub(super) fn run(args: &CompareArgs) -> Result<(), Failure> {
    let rules = rules(args)?;
    let a = read_table(&args.a).map_err(Failure::misuse)?;
    let b = read_table(&args.b).map_err(Failure::misuse)?;
    let report = compare(&a, &b, &rules);
    let verdict = if report.passed() {
        "agree"
    } else {
        "DIFFERENT"
    };
    say(&format!("{report}\nverdict: {verdict}\n"))?;
    if report.passed() {
        Ok(())
    } else {
        Err(Failure::different(format!(
            "{} and {} differ",
            args.a.display(),
            args.b.display()
        )))
    }
}

fn rules(args: &CompareArgs) -> Result<Rules, Failure> {
    let tolerance = |rel: f64| {
        Tolerance::new(args.abs, rel).map_err(|error| {
            Failure::misuse(format!(
                "{error}\n  help: give for example --abs 1e-6 --rel 1e-4"
            ))
        })
    };
    let mut rules = Rules::all(tolerance(args.rel)?);
    for text in &args.column {
        let (name, rel) = column_rule(text).ok_or_else(|| {
            Failure::misuse(format!(
                "--column {text} is no NAME=REL\n  help: give for example --column rate=1e-3, with the column's name \
                 without its unit"
            ))
        })?;
        rules = rules.with(name, tolerance(rel)?);
    }
    Ok(rules)
}

/// `rate=1e-3`, also where the name has a unit behind it.
fn column_rule(text: &str) -> Option<(&str, f64)> {
    let (name, rel) = text.rsplit_once('=')?;
    let name = name.split(" [").next().unwrap_or(name).trim();
    (!name.is_empty()).then_some((name, rel.trim().parse().ok()?))
}
