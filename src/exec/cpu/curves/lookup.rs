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
        _mm512_storeu_ps, _mm512_sub_ps,
    };

    use super::super::fit::MOST_ROWS;
    use super::{Curve, Elementary, Other, PER_UNIT, Row, plain};

    /// A curve of each lane; their number is a multiple of 16.
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
    pub(in crate::exec::cpu) fn wide(
        d: &mut [f32],
        x: &[f32],
        other: Other<'_, f32>,
        curve: &Curve<f32>,
    ) {
        const { assert!(MOST_ROWS == 10, "a row below for each number of rows") };
        match curve.p.len() {
            1 => rows::<1>(d, x, other, curve),
            2 => rows::<2>(d, x, other, curve),
            3 => rows::<3>(d, x, other, curve),
            4 => rows::<4>(d, x, other, curve),
            5 => rows::<5>(d, x, other, curve),
            6 => rows::<6>(d, x, other, curve),
            7 => rows::<7>(d, x, other, curve),
            8 => rows::<8>(d, x, other, curve),
            9 => rows::<9>(d, x, other, curve),
            10 => rows::<10>(d, x, other, curve),
            _ => plain(d, x, other, curve),
        }
    }

    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
    fn rows<const N: usize>(
        d: &mut [f32],
        x: &[f32],
        other: Other<'_, f32>,
        curve: &Curve<f32>,
    ) {
        let p = curve.p.first_chunk::<N>();
        let q = curve.q.first_chunk::<N>();
        let (Some(p), d, x) = (p, d.as_chunks_mut().0, x.as_chunks().0) else {
            return;
        };
        match (other, q, curve.moves) {
            (Other::InPlace, Some(q), true) => {
                for (d, x) in d.iter_mut().zip(x) {
                    let c = load(d);
                    store(d, _mm512_add_ps(c, line(load(x), c, p, q)));
                }
            }
            (Other::InPlace, Some(q), false) => {
                for (d, x) in d.iter_mut().zip(x) {
                    store(d, line(load(x), load(d), p, q));
                }
            }
            (Other::Apart(c), Some(q), true) => {
                for ((d, x), c) in d.iter_mut().zip(x).zip(c.as_chunks().0) {
                    let c = load(c);
                    store(d, _mm512_add_ps(c, line(load(x), c, p, q)));
                }
            }
            (Other::Apart(c), Some(q), false) => {
                for ((d, x), c) in d.iter_mut().zip(x).zip(c.as_chunks().0) {
                    store(d, line(load(x), load(c), p, q));
                }
            }
            (_, _, _) => {
                for (d, x) in d.iter_mut().zip(x) {
                    let (segment, t) = within(load(x));
                    let mut sum = pick(&p[N - 1], segment);
                    for row in p[..N - 1].iter().rev() {
                        sum = _mm512_fmadd_ps(sum, t, pick(row, segment));
                    }
                    store(d, sum);
                }
            }
        }
    }

    /// p(x) − q(x)·c.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
    fn line<const N: usize>(x: __m512, c: __m512, p: &[Row<f32>; N], q: &[Row<f32>; N]) -> __m512 {
        let (segment, t) = within(x);
        let (mut a, mut b) = (pick(&p[N - 1], segment), pick(&q[N - 1], segment));
        for k in (0..N - 1).rev() {
            a = _mm512_fmadd_ps(a, t, pick(&p[k], segment));
            b = _mm512_fmadd_ps(b, t, pick(&q[k], segment));
        }
        _mm512_fnmadd_ps(b, c, a)
    }

    /// The segment of x, in the low bits, and where x is in it.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
    fn within(x: __m512) -> (__m512i, __m512) {
        let (per_unit, rounder) = (_mm512_set1_ps(PER_UNIT), _mm512_set1_ps(f32::ROUNDER));
        let rounded = _mm512_fmadd_ps(x, per_unit, rounder);
        let t = _mm512_fmsub_ps(x, per_unit, _mm512_sub_ps(rounded, rounder));
        (_mm512_castps_si512(rounded), t)
    }

    /// The coefficient of each lane's segment.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
    fn pick(row: &Row<f32>, segment: __m512i) -> __m512 {
        let (halves, _) = row.0.as_chunks();
        _mm512_permutex2var_ps(load(&halves[0]), segment, load(&halves[1]))
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn load(from: &[f32; 16]) -> __m512 {
        // SAFETY: sixteen floats are there.
        unsafe { _mm512_loadu_ps(from.as_ptr()) }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn store(to: &mut [f32; 16], value: __m512) {
        // SAFETY: there is room for sixteen floats.
        unsafe { _mm512_storeu_ps(to.as_mut_ptr(), value) }
    }
}
