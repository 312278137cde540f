//! Dimensions: the exponents of time, voltage, current, length, amount and temperature.
//!
//! Exponents are held in twelfths, so that square, cube and fourth roots are exact.

/// Exponents are multiples of one twelfth.
const TWELFTHS: i32 = 12;
/// No exponent beyond this (in twelfths) can be reached by raising to a power.
const MAX_EXPONENT: f64 = 12.0 * 1000.0;

/// The dimension of a quantity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Dim([i32; 6]);

const fn one(index: usize) -> Dim {
    let mut exponents = [0; 6];
    exponents[index] = TWELFTHS;
    Dim(exponents)
}

impl Dim {
    /// A plain number.
    pub const NONE: Dim = Dim([0; 6]);
    /// Time; SI unit second.
    pub const TIME: Dim = one(0);
    /// Electric potential; SI unit volt.
    pub const VOLTAGE: Dim = one(1);
    /// Electric current; SI unit ampere.
    pub const CURRENT: Dim = one(2);
    /// Length; SI unit metre.
    pub const LENGTH: Dim = one(3);
    /// Amount of substance; SI unit mole.
    pub const AMOUNT: Dim = one(4);
    /// Temperature; SI unit kelvin.
    pub const TEMPERATURE: Dim = one(5);

    /// Whether this is a plain number.
    pub fn is_none(self) -> bool {
        self == Dim::NONE
    }

    /// The dimension of a product.
    #[must_use]
    pub const fn times(self, other: Dim) -> Dim {
        let mut out = self.0;
        let mut index = 0;
        while index < out.len() {
            out[index] = out[index].saturating_add(other.0[index]);
            index += 1;
        }
        Dim(out)
    }

    /// The dimension of a quotient.
    #[must_use]
    pub const fn per(self, other: Dim) -> Dim {
        let mut out = self.0;
        let mut index = 0;
        while index < out.len() {
            out[index] = out[index].saturating_sub(other.0[index]);
            index += 1;
        }
        Dim(out)
    }

    /// The dimension of a power; none where an exponent would not be a multiple of 1/12 or is absurd.
    #[must_use]
    pub fn power(self, exponent: f64) -> Option<Dim> {
        let mut out = self.0;
        for value in &mut out {
            let raised = f64::from(*value) * exponent;
            // 1/3 is not exact in binary; anything this near a twelfth was meant as one.
            let rounded = raised.round();
            if !raised.is_finite()
                || (raised - rounded).abs() > 1e-9
                || rounded.abs() > MAX_EXPONENT
            {
                return None;
            }
            *value = rounded as i32;
        }
        Some(Dim(out))
    }

    /// The dimension of a square root.
    #[must_use]
    pub fn sqrt(self) -> Option<Dim> {
        self.power(0.5)
    }

    /// Exponents in twelfths: time, voltage, current, length, amount, temperature.
    pub fn twelfths(self) -> [i32; 6] {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Dim;

    #[test]
    fn roots_are_exact_and_impossible_powers_are_refused() {
        let area = Dim::LENGTH.times(Dim::LENGTH);
        assert_eq!(area.sqrt(), Some(Dim::LENGTH));
        assert_eq!(
            Dim::VOLTAGE
                .power(1.0 / 3.0)
                .and_then(|root| root.power(3.0)),
            Some(Dim::VOLTAGE)
        );
        assert_eq!(Dim::VOLTAGE.power(0.1), None);
        assert_eq!(Dim::VOLTAGE.power(f64::NAN), None);
        assert_eq!(Dim::VOLTAGE.power(1e300), None);
        assert_eq!(area.per(area), Dim::NONE);
    }
}
