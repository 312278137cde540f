//! Curves of all lanes in AVX-512.
//!
//! Takes x, c and a curve; writes its value, with the bits of [`plain`]. Must not know who asks.
//!
//! [`plain`]: crate::exec::cpu::curves::lookup::plain

use std::arch::x86_64::{
    __m512, __m512i, _mm512_add_ps, _mm512_castps_si512, _mm512_fmadd_ps, _mm512_fmsub_ps,
    _mm512_fnmadd_ps, _mm512_permutex2var_ps, _mm512_set1_ps, _mm512_setzero_ps,
    _mm512_setzero_si512, _mm512_sub_ps,
};

use bytemuck::cast;

use crate::exec::cpu::curves::domain::PER_UNIT;
use crate::exec::cpu::curves::lookup::Other;
use crate::exec::cpu::curves::{Curve, Row};
use crate::exec::cpu::math::Elementary;

/// Vectors at once: a row is loaded once for all of them, and as many sums hide how long each takes.
const AT_ONCE: usize = 4;

/// A number for each lane of the vectors at once.
type Lanes = [[f32; 16]; AT_ONCE];

/// A curve of each lane; their number is a multiple of 64.
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
pub(super) fn look_up(d: &mut [f32], x: &[f32], other: Other<'_, f32>, curve: &Curve<f32>) {
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
    cast(*from)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(to: &mut Lanes, values: [__m512; AT_ONCE]) {
    for (to, value) in to.iter_mut().zip(values) {
        *to = cast(value);
    }
}
