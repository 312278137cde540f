//! Which tables a sweep writes, and the rows of some cells in each.
//!
//! Takes an experiment and what its recorders kept of some cells; gives the main table (cell, axes,
//! and the columns of recorders that have one value per cell) and the long tables of the others.
//! A new recorder is one arm of [`part`].
//!
//! Must not know files beyond their names.

use std::ops::Range;

use super::{rows, spikes, traces};
use crate::exec::{Column as Kept, TileOutput};
use crate::experiment::Experiment;
use crate::record::{Raw, Recorder};
use crate::table::{Column, Table, TableError};

/// What one recorder kept of some cells.
pub(super) struct Slice<'a> {
    pub(super) experiment: &'a Experiment,
    /// Numbers of the cells in the grid.
    pub(super) cells: Vec<u64>,
    /// For each cell: do its values mean nothing?
    pub(super) non_finite: &'a [bool],
    /// The recorder's outputs; there may be none where there are no cells.
    pub(super) raw: Vec<Raw<'a>>,
}

impl Slice<'_> {
    /// Floats of output `i`.
    pub(super) fn floats(&self, i: usize) -> &[f64] {
        match self.raw.get(i) {
            Some(Raw::Float(values)) => values,
            Some(Raw::U32(_)) | None => &[],
        }
    }

    /// Integers of output `i`.
    pub(super) fn integers(&self, i: usize) -> &[u32] {
        match self.raw.get(i) {
            Some(Raw::U32(values)) => values,
            Some(Raw::Float(_)) | None => &[],
        }
    }
}

/// What a recorder contributes.
pub(super) enum Part {
    /// Columns of the main table: one value per cell.
    Columns(Vec<Column>),
    /// A table of its own.
    Long {
        /// Its name, without the end that says the format.
        name: &'static str,
        /// The rows of these cells; the first column is the cell.
        rows: Table,
        /// Entries of these cells that found no room.
        n_dropped: u64,
    },
}

/// What `recorder` kept, as columns or as a table. With no cells it says which columns there are.
fn part(recorder: &Recorder, slice: &Slice) -> Result<Part, TableError> {
    match recorder {
        Recorder::Features(which) => Ok(Part::Columns(rows::features(slice, which))),
        Recorder::FinalState => Ok(Part::Columns(rows::final_state(slice))),
        Recorder::Spikes { capacity } => spikes::part(slice, *capacity),
        Recorder::Statistics { of } => Ok(Part::Columns(rows::statistics(slice, *of))),
        Recorder::Trace { of, every } => traces::part(slice, of, *every),
    }
}

/// The rows of some cells.
pub(super) struct Rows {
    /// The main table.
    pub(super) main: Table,
    /// Each of the others, with its name, in the order of the recorders.
    pub(super) long: Vec<(&'static str, Table)>,
    /// Spikes that found no room in the record.
    pub(super) n_dropped: u64,
}

/// Most rows that a cell may have in any of the tables.
pub(super) fn most_rows_of_a_cell(experiment: &Experiment) -> u64 {
    let n_steps = u64::from(experiment.timing.n_steps());
    let rows = |recorder: &Recorder| match recorder {
        Recorder::Features(_) | Recorder::FinalState | Recorder::Statistics { .. } => 1,
        Recorder::Spikes { capacity } => n_steps.min(u64::from(*capacity)),
        Recorder::Trace { every, .. } => n_steps / u64::from(*every).max(1),
    };
    experiment.recorders.iter().map(rows).fold(1, u64::max)
}

/// The tables of `experiment` without rows.
pub(super) fn empty(experiment: &Experiment) -> Result<Rows, TableError> {
    let recorded = vec![0..0; experiment.recorders.len()];
    let nothing = TileOutput {
        first: 0,
        n: 0,
        columns: Vec::new(),
        non_finite: Vec::new(),
    };
    of(experiment, &recorded, &nothing, 0..0)
}

/// The rows of the cells at `places` of `output`, whose columns belong to the recorders as
/// `recorded` says.
pub(super) fn of(
    experiment: &Experiment,
    recorded: &[Range<usize>],
    output: &TileOutput,
    places: Range<usize>,
) -> Result<Rows, TableError> {
    let cells = output.first + places.start as u64..output.first + places.end as u64;
    let mut columns = rows::cells(experiment, cells.clone());
    let (mut long, mut dropped) = (Vec::new(), 0);
    for (recorder, outputs) in experiment.recorders.iter().zip(recorded) {
        let kept = output.columns.get(outputs.clone()).unwrap_or_default();
        let slice = Slice {
            experiment,
            cells: experiment.grid.numbers(cells.clone()),
            non_finite: &output.non_finite[places.clone()],
            raw: kept.iter().map(|c| raw(c, output.n, &places)).collect(),
        };
        match part(recorder, &slice)? {
            Part::Columns(more) => columns.extend(more),
            Part::Long {
                name,
                rows,
                n_dropped,
            } => {
                long.push((name, rows));
                dropped += n_dropped;
            }
        }
    }
    Ok(Rows {
        main: Table::new(columns)?,
        long,
        n_dropped: dropped,
    })
}

/// The entries of some of `n` cells; a stream has several per cell.
fn raw<'a>(column: &'a Kept, n: usize, places: &Range<usize>) -> Raw<'a> {
    let part = |len: usize| {
        let each = len / n.max(1);
        places.start * each..places.end * each
    };
    match column {
        Kept::Float(values) => Raw::Float(&values[part(values.len())]),
        Kept::U32(values) => Raw::U32(&values[part(values.len())]),
    }
}
