//! Elementary functions of one lane, written so that a loop over lanes becomes vector code: no
//! branch, no call, no table.
//!
//! Takes and gives reals; `FMA` says whether the processor multiplies and adds in one instruction.
//! NaN survives, overflow gives infinity, and what would be denormal is 0, so no lane ever costs a
//! microcode assist. Worst errors over the dense sweeps of the tests, in units in the last place,
//! against sums of two doubles:
//!
//! | | exp | expm1 | exprel | 1/exprel | tanh |
//! |---|---|---|---|---|---|
//! | f32 with FMA | 1.1 | 1.6 | 2.5 | 2.0 | 2.5 |
//! | f32 without | 1.1 | 1.7 | 3.8 | 2.0 | 2.5 |
//! | f64 with FMA | 1.1 | 1.9 | 2.5 | 2.1 | 2.5 |
//! | f64 without | 1.1 | 1.9 | 3.8 | 2.1 | 2.5 |
//!
//! The worst of exprel is at the lower end of its polynomial, where it is a difference.
//!
//! The part (1 − e⁻ʳ)/r of a relaxation: in f32 0.8 up to r = 1/2 (0.9 without FMA), 2.5 up to 2
//! (3.4) and beyond; in f64 2.1 (3.1), of which one may be the platform's. 1/exprel from a given
//! exponential: 3.4 in f32, 4.1 in f64, worst where its series ends, with four times the error of
//! the given one besides. 1/d of a positive d: 0.8.
//!
//! Must not know programs or plans.

use super::curves::lookup::Lookup;
use super::leap::steps::Steps;
use super::logs::Logs;
use super::real::Real;
use super::simd::Simd;
use super::waves::Waves;

/// What the functions need of a type: constants, polynomials, and work on exponent bits.
pub(super) trait Elementary: Real + Logs + Lookup + Steps + Waves {
    /// 1/ln 2.
    const LOG2_E: Self;
    /// ln 2, its leading bits: a product with a whole exponent is exact.
    const LN2_HIGH: Self;
    /// ln 2, the rest.
    const LN2_LOW: Self;
    /// Added and subtracted, it rounds to a whole number, which stands in the low bits between.
    const ROUNDER: Self;
    /// eˣ is infinite above.
    const EXP_MAX: Self;
    /// eˣ is 0 below.
    const EXP_MIN: Self;
    /// eˣ − 1 is −1 below.
    const EXPM1_MIN: Self;
    /// 2ᵗ is infinite from here on.
    const EXP2_MAX: Self;
    /// 2ᵗ is 0 below.
    const EXP2_MIN: Self;
    /// May there be code of its own for powers of two?
    const HAS_EXP2: bool;
    /// 2^((x + s)·k + j) of all lanes by that code, see [`Simd::exp2`].
    fn exp2_lanes(simd: Simd, lanes: &mut [Self], x: &[Self], of: [Self; 3], within: bool);
    /// 2¹²⁵ (f32), 2¹⁰²¹ (f64).
    const LARGE: Self;
    /// Below this x² a quotient by x gives way to a series.
    const GIVEN_NEAR: Self;

    /// q with eʳ − 1 = r + r²·q for |r| ≤ ln 2 / 2.
    fn tail<const FMA: bool>(r: Self) -> Self;
    /// q with 2ᶠ = 1 + f·q for |f| ≤ 1/2.
    fn tail2<const FMA: bool>(f: Self) -> Self;
    /// q with exprel(x) = 1 + x·q for x between [`NEAR_MIN`] and [`NEAR_MAX`].
    fn near<const FMA: bool>(x: Self) -> Self;
    /// q with (1 − e⁻ʳ)/r = 1 + r·q for r from 0 to [`RELAX_NEAR`].
    fn relax_near<const FMA: bool>(r: Self) -> Self;
    /// The same for r from 0 to [`RELAX_FAR`].
    fn relax_far<const FMA: bool>(r: Self) -> Self;
    /// q with x/(eˣ − 1) = 1 − x/2 + x²·q for |x| ≤ 1/4; `square` is x².
    fn over_near<const FMA: bool>(square: Self) -> Self;
    /// 1/d from about 1/d, to a unit or so in the last place.
    fn refine(d: Self, about: Self) -> Self;
    /// `p·2ⁿ` for normal `p` and result, n standing in the low bits of `rounded`.
    fn scale(p: Self, rounded: Self) -> Self;
    /// `2ⁿ⁻¹`.
    fn half_power(rounded: Self) -> Self;
}

