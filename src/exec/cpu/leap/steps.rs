//! The steps of a leap.
//!
//! Takes v and drive of a tile, and for each cell the step of the leap from which on it is free; leaves v as it
//! is after some steps, but as it was before the spike where there was one, and the step from which on that
//! cell is free again: it is refractory from its spike to the end of the leap, and is reset there. In plain
//! loops, and where `simd` has them by hand with the same bits.
//!
//! Must not know programs or registers of a tile.

use crate::exec::cpu::math::{Elementary, fma};
use crate::exec::cpu::real::Real;
use crate::exec::cpu::simd::Simd;

/// k and θ.
#[derive(Clone, Copy)]
pub(in crate::exec::cpu) enum Numbers<'a, R> {
    /// The same in all lanes.
    Same([R; 2]),
    /// Of each lane.
    Own([&'a [R]; 2]),
}

/// Lanes of a tile, a multiple of [`STRIDE`](super::STRIDE); `numbers` may be of more.
pub(in crate::exec::cpu) struct Cells<'a, R> {
    /// v.
    pub(in crate::exec::cpu) v: &'a mut [R],
    /// The step from which on the cell is no longer refractory, beginning with 0. A float: not all vector
    /// instructions compare integers of 64 bits.
    pub(in crate::exec::cpu) free_from: &'a mut [R],
    /// d.
    pub(in crate::exec::cpu) drive: &'a [R],
    /// The other numbers.
    pub(in crate::exec::cpu) numbers: Numbers<'a, R>,
}

/// What is the same for all lanes.
#[derive(Clone, Copy)]
pub(in crate::exec::cpu) struct Rule {
    /// Must θ be exceeded, not only reached?
    pub(in crate::exec::cpu) exceeds: bool,
    /// Length of the refractory period, in steps: not less than `n`.
    pub(in crate::exec::cpu) hold: u32,
    /// The steps to take.
    pub(in crate::exec::cpu) n: u32,
}

/// The steps, for whatever vector instructions the caller has.
#[inline(always)]
pub(in crate::exec::cpu) fn plain<R: Elementary, const FMA: bool>(
    cells: &mut Cells<'_, R>,
    rule: Rule,
) {
    let n = cells.v.len();
    let (v, free_from) = (&mut cells.v[..n], &mut cells.free_from[..n]);
    let drive = &cells.drive[..n];
    // The steps, with these numbers of lane i; masks are faster than choices, which AVX2 has no instruction
    // for that is done in one. Two steps in a pass of the lanes were slower.
    macro_rules! steps {
        ($i:ident, $beyond:tt, $leak:expr, $threshold:expr) => {{
            for step in 0..rule.n {
                let after_spike = R::small(rule.hold + 1 + step);
                let step = R::small(step);
                for $i in 0..n {
                    let free = R::mask(free_from[$i] <= step);
                    let change = fma::<R, FMA>(v[$i], $leak, drive[$i]).and(free);
                    let new = v[$i] + change;
                    let spike = R::mask(new $beyond $threshold).and(free);
                    v[$i] = v[$i] + change.and(spike.not());
                    let then = after_spike.and(spike);
                    free_from[$i] = if then > free_from[$i] { then } else { free_from[$i] };
                }
            }
        }};
    }
    let numbers = match cells.numbers {
        Numbers::Own(own) => Numbers::Own(own.map(|lanes| &lanes[..n])),
        same @ Numbers::Same(_) => same,
    };
    match (numbers, rule.exceeds) {
        (Numbers::Same([k, level]), true) => steps!(i, >, k, level),
        (Numbers::Same([k, level]), false) => steps!(i, >=, k, level),
        (Numbers::Own([k, level]), true) => steps!(i, >, k[i], level[i]),
        (Numbers::Own([k, level]), false) => steps!(i, >=, k[i], level[i]),
    }
}

/// A type with steps in AVX-512.
pub(in crate::exec::cpu) trait Steps: Real {
    /// The steps, if these are the vector instructions for it.
    fn leap(simd: Simd, cells: &mut Cells<'_, Self>, rule: Rule) -> bool;
}

impl Steps for f32 {
    fn leap(simd: Simd, cells: &mut Cells<'_, f32>, rule: Rule) -> bool {
        simd.leap_f32(cells, rule)
    }
}

impl Steps for f64 {
    fn leap(simd: Simd, cells: &mut Cells<'_, f64>, rule: Rule) -> bool {
        simd.leap_f64(cells, rule)
    }
}
