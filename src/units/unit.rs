//! One unit: a dimension and a power of ten, read from text such as `uA/cm^2` or `siemens/meter**2`.

use super::Dim;
use super::names::{self, nearest_unit};
use std::fmt;

/// Nesting of parentheses in a unit that is still read.
const MAX_DEPTH: usize = 32;

/// A unit of measurement.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// What it measures.
    pub dim: Dim,
    /// Its power of ten in SI, in twelfths (roots of units have fractional ones).
    pub(super) exp12: i32,
    /// Powers of ten of the units of current and length it is written with.
    pub(super) current10: Option<i32>,
    pub(super) length10: Option<i32>,
    /// As it is written: `uA/cm^2`.
    pub label: String,
}

/// A unit that cannot be read: what is wrong, and the bytes of the text it concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitError {
    /// What is wrong.
    pub message: String,
    /// First byte concerned.
    pub start: usize,
    /// One past the last.
    pub end: usize,
}

impl fmt::Display for UnitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for UnitError {}

impl Unit {
    /// The unit of plain numbers.
    pub fn one() -> Unit {
        Unit::of(Dim::NONE, 0, "1".to_owned())
    }

    pub(super) fn of(dim: Dim, exp12: i32, label: String) -> Unit {
        Unit {
            dim,
            exp12,
            current10: None,
            length10: None,
            label,
        }
    }

    /// The unit a single name stands for, such as `mV`.
    pub fn named(name: &str) -> Option<Unit> {
        let atom = names::atom(name)?;
        let mut unit = Unit::of(atom.dim, atom.exp10 * 12, name.replace(['µ', 'μ'], "u"));
        unit.current10 = (atom.dim == Dim::CURRENT).then_some(atom.exp10);
        unit.length10 = [1.0, 2.0, 3.0]
            .into_iter()
            .find(|&power| Dim::LENGTH.power(power) == Some(atom.dim))
            .map(|power| atom.exp10 / power as i32);
        Some(unit)
    }

    /// Reads a product or quotient of unit names with integer powers.
    ///
    /// # Errors
    /// What cannot be read, and where in `text`.
    pub fn parse(text: &str) -> Result<Unit, UnitError> {
        let mut reader = Reader {
            text,
            at: 0,
            depth: 0,
        };
        let mut unit = reader.product()?;
        if reader.at < text.len() {
            return Err(reader.error(
                reader.at,
                text.len(),
                "a unit cannot go on like this".to_owned(),
            ));
        }
        unit.label = text
            .split_whitespace()
            .collect::<String>()
            .replace("**", "^")
            .replace(['µ', 'μ'], "u");
        Ok(unit)
    }

    /// The power of ten in SI, in twelfths.
    pub fn exp12(&self) -> i32 {
        self.exp12
    }

    fn times(mut self, other: &Unit, sign: i32) -> Unit {
        self.dim = if sign > 0 {
            self.dim.times(other.dim)
        } else {
            self.dim.per(other.dim)
        };
        self.exp12 = self.exp12.saturating_add(sign.saturating_mul(other.exp12));
        self.current10 = self.current10.or(other.current10);
        self.length10 = self.length10.or(other.length10);
        self
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label)
    }
}

/// `value` times ten to the power `twelfths`/12. A whole power moves the decimal point of the
/// shortest decimal form, so that 0.007 V is exactly 7 mV.
pub fn scale_by_ten(value: f64, twelfths: i32) -> f64 {
    if twelfths == 0 || value == 0.0 || !value.is_finite() {
        return value;
    }
    if twelfths % 12 != 0 {
        return value * 10f64.powf(f64::from(twelfths) / 12.0);
    }
    let text = format!("{value:e}");
    let moved = text.split_once('e').and_then(|(digits, exponent)| {
        let exponent = exponent.parse::<i32>().ok()?.saturating_add(twelfths / 12);
        format!("{digits}e{exponent}").parse().ok()
    });
    moved.unwrap_or(f64::NAN)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn error(&self, start: usize, end: usize, message: String) -> UnitError {
        UnitError {
            message,
            start,
            end,
        }
    }

    fn skip_space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip_space();
        let found = self.text[self.at..].starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn product(&mut self) -> Result<Unit, UnitError> {
        let mut unit = self.power()?;
        loop {
            if self.take("*") || self.take("·") {
                unit = unit.times(&self.power()?, 1);
            } else if self.take("/") {
                unit = unit.times(&self.power()?, -1);
            } else {
                self.skip_space();
                return Ok(unit);
            }
        }
    }

    fn power(&mut self) -> Result<Unit, UnitError> {
        self.skip_space();
        let start = self.at;
        let mut unit = self.primary()?;
        if !(self.take("**") || self.take("^")) {
            return Ok(unit);
        }
        let exponent = self.integer()?;
        let raised = unit.dim.power(f64::from(exponent));
        let too_large = || {
            self.error(
                start,
                self.at,
                "this power of a unit is too large".to_owned(),
            )
        };
        unit.dim = raised.ok_or_else(too_large)?;
        unit.exp12 = unit.exp12.saturating_mul(exponent);
        Ok(unit)
    }

    fn integer(&mut self) -> Result<i32, UnitError> {
        let parenthesis = self.take("(");
        let negative = self.take("-");
        self.skip_space();
        let start = self.at;
        let rest = &self.text[start..];
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        self.at += digits;
        let value = rest[..digits]
            .parse::<i32>()
            .ok()
            .filter(|value| *value <= 100);
        if parenthesis && !self.take(")") {
            return Err(self.error(
                start,
                self.at,
                "`)` is missing after the power of a unit".to_owned(),
            ));
        }
        let message = || {
            self.error(
                start,
                self.at,
                "the power of a unit is a whole number up to 100".to_owned(),
            )
        };
        value
            .map(|value| if negative { -value } else { value })
            .ok_or_else(message)
    }

    fn primary(&mut self) -> Result<Unit, UnitError> {
        self.skip_space();
        let start = self.at;
        if self.take("(") {
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return Err(self.error(
                    start,
                    self.at,
                    "too many parentheses in a unit".to_owned(),
                ));
            }
            let unit = self.product()?;
            self.depth -= 1;
            return if self.take(")") {
                Ok(unit)
            } else {
                Err(self.error(start, self.at, "`)` is missing in a unit".to_owned()))
            };
        }
        let rest = &self.text[start..];
        let length = rest.len()
            - rest
                .trim_start_matches(|c: char| c.is_alphanumeric() || "_°".contains(c))
                .len();
        self.at += length;
        match &rest[..length] {
            "" => Err(self.error(start, start, "a unit is missing here".to_owned())),
            "1" => Ok(Unit::one()),
            name => Unit::named(name).ok_or_else(|| self.error(start, self.at, unknown(name))),
        }
    }
}

fn unknown(name: &str) -> String {
    if let Some(reason) = names::refused(name) {
        return format!("`{name}` is not a unit: {reason}");
    }
    let shown: String = name.chars().take(40).collect();
    match nearest_unit(name) {
        Some(near) => format!("`{shown}` is not a unit; did you mean `{near}`?"),
        None => format!("`{shown}` is not a unit"),
    }
}
