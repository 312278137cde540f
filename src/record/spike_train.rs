//! What all features of a spike train are computed from, kept in constant memory: the number of
//! spikes, the times of the first two and last two, and the running moments of the intervals.
//!
//! Takes the events of a step; gives accumulators that are touched only where a cell spikes, and,
//! after the run, one [`SpikeTrain`] per cell.

use super::{Accumulator, Events, Kept, Raw, Recording, floats, integers, spike_time};
use crate::ir::{Builder, CompareOp, Slot, Type, Value};

/// The accumulators, in the order of their slots.
const ACCUMS: [(&str, Type); 11] = [
    ("spike_count", Type::U32),
    ("first_step", Type::U32),
    ("first_fraction", Type::Float),
    ("second_step", Type::U32),
    ("second_fraction", Type::Float),
    ("previous_step", Type::U32),
    ("previous_fraction", Type::Float),
    ("last_step", Type::U32),
    ("last_fraction", Type::Float),
    ("interval_mean", Type::Float),
    ("interval_squares", Type::Float),
];

/// The summary of one cell's spikes in the window. Times are in steps from the run's beginning.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct SpikeTrain {
    /// Number of spikes, n.
    pub count: u32,
    /// Time of the first spike, if n ≥ 1.
    pub first: f64,
    /// Time of the second spike, if n ≥ 2.
    pub second: f64,
    /// Time of the last but one, if n ≥ 2.
    pub previous: f64,
    /// Time of the last, if n ≥ 1.
    pub last: f64,
    /// Mean of the n − 1 intervals, in steps.
    pub interval_mean: f64,
    /// Sum of the squares of their deviations from the mean, in steps².
    pub interval_squares: f64,
}

pub(super) fn recording(events: &Events) -> Recording {
    let mut b = Builder::new("summarise spikes");
    b.guard(events.spike);
    let slot = |i: u16| Slot::Accum(events.first_accum + i);
    let old: Vec<Value> = (0..)
        .zip(ACCUMS)
        .map(|(i, (_, ty))| b.load(slot(i), ty))
        .collect();
    let (step, fraction) = spike_time(&mut b, events);
    let new = summarise(&mut b, &old, step, fraction);
    for (i, value) in (0..).zip(new) {
        b.store(slot(i), value);
    }
    Recording {
        accums: ACCUMS
            .iter()
            .map(|&(name, ty)| Accumulator { name, ty })
            .collect(),
        blocks: vec![b.finish()],
        kept: (0..)
            .zip(ACCUMS)
            .map(|(i, _)| Kept::Slot(slot(i)))
            .collect(),
        ..Recording::default()
    }
}

/// The accumulators after a spike at (step, fraction). Moments by Welford's recurrence
/// (Technometrics 4:419, 1962), which keeps its digits where intervals are nearly equal.
fn summarise(b: &mut Builder, old: &[Value], step: Value, fraction: Value) -> Vec<Value> {
    let (count, last_step, last_fraction, mean, squares) =
        (old[0], old[7], old[8], old[9], old[10]);
    let (zero, one) = (b.u32(0), b.u32(1));
    let is_first = b.compare(CompareOp::Eq, count, zero);
    let is_second = b.compare(CompareOp::Eq, count, one);

    let steps = b.sub(step, last_step);
    let steps = b.unary(crate::ir::UnaryOp::ToFloat, steps);
    let rest = b.sub(fraction, last_fraction);
    let interval = b.add(steps, rest);
    // The count before this spike is the number of intervals with it; none with the first.
    let n = b.binary(crate::ir::BinaryOp::Max, count, one);
    let n = b.unary(crate::ir::UnaryOp::ToFloat, n);
    let deviation = b.sub(interval, mean);
    let share = b.div(deviation, n);
    let new_mean = b.add(mean, share);
    let left = b.sub(interval, new_mean);
    let square = b.mul(deviation, left);
    let new_squares = b.add(squares, square);

    vec![
        b.add(count, one),
        b.select(is_first, step, old[1]),
        b.select(is_first, fraction, old[2]),
        b.select(is_second, step, old[3]),
        b.select(is_second, fraction, old[4]),
        last_step,
        last_fraction,
        step,
        fraction,
        b.select(is_first, mean, new_mean),
        b.select(is_first, squares, new_squares),
    ]
}

impl SpikeTrain {
    /// Reads the summaries of all cells of a tile from what the recorder kept.
    #[must_use]
    pub fn read(raw: &[Raw]) -> Vec<SpikeTrain> {
        let counts = integers(raw, 0);
        (0..counts.len())
            .map(|cell| {
                let time = |i: usize| f64::from(integers(raw, i)[cell]) + floats(raw, i + 1)[cell];
                SpikeTrain {
                    count: counts[cell],
                    first: time(1),
                    second: time(3),
                    previous: time(5),
                    last: time(7),
                    interval_mean: floats(raw, 9)[cell],
                    interval_squares: floats(raw, 10)[cell],
                }
            })
            .collect()
    }
}
