//! The drawn part of an axis: its ends, round ticks and their text. Takes values, gives
//! fractions of a length, and words. Must not know the picture.

use super::axis::{Spacing, power_of_ten};

/// Larger magnitudes are drawn as gaps: differences of them are no numbers.
const LARGEST: f64 = 1e300;

/// The part of an axis that is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    low: f64,
    high: f64,
    spacing: Spacing,
}

impl Range {
    /// From the least to the greatest value; 0 to 1 if there is none.
    pub(super) fn of(values: impl Iterator<Item = f64>, spacing: Spacing) -> Range {
        let smallest = match spacing {
            Spacing::Linear => -LARGEST,
            Spacing::Log => f64::MIN_POSITIVE,
        };
        let values = values.filter(|x| (smallest..=LARGEST).contains(x));
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
            (low.min(x), high.max(x))
        });
        let (low, high) = match (low > high, spacing) {
            (true, Spacing::Linear) => (0.0, 1.0),
            (true, Spacing::Log) => (1.0, 10.0),
            (false, _) => (low, high),
        };
        let mut range = Range { low, high, spacing };
        range.widen();
        range
    }

    /// A point, or values that differ by rounding only, still need a length.
    fn widen(&mut self) {
        match self.spacing {
            Spacing::Linear => {
                let size = self.low.abs().max(self.high.abs());
                if self.high - self.low <= 1e-9 * size || size < 1e-300 {
                    let half = if size < 1e-300 { 1.0 } else { 0.05 * size };
                    self.low -= half;
                    self.high += half;
                }
            }
            Spacing::Log => {
                if self.high / self.low < 1.0 + 1e-9 {
                    self.low /= 2.0;
                    self.high *= 2.0;
                }
            }
        }
    }

    /// Linear ranges of values that are never negative start at 0, unless they all lie far from
    /// it; the others get some room.
    pub(super) fn of_results(values: impl Iterator<Item = f64> + Clone, spacing: Spacing) -> Range {
        let range = Range::of(values.clone(), spacing);
        if spacing == Spacing::Log {
            return range;
        }
        let exact = values.filter(|x| x.abs() <= LARGEST);
        let low = exact.clone().fold(f64::INFINITY, f64::min);
        let high = exact.fold(f64::NEG_INFINITY, f64::max);
        if low >= 0.0 && high < 1e-300 {
            return Range {
                low: 0.0,
                high: 1.0,
                ..range
            };
        }
        let from_zero = low >= 0.0 && (low < 0.7 * high || low == high);
        if from_zero {
            Range {
                low: 0.0,
                high,
                ..range
            }
        } else {
            range
        }
    }

    /// Where in 0..=1 a value lies; `None` for a gap. Values outside are moved to the ends.
    pub(super) fn fraction(&self, x: f64) -> Option<f64> {
        let fraction = match self.spacing {
            // Ends that were widened lie beyond the largest value.
            Spacing::Linear if x.abs() <= 10.0 * LARGEST => (x - self.low) / (self.high - self.low),
            Spacing::Log if x > 0.0 && x <= 10.0 * LARGEST => {
                (x.ln() - self.low.ln()) / (self.high.ln() - self.low.ln())
            }
            Spacing::Linear | Spacing::Log => return None,
        };
        Some(fraction.clamp(0.0, 1.0))
    }

    /// Round values in the range, about `most` of them, with their texts.
    pub(super) fn ticks(&self, most: usize) -> Ticks {
        let most = most.max(2);
        match self.spacing {
            Spacing::Linear => self.linear_ticks(most),
            Spacing::Log => self.log_ticks(most),
        }
    }

    fn linear_ticks(&self, most: usize) -> Ticks {
        let raw = (self.high - self.low) / most as f64;
        let unit = 10_f64.powf(raw.log10().floor());
        let factor = [1.0, 2.0, 2.5, 5.0]
            .into_iter()
            .find(|f| f * unit >= raw * 0.999);
        let step = factor.unwrap_or(10.0) * unit;
        // An end that misses a round value by less than anyone can see still gets its text.
        let slack = 1e-3 * (self.high - self.low);
        let first = ((self.low - slack) / step).ceil();
        let values: Vec<f64> = (0..=most + 1)
            .map(|i| (first + i as f64) * step)
            .take_while(|tick| *tick <= self.high + slack)
            .collect();
        let digits = if factor == Some(2.5) { 1 } else { 0 };
        let step_power = step.log10().round_down() - digits;
        let power = common_power(&values, step_power);
        let text = |tick: f64| plain(tick, power, step_power);
        let place = |tick: f64| tick.clamp(self.low, self.high);
        Ticks {
            marks: values.into_iter().map(|t| (place(t), text(t))).collect(),
            minor: Vec::new(),
            power,
        }
    }

    fn log_ticks(&self, most: usize) -> Ticks {
        let first = self.low.log10().floor() as i32;
        let last = self.high.log10().ceil() as i32;
        let inside = |tick: &f64| (self.low * 0.999_999..=self.high * 1.000_001).contains(tick);
        let stride = ((last - first) as usize).div_ceil(most + 1).max(1);
        let powers: Vec<i32> = (first..=last).collect();
        let multiples = |of: &[f64]| -> Vec<f64> {
            let all = powers.iter().flat_map(|power| {
                let ten = 10_f64.powi(*power);
                of.iter().map(move |multiple| multiple * ten)
            });
            all.filter(inside).collect()
        };
        let between = match powers.len() <= MOST_MINOR_DECADES {
            true => multiples(&[2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]),
            false => Vec::new(),
        };
        let decades = powers.iter().copied().step_by(stride);
        let decades: Vec<i32> = decades.filter(|p| inside(&10_f64.powi(*p))).collect();
        if decades.len() < 2 {
            return self.few_log_ticks(most, multiples(&[1.0, 2.0, 5.0]), between);
        }
        let raised = decades.iter().any(|power| !(-3..=3).contains(power));
        let mark = |power: i32| {
            let text = match raised {
                true => power_of_ten(power),
                false => plain(10_f64.powi(power), 0, power),
            };
            (10_f64.powi(power), text)
        };
        Ticks {
            marks: decades.into_iter().map(mark).collect(),
            minor: between,
            power: 0,
        }
    }

    /// Within less than two decades.
    fn few_log_ticks(&self, most: usize, values: Vec<f64>, minor: Vec<f64>) -> Ticks {
        if values.len() < 3 {
            return self.linear_ticks(most);
        }
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let power = common_power(&values, least.log10().round_down());
        let text = |tick: f64| plain(tick, power, tick.log10().round_down());
        Ticks {
            marks: values.into_iter().map(|t| (t, text(t))).collect(),
            minor,
            power,
        }
    }
}