/// Lower end of the range where exprel is a polynomial: what a step of a stable update needs.
pub(super) const NEAR_MIN: f64 = -2.0;
/// Upper end of that range.
pub(super) const NEAR_MAX: f64 = 0.5;

/// `a·b + c`.
#[inline(always)]
pub(super) fn fma<R: Real, const FMA: bool>(a: R, b: R, c: R) -> R {
    if FMA { a.fused(b, c) } else { a * b + c }
}

/// x = n·ln 2 + r: gives r, and the number in whose low bits n stands.
#[inline(always)]
fn reduce<R: Elementary, const FMA: bool>(x: R) -> (R, R) {
    let rounded = fma::<R, FMA>(x, R::LOG2_E, R::ROUNDER);
    let n = rounded - R::ROUNDER;
    let r = fma::<R, FMA>(-n, R::LN2_HIGH, x);
    (fma::<R, FMA>(-n, R::LN2_LOW, r), rounded)
}

/// eˣ.
#[inline(always)]
pub(super) fn exp<R: Elementary, const FMA: bool>(x: R) -> R {
    let (r, rounded) = reduce::<R, FMA>(x);
    let tail = fma::<R, FMA>(r * r, R::tail::<FMA>(r), r);
    let y = R::scale(R::ONE + tail, rounded);
    let y = if x >= R::EXP_MIN { y } else { R::ZERO };
    // Written so that NaN takes the second branch.
    if x <= R::EXP_MAX { y } else { x + R::INFINITY }
}

/// 2ᵗ, and the smallest normal number below [`Elementary::EXP2_MIN`]. An error of t's last place is
/// one of 0.7·t units of the result's.
#[inline(always)]
pub(super) fn exp2<R: Elementary, const FMA: bool>(t: R) -> R {
    let t = if t > R::EXP2_MAX { R::EXP2_MAX } else { t };
    // At the largest t, where its fraction is 0, this is infinity.
    exp2_within::<R, FMA>(if t < R::EXP2_MIN { R::EXP2_MIN } else { t })
}

/// 2ᵗ for |t| up to [`Real::EXPONENTS`].
#[inline(always)]
pub(super) fn exp2_within<R: Elementary, const FMA: bool>(t: R) -> R {
    let rounded = t + R::ROUNDER;
    let f = t - (rounded - R::ROUNDER);
    let p = fma::<R, FMA>(f, R::tail2::<FMA>(f), R::ONE);
    R::scale(p, rounded)
}

/// (eˣ − 1)/2 up to [`Elementary::EXP_MAX`]; above, what is there means nothing.
#[inline(always)]
fn half_expm1<R: Elementary, const FMA: bool>(x: R) -> R {
    let x = if x < R::EXPM1_MIN { R::EXPM1_MIN } else { x };
    let (r, rounded) = reduce::<R, FMA>(x);
    let p = fma::<R, FMA>(r * r, R::tail::<FMA>(r), r);
    let s = R::half_power(rounded);
    fma::<R, FMA>(s, p, s - R::ONE / R::TWO)
}

/// eˣ − 1.
#[inline(always)]
pub(super) fn expm1<R: Elementary, const FMA: bool>(x: R) -> R {
    let half = half_expm1::<R, FMA>(x);
    if x <= R::EXP_MAX {
        half + half
    } else {
        x + R::INFINITY
    }
}

/// Is exprel a polynomial at x?
#[inline(always)]
fn is_near<R: Real>(x: R) -> bool {
    (x >= R::from_f64(NEAR_MIN)) & (x <= R::from_f64(NEAR_MAX))
}

