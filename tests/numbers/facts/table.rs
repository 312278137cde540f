//! The table of facts: `tests/facts/README.md`. Facts, sources and tolerances must be those of the
//! data; what the engines found may differ from the table by a quarter of the tolerance, as another
//! processor's or driver's last digits do.

use std::fmt::Write as _;
use std::path::Path;

use super::ENGINES;
use super::measure::Outcome;
use super::read::{Fact, Tolerance};

const HEAD: &str = "\
# Facts

Every line is checked by the tests on each engine. Of a fact with several values the one with the largest error
for its tolerance is shown: what we find, and how far that is from the source. A threshold current is bracketed:
below it by the tolerance there is no spike, above it there is. Protocols are in the `.toml` files beside this
page, as experiments that `rheobase run` would take. The GPU of this table is Mesa's llvmpipe.

Written by the tests (`RHEOBASE_BLESS=1 cargo test facts`), not by hand.
";

/// Compares the table that is there with a new one, or writes it.
pub(super) fn check(facts: &[Fact], measured: &[[Option<Outcome>; 3]]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/facts/README.md");
    let new = write(facts, measured);
    if std::env::var_os("RHEOBASE_BLESS").is_some() {
        std::fs::write(&path, new).unwrap();
        return;
    }
    let old = std::fs::read_to_string(&path).unwrap_or_default();
    let remedy = "tests/facts/README.md is not current: RHEOBASE_BLESS=1 cargo test facts";
    let old_rows: Vec<&str> = old.lines().collect();
    assert_eq!(old_rows.len(), new.lines().count(), "{remedy}");
    let mut outcomes = measured.iter();
    for (old, new) in old_rows.iter().zip(new.lines()) {
        if !new.starts_with("| ") || new.starts_with("| fact") {
            assert_eq!(*old, new, "{remedy}");
            continue;
        }
        let (old, new): (Vec<&str>, Vec<&str>) =
            (old.split(" | ").collect(), new.split(" | ").collect());
        assert_eq!(old[..4], new[..4], "{remedy}");
        for (i, outcome) in outcomes.next().unwrap().iter().enumerate() {
            let Some(outcome) = outcome else { continue };
            let error = |cell: &str| -> f64 {
                let inside = cell.split_once('(').map_or("", |(_, rest)| rest);
                inside
                    .trim_end_matches([')', '|', ' '])
                    .parse()
                    .unwrap_or(f64::NAN)
            };
            let apart = (error(old[4 + i]) - error(new[4 + i])).abs();
            assert!(
                apart <= 0.25 * outcome.allowed + 1e-9,
                "{remedy}\n{old:?}\n{new:?}"
            );
        }
    }
}

fn write(facts: &[Fact], measured: &[[Option<Outcome>; 3]]) -> String {
    let mut text = HEAD.to_owned();
    let mut file = "";
    for (fact, outcomes) in facts.iter().zip(measured) {
        if fact.file != file {
            file = &fact.file;
            let columns = ENGINES.join(" | ");
            let rule = "|---|---|---|---|---|---|---|";
            let _ = writeln!(
                text,
                "\n## {file}\n\n| fact | source | value | within | {columns} |\n{rule}"
            );
        }
        let preset = fact
            .model()
            .split_once(':')
            .map_or("", |(_, preset)| preset);
        let preset = if preset.is_empty() || fact.what.contains(preset) {
            String::new()
        } else {
            format!("`{preset}`: ")
        };
        let cells: Vec<String> = outcomes.iter().map(cell).collect();
        let _ = writeln!(
            text,
            "| {preset}{} | {} | {} | {} | {} |",
            fact.what,
            fact.source,
            values(fact),
            tolerance(fact.tolerance),
            cells.join(" | ")
        );
    }
    text
}

fn cell(outcome: &Option<Outcome>) -> String {
    match outcome {
        Some(o) if o.error == 0.0 => format!("{} (0)", short(o.found)),
        Some(o) => format!("{} ({})", short(o.found), digits(o.error, 2)),
        None => "-".into(),
    }
}

/// The measure and its values, the first few of each list, or the table that they are in.
fn values(fact: &Fact) -> String {
    const MOST: usize = 6;
    if let Some(oracle) = &fact.oracle {
        let (n, file) = (fact.values.iter().flatten().count(), &oracle.file);
        return format!("{}: {n} of [{file}](oracle/{file})", fact.measure);
    }
    let some = |list: &[f64]| {
        let shown: Vec<String> = list.iter().take(MOST).map(|x| short(*x)).collect();
        let more = if list.len() > MOST { ", ..." } else { "" };
        shown.join(", ") + more
    };
    let single = fact.values.iter().all(|one| one.len() == 1) && fact.measure != "spike_times";
    let text = if single {
        let flat: Vec<f64> = fact.values.iter().map(|one| one[0]).collect();
        some(&flat)
    } else {
        let lists: Vec<String> = fact.values.iter().take(MOST).map(|one| some(one)).collect();
        lists.join("; ")
    };
    format!("{}: {text}", fact.measure)
}

fn tolerance(allowed: Tolerance) -> String {
    let mut parts = Vec::new();
    if allowed.absolute != 0.0 {
        parts.push(allowed.absolute.to_string());
    }
    if allowed.relative != 0.0 {
        parts.push(format!("{} %", short(allowed.relative * 100.0)));
    }
    if allowed.per_second != 0.0 {
        parts.push(format!("{} ms/s", allowed.per_second));
    }
    if parts.is_empty() {
        "exactly".into()
    } else {
        parts.join(" + ")
    }
}

/// Seven digits at most.
fn short(x: f64) -> String {
    digits(x, 7)
}

fn digits(x: f64, most: i32) -> String {
    if x == 0.0 || !x.is_finite() {
        return x.to_string();
    }
    let digits = most - 1 - x.abs().log10().floor().clamp(-12.0, 6.0) as i32;
    let scale = 10f64.powi(digits);
    format!("{}", (x * scale).round() / scale)
}