/// What marks an axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ticks {
    /// Round values with their texts.
    pub(super) marks: Vec<(f64, String)>,
    /// Values that get a short mark without text.
    pub(super) minor: Vec<f64>,
    /// The texts are in units of this power of ten.
    pub(super) power: i32,
}

/// Over more decades, marks between them would be a smear.
const MOST_MINOR_DECADES: usize = 8;

/// The power of ten that the texts of ticks leave to the axis's label, a multiple of three: 0 where
/// the numbers are short as they are.
fn common_power(ticks: &[f64], step_power: i32) -> i32 {
    let largest = ticks.iter().fold(0.0_f64, |a, tick| a.max(tick.abs()));
    let power = largest.max(f64::MIN_POSITIVE).log10().round_down();
    if power >= 5 || step_power < -3 && power < 0 {
        power.div_euclid(3) * 3
    } else {
        0
    }
}

trait RoundDown {
    /// The power of ten, also when rounding has made 10^-3 a little less.
    fn round_down(self) -> i32;
}

impl RoundDown for f64 {
    fn round_down(self) -> i32 {
        (self + 1e-9).floor() as i32
    }
}

/// A tick in units of a power of ten, with as many decimals as steps of another need. Thousands
/// stand apart from 10 000 on.
fn plain(tick: f64, power: i32, step_power: i32) -> String {
    if tick == 0.0 {
        return "0".to_owned();
    }
    let decimals = (power - step_power).max(0) as usize;
    // Powers beyond 10^308 are no numbers.
    let shifted = match power {
        0 => tick,
        _ => tick / 10_f64.powi(power / 2) / 10_f64.powi(power - power / 2),
    };
    let text = format!("{shifted:.decimals$}");
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => ("\u{2212}", rest),
        None => ("", text.as_str()),
    };
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    if whole.len() < 5 {
        return format!("{sign}{whole}{rest}");
    }
    let (thousands, last) = whole.split_at(whole.len() - 3);
    format!("{sign}{thousands}\u{2009}{last}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[f64], spacing: Spacing) -> Vec<String> {
        let range = Range::of(values.iter().copied(), spacing);
        let ticks = range.ticks(5);
        let power = (ticks.power != 0).then(|| power_of_ten(ticks.power));
        let texts = ticks.marks.into_iter().map(|(_, text)| text);
        texts.chain(power).collect()
    }

    #[test]
    fn ticks_are_round() {
        let linear = |low, high| texts(&[low, high], Spacing::Linear).join(" ");
        assert_eq!(linear(0.0, 50.0), "0 10 20 30 40 50");
        assert_eq!(linear(-75.3, 41.0), "−75 −50 −25 0 25");
        assert_eq!(linear(0.0, 999.99), "0 200 400 600 800 1000");
        assert_eq!(linear(0.0, 0.3), "0 0.1 0.2 0.3");
        assert_eq!(linear(0.0, 2.2e6), "0 0.5 1.0 1.5 2.0 10⁶");
        assert_eq!(linear(1e-7, 3e-7), "100 150 200 250 300 10⁻⁹");
        assert_eq!(linear(7.0, 7.0), "6.8 7.0 7.2");
        assert_eq!(
            linear(-5e4, 2e4),
            "−40\u{2009}000 −20\u{2009}000 0 20\u{2009}000"
        );
        assert_eq!(linear(0.0, 0.003), "0 0.001 0.002 0.003");
        assert_eq!(linear(0.0, 1e300), "0 0.2 0.4 0.6 0.8 1.0 10³⁰⁰");
        let log = |low, high| texts(&[low, high], Spacing::Log).join(" ");
        assert_eq!(log(1.0, 1000.0), "1 10 100 1000");
        assert_eq!(log(0.2, 20.0), "1 10");
        assert_eq!(log(0.2, 4.0), "0.2 0.5 1 2");
        assert_eq!(log(1e5, 9e5), "100 200 500 10³");
        assert_eq!(log(1e3, 1e6), "10³ 10⁴ 10⁵ 10⁶");
        assert_eq!(log(80.0, 160.0), "80 100 120 140 160");
    }

    #[test]
    fn strange_data_have_ranges_ticks_and_places() {
        let strange = [
            vec![],
            vec![f64::NAN],
            vec![f64::INFINITY, f64::NEG_INFINITY],
            vec![0.0],
            vec![-65.0, -65.0],
            vec![f64::MAX, f64::MIN],
            vec![1e300, -1e300],
            vec![5e-324, 0.0],
            vec![1.0, 1.0 + f64::EPSILON],
            vec![1e12, 1e12 + 0.001],
            vec![1e-300, 1e300],
        ];
        for values in strange {
            for spacing in [Spacing::Linear, Spacing::Log] {
                let all = values.iter().copied();
                for range in [
                    Range::of(all.clone(), spacing),
                    Range::of_results(all, spacing),
                ] {
                    let ticks = range.ticks(5).marks;
                    assert!(
                        !ticks.is_empty() && ticks.len() < 20,
                        "{values:?}: {ticks:?}"
                    );
                    for (tick, _) in ticks {
                        let fraction = range.fraction(tick).expect("a place");
                        assert!((0.0..=1.0).contains(&fraction), "{values:?}: {fraction}");
                    }
                    assert_eq!(range.fraction(f64::NAN), None);
                    assert_eq!(range.fraction(f64::INFINITY), None);
                }
            }
        }
    }
}
