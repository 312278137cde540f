//! Curves of all lanes in AVX-512.
//!
//! Takes x and some curves of it, each with its c; writes their values, with the bits of [`plain`]. Must not know who asks.
//!
//! [`plain`]: crate::exec::cpu::curves::lookup::plain

use std::arch::x86_64::{
    __m512, __m512i, _mm512_add_ps, _mm512_castps_si512, _mm512_fmadd_ps, _mm512_fmsub_ps,
    _mm512_fnmadd_ps, _mm512_permutex2var_ps, _mm512_set1_ps, _mm512_setzero_ps,
    _mm512_setzero_si512, _mm512_sub_ps,
};

use std::ops::Range;

use bytemuck::cast;

use crate::exec::cpu::curves::Row;
use crate::exec::cpu::curves::domain::PER_UNIT;
use crate::exec::cpu::curves::lookup::Wanted;
use crate::exec::cpu::math::Elementary;
use crate::exec::cpu::register::Register;

/// Vectors at once: a row is loaded once for all of them, and as many sums hide how long each takes.
const AT_ONCE: usize = 4;

/// A number for each lane of the vectors at once.
type Lanes = [[f32; 16]; AT_ONCE];

/// Some curves of the lanes of x, one after the other; `lanes` are whole parts.
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
pub(super) fn look_up<'a>(
    registers: &mut [Register<f32>],
    x: u16,
    lanes: Range<usize>,
    wanted: impl Iterator<Item = Wanted<'a, f32>> + Clone,
) {
    for group in lanes.start / (16 * AT_ONCE)..lanes.end / (16 * AT_ONCE) {
        let (segments, t) = within(at(registers, x, group));
        for Wanted { curve, c, dst } in wanted.clone() {
            let mut value = polynomial(&curve.p, &segments, &t);
            if !curve.q.is_empty() {
                let c = at(registers, c, group);
                value = line(value, c, polynomial(&curve.q, &segments, &t), curve.moves);
            }
            let d = registers[usize::from(dst)].lanes_mut();
            store(&mut d.as_chunks_mut().0.as_chunks_mut().0[group], value);
        }
    }
}

/// Lanes number `group` of a register.
#[inline]
#[target_feature(enable = "avx512f")]
fn at(registers: &[Register<f32>], register: u16, group: usize) -> &Lanes {
    let lanes = registers[usize::from(register)].lanes();
    &lanes.as_chunks().0.as_chunks().0[group]
}

/// p − q·c, and c as well where it moves.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
fn line(
    mut p: [__m512; AT_ONCE],
    c: &Lanes,
    q: [__m512; AT_ONCE],
    moves: bool,
) -> [__m512; AT_ONCE] {
    for i in 0..AT_ONCE {
        p[i] = _mm512_fnmadd_ps(q[i], load(&c[i]), p[i]);
    }
    if moves {
        for i in 0..AT_ONCE {
            p[i] = _mm512_add_ps(load(&c[i]), p[i]);
        }
    }
    p
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
