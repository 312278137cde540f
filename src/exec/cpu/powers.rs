//! Powers of one lane in f64, and what both types make of exceptional arguments, without a branch, a
//! call or a table, so that a loop over lanes becomes vector code.
//!
//! Takes and gives f64. xʸ = e^(y·log x) multiplies the error of the logarithm by up to 709, so the
//! logarithm has ten bits more than a double: x = m·2ᵏ with m in [√½, √2), s = (m − 1)/(m + 1), and
//! 3/2·log m = s·(3 + s² + s⁴·P(s²)) with s, s² and the factor each in an upper half, whose products are
//! exact, and the rest. This is how fdlibm's `e_pow` does it (Sun Microsystems, 1993), but for its table
//! of two; P is a minimax polynomial of our own, the logarithm's error by it 2⁻⁶⁶. The unit ⅔ stays in
//! place until the exponential is taken. Denormal x count; results below 2.227·10⁻³⁰⁸ are 0.
//!
//! Worst error over the dense sweeps of the tests, against sums of two doubles: 1.1 units in the last
//! place, with and without FMA.
//!
//! Must not know programs or plans.

use super::logs::Logs;
use super::math::{Elementary, fma, halves};

/// 3/2·log 2, its leading bits: a product with a whole exponent is exact.
const UNIT_HIGH: f64 = 1.039_720_770_437_270_4;
/// The rest.
const UNIT_LOW: f64 = 4.026_475_612_175_23e-10;
/// ⅔, and what its rounding lost.
const TWO_THIRDS: f64 = 0.666_666_666_666_666_6;
const TWO_THIRDS_LOW: f64 = 3.700_743_415_417_188e-17;

/// x to the power y.
#[inline(always)]
pub(super) fn power<const FMA: bool>(x: f64, y: f64) -> f64 {
    let size = x.abs();
    let is_tiny = size < f64::SMALLEST;
    let lifted = if is_tiny { size * f64::LIFT } else { size };
    let (m, k) = lifted.parts();
    let k = if is_tiny { k - f64::LIFTED } else { k };
    let (high, low) = log::<FMA>(m, k);
    let high = if size > 0.0 { high } else { f64::NEG_INFINITY };
    // Written so that NaN takes the second branch.
    let high = if size < f64::INFINITY { high } else { size };
    with_exceptions(exp_of_product::<FMA>(y, high, low), x, y)
}

/// x to the power y for positive normal x and finite y, with the bits of [`power`].
#[inline(always)]
pub(super) fn plain_power<const FMA: bool>(x: f64, y: f64) -> f64 {
    let (m, k) = x.parts();
    let (high, low) = log::<FMA>(m, k);
    exp_of_product::<FMA>(y, high, low)
}

/// x to the power y by the exceptions of IEEE 754, where |x| to the power y is `size` by e^(y·log |x|).
#[inline(always)]
pub(super) fn with_exceptions(size: f64, x: f64, y: f64) -> f64 {
    // Where the product is no number, but the power is 1.
    let is_one = (y == 0.0) | (x == 1.0) | ((x == -1.0) & !y.is_nan());
    let size = if is_one { 1.0 } else { size };
    let whole = is_whole(y);
    let odd = whole & !is_whole(0.5 * y);
    let negative = odd & x.is_sign_negative();
    let signed = if negative { -size } else { size };
    let is_none = (x < 0.0) & (x > f64::NEG_INFINITY) & !whole;
    if is_none { f64::NAN } else { signed }
}

/// Infinities are. By a sum, because rounding to a whole number is a call where the processor cannot.
#[inline(always)]
fn is_whole(y: f64) -> bool {
    const WHOLE: f64 = 4_503_599_627_370_496.0;
    let y = y.abs();
    let rounded = (y + WHOLE) - WHOLE;
    let rounded = if y < WHOLE { rounded } else { y };
    rounded == y
}

