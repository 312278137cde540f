//! Units as Brian2 writes them.
//!
//! Takes the names and dimensions of ours; gives Python.

use super::Unsupported;
use crate::export::values::number;
use crate::units::{Dim, Unit, is_unit_name};

/// Short names that Brian2 knows in equations.
const SHORT: &[&str] = &[
    "Hz", "cm", "mA", "mM", "mV", "mm", "ms", "nA", "nF", "nM", "nS", "pA", "pF", "uA", "uF", "uM",
    "uS", "um", "us",
];

/// Symbols and the long names of Brian2.
const LONG: &[(&str, &str)] = &[
    ("ohm", "ohm"),
    ("Ohm", "ohm"),
    ("Hz", "hertz"),
    ("mol", "mole"),
    ("s", "second"),
    ("V", "volt"),
    ("A", "amp"),
    ("ampere", "amp"),
    ("S", "siemens"),
    ("F", "farad"),
    ("C", "coulomb"),
    ("J", "joule"),
    ("W", "watt"),
    ("M", "molar"),
    ("K", "kelvin"),
    ("m", "metre"),
    ("litre", "liter"),
];

/// Prefixes that Brian2 knows, and those it does not know in equations.
const KNOWN: &[&str] = &["p", "n", "u", "m", "k", "M"];
const OTHER: &[(&str, &str)] = &[("f", "1e-15"), ("c", "0.01"), ("d", "0.1"), ("G", "1e9")];

/// The name of one unit of ours.
pub(super) fn name(ours: &str) -> String {
    let ours = ours.replace(['µ', 'μ'], "u");
    if SHORT.contains(&ours.as_str()) {
        return ours;
    }
    for power in ["2", "3"] {
        if let Some(stem) = ours.strip_suffix(power).filter(|stem| is_unit_name(stem)) {
            return format!("({})**{power}", name(stem));
        }
    }
    let long = |rest: &str| {
        let symbol = LONG.iter().find(|(symbol, _)| *symbol == rest);
        let word = LONG
            .iter()
            .find(|(_, word)| *word == rest || rest == "meter");
        match (symbol, word) {
            (Some((_, long)), _) => Some((*long).to_owned()),
            (None, Some(_)) => Some(rest.to_owned()),
            (None, None) => None,
        }
    };
    if let Some(long) = long(&ours) {
        return long;
    }
    let known = KNOWN.iter().find_map(|prefix| {
        let long = long(ours.strip_prefix(prefix)?)?;
        Some(format!("{prefix}{long}"))
    });
    let other = OTHER.iter().find_map(|(prefix, factor)| {
        let long = long(ours.strip_prefix(prefix)?)?;
        Some(format!("({factor}*{long})"))
    });
    known.or(other).unwrap_or(ours)
}

/// Whether a name means a unit in Brian2, so that no variable may bear it.
pub(super) fn is_taken(text: &str) -> bool {
    is_unit_name(text) && name(text) == text
}

/// A number in a unit of ours.
pub(super) fn quantity(whose: &str, x: f64, unit: &Unit) -> Result<String, Unsupported> {
    if unit.label.contains('?') || unit.label.contains("/12)") {
        return Err(root(whose));
    }
    if unit.label == "1" {
        return Ok(number(x));
    }
    let (mut text, mut word) = (String::new(), String::new());
    for c in unit.label.chars().chain(std::iter::once(' ')) {
        if c.is_alphabetic() || (c.is_ascii_digit() && !word.is_empty()) {
            word.push(c);
            continue;
        }
        text += &match std::mem::take(&mut word) {
            none if none.is_empty() => none,
            word => name(&word),
        };
        match c {
            '^' => text += "**",
            '·' => text.push('*'),
            ' ' => {}
            c => text.push(c),
        }
    }
    Ok(format!("{}*{text}", number(x)))
}

fn root(whose: &str) -> Unsupported {
    Unsupported::new(
        format!("the unit of `{whose}`"),
        "write the model with whole powers of units",
    )
}

/// A dimension in base units, as a declaration must have it.
pub(super) fn base(whose: &str, dim: Dim) -> Result<String, Unsupported> {
    let conductance = Dim::CURRENT.per(Dim::VOLTAGE);
    let area = Dim::LENGTH.times(Dim::LENGTH);
    let known = [
        (Dim::NONE, "1"),
        (conductance, "siemens"),
        (Dim::NONE.per(conductance), "ohm"),
        (conductance.times(Dim::TIME), "farad"),
        (Dim::NONE.per(Dim::TIME), "hertz"),
    ];
    for (one, name) in known {
        if dim == one {
            return Ok(name.into());
        }
        if dim == one.per(area) && !one.is_none() {
            return Ok(format!("{name}/metre**2"));
        }
    }
    let names = ["second", "volt", "amp", "metre", "mole", "kelvin"];
    let (mut over, mut below) = (Vec::new(), String::new());
    for (twelfths, name) in dim.twelfths().into_iter().zip(names) {
        if twelfths % 12 != 0 {
            return Err(root(whose));
        }
        match twelfths / 12 {
            0 => {}
            1 => over.push(name.to_owned()),
            n if n > 1 => over.push(format!("{name}**{n}")),
            -1 => below += &format!("/{name}"),
            n => below += &format!("/{name}**{}", -n),
        }
    }
    let over = if over.is_empty() {
        "1".to_owned()
    } else {
        over.join("*")
    };
    Ok(over + &below)
}
