//! What features of a spike train are computed from, kept in constant memory: the number of spikes,
//! and as far as a feature needs them, the times of the first two and last two and the running
//! moments of the intervals.
//!
//! Takes the events of a step and the features; gives accumulators that are touched only where a
//! cell spikes, and, after the run, one [`SpikeTrain`] per cell.

use super::{Accumulator, Events, Feature, Kept, Raw, Recording, floats, integers, spike_time};
use crate::ir::{BinaryOp, Builder, CompareOp, Type, UnaryOp, Value};

/// A part of what is kept of a spike train besides the number of spikes: two accumulators each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Time of the first spike.
    First,
    /// Time of the second spike.
    Second,
    /// Time of the last spike but one.
    Previous,
    /// Time of the last spike.
    Last,
    /// Mean of the intervals, and the squares of their deviations from it.
    Intervals,
}

impl Part {
    /// In the order of their slots, after the number of spikes.
    const ALL: [Part; 5] = [
        Part::First,
        Part::Second,
        Part::Previous,
        Part::Last,
        Part::Intervals,
    ];

    fn accums(self) -> [(&'static str, Type); 2] {
        let time = |step, fraction| [(step, Type::U32), (fraction, Type::Float)];
        match self {
            Part::First => time("first_step", "first_fraction"),
            Part::Second => time("second_step", "second_fraction"),
            Part::Previous => time("previous_step", "previous_fraction"),
            Part::Last => time("last_step", "last_fraction"),
            Part::Intervals => [
                ("interval_mean", Type::Float),
                ("interval_squares", Type::Float),
            ],
        }
    }

    /// The parts that `features` need, in the order of their slots. An interval and the last spike
    /// but one are told by the last one, at the next spike.
    fn of(features: &[&Feature]) -> Vec<Part> {
        let needed = |part: &Part| features.iter().any(|f| f.needs.contains(part));
        let last = [Part::Previous, Part::Intervals].iter().any(needed);
        let parts = Part::ALL.into_iter();
        parts
            .filter(|part| needed(part) || (*part == Part::Last && last))
            .collect()
    }
}

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

pub(super) fn recording(events: &Events, features: &[&Feature]) -> Recording {
    let parts = Part::of(features);
    let count = [("spike_count", Type::U32)];
    let accums: Vec<(&str, Type)> = count
        .into_iter()
        .chain(parts.iter().flat_map(|part| part.accums()))
        .collect();
    let mut b = Builder::new("summarise spikes");
    b.guard(events.spike);
    let old: Vec<Value> = (0..)
        .zip(&accums)
        .map(|(i, (_, ty))| b.load(events.accum(i), *ty))
        .collect();
    let now = spike_time(&mut b, events);
    let new = summarise(&mut b, &parts, &old, now);
    for (i, value) in (0..).zip(new) {
        b.store(events.accum(i), value);
    }
    Recording {
        blocks: vec![b.finish()],
        kept: (0..)
            .zip(&accums)
            .map(|(i, _)| Kept::Slot(events.accum(i)))
            .collect(),
        accums: accums
            .into_iter()
            .map(|(name, ty)| Accumulator { name, ty })
            .collect(),
        ..Recording::default()
    }
}

/// A time as (step, fraction), or two moments.
type Pair = (Value, Value);

/// Place of a part's first accumulator, after the number of spikes.
fn place(parts: &[Part], part: Part) -> Option<usize> {
    let i = parts.iter().position(|p| *p == part)?;
    Some(1 + 2 * i)
}

/// The accumulators after a spike at `now`.
fn summarise(b: &mut Builder, parts: &[Part], old: &[Value], now: Pair) -> Vec<Value> {
    let count = old[0];
    let pair = |part| place(parts, part).map(|i| (old[i], old[i + 1]));
    let last = pair(Part::Last).unwrap_or(now);
    let (zero, one) = (b.u32(0), b.u32(1));
    let is_first = b.compare(CompareOp::Eq, count, zero);
    let is_second = b.compare(CompareOp::Eq, count, one);
    let moved = pair(Part::Intervals).map(|moments| {
        let interval = difference(b, now, last);
        // The count before this spike is the number of intervals with it; none with the first.
        let n = b.unary(UnaryOp::ToFloat, count);
        let one = b.float(1.0);
        let n = b.binary(BinaryOp::Max, n, one);
        add_interval(b, n, interval, moments)
    });
    let mut new = vec![b.add(count, one)];
    for (part, old) in parts.iter().filter_map(|part| Some((part, pair(*part)?))) {
        let (x, y) = match part {
            Part::First => choose(b, is_first, now, old),
            Part::Second => choose(b, is_second, now, old),
            Part::Previous => last,
            Part::Last => now,
            Part::Intervals => choose(b, is_first, old, moved.unwrap_or(old)),
        };
        new.extend([x, y]);
    }
    new
}

fn choose(b: &mut Builder, condition: Value, yes: Pair, no: Pair) -> Pair {
    (
        b.select(condition, yes.0, no.0),
        b.select(condition, yes.1, no.1),
    )
}

/// From one time to a later one, in steps.
fn difference(b: &mut Builder, later: Pair, earlier: Pair) -> Value {
    let steps = b.sub(later.0, earlier.0);
    let steps = b.unary(UnaryOp::ToFloat, steps);
    let rest = b.sub(later.1, earlier.1);
    b.add(steps, rest)
}

/// The moments with the n-th interval, by Welford's recurrence (Technometrics 4:419, 1962), which
/// keeps its digits where intervals are nearly equal.
fn add_interval(b: &mut Builder, n: Value, interval: Value, (mean, squares): Pair) -> Pair {
    let deviation = b.sub(interval, mean);
    let share = b.div(deviation, n);
    let new_mean = b.add(mean, share);
    let left = b.sub(interval, new_mean);
    let square = b.mul(deviation, left);
    (new_mean, b.add(squares, square))
}

impl SpikeTrain {
    /// Reads the summaries of all cells of a tile from what the recorder of `features` kept; what
    /// they do not need is 0.
    #[must_use]
    pub fn read(raw: &[Raw], features: &[&Feature]) -> Vec<SpikeTrain> {
        let counts = integers(raw, 0);
        let parts = Part::of(features);
        let times = |part| {
            let (steps, fractions) = match place(&parts, part) {
                Some(i) => (integers(raw, i), floats(raw, i + 1)),
                None => (&[][..], &[][..]),
            };
            move |cell: usize| match (steps.get(cell), fractions.get(cell)) {
                (Some(step), Some(fraction)) => f64::from(*step) + fraction,
                _ => 0.0,
            }
        };
        let [first, second, previous, last] =
            [Part::First, Part::Second, Part::Previous, Part::Last].map(times);
        let moments = place(&parts, Part::Intervals);
        let moment = |k: usize, cell: usize| {
            let values = moments.map_or(&[][..], |i| floats(raw, i + k));
            values.get(cell).copied().unwrap_or(0.0)
        };
        let cells = counts.iter().enumerate();
        cells
            .map(|(cell, &count)| SpikeTrain {
                count,
                first: first(cell),
                second: second(cell),
                previous: previous(cell),
                last: last(cell),
                interval_mean: moment(0, cell),
                interval_squares: moment(1, cell),
            })
            .collect()
    }
}
