//! The names of units: one table of symbols and of the long names Brian 2 uses, and the SI prefixes.

use super::Dim;

const CONDUCTANCE: Dim = Dim::CURRENT.per(Dim::VOLTAGE);
const CHARGE: Dim = Dim::CURRENT.times(Dim::TIME);
const VOLUME: Dim = Dim::LENGTH.times(Dim::LENGTH).times(Dim::LENGTH);

/// What a unit name stands for: dimension and power of ten in SI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Atom {
    pub(super) dim: Dim,
    pub(super) exp10: i32,
}

/// How a name goes with prefixes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prefix {
    May,
    /// `m` alone is never a unit: models use it for a gate.
    Must,
}

const fn row(name: &'static str, dim: Dim, exp10: i32) -> (&'static str, Dim, i32, Prefix) {
    (name, dim, exp10, Prefix::May)
}

const NAMES: &[(&str, Dim, i32, Prefix)] = &[
    row("s", Dim::TIME, 0),
    row("second", Dim::TIME, 0),
    row("V", Dim::VOLTAGE, 0),
    row("volt", Dim::VOLTAGE, 0),
    row("A", Dim::CURRENT, 0),
    row("amp", Dim::CURRENT, 0),
    row("ampere", Dim::CURRENT, 0),
    row("S", CONDUCTANCE, 0),
    row("siemens", CONDUCTANCE, 0),
    row("F", CHARGE.per(Dim::VOLTAGE), 0),
    row("farad", CHARGE.per(Dim::VOLTAGE), 0),
    row("ohm", Dim::VOLTAGE.per(Dim::CURRENT), 0),
    row("Ohm", Dim::VOLTAGE.per(Dim::CURRENT), 0),
    row("Hz", Dim::NONE.per(Dim::TIME), 0),
    row("hertz", Dim::NONE.per(Dim::TIME), 0),
    row("C", CHARGE, 0),
    row("coulomb", CHARGE, 0),
    row("J", CHARGE.times(Dim::VOLTAGE), 0),
    row("joule", CHARGE.times(Dim::VOLTAGE), 0),
    row("W", Dim::VOLTAGE.times(Dim::CURRENT), 0),
    row("watt", Dim::VOLTAGE.times(Dim::CURRENT), 0),
    ("m", Dim::LENGTH, 0, Prefix::Must),
    row("meter", Dim::LENGTH, 0),
    row("metre", Dim::LENGTH, 0),
    row("mol", Dim::AMOUNT, 0),
    row("mole", Dim::AMOUNT, 0),
    row("M", Dim::AMOUNT.per(VOLUME), 3),
    row("molar", Dim::AMOUNT.per(VOLUME), 3),
    row("liter", VOLUME, -3),
    row("litre", VOLUME, -3),
    row("K", Dim::TEMPERATURE, 0),
    row("kelvin", Dim::TEMPERATURE, 0),
];

/// SI prefixes with their power of ten; the first of a power is the one that is written.
pub(super) const PREFIXES: &[(&str, i32)] = &[
    ("f", -15),
    ("p", -12),
    ("n", -9),
    ("u", -6),
    ("µ", -6),
    ("μ", -6),
    ("m", -3),
    ("c", -2),
    ("d", -1),
    ("k", 3),
    ("M", 6),
    ("G", 9),
];

/// Dimensions that have a symbol of their own, with its power of ten, in the order of preference.
pub(super) const SYMBOLS: &[(&str, Dim, i32)] = &[
    ("V", Dim::VOLTAGE, 0),
    ("s", Dim::TIME, 0),
    ("A", Dim::CURRENT, 0),
    ("S", CONDUCTANCE, 0),
    ("F", CHARGE.per(Dim::VOLTAGE), 0),
    ("ohm", Dim::VOLTAGE.per(Dim::CURRENT), 0),
    ("m", Dim::LENGTH, 0),
    ("M", Dim::AMOUNT.per(VOLUME), 3),
    ("mol", Dim::AMOUNT, 0),
    ("K", Dim::TEMPERATURE, 0),
    ("C", CHARGE, 0),
    ("W", Dim::VOLTAGE.times(Dim::CURRENT), 0),
    ("J", CHARGE.times(Dim::VOLTAGE), 0),
];

/// What `name` stands for, if it is the name of a unit.
pub(super) fn atom(name: &str) -> Option<Atom> {
    if let Some(found) = plain(name) {
        return Some(found);
    }
    // Brian 2 has names for squares and cubes: cm2, umeter3.
    let (stem, power) = match name.as_bytes().last()? {
        b'2' => (&name[..name.len() - 1], 2),
        b'3' => (&name[..name.len() - 1], 3),
        _ => return None,
    };
    let Atom { dim, exp10 } = plain(stem)?;
    Some(Atom {
        dim: dim.power(f64::from(power))?,
        exp10: exp10 * power,
    })
}

fn plain(name: &str) -> Option<Atom> {
    if let Some((_, dim, exp10, _)) = NAMES
        .iter()
        .find(|row| row.0 == name && row.3 == Prefix::May)
    {
        return Some(Atom {
            dim: *dim,
            exp10: *exp10,
        });
    }
    // `dm` would be read into the left side of an equation for m.
    if name == "dm" {
        return None;
    }
    PREFIXES.iter().find_map(|(prefix, by)| {
        let rest = name.strip_prefix(prefix)?;
        let (_, dim, exp10, _) = NAMES.iter().find(|row| row.0 == rest)?;
        Some(Atom {
            dim: *dim,
            exp10: exp10 + by,
        })
    })
}

/// Whether `name` is the name of a unit.
pub fn is_unit_name(name: &str) -> bool {
    atom(name).is_some()
}

/// Why a name that looks like a unit is none, where there is more to say than "unknown".
pub(super) fn refused(name: &str) -> Option<&'static str> {
    match name {
        "degC" | "celsius" | "°C" => {
            Some("degrees Celsius have an offset: write the temperature in K")
        }
        "m" => Some("`m` alone is never a unit: write `meter`"),
        "h" | "hour" | "minute" => Some("write the time in s"),
        "boolean" | "integer" => {
            Some("variables are real numbers: write `1` for a number without unit")
        }
        _ => None,
    }
}

/// The unit name nearest to `name`, if one is near.
pub fn nearest_unit(name: &str) -> Option<&'static str> {
    const COMMON: &[&str] = &[
        "ms", "s", "us", "mV", "V", "uV", "pA", "nA", "uA", "mA", "nS", "uS", "mS", "pF", "nF",
        "uF", "Mohm", "kohm", "Hz", "kHz", "cm", "mm", "um", "mM", "uM", "nM", "volt", "amp",
        "siemens", "farad", "second", "meter", "metre", "molar", "kelvin", "mvolt", "msecond",
        "msiemens", "usiemens", "nsiemens", "ufarad", "nfarad", "pfarad", "namp", "pamp", "uamp",
    ];
    crate::diag::nearest(name, COMMON.iter().copied())
}