/// 3/2 of the logarithm of m·2ᵏ, in two doubles.
#[inline(always)]
fn log<const FMA: bool>(m: f64, k: f64) -> (f64, f64) {
    let f = m - 1.0;
    let below = f + 2.0;
    let inverse = 1.0 / below;
    let s_high = upper(f * inverse);
    let below_high = upper(below);
    let below_low = f - (below_high - 2.0);
    let rest = fma::<f64, FMA>(-s_high, below_high, f);
    let s_low = fma::<f64, FMA>(-s_high, below_low, rest) * inverse;
    let s = s_high + s_low;
    // s² of the upper bits is exact.
    let square_high = s_high * s_high;
    let square_low = s_low * (s_high + s);
    let z = square_high + square_low;
    let series = fma::<f64, FMA>(z * z, series::<FMA>(z), square_low);
    let factor = upper(3.0 + square_high + series);
    let factor_low = series - ((factor - 3.0) - square_high);
    let log_m = s_high * factor;
    let log_m_low = fma::<f64, FMA>(s_low, factor, factor_low * s);
    // And that of 2ᵏ, which is not the smaller if it is not 0.
    let log_2 = k * UNIT_HIGH;
    let high = log_2 + log_m;
    let lost = log_m - (high - log_2);
    (high, lost + fma::<f64, FMA>(k, UNIT_LOW, log_m_low))
}

/// P with 3/2·log((1 + s)/(1 − s)) = s·(3 + z + z²·P) for z = s² ≤ 0.0295.
#[inline(always)]
fn series<const FMA: bool>(z: f64) -> f64 {
    halves::<f64, FMA, _>(
        &[
            0.197_945_596_831_582_44,
            0.198_852_191_864_530_96,
            0.230_801_363_292_226_84,
            0.272_726_765_431_246_4,
            0.333_333_337_799_755_05,
            0.428_571_428_551_488_16,
            0.600_000_000_000_033_8,
        ],
        z,
    )
}

/// e to the power ⅔·y·(high + low).
#[inline(always)]
fn exp_of_product<const FMA: bool>(y: f64, high: f64, low: f64) -> f64 {
    // 1/(3/2·log 2).
    const PER_UNIT: f64 = 0.961_796_693_925_975_6;
    let product = y * high;
    let lost = fma::<f64, FMA>(y, low, lost::<FMA>(y, high, product));
    // Beyond, the power is 0, infinite or NaN, and what was lost may be anything.
    let lost = if product.abs() < 2048.0 { lost } else { 0.0 };
    let t = product + lost;
    let rounded = fma::<f64, FMA>(t, PER_UNIT, f64::ROUNDER);
    let n = rounded - f64::ROUNDER;
    // Exact.
    let rest = fma::<f64, FMA>(-n, UNIT_HIGH, product);
    let rest_low = fma::<f64, FMA>(-n, UNIT_LOW, lost);
    let t_left = rest + rest_low;
    let t_lost = rest_low - (t_left - rest);
    let low = fma::<f64, FMA>(TWO_THIRDS, t_lost, TWO_THIRDS_LOW * t_left);
    let r = fma::<f64, FMA>(TWO_THIRDS, t_left, low);
    let p = 1.0 + fma::<f64, FMA>(r * r, f64::tail::<FMA>(r), r);
    let y = f64::scale(p, rounded);
    let y = if t >= 1.5 * f64::EXP_MIN { y } else { 0.0 };
    // Written so that NaN takes the second branch.
    if (t <= 1064.7) & ((n < 1024.0) | (p < 1.0)) {
        y
    } else {
        t + f64::INFINITY
    }
}

/// What the rounded product of a and b has lost.
#[inline(always)]
fn lost<const FMA: bool>(a: f64, b: f64, product: f64) -> f64 {
    if FMA {
        return a.mul_add(b, -product);
    }
    let (a_high, b_high) = (upper(a), upper(b));
    let (a_low, b_low) = (a - a_high, b - b_high);
    let middle = (a_high * b_high - product) + a_high * b_low + a_low * b_high;
    middle + a_low * b_low
}

/// The first 26 of a number's 53 bits.
#[inline(always)]
fn upper(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & !0x07ff_ffff)
}
