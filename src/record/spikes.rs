//! The times of each cell's first spikes, as lists of (step, fraction); later ones are counted.

use super::{Accumulator, Events, Kept, List, Recording, spike_time};
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
    }
}
