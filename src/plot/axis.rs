//! What is along an axis: name, unit, spacing. Takes words, gives the label beside the axis.
//! Must not know data or pictures.

/// How values are spread along an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spacing {
    /// Equal differences have equal lengths.
    #[default]
    Linear,
    /// Equal ratios have equal lengths; values that are not positive are gaps.
    Log,
}

/// What is along an axis.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Axis {
    /// Name of the quantity, `rate`.
    pub name: String,
    /// Its unit as in a table, `uA/cm^2`; empty if dimensionless.
    pub unit: String,
    /// Linear or logarithmic.
    pub spacing: Spacing,
}

impl Axis {
    /// A linear axis; `unit` is empty if dimensionless.
    pub fn new(name: impl Into<String>, unit: impl Into<String>) -> Axis {
        Axis {
            name: name.into(),
            unit: unit.into(),
            spacing: Spacing::Linear,
        }
    }

    /// The same axis, logarithmic.
    pub fn log(self) -> Axis {
        Axis {
            spacing: Spacing::Log,
            ..self
        }
    }

    /// The text beside the axis: `I (µA/cm²)`.
    pub(super) fn label(&self) -> String {
        self.label_in(0)
    }

    /// The same where the numbers on the axis are in units of so high a power of ten:
    /// `rate (10⁶ Hz)`.
    pub(super) fn label_in(&self, power: i32) -> String {
        let unit = typeset(&self.unit);
        match (power, unit.is_empty()) {
            (0, true) => self.name.clone(),
            (0, false) => format!("{} ({unit})", self.name),
            (_, true) => format!("{} ({})", self.name, power_of_ten(power)),
            (_, false) => format!("{} ({} {unit})", self.name, power_of_ten(power)),
        }
    }
}

/// `10⁻³`.
pub(super) fn power_of_ten(power: i32) -> String {
    typeset(&format!("10^{power}"))
}

/// A unit with micro signs, raised exponents and dots for products.
fn typeset(unit: &str) -> String {
    let mut out = String::new();
    let mut raised = false;
    let mut before = ' ';
    let mut rest = unit.chars().peekable();
    while let Some(c) = rest.next() {
        let next_is_letter = rest.peek().is_some_and(|next| next.is_ascii_alphabetic());
        match (c, superscript(c)) {
            ('^', _) => raised = true,
            (_, Some(small)) if raised => out.push(small),
            ('*', _) => {
                raised = false;
                out.push('·');
            }
            ('u', _) if next_is_letter && !before.is_alphanumeric() => out.push('µ'),
            _ => {
                raised = false;
                out.push(c);
            }
        }
        before = c;
    }
    out
}

fn superscript(c: char) -> Option<char> {
    let digit = c
        .to_digit(10)
        .map(|d| ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][d as usize]);
    if c == '-' { Some('⁻') } else { digit }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_typeset() {
        let label = |unit| Axis::new("I", unit).label();
        assert_eq!(label("uA/cm^2"), "I (µA/cm²)");
        assert_eq!(label("ms^-1*us"), "I (ms⁻¹·µs)");
        assert_eq!(label(""), "I");
        assert_eq!(label("amu"), "I (amu)");
        let rate = Axis::new("rate", "Hz");
        assert_eq!(rate.label_in(-12), "rate (10⁻¹² Hz)");
        assert_eq!(Axis::new("n", "").label_in(3), "n (10³)");
    }
}
