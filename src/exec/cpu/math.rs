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

use super::constants::{
    Common, Constants, Constants32, Constants64, NEAR_MAX, NEAR_MIN, RELAX_FAR, RELAX_NEAR,
};
use super::real::Real;

/// What the functions need of a type: constants, and work on exponent bits.
pub(super) trait Elementary: Real {
    /// The type of its constants.
    type Constants: Polynomials<Self> + Copy + Sync + 'static;
    /// Its constants.
    const CONSTANTS: Self::Constants;

    /// 1/d from about 1/d, to a unit or so in the last place.
    fn refine(one: Self, d: Self, about: Self) -> Self;
    /// `p·2ⁿ` for normal `p` and result, n standing in the low bits of `rounded`.
    fn scale(p: Self, rounded: Self) -> Self;
    /// `2ⁿ⁻¹`; `bias` is [`Common::half_bias`].
    fn half_power(rounded: Self, bias: Self) -> Self;
}

/// The polynomials of [`Constants`], whatever their degrees.
pub(super) trait Polynomials<R> {
    /// The constants that are no coefficients.
    fn common(&self) -> &Common<R>;
    /// [`Constants::tail`] at r.
    fn tail<const FMA: bool>(&self, r: R) -> R;
    /// [`Constants::tail2`] at f.
    fn tail2<const FMA: bool>(&self, f: R) -> R;
    /// [`Constants::near`] at x.
    fn near<const FMA: bool>(&self, x: R) -> R;
    /// [`Constants::relax_near`] at r.
    fn relax_near<const FMA: bool>(&self, r: R) -> R;
    /// [`Constants::relax_far`] at r.
    fn relax_far<const FMA: bool>(&self, r: R) -> R;
    /// [`Constants::over_near`] at x².
    fn over_near<const FMA: bool>(&self, square: R) -> R;
}

/// A polynomial by Horner's rule, the highest coefficient first.
#[inline(always)]
fn horner<R: Real, const FMA: bool, const N: usize>(c: &[R; N], x: R) -> R {
    let mut sum = c[0];
    for &next in &c[1..] {
        sum = fma::<R, FMA>(sum, x, next);
    }
    sum
}

/// The same as two polynomials in x², of which one is worked out while the other waits for its last
/// product. Where their values nearly cancel, it is less accurate.
#[inline(always)]
fn halves<R: Real, const FMA: bool, const N: usize>(c: &[R; N], x: R) -> R {
    if N < 6 {
        return horner::<R, FMA, N>(c, x);
    }
    let square = x * x;
    let (mut first, mut second) = (c[0], c[1]);
    let mut i = 2;
    while i + 1 < N {
        first = fma::<R, FMA>(first, square, c[i]);
        second = fma::<R, FMA>(second, square, c[i + 1]);
        i += 2;
    }
    if i < N {
        // An odd number: the first has the lowest coefficient, the second a factor x.
        first = fma::<R, FMA>(first, square, c[i]);
        return fma::<R, FMA>(second, x, first);
    }
    fma::<R, FMA>(first, x, second)
}

impl<
    R: Real,
    const TAIL: usize,
    const TAIL2: usize,
    const NEAR: usize,
    const SHORT: usize,
    const LONG: usize,
    const OVER: usize,
> Polynomials<R> for Constants<R, TAIL, TAIL2, NEAR, SHORT, LONG, OVER>
{
    #[inline(always)]
    fn common(&self) -> &Common<R> {
        &self.common
    }

    #[inline(always)]
    fn tail<const FMA: bool>(&self, r: R) -> R {
        horner::<R, FMA, _>(&self.tail, r)
    }

    #[inline(always)]
    fn tail2<const FMA: bool>(&self, f: R) -> R {
        halves::<R, FMA, _>(&self.tail2, f)
    }

    #[inline(always)]
    fn near<const FMA: bool>(&self, x: R) -> R {
        horner::<R, FMA, _>(&self.near, x)
    }

    #[inline(always)]
    fn relax_near<const FMA: bool>(&self, r: R) -> R {
        horner::<R, FMA, _>(&self.relax_near, r)
    }

    #[inline(always)]
    fn relax_far<const FMA: bool>(&self, r: R) -> R {
        horner::<R, FMA, _>(&self.relax_far, r)
    }

    #[inline(always)]
    fn over_near<const FMA: bool>(&self, square: R) -> R {
        horner::<R, FMA, _>(&self.over_near, square)
    }
}

/// `a·b + c`.
#[inline(always)]
pub(super) fn fma<R: Real, const FMA: bool>(a: R, b: R, c: R) -> R {
    if FMA { a.fused(b, c) } else { a * b + c }
}