/// Where `a·k + j` with this k and j is within −1 .. 1, exprel is a polynomial at `a·k + j` with the
/// given ones.
#[inline(always)]
pub(super) fn nearness<R: Real>(k: R, j: R) -> (R, R) {
    // A little less than the range, for the rounding here is not that of the argument.
    let scale = R::from_f64(1.999 / (NEAR_MAX - NEAR_MIN));
    let middle = R::from_f64(0.5 * (NEAR_MAX + NEAR_MIN));
    (k * scale, (j - middle) * scale)
}

/// (eˣ − 1)/x where [`is_near`] holds.
#[inline(always)]
pub(super) fn exprel_near<R: Elementary, const FMA: bool>(x: R) -> R {
    fma::<R, FMA>(x, R::near::<FMA>(x), R::ONE)
}

/// (eˣ − 1)/x, which is 1 at 0. Has the bits of [`exprel_near`] where that may be used.
#[inline(always)]
pub(super) fn exprel<R: Elementary, const FMA: bool>(x: R) -> R {
    let near = exprel_near::<R, FMA>(x);
    let far = expm1::<R, FMA>(x) / x;
    if is_near(x) { near } else { far }
}

/// k/exprel(x) = k·x/(eˣ − 1), with one division; `half_k` is k/2.
#[inline(always)]
pub(super) fn over_exprel<R: Elementary, const FMA: bool>(half_k: R, x: R) -> R {
    let x = if x > R::EXP_MAX { R::EXP_MAX } else { x };
    let y = half_k * x / half_expm1::<R, FMA>(x);
    if x == R::ZERO { half_k + half_k } else { y }
}

/// 1/d for |d| from 2⁻¹²⁵ to 2¹²⁵: products instead of a division, which takes three times as long
/// on many processors.
#[inline(always)]
fn reciprocal<R: Elementary, const FMA: bool>(d: R) -> R {
    if FMA {
        R::refine(d, d.about_reciprocal())
    } else {
        R::ONE / d
    }
}

/// d, or [`Elementary::LARGE`] where it exceeds that, so that its reciprocal is not denormal.
#[inline(always)]
pub(super) fn not_too_large<R: Elementary>(d: R) -> R {
    if d > R::LARGE { R::LARGE } else { d }
}

/// 1/d for positive d from 2⁻¹²⁵ on; what exceeds 2¹²⁵ is taken as that.
#[inline(always)]
pub(super) fn over_positive<R: Elementary, const FMA: bool>(d: R) -> R {
    reciprocal::<R, FMA>(not_too_large(d))
}

/// k/exprel(x) = k·x/(eˣ − 1), given eˣ − 1; near 0 by its series. By a division if `DIVIDES`: where there is
/// enough to be done beside it.
#[inline(always)]
pub(super) fn over_exprel_given<R: Elementary, const FMA: bool, const DIVIDES: bool>(
    k: R,
    x: R,
    below: R,
) -> R {
    let below = not_too_large(below);
    let far = if DIVIDES {
        x / below
    } else {
        x * reciprocal::<R, FMA>(below)
    };
    let square = x * x;
    let half = fma::<R, FMA>(x, -R::ONE / R::TWO, R::ONE);
    let near = fma::<R, FMA>(square, R::over_near::<FMA>(square), half);
    k * if square < R::GIVEN_NEAR { near } else { far }
}

/// (eˣ − 1)/x, given eˣ.
#[inline(always)]
pub(super) fn exprel_given<R: Elementary, const FMA: bool>(x: R, e: R) -> R {
    let far = (e - R::ONE) / x;
    let near = exprel_near::<R, FMA>(x);
    if x * x < R::GIVEN_NEAR { near } else { far }
}

/// Up to this r a relaxation is a short polynomial: what a gate needs.
pub(super) const RELAX_NEAR: f64 = 0.5;
/// Up to this r it is a longer one: what a membrane needs during a spike.
pub(super) const RELAX_FAR: f64 = 2.0;

/// How far the decay of a relaxation reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// From 0 to [`RELAX_NEAR`].
    Near,
    /// From 0 to [`RELAX_FAR`].
    Far,
    /// Anywhere.
    Any,
}

