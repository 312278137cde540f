//! Curves of all lanes.
//!
//! Takes x, c and a curve; writes its value. x is in the curve's domain, or the value means nothing.
//!
//! Must not know instructions or programs.

use super::domain::{PER_UNIT, SEGMENTS};
use super::{Curve, Row};
use crate::exec::cpu::math::Elementary;
use crate::exec::cpu::real::Real;
use crate::exec::cpu::simd::Simd;

/// A type that curves may be of.
pub(in crate::exec::cpu) trait Lookup: Real {
    /// Are there instructions for which looking up is faster?
    const IS_FASTER: bool;

    /// A curve of each lane, with these vector instructions.
    fn look_up(simd: Simd, d: &mut [Self], x: &[Self], other: Other<'_, Self>, curve: &Curve<Self>);
}

impl Lookup for f32 {
    const IS_FASTER: bool = true;

    fn look_up(simd: Simd, d: &mut [f32], x: &[f32], other: Other<'_, f32>, curve: &Curve<f32>) {
        simd.look_up(d, x, other, curve);
    }
}

/// Two registers hold sixteen coefficients of 64 bits: segments so wide need twenty terms and more.
impl Lookup for f64 {
    const IS_FASTER: bool = false;

    fn look_up(_: Simd, d: &mut [f64], x: &[f64], other: Other<'_, f64>, curve: &Curve<f64>) {
        plain(d, x, other, curve);
    }
}

/// What c is.
#[derive(Clone, Copy)]
pub(in crate::exec::cpu) enum Other<'a, R> {
    /// There is none.
    None,
    /// Where the value is written.
    InPlace,
    /// Another register.
    Apart(&'a [R]),
}

/// A curve of each lane, in plain code: what every lookup means.
pub(in crate::exec::cpu) fn plain<R: Elementary>(
    d: &mut [R],
    x: &[R],
    other: Other<'_, R>,
    curve: &Curve<R>,
) {
    let per_unit = R::from_f64(f64::from(PER_UNIT));
    for (i, (d, &x)) in d.iter_mut().zip(x).enumerate() {
        let rounded = x.fused(per_unit, R::ROUNDER);
        let t = x.fused(per_unit, -(rounded - R::ROUNDER));
        let segment = rounded.to_word() as usize % SEGMENTS;
        let polynomial = |rows: &[Row<R>]| {
            let terms = rows.iter().rev().map(|row| row.0[segment]);
            terms.reduce(|sum, term| sum.fused(t, term))
        };
        let p = polynomial(&curve.p).unwrap_or(R::ZERO);
        let c = match other {
            Other::None => {
                *d = p;
                continue;
            }
            Other::InPlace => *d,
            Other::Apart(c) => c[i],
        };
        let q = polynomial(&curve.q).unwrap_or(R::ZERO);
        let line = (-q).fused(c, p);
        *d = if curve.moves { c + line } else { line };
    }
}

#[cfg(target_arch = "x86_64")]
pub(in crate::exec::cpu) use wide::wide;

/// The same with AVX-512.
#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::{
        __m512, __m512i, _mm512_add_ps, _mm512_castps_si512, _mm512_fmadd_ps, _mm512_fmsub_ps,
        _mm512_fnmadd_ps, _mm512_loadu_ps, _mm512_permutex2var_ps, _mm512_set1_ps,
        _mm512_setzero_ps, _mm512_setzero_si512, _mm512_storeu_ps, _mm512_sub_ps,
    };

    use super::{Curve, Elementary, Other, PER_UNIT, Row};

    /// Vectors at once: a row is loaded once for all of them, and as many sums hide how long each takes.
    const AT_ONCE: usize = 4;

    /// A number for each lane of the vectors at once.
    type Lanes = [[f32; 16]; AT_ONCE];

    /// A curve of each lane; their number is a multiple of 64.
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
    pub(in crate::exec::cpu) fn wide(
        d: &mut [f32],
        x: &[f32],
        other: Other<'_, f32>,
        curve: &Curve<f32>,
    ) {
        let (d, x) = (all_mut(d), all(x));
        match other {
            Other::None => {
                for (d, x) in d.iter_mut().zip(x) {
                    let (segments, t) = within(x);
                    store(d, polynomial(&curve.p, &segments, &t));
                }
            }
            Other::InPlace => {
                for (d, x) in d.iter_mut().zip(x) {
                    store(d, line(x, d, curve));
                }
            }
            Other::Apart(c) => {
                for ((d, x), c) in d.iter_mut().zip(x).zip(all(c)) {
                    store(d, line(x, c, curve));
                }
            }
        }
    }

    /// p(x) − q(x)·c, and c as well where it moves.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
    fn line(x: &Lanes, c: &Lanes, curve: &Curve<f32>) -> [__m512; AT_ONCE] {
        let (segments, t) = within(x);
        let p = polynomial(&curve.p, &segments, &t);
        let mut value = polynomial(&curve.q, &segments, &t);
        for i in 0..AT_ONCE {
            value[i] = _mm512_fnmadd_ps(value[i], load(&c[i]), p[i]);
        }
        if curve.moves {
            for i in 0..AT_ONCE {
                value[i] = _mm512_add_ps(load(&c[i]), value[i]);
            }
        }
        value
    }

    /// The segment of each x, in the low bits, and where it is in it.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
    fn within(x: &Lanes) -> ([__m512i; AT_ONCE], [__m512; AT_ONCE]) {
        let (per_unit, rounder) = (_mm512_set1_ps(PER_UNIT), _mm512_set1_ps(f32::ROUNDER));
        let mut segments = [_mm512_setzero_si512(); AT_ONCE];
        let mut t = [_mm512_setzero_ps(); AT_ONCE];
        for i in 0..AT_ONCE {
            let x = load(&x[i]);
            let rounded = _mm512_fmadd_ps(x, per_unit, rounder);
            segments[i] = _mm512_castps_si512(rounded);
            t[i] = _mm512_fmsub_ps(x, per_unit, _mm512_sub_ps(rounded, rounder));
        }
        (segments, t)
    }

    /// The polynomial of each lane's segment; 0 without rows.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
    fn polynomial(
        rows: &[Row<f32>],
        segments: &[__m512i; AT_ONCE],
        t: &[__m512; AT_ONCE],
    ) -> [__m512; AT_ONCE] {
        let mut sums = [_mm512_setzero_ps(); AT_ONCE];
        let Some((last, rest)) = rows.split_last() else {
            return sums;
        };
        let [low, high] = halves(last);
        for i in 0..AT_ONCE {
            sums[i] = _mm512_permutex2var_ps(low, segments[i], high);
        }
        for row in rest.iter().rev() {
            let [low, high] = halves(row);
            for i in 0..AT_ONCE {
                let term = _mm512_permutex2var_ps(low, segments[i], high);
                sums[i] = _mm512_fmadd_ps(sums[i], t[i], term);
            }
        }
        sums
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn halves(row: &Row<f32>) -> [__m512; 2] {
        let (halves, _) = row.0.as_chunks();
        [load(&halves[0]), load(&halves[1])]
    }

    fn all(lanes: &[f32]) -> &[Lanes] {
        lanes.as_chunks().0.as_chunks().0
    }

    fn all_mut(lanes: &mut [f32]) -> &mut [Lanes] {
        lanes.as_chunks_mut().0.as_chunks_mut().0
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn load(from: &[f32; 16]) -> __m512 {
        // SAFETY: sixteen floats are there.
        unsafe { _mm512_loadu_ps(from.as_ptr()) }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn store(to: &mut Lanes, values: [__m512; AT_ONCE]) {
        for (to, value) in to.iter_mut().zip(values) {
            // SAFETY: there is room for sixteen floats.
            unsafe { _mm512_storeu_ps(to.as_mut_ptr(), value) }
        }
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;

    /// A row of coefficients that differ.
    fn row(scale: f32) -> Row<f32> {
        let mut x = scale;
        Row(std::array::from_fn(|_| {
            x = (x * 1.7 + 0.3) % 1.0;
            x
        }))
    }

    #[test]
    fn vectors_look_up_the_bits_that_plain_code_does() {
        let Some(simd) = Simd::available().into_iter().find(|s| s.has_curves()) else {
            return;
        };
        let x: Vec<f32> = (0..256).map(|i| (i as f32).mul_add(0.62, -102.0)).collect();
        let c: Vec<f32> = (0..256).map(|i| i as f32 / 256.0).collect();
        for (p, q, moves) in [(5, 0, false), (6, 3, false), (1, 7, true), (0, 4, false)] {
            let curve = Curve {
                p: (0..p).map(|i| row(0.1 + 0.07 * i as f32)).collect(),
                q: (0..q).map(|i| row(0.2 + 0.05 * i as f32)).collect(),
                moves,
            };
            let others: &[Other<'_, f32>] = if q == 0 {
                &[Other::None]
            } else {
                &[Other::InPlace, Other::Apart(&c)]
            };
            for &other in others {
                let (mut expected, mut found) = (c.clone(), c.clone());
                plain(&mut expected, &x, other, &curve);
                simd.look_up(&mut found, &x, other, &curve);
                assert_eq!(expected, found, "{p} and {q} rows");
            }
        }
    }
}
