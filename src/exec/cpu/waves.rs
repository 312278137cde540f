//! Sine and cosine of one lane, without a branch, a call or a table, so that a loop over lanes becomes
//! vector code.
//!
//! Takes and gives reals up to [`Waves::WAVE_MAX`]; what lies beyond, and what is no number, is left to
//! the platform, for a whole tile at a time. The argument less a whole multiple of π/2 (in f64 its parts
//! of 33, 33 and 53 bits, so that products with the multiple are exact; f32 is done in f64) goes
//! through the polynomials of fdlibm and FreeBSD's msun. Worst errors over the dense sweeps of the
//! tests, in units in the last place, against sums of two doubles: 0.51 in f32, 0.9 in f64.
//!
//! Must not know programs or plans.

use super::math::{Elementary, fma};
use super::real::Real;

/// What sine and cosine need of a type.
pub(super) trait Waves: Real {
    /// The largest |x| that is reduced here.
    const WAVE_MAX: Self;

    /// sin(x + `quarters`·π/2) for |x| up to [`Waves::WAVE_MAX`].
    fn wave<const FMA: bool>(self, quarters: u64) -> Self;
}

/// Are all of them such that [`sin`] and [`cos`] hold?
#[inline(always)]
pub(super) fn all_small<R: Elementary, const N: usize>(lanes: &[R; N]) -> bool {
    // By bits, because the compiler makes branches of a reduction over floats.
    let mut most = R::ZERO.size();
    for &x in lanes {
        most = most.max(x.size());
    }
    most <= R::WAVE_MAX.size()
}

/// Sine.
#[inline(always)]
pub(super) fn sin<R: Elementary, const FMA: bool>(x: R) -> R {
    x.wave::<FMA>(0)
}

/// Cosine.
#[inline(always)]
pub(super) fn cos<R: Elementary, const FMA: bool>(x: R) -> R {
    x.wave::<FMA>(1)
}

/// Added and subtracted, it rounds to a whole number, which stands in the low bits between.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// The sine or the cosine, as the quarter that `rounded` and `quarters` make says.
#[inline(always)]
fn chosen(sine: f64, cosine: f64, rounded: f64, quarters: u64) -> f64 {
    let quarter = rounded.to_bits().wrapping_add(quarters);
    let size = if quarter & 1 == 0 { sine } else { cosine };
    f64::from_bits(size.to_bits() ^ ((quarter & 2) << 62))
}

macro_rules! horner {
    ($x:expr; $first:expr $(, $rest:expr)*) => {{
        let sum = $first;
        $(let sum = fma::<f64, FMA>(sum, $x, $rest);)*
        sum
    }};
}

#[expect(clippy::excessive_precision, reason = "as published")]
impl Waves for f32 {
    const WAVE_MAX: f32 = 1e8;

    #[inline(always)]
    fn wave<const FMA: bool>(self, quarters: u64) -> f32 {
        const HIGH: f64 = 1.570_796_310_901_641_845_70;
        const LOW: f64 = 1.589_325_477_352_819_669_16e-8;
        let x = f64::from(self);
        let rounded = x * std::f64::consts::FRAC_2_PI + ROUNDER;
        let n = rounded - ROUNDER;
        let r = (x - n * HIGH) - n * LOW;
        let z = r * r;
        let sine = horner!(z; 2.718_311_493_989_821_906_4e-6, -1.983_933_483_609_663_173_47e-4,
            8.333_329_385_889_463_175_6e-3, -1.666_666_664_162_652_355_95e-1);
        let sine = fma::<f64, FMA>(r * z, sine, r);
        let cosine = horner!(z; 2.439_044_879_627_740_906_54e-5, -1.388_676_377_460_992_946_92e-3,
            4.166_662_332_373_906_318_94e-2, -4.999_999_972_510_310_031_20e-1, 1.0);
        #[expect(clippy::cast_possible_truncation, reason = "rounding is the meaning")]
        let wave = chosen(sine, cosine, rounded, quarters) as f32;
        wave
    }
}

#[expect(clippy::excessive_precision, reason = "as published")]
impl Waves for f64 {
    const WAVE_MAX: f64 = 1e5;

    #[inline(always)]
    fn wave<const FMA: bool>(self, quarters: u64) -> f64 {
        const HIGH: f64 = 1.570_796_326_734_125_614_17;
        const MIDDLE: f64 = 6.077_100_506_303_965_976_60e-11;
        const LOW: f64 = 2.022_266_248_795_950_631_54e-21;
        let rounded = self * std::f64::consts::FRAC_2_PI + ROUNDER;
        let n = rounded - ROUNDER;
        // Exact, the first and the second; what the difference loses is carried on.
        let (first, second) = (self - n * HIGH, n * MIDDLE);
        let rest = first - second;
        let lost = ((first - rest) - second) - n * LOW;
        let r = rest + lost;
        // What is lacking to the whole.
        let tail = (rest - r) + lost;
        let z = r * r;
        let sine = horner!(z; 1.589_690_995_211_550_102_21e-10, -2.505_076_025_340_686_341_95e-8,
            2.755_731_370_707_006_767_89e-6, -1.984_126_982_985_794_931_34e-4,
            8.333_333_333_322_489_461_24e-3, -1.666_666_666_666_663_243_48e-1);
        let sine = r + fma::<f64, FMA>(r * z, sine, tail);
        let cosine = horner!(z; -1.135_964_755_778_819_482_65e-11, 2.087_572_321_298_174_827_90e-9,
            -2.755_731_435_139_066_330_35e-7, 2.480_158_728_947_672_941_78e-5,
            -1.388_888_888_887_410_957_49e-3, 4.166_666_666_666_660_190_37e-2);
        let half = 0.5 * z;
        let near = 1.0 - half;
        let rest = ((1.0 - near) - half) - r * tail;
        let cosine = near + fma::<f64, FMA>(z * z, cosine, rest);
        chosen(sine, cosine, rounded, quarters)
    }
}