impl Reach {
    /// Of lanes of which `most` is the last in order.
    #[inline(always)]
    pub(super) fn of<R: Real>(most: R::Bits) -> Reach {
        if most <= R::from_f64(RELAX_NEAR).order() {
            Reach::Near
        } else if most <= R::from_f64(RELAX_FAR).order() {
            Reach::Far
        } else {
            Reach::Any
        }
    }
}

/// x + (a − r·x)·(1 − e⁻ʳ)/r where r is [`Reach::Near`].
#[inline(always)]
pub(super) fn relax<R: Elementary, const FMA: bool>(x: R, a: R, r: R) -> R {
    let rate = fma::<R, FMA>(-r, x, a);
    fma::<R, FMA>(rate, fma::<R, FMA>(r, R::relax_near::<FMA>(r), R::ONE), x)
}

/// The same where r is [`Reach::Near`] or [`Reach::Far`]; where it is near with the same bits if `SHORT`,
/// else by the longer polynomial all along.
#[inline(always)]
pub(super) fn relax_far<R: Elementary, const FMA: bool, const SHORT: bool>(x: R, a: R, r: R) -> R {
    let rate = fma::<R, FMA>(-r, x, a);
    let far = fma::<R, FMA>(r, R::relax_far::<FMA>(r), R::ONE);
    let part = if SHORT {
        let near = fma::<R, FMA>(r, R::relax_near::<FMA>(r), R::ONE);
        if r <= R::from_f64(RELAX_NEAR) {
            near
        } else {
            far
        }
    } else {
        far
    };
    fma::<R, FMA>(rate, part, x)
}

/// The same for any r, with the same bits where r is near or far.
#[inline(always)]
pub(super) fn relax_any<R: Elementary, const FMA: bool, const SHORT: bool>(x: R, a: R, r: R) -> R {
    let rate = fma::<R, FMA>(-r, x, a);
    let general = fma::<R, FMA>(rate, exprel::<R, FMA>(-r), x);
    let bounded = relax_far::<R, FMA, SHORT>(x, a, r);
    if (r >= R::ZERO) & (r <= R::from_f64(RELAX_FAR)) {
        bounded
    } else {
        general
    }
}

/// Hyperbolic tangent.
#[inline(always)]
pub(super) fn tanh<R: Elementary, const FMA: bool>(x: R) -> R {
    let half = half_expm1::<R, FMA>(-(x.abs() * R::TWO));
    (half / (half + R::ONE)).signed(x)
}

/// A polynomial of six terms or more, the highest coefficient first, as two in x²: one is worked out
/// while the other waits for its last product (2ᵗ of a tile takes 15 % less time). Where their values
/// nearly cancel it is less accurate than [`horner`].
#[inline(always)]
pub(super) fn halves<R: Real, const FMA: bool, const N: usize>(coefficients: &[R; N], x: R) -> R {
    let square = x * x;
    let (mut first, mut second) = (coefficients[0], coefficients[1]);
    let mut i = 2;
    while i + 1 < N {
        first = fma::<R, FMA>(first, square, coefficients[i]);
        second = fma::<R, FMA>(second, square, coefficients[i + 1]);
        i += 2;
    }
    if i == N {
        return fma::<R, FMA>(first, x, second);
    }
    // An odd number: the first has the lowest coefficient, the second a factor x.
    fma::<R, FMA>(second, x, fma::<R, FMA>(first, square, coefficients[i]))
}

/// A polynomial by Horner's rule, the highest coefficient first.
macro_rules! horner {
    ($x:expr; $first:expr $(, $rest:expr)*) => {{
        let sum = $first;
        $(let sum = fma::<Self, FMA>(sum, $x, $rest);)*
        sum
    }};
}

#[expect(clippy::excessive_precision, reason = "as computed")]
impl Elementary for f32 {
    /// It was tried: with a polynomial half as long AdEx took 1.0 to 1.03 of the time.
    const HAS_EXP2: bool = false;

    fn exp2_lanes(_: Simd, _: &mut [f32], _: &[f32], _: [f32; 3], _: bool) {}

