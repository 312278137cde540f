//! The times of each cell's first spikes, as lists of (step, fraction); later ones are counted.

use super::{Accumulator, Events, Kept, List, Raw, Recording, floats, integers, spike_time};
use crate::ir::{Builder, Slot, Type};

pub(super) fn recording(events: &Events, capacity: u32) -> Recording {
    let count = Slot::Accum(events.first_accum);
    let (steps, fractions) = (events.first_stream, events.first_stream + 1);
    let mut b = Builder::new("list spikes");
    b.guard(events.spike);
    let (step, fraction) = spike_time(&mut b, events);
    let n = b.load(count, Type::U32);
    b.store_at(steps, n, step);
    b.store_at(fractions, n, fraction);
    let one = b.u32(1);
    let more = b.add(n, one);
    b.store(count, more);
    Recording {
        accums: vec![Accumulator {
            name: "listed_spikes",
            ty: Type::U32,
        }],
        streams: vec![
            List {
                name: "spike_step",
                ty: Type::U32,
                capacity,
            },
            List {
                name: "spike_fraction",
                ty: Type::Float,
                capacity,
            },
        ],
        blocks: vec![b.finish()],
        kept: vec![
            Kept::Slot(count),
            Kept::Stream(steps),
            Kept::Stream(fractions),
        ],
        temps: Vec::new(),
    }
}

/// The listed spikes of one cell.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SpikeList {
    /// Time of each, in steps from the beginning of the run.
    pub times: Vec<f64>,
    /// Number of spikes in the window.
    pub count: u32,
    /// How many of them came after the list was full.
    pub dropped: u32,
}

impl SpikeList {
    /// Reads the lists of all cells of a tile from what the recorder kept.
    #[must_use]
    pub fn read(raw: &[Raw]) -> Vec<SpikeList> {
        let (counts, steps, fractions) = (integers(raw, 0), integers(raw, 1), floats(raw, 2));
        let capacity = steps.len().checked_div(counts.len()).unwrap_or(0);
        let of_cell = |(cell, &count): (usize, &u32)| {
            let kept = capacity.min(count as usize);
            let own = cell * capacity..cell * capacity + kept;
            let pairs = steps[own.clone()].iter().zip(&fractions[own]);
            SpikeList {
                times: pairs
                    .map(|(&step, fraction)| f64::from(step) + fraction)
                    .collect(),
                count,
                dropped: count - u32::try_from(kept).unwrap_or(count),
            }
        };
        counts.iter().enumerate().map(of_cell).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_end_where_the_spikes_or_the_room_end() {
        let raw = [
            Raw::U32(&[1, 3, 0]),
            Raw::U32(&[4, 0, 5, 6, 0, 0]),
            Raw::Float(&[0.5, 0.0, 0.25, 0.75, 0.0, 0.0]),
        ];
        let lists = SpikeList::read(&raw);
        assert_eq!(lists[0].times, [4.5]);
        assert_eq!(
            (lists[1].times.as_slice(), lists[1].dropped),
            (&[5.25, 6.75][..], 1)
        );
        assert_eq!(lists[2], SpikeList::default());
    }
}
