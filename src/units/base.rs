//! The units a model is computed in: ms, mV, and the current and length of its first input.
//!
//! So pA brings nS and pF, nA brings uS and nF, uA/cm^2 brings mS/cm^2 and uF/cm^2, and the equations
//! hold without factors.

use super::names::{PREFIXES, SYMBOLS};
use super::{Dim, Unit, scale_by_ten};

/// Powers of ten of the units of computation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BaseSystem {
    current10: i32,
    length10: i32,
}

impl Default for BaseSystem {
    /// nA and cm.
    fn default() -> BaseSystem {
        BaseSystem {
            current10: -9,
            length10: -2,
        }
    }
}

impl BaseSystem {
    /// The system in which `unit`, a current or current density, is 1; nA or uA/cm^2 where it has no
    /// prefix; none if it is neither.
    pub fn for_current(unit: &Unit) -> Option<BaseSystem> {
        let standard = BaseSystem::default();
        let area = Dim::LENGTH.times(Dim::LENGTH);
        let density = unit.dim == Dim::CURRENT.per(area);
        if unit.dim != Dim::CURRENT && !density {
            return None;
        }
        let length10 = if density {
            unit.length10.unwrap_or(standard.length10)
        } else {
            standard.length10
        };
        // Volt, amp and siemens without prefix say nothing of the size of the numbers.
        match unit.current10 {
            Some(0) => Some(BaseSystem {
                current10: if density { -6 } else { -9 },
                length10: -2,
            }),
            Some(current10) => Some(BaseSystem {
                current10,
                length10,
            }),
            None => Some(standard),
        }
    }

    /// Powers of ten: time, voltage, current, length, amount, temperature. Amounts are such that
    /// concentrations are in mM.
    fn exponents(self) -> [i32; 6] {
        [-3, -3, self.current10, self.length10, 3 * self.length10, 0]
    }

    /// The power of ten in SI, in twelfths, of the unit of computation for `dim`.
    pub fn exp12(self, dim: Dim) -> i32 {
        let products = dim
            .twelfths()
            .into_iter()
            .zip(self.exponents())
            .map(|(d, e)| d.saturating_mul(e));
        products.fold(0, i32::saturating_add)
    }

    /// A number in `unit` as a number in the unit of computation.
    pub fn to_base(self, value: f64, unit: &Unit) -> f64 {
        scale_by_ten(value, unit.exp12.saturating_sub(self.exp12(unit.dim)))
    }

    /// A number in the unit of computation as a number in `unit`.
    pub fn from_base(self, value: f64, unit: &Unit) -> f64 {
        scale_by_ten(value, self.exp12(unit.dim).saturating_sub(unit.exp12))
    }

    /// The unit of computation for `dim`, with a name a reader knows where there is one.
    pub fn unit(self, dim: Dim) -> Unit {
        Unit::of(dim, self.exp12(dim), self.label(dim))
    }

    fn label(self, dim: Dim) -> String {
        if dim.is_none() {
            return "1".to_owned();
        }
        let area = Dim::LENGTH.times(Dim::LENGTH);
        let below = [
            area,
            Dim::TIME,
            Dim::VOLTAGE,
            Dim::TIME.times(Dim::TIME),
            Dim::VOLTAGE.times(Dim::VOLTAGE),
        ];
        let quotient = || {
            below.into_iter().find_map(|under| {
                let over = dim.times(under);
                let over = if over.is_none() {
                    "1".to_owned()
                } else {
                    self.symbol(over)?
                };
                Some(format!("{over}/{}", self.product(under)))
            })
        };
        self.symbol(dim)
            .or_else(quotient)
            .unwrap_or_else(|| self.product(dim))
    }

    /// Prefix and symbol for a dimension that has a symbol.
    fn symbol(self, dim: Dim) -> Option<String> {
        let (symbol, _, own) = SYMBOLS.iter().find(|row| row.1 == dim)?;
        let power = self.exp12(dim) / 12 - own;
        match PREFIXES.iter().find(|(_, by)| *by == power) {
            Some((prefix, _)) => Some(format!("{prefix}{symbol}")),
            None if power == 0 && *symbol == "m" => Some("meter".to_owned()),
            None if power == 0 => Some((*symbol).to_owned()),
            None => None,
        }
    }

    /// The general form: `mV^2*ms`.
    fn product(self, dim: Dim) -> String {
        let bases = [
            Dim::VOLTAGE,
            Dim::CURRENT,
            Dim::TIME,
            Dim::LENGTH,
            Dim::AMOUNT,
            Dim::TEMPERATURE,
        ];
        let order = [1, 2, 0, 3, 4, 5];
        let factor = |(base, index): (Dim, usize)| {
            let name = self.symbol(base).unwrap_or_else(|| "?".to_owned());
            match dim.twelfths()[index] {
                0 => None,
                12 => Some(name),
                power if power % 12 == 0 => Some(format!("{name}^{}", power / 12)),
                power => {
                    let by = (1..=12).rev().find(|by| power % by == 0 && 12 % by == 0);
                    let by = by.unwrap_or(1);
                    Some(format!("{name}^({}/{})", power / by, 12 / by))
                }
            }
        };
        bases
            .into_iter()
            .zip(order)
            .filter_map(factor)
            .collect::<Vec<_>>()
            .join("*")
    }
}
