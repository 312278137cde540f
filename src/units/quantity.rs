//! Quantities as the command line and TOML give them: `300 ms`, `10*mV`, `0.1/ms`, or a bare number.

use super::{BaseSystem, Unit};
use crate::diag::shorten;

/// Splits a quantity into its number and the text of its unit (empty for a bare number). None where
/// it does not begin with a number.
pub fn split_quantity(text: &str) -> Option<(f64, String)> {
    let text = text.trim();
    let length = number_length(text)?;
    let value: f64 = text[..length].parse().ok()?;
    let rest = text[length..].trim();
    let unit = match rest.as_bytes().first() {
        Some(b'*') if !rest.starts_with("**") => rest[1..].trim().to_owned(),
        Some(b'*' | b'^') => return None,
        Some(b'/') => format!("1{rest}"),
        _ => rest.to_owned(),
    };
    Some((value, unit))
}

/// The length of the decimal number a text begins with.
fn number_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let digits = |from: usize| {
        bytes[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let sign = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    let whole = digits(sign);
    let mut end = sign + whole;
    let mut seen = whole;
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        seen += fraction;
        end += 1 + fraction;
    }
    if seen == 0 {
        return None;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'-' | b'+')));
        let exponent = if end + 1 + sign <= bytes.len() {
            digits(end + 1 + sign)
        } else {
            0
        };
        end += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    Some(end)
}

/// Reads a quantity and converts it to the unit of computation. A bare number is in `declared`.
///
/// # Errors
/// A sentence for the user: no number, not finite, unknown unit, or a unit of another dimension.
pub fn parse_quantity(text: &str, declared: &Unit, base: &BaseSystem) -> Result<f64, String> {
    let shown = shorten(text);
    let shown = shown.as_str();
    let split = split_quantity(text).filter(|(value, _)| value.is_finite());
    let (value, unit_text) = split.ok_or_else(|| match declared.label.as_str() {
        "1" => format!("`{shown}` is not a number"),
        label => {
            format!("`{shown}` is not a quantity: write a number with a unit, such as `10 {label}`")
        }
    })?;
    if unit_text.is_empty() {
        return finite(base.to_base(value, declared), shown);
    }
    let unit = Unit::parse(&unit_text).map_err(|error| format!("in `{shown}`: {error}"))?;
    if unit.dim != declared.dim {
        let needed = if declared.dim.is_none() {
            "a number without unit"
        } else {
            declared.label.as_str()
        };
        return Err(format!(
            "`{shown}` has the wrong unit: `{unit}` where {needed} is expected"
        ));
    }
    finite(base.to_base(value, &unit), shown)
}

