//! Minimum, maximum, mean and variance of a quantity over the window, in constant memory.
//!
//! Takes the moments at which samples are taken; gives six accumulators and, after the run, one
//! [`Summary`] per cell. There is one sample per step of the window, at the step's end: of a window
//! of steps s .. e the samples are those at t = (s + 1)·dt .. e·dt.
//!
//! In f32 the mean of a million samples would stand still, each sample's share being less than a
//! unit in the last place. So moments are taken of parts of [`PART`] samples by Welford's
//! recurrence (Technometrics 4:419, 1962), and the parts are put together by the rule of Chan,
//! Golub & LeVeque (Am Stat 37:242, 1983), which the host applies to the last, shorter one.

use super::{Accumulator, Events, Kept, Quantity, Raw, Recording, floats};
use crate::ir::{BinaryOp, Builder, CompareOp, Slot, Type, UnaryOp, Value};

/// Samples in a part.
const PART: u32 = 1024;

/// The accumulators, in the order of their slots.
const ACCUMS: [&str; 6] = [
    "minimum",
    "maximum",
    "part_mean",
    "part_squares",
    "mean",
    "squares",
];

/// A quantity of one cell over the window; in its base unit, the variance in its square.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// The smallest sample.
    pub min: f64,
    /// The largest sample.
    pub max: f64,
    /// Mean of the samples.
    pub mean: f64,
    /// Mean square deviation of the samples from their mean (over n, not n − 1: it describes the
    /// window, and estimates nothing).
    pub variance: f64,
}

pub(super) fn recording(events: &Events, of: Quantity) -> Recording {
    let (sampled, part_full) = (events.temp(0), events.temp(1));
    Recording {
        accums: ACCUMS
            .iter()
            .map(|&name| Accumulator {
                name,
                ty: Type::Float,
            })
            .collect(),
        temps: vec!["sampled", "part_full"],
        blocks: vec![
            moments(events, sampled, part_full),
            sample(events, sampled, of),
            join(events, part_full),
        ],
        kept: (0..)
            .zip(ACCUMS)
            .map(|(i, _)| Kept::Slot(events.accum(i)))
            .collect(),
        ..Recording::default()
    }
}

/// Steps since the window's beginning.
fn elapsed(b: &mut Builder, events: &Events) -> Value {
    let (step, start) = (b.step(), b.u32(events.window.start));
    b.sub(step, start)
}

/// When to take a sample, and when a part is full: the same for all cells.
fn moments(events: &Events, sampled: Slot, part_full: Slot) -> crate::ir::Block {
    let mut b = Builder::new("when to sample");
    let inside = events.inside_window(&mut b);
    let elapsed = elapsed(&mut b, events);
    let place = place_in_part(&mut b, elapsed);
    let last = b.u32(PART - 1);
    let full = b.compare(CompareOp::Eq, place, last);
    let full = b.and(inside, full);
    b.store(sampled, inside);
    b.store(part_full, full);
    b.finish()
}

fn place_in_part(b: &mut Builder, elapsed: Value) -> Value {
    let part = b.u32(PART);
    b.binary(BinaryOp::Rem, elapsed, part)
}

/// 1/(n + 1).
fn share(b: &mut Builder, n: Value) -> Value {
    let one = b.u32(1);
    let n = b.add(n, one);
    let n = b.unary(UnaryOp::ToFloat, n);
    let one = b.float(1.0);
    b.div(one, n)
}

/// Welford's recurrence within the part, from mean and squares 0.
fn sample(events: &Events, guard: Slot, of: Quantity) -> crate::ir::Block {
    let mut b = Builder::new("sample");
    b.guard(guard);
    let x = events.value(&mut b, of);
    let old: Vec<Value> = (0..4)
        .map(|i| b.load(events.accum(i), Type::Float))
        .collect();
    let elapsed = elapsed(&mut b, events);
    let zero = b.u32(0);
    let first = b.compare(CompareOp::Eq, elapsed, zero);
    let least = b.binary(BinaryOp::Min, x, old[0]);
    let least = b.select(first, x, least);
    let most = b.binary(BinaryOp::Max, x, old[1]);
    let most = b.select(first, x, most);

    let place = place_in_part(&mut b, elapsed);
    let share = share(&mut b, place);
    let deviation = b.sub(x, old[2]);
    let moved = b.mul(deviation, share);
    let mean = b.add(old[2], moved);
    let left = b.sub(x, mean);
    let square = b.mul(deviation, left);
    let squares = b.add(old[3], square);
    for (i, value) in (0..).zip([least, most, mean, squares]) {
        b.store(events.accum(i), value);
    }
    b.finish()
}

