//! Powers of two in AVX-512.
//!
//! Takes lanes and what makes exponents of them; writes the powers, with the error of [`exp2`], not with its bits. The
//! factor for the nearest sixteenth of an exponent is picked from registers, and the polynomial of what is left is half
//! as long.
//! Must not know who asks.
//!
//! [`exp2`]: crate::exec::cpu::math::exp2

use std::arch::x86_64::{
    _mm512_add_pd, _mm512_castpd_si512, _mm512_fmadd_pd, _mm512_max_pd, _mm512_mul_pd,
    _mm512_permutex2var_pd, _mm512_reduce_pd, _mm512_scalef_pd, _mm512_set1_pd, _mm512_sub_pd,
};

use bytemuck::cast;

use crate::exec::cpu::math::Elementary;

/// 2^(j/16).
#[expect(clippy::excessive_precision, reason = "as computed")]
const FACTORS: [f64; 16] = [
    1.0,
    1.044_273_782_427_413_75,
    1.090_507_732_665_257_68,
    1.138_788_634_756_691_56,
    1.189_207_115_002_721_02,
    1.241_857_812_073_484_00,
    1.296_839_554_651_009_64,
    1.354_255_546_936_892_65,
    std::f64::consts::SQRT_2,
    1.476_826_145_939_499_34,
    1.542_210_825_407_940_74,
    1.610_490_331_949_254_28,
    1.681_792_830_507_429_00,
    1.756_252_160_373_299_45,
    1.834_008_086_409_342_43,
    1.915_206_561_397_147_40,
];

/// q with 2ᶠ = 1 + f·q for |f| ≤ 1/32, to 1.5e-17; the highest coefficient first.
#[expect(clippy::excessive_precision, reason = "as computed")]
const TAIL: [f64; 6] = [
    1.540_372_398_074_925_642e-4,
    1.333_378_157_678_426_869e-3,
    9.618_129_106_919_537_867e-3,
    5.550_410_865_663_929_891e-2,
    2.402_265_069_591_007_508e-1,
    6.931_471_805_599_457_533e-1,
];

/// 2ᵗ with t = (x + s)·k + j for each x, where s is not 0 only if `SHIFTED`. If `WITHIN`, no |t| is beyond `EXPONENTS`;
/// else the power is there as [`exp2`] has it.
///
/// [`exp2`]: crate::exec::cpu::math::exp2
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
pub(super) fn lanes<const WITHIN: bool, const SHIFTED: bool>(
    lanes: &mut [f64],
    x: &[f64],
    [k, j, s]: [f64; 3],
) {
    let (k, j, s) = (_mm512_set1_pd(k), _mm512_set1_pd(j), _mm512_set1_pd(s));
    let [low, high]: [[f64; 8]; 2] = cast(FACTORS);
    let (low, high) = (cast(low), cast(high));
    let rounder = _mm512_set1_pd(f64::ROUNDER / 16.0);
    let x = x.as_chunks::<8>().0;
    for (lanes, x) in lanes.as_chunks_mut::<8>().0.iter_mut().zip(x) {
        let mut x = cast(*x);
        if SHIFTED {
            x = _mm512_add_pd(x, s);
        }
        let mut t = _mm512_fmadd_pd(x, k, j);
        if !WITHIN {
            // Where t is NaN, the second operand is the result.
            t = _mm512_max_pd(_mm512_set1_pd(f64::EXP2_MIN), t);
        }
        let rounded = _mm512_add_pd(t, rounder);
        let n = _mm512_sub_pd(rounded, rounder);
        let f = _mm512_reduce_pd::<0x40>(t);
        let mut q = _mm512_set1_pd(TAIL[0]);
        for &c in &TAIL[1..] {
            q = _mm512_fmadd_pd(q, f, _mm512_set1_pd(c));
        }
        let sixteenths = _mm512_castpd_si512(rounded);
        let factor = _mm512_permutex2var_pd(low, sixteenths, high);
        let power = _mm512_fmadd_pd(factor, _mm512_mul_pd(f, q), factor);
        *lanes = cast(_mm512_scalef_pd(power, n));
    }
}