fn finite(value: f64, shown: &str) -> Result<f64, String> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(format!("`{shown}` is too large"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Dim;

    fn unit(text: &str) -> Unit {
        Unit::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn system(text: &str) -> BaseSystem {
        BaseSystem::for_current(&unit(text)).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn the_first_current_brings_units_in_which_no_factor_is_needed() {
        for (input, units) in [
            ("pA", ["nS", "pF", "Gohm", "1"]),
            ("nA", ["uS", "nF", "Mohm", "mV"]),
            ("uA/cm^2", ["mS/cm^2", "uF/cm**2", "mM", "ms"]),
            (
                "uamp/cm2",
                [
                    "msiemens/cm2",
                    "ufarad*cm**-2",
                    "umol/cm^3",
                    "mV/(mV*ms)*ms",
                ],
            ),
            ("mA/mm^2", ["S/mm^2", "mF/mm^2", "mM", "mA"]),
        ] {
            let base = system(input);
            for text in units.into_iter().chain([input]) {
                assert_eq!(base.to_base(0.3, &unit(text)), 0.3, "{text} with {input}");
            }
        }
        assert_eq!(system("amp"), system("nA"));
        assert_eq!(system("amp/meter**2"), system("uA/cm^2"));
    }

    #[test]
    fn conversions_move_the_decimal_point_exactly() {
        let base = system("uA/cm^2");
        assert_eq!(base.to_base(120.0, &unit("mS/cm^2")), 120.0);
        assert_eq!(base.to_base(0.007, &unit("V")), 7.0);
        assert_eq!(base.to_base(0.0011, &unit("s")), 1.1);
        assert_eq!(base.to_base(1200.0, &unit("siemens/meter**2")), 120.0);
        assert_eq!(base.from_base(0.1, &unit("Hz")), 100.0);
        assert_eq!(base.from_base(-54.387, &unit("V")), -0.054387);
        assert_eq!(system("nA").to_base(10.0, &unit("Mohm")), 10.0);
    }

    #[test]
    fn unit_names_are_those_of_the_field_and_of_brian() {
        for (one, other) in [
            ("mV", "mvolt"),
            ("ms", "msecond"),
            ("mA", "mamp"),
            ("nS", "nsiemens"),
            ("uF", "ufarad"),
            ("µF", "ufarad"),
            ("Mohm", "MOhm"),
            ("kohm", "kOhm"),
            ("pA", "pamp"),
            ("Hz", "1/second"),
            ("cm^2", "cm2"),
            ("C", "A*s"),
            ("J", "V*coulomb"),
            ("um", "umetre"),
            ("mM", "mol/meter**3"),
        ] {
            let (one, other) = (unit(one), unit(other));
            assert_eq!(
                (one.dim, one.exp12()),
                (other.dim, other.exp12()),
                "{one} {other}"
            );
        }
        for text in [
            "m", "h", "n", "degC", "mv", "xyz", "", "mV/", "mV mV", "mV^x", "mV^(2", "mV^1.5", "2",
            "(mV",
        ] {
            assert!(Unit::parse(text).is_err(), "{text}");
        }
        assert!(Unit::parse(&"(".repeat(100_000)).is_err());
        assert!(Unit::parse(&"mV*".repeat(100_000)).is_err());
    }

    #[test]
    fn refusals_of_units_say_what_to_write() {
        let message = |text: &str| {
            Unit::parse(text)
                .map_err(|error| error.message)
                .err()
                .unwrap_or_default()
        };
        assert_eq!(message("mv"), "`mv` is not a unit; did you mean `mV`?");
        assert!(message("degC").contains("write the temperature in K"));
        assert!(message("m").contains("write `meter`"));
    }

    #[test]
    fn quantities_are_read_in_every_form() {
        let base = BaseSystem::default();
        let ms = unit("ms");
        for (text, value) in [
            ("300 ms", 300.0),
            ("300ms", 300.0),
            ("0.3*second", 300.0),
            (" 0.3 s ", 300.0),
            ("-.5e1", -5.0),
            ("1e3 us", 1.0),
            ("5", 5.0),
        ] {
            assert_eq!(parse_quantity(text, &ms, &base), Ok(value), "{text}");
        }
        assert_eq!(parse_quantity("100/s", &unit("Hz"), &base), Ok(0.1));
    }

    #[test]
    fn quantities_that_make_no_sense_are_refused_with_a_sentence() {
        let base = BaseSystem::default();
        for text in [
            "nan", "inf", "1e999", "", "ms", "5 mV", "5 xx", "5^2", "5**2", "1e308 s", "5 5", "é",
            "1e", "--5",
        ] {
            assert!(parse_quantity(text, &unit("ms"), &base).is_err(), "{text}");
        }
        let error = parse_quantity("300 ms", &unit("mS/cm^2"), &base);
        let expected = "`300 ms` has the wrong unit: `ms` where mS/cm^2 is expected";
        assert_eq!(error, Err(expected.to_owned()));
    }

    #[test]
    fn units_of_computation_have_names_a_reader_knows() {
        let base = system("uA/cm^2");
        for text in [
            "mV", "ms", "mS/cm^2", "uF/cm^2", "uA/cm^2", "1/ms", "mV/ms", "mM", "1", "mV^2",
            "mV/ms^2", "1/mV",
        ] {
            assert_eq!(base.unit(unit(text).dim).label, text);
        }
        assert_eq!(system("nA").unit(unit("ohm").dim).label, "Mohm");
        assert_eq!(
            base.unit(Dim::VOLTAGE.power(0.5).unwrap_or_default()).label,
            "mV^(1/2)"
        );
    }
}
