//! The segments of a curve.
//!
//! Segment n is where x times [`PER_UNIT`] rounds to n; there are 32 in a row, so the five low bits of n tell
//! which one it is. Must not know what x is: the range is that of a membrane potential in mV.

/// Segments of a curve: as many numbers of 32 bits as two registers of AVX-512 hold.
pub(in crate::exec::cpu) const SEGMENTS: usize = 32;

/// Segments in a unit of x, which are 5 mV wide. Its rounding to f32 is part of the definition.
pub(in crate::exec::cpu) const PER_UNIT: f32 = 0.2;

/// The lowest segment's number: curves are for x from −102.5 to 57.5 mV, beyond which no cell of the library
/// goes that is not driven there.
const LOWEST: i32 = -20;

/// Vector operations for the test of the range.
pub(super) const TEST_COST: u32 = 3;

/// k and j: a curve is for x with |k·x + j| ≤ 1. A little is left out at both ends, where rounding could
/// lead to a segment that is not there.
pub(in crate::exec::cpu) fn range() -> [f64; 2] {
    let n = i32::try_from(SEGMENTS).unwrap_or(i32::MAX);
    let ends = [LOWEST, LOWEST + n].map(|n| (f64::from(n) - 0.5) / f64::from(PER_UNIT));
    let half = 0.5 * (ends[1] - ends[0]) * (1.0 - 1e-5);
    let middle = 0.5 * (ends[0] + ends[1]);
    [1.0 / half, -middle / half]
}

/// The numbers of all segments.
pub(super) fn segments() -> impl Iterator<Item = i32> {
    (LOWEST..).take(SEGMENTS)
}

/// Where a segment's coefficients stand in a row.
pub(super) fn place(segment: i32) -> usize {
    let n = i32::try_from(SEGMENTS).unwrap_or(i32::MAX);
    usize::try_from(segment.rem_euclid(n)).unwrap_or(0)
}

/// x in a segment at `t`, which is −1/2 .. 1/2.
pub(super) fn x(segment: i32, t: f64) -> f64 {
    (f64::from(segment) + t) / f64::from(PER_UNIT)
}
