//! The table `traces`: one row per sample of each cell, cell by cell, in the order of time.
//!
//! Takes what a `trace` recorder kept of some cells; gives rows in the units that the model declares.
//! A non-finite cell keeps its rows, with its values missing.

use super::rows::unit;
use super::tables::{Part, Slice};
use crate::record::{Quantity, Traces};
use crate::table::{Column, Table, TableError};

/// Name of the table.
pub(super) const TRACES: &str = "traces";

/// `cell`, `time [ms]` from the beginning of the run, and one column per quantity.
pub(super) fn part(slice: &Slice, of: &[Quantity], every: u32) -> Result<Part, TableError> {
    let experiment = slice.experiment;
    let n_cells = slice.non_finite.len();
    let traces = Traces::read(&slice.raw, n_cells, every);
    let n_samples = traces.steps.len();
    let cells = slice.cells.iter().take(n_cells);
    let cells = cells.flat_map(|cell| std::iter::repeat_n(*cell, n_samples));
    let times = traces
        .steps
        .iter()
        .map(|step| f64::from(*step) * experiment.timing.dt);
    let times: Vec<f64> = times.cycle().take(n_cells * n_samples).collect();
    let mut columns = vec![
        Column::new("cell", "", cells.collect::<Vec<u64>>()),
        Column::new("time", "ms", times),
    ];
    for (i, quantity) in of.iter().enumerate() {
        let (name, declared) = experiment.quantity(*quantity);
        let shown = traces
            .cells
            .iter()
            .zip(slice.non_finite)
            .flat_map(|(cell, lost)| {
                let values = cell.get(i).map_or(&[][..], Vec::as_slice);
                values
                    .iter()
                    .map(move |x| (!lost).then(|| experiment.model.base.from_base(*x, declared)))
            });
        columns.push(Column::new(
            name,
            unit(&declared.label),
            shown.collect::<Vec<_>>(),
        ));
    }
    Ok(Part::Long {
        name: TRACES,
        rows: Table::new(columns)?,
        n_dropped: 0,
    })
}
