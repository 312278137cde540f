//! One register: a value for each cell of a tile.
//!
//! Takes and gives lanes. Must not know what they mean.

use super::real::Real;

/// Lanes of a part of a tile: what a block runs on where few cells need it. At 32 the compiler unrolls many
/// loops to scalars.
pub(super) const PART: usize = 64;

/// One register of [`Real::LANES`] lanes, and a line of the cache more. Without it the same lane of every register
/// would have the same address but for the high bits, by which a load is told from a store that it must wait for; a
/// step of HH took 4 % longer.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Register<R: Real>(R::Lanes, [R; 16]);

impl<R: Real> Register<R> {
    /// The same value in all lanes.
    #[inline(always)]
    pub(super) fn of(value: R) -> Self {
        Register(R::lanes(value), [value; 16])
    }

    /// All lanes.
    #[inline(always)]
    pub(super) fn lanes(&self) -> &[R] {
        self.0.as_ref()
    }

    /// All lanes, to be changed.
    #[inline(always)]
    pub(super) fn lanes_mut(&mut self) -> &mut [R] {
        self.0.as_mut()
    }

    /// Part number `part` of `N` lanes.
    #[inline(always)]
    pub(super) fn part<const N: usize>(&self, part: usize) -> &[R; N] {
        &self.lanes().as_chunks().0[part]
    }

    /// The same, to be changed.
    #[inline(always)]
    pub(super) fn part_mut<const N: usize>(&mut self, part: usize) -> &mut [R; N] {
        &mut self.lanes_mut().as_chunks_mut().0[part]
    }

    /// One bit for each part in which a truth value worked out of a lane holds.
    #[inline(always)]
    pub(super) fn parts_where(&self, truth: impl Fn(R) -> R) -> u32 {
        let mut parts = 0;
        for (index, part) in self.lanes().as_chunks::<PART>().0.iter().enumerate() {
            let mut any = R::ZERO;
            for &lane in part {
                any = any.or(truth(lane));
            }
            // Opaque, or the compiler gathers across parts instead of reducing each.
            parts |= u32::from(std::hint::black_box(any.is_true())) << index;
        }
        parts
    }
}

/// The parts of which the bits are set: mostly one, so that the end of the loop is foreseen, where a
/// test of each bit would not be.
#[inline(always)]
pub(super) fn set_bits(mut bits: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        (bits != 0).then(|| {
            let part = bits.trailing_zeros() as usize;
            bits &= bits - 1;
            part
        })
    })
}