/// The functions, with their constants at hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Functions<R: Elementary, const FMA: bool> {
    constants: R::Constants,
}

impl<R: Elementary, const FMA: bool> Functions<R, FMA> {
    /// With the type's constants.
    #[inline(always)]
    pub(super) fn of(constants: &R::Constants) -> Self {
        Functions {
            constants: *constants,
        }
    }

    #[inline(always)]
    fn common(&self) -> &Common<R> {
        self.constants.common()
    }

    #[inline(always)]
    fn fma(a: R, b: R, c: R) -> R {
        fma::<R, FMA>(a, b, c)
    }

    /// x = n·ln 2 + r: gives r, and the number in whose low bits n stands.
    #[inline(always)]
    fn reduce(self, x: R) -> (R, R) {
        let c = self.common();
        let rounded = Self::fma(x, c.log2_e, c.rounder);
        let n = rounded - c.rounder;
        let r = Self::fma(-n, c.ln2_high, x);
        (Self::fma(-n, c.ln2_low, r), rounded)
    }

    /// eˣ.
    #[inline(always)]
    pub(super) fn exp(self, x: R) -> R {
        let c = self.common();
        let (r, rounded) = self.reduce(x);
        let tail = Self::fma(r * r, self.constants.tail::<FMA>(r), r);
        let y = R::scale(c.one + tail, rounded);
        let y = if x >= c.exp_min { y } else { R::ZERO };
        // Written so that NaN takes the second branch.
        if x <= c.exp_max { y } else { x + c.infinity }
    }

    /// 2ᵗ, and the smallest normal number below [`Common::exp2_min`]. An error of t's last place is
    /// one of 0.7·t units of the result's.
    #[inline(always)]
    pub(super) fn exp2(self, t: R) -> R {
        let c = self.common();
        let t = if t > c.exp2_max { c.exp2_max } else { t };
        let t = if t < c.exp2_min { c.exp2_min } else { t };
        let rounded = t + c.rounder;
        let f = t - (rounded - c.rounder);
        let p = Self::fma(f, self.constants.tail2::<FMA>(f), c.one);
        // At the largest t, where p is 1, this is infinity.
        R::scale(p, rounded)
    }

    /// (eˣ − 1)/2 up to [`Common::exp_max`]; above, what is there means nothing.
    #[inline(always)]
    fn half_expm1(self, x: R) -> R {
        let c = self.common();
        let x = if x < c.expm1_min { c.expm1_min } else { x };
        let (r, rounded) = self.reduce(x);
        let p = Self::fma(r * r, self.constants.tail::<FMA>(r), r);
        let s = R::half_power(rounded, c.half_bias);
        Self::fma(s, p, s - c.half)
    }

    /// eˣ − 1.
    #[inline(always)]
    pub(super) fn expm1(self, x: R) -> R {
        let c = self.common();
        let half = self.half_expm1(x);
        if x <= c.exp_max {
            half + half
        } else {
            x + c.infinity
        }
    }

    /// Is exprel a polynomial at x?
    #[inline(always)]
    fn is_near(self, x: R) -> bool {
        let c = self.common();
        (x >= c.near_min) & (x <= c.near_max)
    }

    /// (eˣ − 1)/x where [`Functions::is_near`] holds.
    #[inline(always)]
    pub(super) fn exprel_near(self, x: R) -> R {
        let c = self.common();
        Self::fma(x, self.constants.near::<FMA>(x), c.one)
    }

    /// (eˣ − 1)/x, which is 1 at 0. Has the bits of [`Functions::exprel_near`] where that may be used.
    #[inline(always)]
    pub(super) fn exprel(self, x: R) -> R {
        let near = self.exprel_near(x);
        let far = self.expm1(x) / x;
        if self.is_near(x) { near } else { far }
    }

    /// k/exprel(x) = k·x/(eˣ − 1), with one division; `half_k` is k/2.
    #[inline(always)]
    pub(super) fn over_exprel(self, half_k: R, x: R) -> R {
        let c = self.common();
        let x = if x > c.exp_max { c.exp_max } else { x };
        let y = half_k * x / self.half_expm1(x);
        if x == R::ZERO { half_k + half_k } else { y }
    }

    /// 1/d for |d| from 2⁻¹²⁵ to 2¹²⁵: products instead of a division, which takes three times as long
    /// on many processors.
    #[inline(always)]
    fn reciprocal(self, d: R) -> R {
        let c = self.common();
        if FMA {
            R::refine(c.one, d, d.about_reciprocal(c.seed))
        } else {
            c.one / d
        }
    }

