//! Curves of all lanes.
//!
//! Takes x and some curves of it, each with its c; writes their values. x is in the curves' domain, or the
//! values mean nothing.
//!
//! Must not know instructions or programs.

use std::ops::Range;

use super::domain::{PER_UNIT, SEGMENTS};
use super::{Curve, Row};
use crate::exec::cpu::math::Elementary;
use crate::exec::cpu::real::Real;
use crate::exec::cpu::register::Register;
use crate::exec::cpu::simd::Simd;

/// A curve that is to be looked up.
#[derive(Clone, Copy, Debug)]
pub(in crate::exec::cpu) struct Wanted<'a, R> {
    /// The curve.
    pub(in crate::exec::cpu) curve: &'a Curve<R>,
    /// The register of c, which may be that written.
    pub(in crate::exec::cpu) c: u16,
    /// The register written.
    pub(in crate::exec::cpu) dst: u16,
}

/// A type that curves may be of.
pub(in crate::exec::cpu) trait Lookup: Real {
    /// Are there instructions for which looking up is faster?
    const IS_FASTER: bool;

    /// Some curves of the lanes of x, one after the other, with these vector instructions; none of them writes
    /// x. `lanes` are whole parts.
    fn look_up<'a>(
        simd: Simd,
        registers: &mut [Register<Self>],
        x: u16,
        lanes: Range<usize>,
        wanted: impl Iterator<Item = Wanted<'a, Self>> + Clone,
    );
}

impl Lookup for f32 {
    const IS_FASTER: bool = true;

    fn look_up<'a>(
        simd: Simd,
        registers: &mut [Register<f32>],
        x: u16,
        lanes: Range<usize>,
        wanted: impl Iterator<Item = Wanted<'a, f32>> + Clone,
    ) {
        simd.look_up(registers, x, lanes, wanted);
    }
}

/// Two registers hold sixteen coefficients of 64 bits: on segments so wide a polynomial as exact as f64 needs
/// twelve terms and more, which take as long as what it would stand for.
impl Lookup for f64 {
    const IS_FASTER: bool = false;

    fn look_up<'a>(
        _: Simd,
        registers: &mut [Register<f64>],
        x: u16,
        lanes: Range<usize>,
        wanted: impl Iterator<Item = Wanted<'a, f64>> + Clone,
    ) {
        plain(registers, x, lanes, wanted);
    }
}

/// The same in plain code: what every lookup means.
pub(in crate::exec::cpu) fn plain<'a, R: Elementary>(
    registers: &mut [Register<R>],
    x: u16,
    lanes: Range<usize>,
    wanted: impl Iterator<Item = Wanted<'a, R>> + Clone,
) {
    let per_unit = R::from_f64(f64::from(PER_UNIT));
    for lane in lanes {
        let x = registers[usize::from(x)].lanes()[lane];
        let rounded = x.fused(per_unit, R::ROUNDER);
        let t = x.fused(per_unit, -(rounded - R::ROUNDER));
        let segment = rounded.to_word() as usize % SEGMENTS;
        let polynomial = |rows: &[Row<R>]| {
            let terms = rows.iter().rev().map(|row| row.0[segment]);
            terms.reduce(|sum, term| sum.fused(t, term))
        };
        for Wanted { curve, c, dst } in wanted.clone() {
            let p = polynomial(&curve.p).unwrap_or(R::ZERO);
            let value = match polynomial(&curve.q) {
                None => p,
                Some(q) => {
                    let c = registers[usize::from(c)].lanes()[lane];
                    let line = (-q).fused(c, p);
                    if curve.moves { c + line } else { line }
                }
            };
            registers[usize::from(dst)].lanes_mut()[lane] = value;
        }
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;
    use crate::exec::cpu::register::PART;

    const LANES: usize = f32::LANES;

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
        let shapes = [(5, 0, false), (6, 3, false), (1, 7, true), (0, 4, false)];
        let curves = shapes.map(|(p, q, moves)| Curve {
            p: (0..p).map(|i| row(0.1 + 0.07 * i as f32)).collect(),
            q: (0..q).map(|i| row(0.2 + 0.05 * i as f32)).collect(),
            moves,
        });
        // x, c, and c of the curve that is written over it.
        let mut registers = vec![Register::of(0.0_f32); 7];
        for lane in 0..LANES {
            registers[0].lanes_mut()[lane] = (lane as f32).mul_add(0.31, -102.0);
            registers[1].lanes_mut()[lane] = lane as f32 / 512.0;
            registers[2].lanes_mut()[lane] = 1.0 - lane as f32 / 512.0;
        }
        let places = [(1, 3), (1, 4), (2, 2), (1, 6)];
        let wanted = curves.iter().zip(places);
        let wanted = wanted.map(|(curve, (c, dst))| Wanted { curve, c, dst });
        for lanes in [0..LANES, PART..2 * PART] {
            let (mut expected, mut found) = (registers.clone(), registers.clone());
            plain(&mut expected, 0, lanes.clone(), wanted.clone());
            simd.look_up(&mut found, 0, lanes.clone(), wanted.clone());
            for (register, (expected, found)) in expected.iter().zip(&found).enumerate() {
                assert_eq!(
                    expected.lanes(),
                    found.lanes(),
                    "register {register} of {lanes:?}"
                );
            }
            assert_ne!(expected[3].lanes(), registers[3].lanes());
        }
    }
}
