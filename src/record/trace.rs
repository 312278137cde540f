//! Some quantities every few steps, as one list each.
//!
//! Takes the quantities and the distance of samples; gives streams and the block that writes them,
//! which runs only at the steps that are sampled. Sample j, from 0 on, is that of t = (j + 1)·every·dt;
//! the steps left over at the end of a run give none. Traces cover the whole run, not the window.

use super::{Events, Kept, List, Quantity, Raw, Recording, floats};
use crate::ir::{BinaryOp, Block, Builder, CompareOp, Slot, Type};

pub(super) fn recording(events: &Events, of: &[Quantity], every: u32) -> Recording {
    let due = events.temp(0);
    let streams = events.first_stream..;
    Recording {
        streams: of
            .iter()
            .map(|_| List {
                name: "trace",
                ty: Type::Float,
                capacity: events.n_steps / every,
            })
            .collect(),
        temps: vec!["trace_due"],
        blocks: vec![moments(due, every), sample(events, due, of, every)],
        kept: streams.zip(of).map(|(i, _)| Kept::Stream(i)).collect(),
        ..Recording::default()
    }
}

/// The last of every `every` steps: the same for all cells.
fn moments(due: Slot, every: u32) -> Block {
    let mut b = Builder::new("when to trace");
    let step = b.step();
    let (divisor, last) = (b.u32(every), b.u32(every - 1));
    let place = b.binary(BinaryOp::Rem, step, divisor);
    let now = if every == 1 {
        b.bool(true)
    } else {
        b.compare(CompareOp::Eq, place, last)
    };
    b.store(due, now);
    b.finish()
}

fn sample(events: &Events, due: Slot, of: &[Quantity], every: u32) -> Block {
    let mut b = Builder::new("trace");
    b.guard(due);
    let step = b.step();
    let index = b.quotient(step, every);
    for (stream, quantity) in (events.first_stream..).zip(of) {
        let value = events.value(&mut b, *quantity);
        b.store_at(stream, index, value);
    }
    b.finish()
}

/// The traces of some cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Traces {
    /// Time of each sample, in steps from the beginning of the run.
    pub steps: Vec<u32>,
    /// For each cell, for each quantity, one value per sample.
    pub cells: Vec<Vec<Vec<f64>>>,
}

impl Traces {
    /// Reads the traces of a tile of `n_cells` from what the recorder kept.
    #[must_use]
    pub fn read(raw: &[Raw], n_cells: usize, every: u32) -> Traces {
        let n_samples = floats(raw, 0).len().checked_div(n_cells).unwrap_or(0);
        let of_cell = |cell: usize| {
            (0..raw.len())
                .map(|i| floats(raw, i)[cell * n_samples..(cell + 1) * n_samples].to_vec())
                .collect()
        };
        Traces {
            steps: (1u32..)
                .take(n_samples)
                .map(|j| j.saturating_mul(every))
                .collect(),
            cells: (0..n_cells).map(of_cell).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_sorted_by_cell_and_quantity() {
        let (v, w) = ([1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]);
        let traces = Traces::read(&[Raw::Float(&v), Raw::Float(&w)], 2, 10);
        assert_eq!(traces.steps, [10, 20]);
        assert_eq!(traces.cells[0], [[1.0, 2.0], [5.0, 6.0]]);
        assert_eq!(traces.cells[1], [[3.0, 4.0], [7.0, 8.0]]);
    }
}