    /// 1/d for positive d from 2⁻¹²⁵ on; what exceeds 2¹²⁵ is taken as that.
    #[inline(always)]
    pub(super) fn over_positive(self, d: R) -> R {
        let c = self.common();
        self.reciprocal(if d > c.large { c.large } else { d })
    }

    /// k/exprel(x) = k·x/(eˣ − 1), given eˣ − 1; near 0 by its series.
    #[inline(always)]
    pub(super) fn over_exprel_given(self, k: R, x: R, below: R) -> R {
        let c = self.common();
        let below = if below > c.large { c.large } else { below };
        let far = (k * x) * self.reciprocal(below);
        let square = x * x;
        let half = Self::fma(x, -k * c.half, k);
        let near = Self::fma(square, k * self.constants.over_near::<FMA>(square), half);
        if square < c.given_near { near } else { far }
    }

    /// (eˣ − 1)/x, given eˣ.
    #[inline(always)]
    pub(super) fn exprel_given(self, x: R, e: R) -> R {
        let c = self.common();
        let far = (e - c.one) / x;
        let near = self.exprel_near(x);
        if x * x < c.given_near { near } else { far }
    }

    /// x + (a − r·x)·(1 − e⁻ʳ)/r where r is [`Reach::Near`].
    #[inline(always)]
    pub(super) fn relax(self, x: R, a: R, r: R) -> R {
        let c = self.common();
        let rate = Self::fma(-r, x, a);
        Self::fma(
            rate,
            Self::fma(r, self.constants.relax_near::<FMA>(r), c.one),
            x,
        )
    }

    /// The same where r is [`Reach::Near`] or [`Reach::Far`], with the same bits where it is near.
    #[inline(always)]
    pub(super) fn relax_far(self, x: R, a: R, r: R) -> R {
        let c = self.common();
        let rate = Self::fma(-r, x, a);
        let near = Self::fma(r, self.constants.relax_near::<FMA>(r), c.one);
        let far = Self::fma(r, self.constants.relax_far::<FMA>(r), c.one);
        let part = if r <= c.relax_near { near } else { far };
        Self::fma(rate, part, x)
    }

    /// The same for any r, with the same bits where r is near or far.
    #[inline(always)]
    pub(super) fn relax_any(self, x: R, a: R, r: R) -> R {
        let c = self.common();
        let rate = Self::fma(-r, x, a);
        let general = Self::fma(rate, self.exprel(-r), x);
        let bounded = self.relax_far(x, a, r);
        if (r >= R::ZERO) & (r <= c.relax_far) {
            bounded
        } else {
            general
        }
    }

    /// Hyperbolic tangent.
    #[inline(always)]
    pub(super) fn tanh(self, x: R) -> R {
        let c = self.common();
        let half = self.half_expm1(-(x.abs() * c.two));
        (half / (half + c.one)).signed(x)
    }
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

impl Elementary for f32 {
    type Constants = Constants32;
    const CONSTANTS: Constants32 = Constants32::ALL;

    #[inline(always)]
    fn refine(one: f32, d: f32, about: f32) -> f32 {
        let e = (-d).mul_add(about, one);
        let y = about.mul_add(e.mul_add(e, e), about);
        y.mul_add((-d).mul_add(y, one), y)
    }

    #[inline(always)]
    fn scale(p: f32, rounded: f32) -> f32 {
        f32::from_bits(p.to_bits().wrapping_add(rounded.to_bits() << 23))
    }

    #[inline(always)]
    fn half_power(rounded: f32, bias: f32) -> f32 {
        f32::from_bits((rounded.to_bits() << 23).wrapping_add(bias.to_bits()))
    }
}

impl Elementary for f64 {
    type Constants = Constants64;
    const CONSTANTS: Constants64 = Constants64::ALL;

    #[inline(always)]
    fn refine(one: f64, d: f64, about: f64) -> f64 {
        let e = (-d).mul_add(about, one);
        let y = about.mul_add(e.mul_add(e, e), about);
        let e = (-d).mul_add(y, one);
        let y = y.mul_add(e.mul_add(e, e), y);
        y.mul_add((-d).mul_add(y, one), y)
    }

    #[inline(always)]
    fn scale(p: f64, rounded: f64) -> f64 {
        f64::from_bits(p.to_bits().wrapping_add(rounded.to_bits() << 52))
    }

    #[inline(always)]
    fn half_power(rounded: f64, bias: f64) -> f64 {
        f64::from_bits((rounded.to_bits() << 52).wrapping_add(bias.to_bits()))
    }
}
