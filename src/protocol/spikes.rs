//! The table `spikes`: one row per listed spike, cell by cell, in the order of their times.
//!
//! Takes what the `spikes` recorder kept of some cells; gives rows. A cell without spikes has none,
//! nor has a non-finite one.

use super::tables::{Part, Slice};
use crate::table::{Column, Table, TableError};

/// Name of the table.
pub(super) const SPIKES: &str = "spikes";

/// `cell`, and `spike_time [ms]` counted from onset, as `time_to_first_spike` is. Spikes beyond
/// `capacity` were counted but not listed.
pub(super) fn part(slice: &Slice, capacity: u32) -> Result<Part, TableError> {
    let timing = &slice.experiment.timing;
    let (counts, steps, fractions) = (slice.integers(0), slice.integers(1), slice.floats(2));
    let (mut cells, mut times, mut n_dropped) = (Vec::new(), Vec::new(), 0);
    let finite = (0..counts.len()).filter(|i| !slice.non_finite[*i]);
    for i in finite {
        n_dropped += u64::from(counts[i].saturating_sub(capacity));
        let first = i * capacity as usize;
        for k in first..first + counts[i].min(capacity) as usize {
            cells.push(slice.cells[i]);
            // Whole steps are subtracted exactly, before the fraction is added.
            let step = f64::from(steps[k]) - f64::from(timing.settle);
            times.push((step + fractions[k]) * timing.dt);
        }
    }
    Ok(Part::Long {
        name: SPIKES,
        rows: Table::new(vec![
            Column::new("cell", "", cells),
            Column::new("spike_time", "ms", times),
        ])?,
        n_dropped,
    })
}
