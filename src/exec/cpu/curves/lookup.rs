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

/// Two registers hold sixteen coefficients of 64 bits: on segments so wide a polynomial as exact as f64 needs
/// twelve terms and more, which take as long as what it would stand for.
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
