//! Natural logarithm of one lane, and powers in f32, without a branch, a call or a table, so that a loop over
//! lanes becomes vector code.
//!
//! Takes and gives reals. The logarithm is that of fdlibm (Sun Microsystems, 1993), its choices made
//! masks: x = m·2ᵏ with m in [√½, √2), s = (m − 1)/(m + 1), and a polynomial in s². Denormal arguments
//! count; those below 0 give NaN and 0 gives −∞. Worst errors over the dense sweeps of the tests, in
//! units in the last place, against sums of two doubles: log 0.8 in both types. Powers in f32
//! are made in f64, as e^(y·log x): 0.51. Those in f64 are in `powers`.
//!
//! Must not know programs or plans.

use super::math::{Elementary, exp, fma};
use super::powers::{plain_power, power, with_exceptions};
use super::real::Real;

/// What logarithms and powers need of a type.
pub(super) trait Logs: Real {
    /// The smallest normal number.
    const SMALLEST: Self;
    /// 2ᵉ, which makes every denormal number normal.
    const LIFT: Self;
    /// e.
    const LIFTED: Self;

    /// m and k of x = m·2ᵏ with m from √½ to √2, for positive normal x.
    fn parts(self) -> (Self, Self);
    /// R with log((1 + s)/(1 − s)) = 2s + s·R for |s| ≤ 0.172; `square` is s².
    fn log_tail<const FMA: bool>(square: Self) -> Self;
    /// x to the power y.
    fn power<const FMA: bool>(self, y: Self) -> Self;
    /// The same, with the same bits, for positive normal x and finite y.
    fn plain_power<const FMA: bool>(self, y: Self) -> Self;
}

/// The natural logarithm.
#[inline(always)]
pub(super) fn log<R: Elementary, const FMA: bool>(x: R) -> R {
    let is_tiny = x < R::SMALLEST;
    let lifted = if is_tiny { x * R::LIFT } else { x };
    let (m, k) = lifted.parts();
    let k = if is_tiny { k - R::LIFTED } else { k };
    let f = m - R::ONE;
    let s = f / (f + R::TWO);
    let half = R::ONE / R::TWO * f * f;
    let tail = s * (half + R::log_tail::<FMA>(s * s));
    let low = fma::<R, FMA>(k, R::LN2_LOW, tail);
    let y = fma::<R, FMA>(k, R::LN2_HIGH, -((half - low) - f));
    let y = if x > R::ZERO { y } else { -R::INFINITY };
    // Written so that NaN takes the second branch.
    let y = if x >= R::ZERO {
        y
    } else {
        R::from_f64(f64::NAN)
    };
    if x < R::INFINITY { y } else { x }
}

/// x to the power y, with the exceptions of IEEE 754.
#[inline(always)]
pub(super) fn pow<R: Elementary, const FMA: bool>(x: R, y: R) -> R {
    x.power::<FMA>(y)
}

/// The same, with the same bits, where [`all_plain`] holds.
#[inline(always)]
pub(super) fn plain_pow<R: Elementary, const FMA: bool>(x: R, y: R) -> R {
    x.plain_power::<FMA>(y)
}

/// Is every x positive, normal and finite, and every y finite?
#[inline(always)]
pub(super) fn all_plain<R: Elementary, const N: usize>(x: &[R; N], y: &[R; N]) -> bool {
    // By bits, because the compiler makes branches of a reduction over floats.
    let (mut least, mut most, mut most_y) = (R::ONE.order(), R::ONE.order(), R::ONE.size());
    for (&x, &y) in x.iter().zip(y) {
        least = least.min(x.order());
        most = most.max(x.order());
        most_y = most_y.max(y.size());
    }
    let end = R::INFINITY.order();
    (least >= R::SMALLEST.order()) & (most < end) & (most_y < end)
}

/// A polynomial by Horner's rule, the highest coefficient first.
macro_rules! horner {
    ($x:expr; $first:expr $(, $rest:expr)*) => {{
        let sum = $first;
        $(let sum = fma::<Self, FMA>(sum, $x, $rest);)*
        sum
    }};
}

impl Logs for f32 {
    const SMALLEST: f32 = f32::MIN_POSITIVE;
    const LIFT: f32 = 33_554_432.0;
    const LIFTED: f32 = 25.0;

    #[inline(always)]
    fn parts(self) -> (f32, f32) {
        // The bits of √½, so that the exponent changes there.
        let bits = self.to_bits().wrapping_add(0x3f80_0000 - 0x3f35_04f3);
        let m = f32::from_bits((bits & 0x007f_ffff) + 0x3f35_04f3);
        // An exponent put into the last places of 2²³ is a number without conversion.
        let k = f32::from_bits((bits >> 23) | 0x4b00_0000) - (8_388_608.0 + 127.0);
        (m, k)
    }

    #[inline(always)]
    fn log_tail<const FMA: bool>(square: f32) -> f32 {
        square * horner!(square; 0.242_790_79, 0.284_987_87, 0.400_009_72, 0.666_666_6)
    }

    #[inline(always)]
    fn power<const FMA: bool>(self, y: f32) -> f32 {
        let (x, wide) = (f64::from(self), f64::from(y));
        let size = exp::<f64, FMA>(wide * log::<f64, FMA>(x.abs()));
        narrow(with_exceptions(size, x, wide))
    }

    #[inline(always)]
    fn plain_power<const FMA: bool>(self, y: f32) -> f32 {
        narrow(exp::<f64, FMA>(
            f64::from(y) * log::<f64, FMA>(f64::from(self)),
        ))
    }
}

#[inline(always)]
fn narrow(x: f64) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "rounding is the meaning")]
    let narrow = x as f32;
    narrow
}

impl Logs for f64 {
    const SMALLEST: f64 = f64::MIN_POSITIVE;
    const LIFT: f64 = 18_014_398_509_481_984.0;
    const LIFTED: f64 = 54.0;

    #[inline(always)]
    fn parts(self) -> (f64, f64) {
        const ROOT: u64 = 0x3fe6_a09e_667f_3bcd;
        let bits = self.to_bits().wrapping_add(0x3ff0_0000_0000_0000 - ROOT);
        let m = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) + ROOT);
        let k = f64::from_bits((bits >> 52) | 0x4330_0000_0000_0000)
            - (4_503_599_627_370_496.0 + 1023.0);
        (m, k)
    }

    #[inline(always)]
    #[expect(clippy::excessive_precision, reason = "as published")]
    fn log_tail<const FMA: bool>(square: f64) -> f64 {
        square
            * horner!(square; 1.479_819_860_511_658_591e-1, 1.531_383_769_920_937_332e-1,
                1.818_357_216_161_805_012e-1, 2.222_219_843_214_978_396e-1,
                2.857_142_874_366_239_149e-1, 3.999_999_999_940_941_908e-1,
                6.666_666_666_666_735_130e-1)
    }

    #[inline(always)]
    fn power<const FMA: bool>(self, y: f64) -> f64 {
        power::<FMA>(self, y)
    }

    #[inline(always)]
    fn plain_power<const FMA: bool>(self, y: f64) -> f64 {
        plain_power::<FMA>(self, y)
    }
}