/// Joins a full part to those before it. All parts are of one length, so of the j-th the share is
/// 1/j.
fn join(events: &Events, guard: Slot) -> crate::ir::Block {
    let mut b = Builder::new("join part");
    b.guard(guard);
    let [part_mean, part_squares, mean, squares] =
        [2, 3, 4, 5].map(|i| b.load(events.accum(i), Type::Float));
    let elapsed = elapsed(&mut b, events);
    let before = b.quotient(elapsed, PART);
    let share = share(&mut b, before);
    let difference = b.sub(part_mean, mean);
    let moved = b.mul(difference, share);
    let new_mean = b.add(mean, moved);
    // PART·(1 − 1/j): n_a·n_b/(n_a + n_b) for n_b = PART.
    let one = b.float(1.0);
    let rest = b.sub(one, share);
    let weight = b.scale(rest, f64::from(PART));
    let square = b.mul(difference, difference);
    let square = b.mul(square, weight);
    let within = b.add(squares, part_squares);
    let new_squares = b.add(within, square);
    let zero = b.float(0.0);
    for (i, value) in (2..).zip([zero, zero, new_mean, new_squares]) {
        b.store(events.accum(i), value);
    }
    b.finish()
}

impl Summary {
    /// Reads the summaries of all cells of a tile from what the recorder kept, of a window of
    /// `samples` steps.
    #[must_use]
    pub fn read(raw: &[Raw], samples: u32) -> Vec<Summary> {
        let columns: Vec<&[f64]> = (0..ACCUMS.len()).map(|i| floats(raw, i)).collect();
        (0..columns[0].len())
            .map(|cell| {
                Summary::of(
                    &columns.iter().map(|c| c[cell]).collect::<Vec<_>>(),
                    samples,
                )
            })
            .collect()
    }

    /// Joins the last part, of fewer samples.
    fn of(accums: &[f64], samples: u32) -> Summary {
        let &[min, max, part_mean, part_squares, mean, squares] = accums else {
            return Summary {
                min: f64::NAN,
                max: f64::NAN,
                mean: f64::NAN,
                variance: f64::NAN,
            };
        };
        let n = f64::from(samples.max(1));
        let part = f64::from(samples % PART);
        let difference = part_mean - mean;
        let squares = squares + part_squares + difference * difference * (n - part) * part / n;
        Summary {
            min,
            max,
            mean: mean + difference * part / n,
            variance: squares.max(0.0) / n,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_part_is_joined_on_the_host() {
        // 1024 samples of mean 2 and square deviations 10, then 2 samples, 5 and 7.
        let columns = [[1.0], [7.0], [6.0], [2.0], [2.0], [10.0]];
        let raw: Vec<Raw> = columns.iter().map(|c| Raw::Float(c)).collect();
        let summary = Summary::read(&raw, 1026)[0];
        let mean = (1024.0 * 2.0 + 12.0) / 1026.0;
        let squares =
            10.0 + 1024.0 * (2.0 - mean) * (2.0 - mean) + 2.0 + 2.0 * (6.0 - mean) * (6.0 - mean);
        assert_eq!((summary.min, summary.max), (1.0, 7.0));
        assert!((summary.mean - mean).abs() < 1e-12);
        assert!((summary.variance - squares / 1026.0).abs() < 1e-12);
    }

    #[test]
    fn a_short_window_is_one_part() {
        let columns = [[1.0], [3.0], [2.0], [2.0], [0.0], [0.0]];
        let raw: Vec<Raw> = columns.iter().map(|c| Raw::Float(c)).collect();
        let summary = Summary::read(&raw, 2)[0];
        assert!((summary.mean - 2.0).abs() < 1e-12 && (summary.variance - 1.0).abs() < 1e-12);
    }
}
