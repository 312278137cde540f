//! How large are the results, and will they fit on the disk?
//!
//! Takes an experiment, and a folder; gives about how many bytes its tables take, or an error that
//! says what is needed and what there is.

use std::path::Path;

use super::{ProtocolError, tables};
use crate::experiment::Experiment;
use crate::record::Recorder;

/// About how many bytes a number takes in a table, with its comma.
const BYTES_PER_FIELD: u64 = 9;

/// About how many bytes the tables of `experiment` take on the disk: the main table and traces, not
/// lists of spikes, whose number nobody knows before the run.
#[must_use]
pub fn table_bytes(experiment: &Experiment) -> u64 {
    bytes(experiment, experiment.grid.n_cells())
}

/// The same in words: "12.3 MB".
#[must_use]
pub fn table_size(experiment: &Experiment) -> String {
    human(table_bytes(experiment))
}

/// With so many cells of the grid still to run.
fn bytes(experiment: &Experiment, n_cells: u64) -> u64 {
    // Columns that do not make a table are refused later.
    let columns = tables::empty(experiment).map_or(0, |rows| rows.main.columns().len() as u64);
    let each = columns.saturating_add(trace_fields(experiment));
    let tracing = experiment.tracing();
    let chosen = tracing.map_or(0, |tracing| {
        let n_cells = tracing.grid.n_cells();
        n_cells.saturating_mul(trace_fields(&tracing))
    });
    let fields = n_cells.saturating_mul(each).saturating_add(chosen);
    fields.saturating_mul(BYTES_PER_FIELD)
}

/// Numbers that the traces of one cell have, with those of cell and time.
fn trace_fields(experiment: &Experiment) -> u64 {
    let n_steps = experiment.timing.n_steps();
    let fields = |recorder: &Recorder| match recorder {
        Recorder::Trace { of, every } => {
            u64::from(n_steps.checked_div(*every).unwrap_or(0)) * (2 + of.len() as u64)
        }
        _ => 0,
    };
    experiment.recorders.iter().map(fields).sum()
}

/// Refuses results that the disk of `folder` has no room for, with so many cells of the grid still
/// to run. Where the free space cannot be told, nothing is refused.
pub(super) fn check(
    experiment: &Experiment,
    folder: &Path,
    n_cells: u64,
) -> Result<(), ProtocolError> {
    let Ok(free) = fs4::available_space(folder) else {
        return Ok(());
    };
    let bytes = bytes(experiment, n_cells);
    if bytes <= free {
        return Ok(());
    }
    Err(ProtocolError::NoSpace {
        what: format!(
            "the grid is too large: {n_cells} cells would write about {} to {}, where {} are free; take fewer values \
             per axis, or another folder with --out",
            human(bytes),
            folder.display(),
            human(free)
        ),
    })
}

/// Bytes in the largest unit that leaves a number above 1.
pub(super) fn human(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["bytes", "kB", "MB", "GB", "TB", "PB"];
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 {
        format!("{bytes} bytes")
    } else {
        format!("{value:.3} {}", UNITS[unit])
    }
}
