//! What an instruction reads and writes, as lanes of a part of a tile.
//!
//! Takes the registers of a tile; gives the destination's lanes, to be changed, and those of others. Must not know what
//! instructions do.

use super::program::Inst;
use super::real::Real;
use super::register::Register;

/// The registers other than the one written. A destination never aliases a source in a loop.
pub(super) struct Others<'a, R: Real> {
    before: &'a [Register<R>],
    after: &'a [Register<R>],
}

impl<'a, R: Real> Others<'a, R> {
    /// Part number `part` of a register.
    #[inline(always)]
    pub(super) fn part<const N: usize>(&self, register: u16, part: usize) -> &'a [R; N] {
        let index = usize::from(register);
        let tile = if index < self.before.len() {
            &self.before[index]
        } else {
            &self.after[index - self.before.len() - 1]
        };
        tile.part(part)
    }
}

/// Part number `part` of `dst`, and the other registers.
#[inline(always)]
pub(super) fn split<R: Real, const N: usize>(
    registers: &mut [Register<R>],
    dst: u16,
    part: usize,
) -> (&mut [R; N], Others<'_, R>) {
    let (before, rest) = registers.split_at_mut(usize::from(dst));
    let (tile, after) = rest.split_at_mut(1);
    let tile = tile[0].part_mut(part);
    (tile, Others { before, after })
}

/// The weighted sources of a sum behind `before` of them, and their weights.
#[inline(always)]
pub(super) fn weighted_sources<'a, R: Real, const N: usize, const M: usize>(
    sum: &Inst<R>,
    before: usize,
    others: &Others<'a, R>,
    part: usize,
) -> ([&'a [R; N]; M], [R; M]) {
    let first = before + 1;
    let sources = std::array::from_fn(|at| others.part(sum.src[first + at], part));
    (sources, std::array::from_fn(|at| sum.k[first + at]))
}