    const LOG2_E: f32 = std::f32::consts::LOG2_E;
    const LN2_HIGH: f32 = 0.693_359_375;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    const ROUNDER: f32 = 12_582_912.0;
    const EXP_MAX: f32 = 88.722_83;
    const EXP_MIN: f32 = -87.336;
    const EXPM1_MIN: f32 = -40.0;
    const EXP2_MAX: f32 = 128.0;
    const EXP2_MIN: f32 = -126.0;
    const LARGE: f32 = 4.253_529_6e37;
    const GIVEN_NEAR: f32 = 0.0625;

    #[inline(always)]
    fn relax_near<const FMA: bool>(r: f32) -> f32 {
        horner!(r; -1.164_287_03e-3, 8.238_221_35e-3, -4.164_992_996e-2, 1.666_656_276e-1,
            -4.999_999_896e-1)
    }

    #[inline(always)]
    fn relax_far<const FMA: bool>(r: f32) -> f32 {
        horner!(r; 1.269_660_767e-6, -2.063_163_545e-5, 1.918_510_188e-4, -1.382_986_422e-3,
            8.330_402_421e-3, -4.166_594_474e-2, 1.666_665_984e-1, -4.999_999_989e-1)
    }

    #[inline(always)]
    fn over_near<const FMA: bool>(square: f32) -> f32 {
        horner!(square; -1.388_888_9e-3, 8.333_333_33e-2)
    }

    #[inline(always)]
    fn refine(d: f32, about: f32) -> f32 {
        let e = (-d).mul_add(about, 1.0);
        let y = about.mul_add(e.mul_add(e, e), about);
        y.mul_add((-d).mul_add(y, 1.0), y)
    }

    #[inline(always)]
    fn tail2<const FMA: bool>(f: f32) -> f32 {
        halves::<f32, FMA, _>(
            &[
                1.545_318_3e-4,
                1.339_088_6e-3,
                9.618_082_5e-3,
                5.550_357e-2,
                2.402_265_1e-1,
                6.931_471_9e-1,
            ],
            f,
        )
    }

    #[inline(always)]
    fn tail<const FMA: bool>(r: f32) -> f32 {
        horner!(r; 1.392_618_4e-3, 8.363_179e-3, 4.166_655_5e-2, 1.666_657_7e-1, 0.5)
    }

    #[inline(always)]
    fn near<const FMA: bool>(x: f32) -> f32 {
        horner!(x; 1.561_341_6e-6, 2.258_177_7e-5, 1.968_660_9e-4, 1.389_142_2e-3, 8.333_985e-3,
            4.166_674_4e-2, 1.666_666_1e-1, 0.5)
    }

    #[inline(always)]
    fn scale(p: f32, rounded: f32) -> f32 {
        f32::from_bits(p.to_bits().wrapping_add(rounded.to_bits() << 23))
    }

    #[inline(always)]
    fn half_power(rounded: f32) -> f32 {
        f32::from_bits((rounded.to_bits() << 23).wrapping_add(126 << 23))
    }
}

#[expect(clippy::excessive_precision, reason = "as computed")]
impl Elementary for f64 {
    const HAS_EXP2: bool = true;

    fn exp2_lanes(simd: Simd, lanes: &mut [f64], x: &[f64], of: [f64; 3], within: bool) {
        simd.exp2(lanes, x, of, within);
    }

    const LOG2_E: f64 = std::f64::consts::LOG2_E;
    const LN2_HIGH: f64 = 6.931_471_803_691_238_164_90e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_700_02e-10;
    const ROUNDER: f64 = 6_755_399_441_055_744.0;
    const EXP_MAX: f64 = 709.782_712_893_383_9;
    const EXP_MIN: f64 = -708.396;
    const EXPM1_MIN: f64 = -80.0;
    const EXP2_MAX: f64 = 1024.0;
    const EXP2_MIN: f64 = -1022.0;
    const LARGE: f64 = 2.247_116_418_577_894_9e307;
    const GIVEN_NEAR: f64 = 0.0625;

    #[inline(always)]
    fn relax_near<const FMA: bool>(r: f64) -> f64 {
        horner!(r; -2.24922563082927198e-7, 2.70994505189117558e-6, -0.0000247788494407277718, 0.000198406067500336067, -0.00138888774857371249, 0.0083333332229231411, -0.0416666666613031357, 0.166666666666566233, -0.49999999999999969)
    }

    #[inline(always)]
    fn relax_far<const FMA: bool>(r: f64) -> f64 {
        horner!(r; 3.23918819241253641e-13, -9.120540754113754e-12, 1.52612661683263447e-10, -2.0693762416307082e-9, 2.50228014531526329e-8, -2.75539945903872419e-7, 2.75570519868685895e-6, -0.0000248015722740605627, 0.000198412692661187518, -0.0013888888874598774, 0.00833333333312030488, -0.0416666666666500722, 0.166666666666666157, -0.499999999999999997)
    }

    #[inline(always)]
    fn over_near<const FMA: bool>(square: f64) -> f64 {
        horner!(square; 2.087_675_698_786_809_9e-8, -8.267_195_767_195_767e-7,
            3.306_878_306_878_306_9e-5, -1.388_888_888_888_888_9e-3, 8.333_333_333_333_333e-2)
    }

    #[inline(always)]
    fn refine(d: f64, about: f64) -> f64 {
        let e = (-d).mul_add(about, 1.0);
        let y = about.mul_add(e.mul_add(e, e), about);
        let e = (-d).mul_add(y, 1.0);
        let y = y.mul_add(e.mul_add(e, e), y);
        y.mul_add((-d).mul_add(y, 1.0), y)
    }

    #[inline(always)]
    fn tail2<const FMA: bool>(f: f64) -> f64 {
        halves::<f64, FMA, _>(
            &[
                4.454_964_371_269_296_79e-10,
                7.072_593_028_779_966_57e-9,
                1.017_806_242_697_692_34e-7,
                1.321_544_255_252_229_15e-6,
                1.525_273_382_986_708_06e-5,
                1.540_353_044_179_413_74e-4,
                1.333_355_814_641_691_69e-3,
                9.618_129_107_606_853_95e-3,
                5.550_410_866_482_159_56e-2,
                2.402_265_069_591_009_83e-1,
                std::f64::consts::LN_2,
            ],
            f,
        )
    }

    #[inline(always)]
    fn tail<const FMA: bool>(r: f64) -> f64 {
        horner!(r; 2.091_468_696_808_687_6e-9, 2.510_521_700_472_070_5e-8, 2.755_727_364_311_03e-7,
            2.755_725_540_020_642_2e-6, 2.480_158_732_554_774_3e-5, 1.984_126_987_482_062_7e-4,
            1.388_888_888_888_374_8e-3, 8.333_333_333_326_136e-3, 4.166_666_666_666_667e-2,
            1.666_666_666_666_666_7e-1, 0.5)
    }

    #[inline(always)]
    fn near<const FMA: bool>(x: f64) -> f64 {
        horner!(x; 2.517_286_184_493_659_8e-14, 6.703_356_906_058_659e-13,
            1.124_682_360_502_661_5e-11, 1.602_909_442_053_68e-10, 2.087_495_985_461_969e-9,
            2.505_215_639_621_933_3e-8, 2.755_733_258_129_862e-7, 2.755_731_971_521_972_4e-6,
            2.480_158_728_013_152e-5, 1.984_126_983_970_651_7e-4, 1.388_888_888_889_396_6e-3,
            8.333_333_333_334_827e-3, 4.166_666_666_666_672e-2, 1.666_666_666_666_666_3e-1, 0.5)
    }

    #[inline(always)]
    fn scale(p: f64, rounded: f64) -> f64 {
        f64::from_bits(p.to_bits().wrapping_add(rounded.to_bits() << 52))
    }

    #[inline(always)]
    fn half_power(rounded: f64) -> f64 {
        f64::from_bits((rounded.to_bits() << 52).wrapping_add(1022 << 52))
    }
}
