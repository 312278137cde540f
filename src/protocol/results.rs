//! What a run gives, in memory: tables, and typed columns of them.
//!
//! Takes the rows that the recorders gave. Must not know engines.

use super::ProtocolError;
use super::spikes::SPIKES;
use super::tables::Rows;
use super::traces::TRACES;
use crate::exec::RunStats;
use crate::table::{Column, Table};

/// The results of a run.
#[derive(Clone, Debug)]
pub struct Results {
    /// One row per cell: its number, the axes, and what the recorders kept as one value per cell.
    /// The same columns as `table.csv`.
    pub table: Table,
    /// One row per spike, if they are recorded: `cell`, `spike_time [ms]`, as `spikes.csv`.
    pub spikes: Option<Table>,
    /// One row per cell and sample, if traces are recorded: `cell`, `time [ms]` and the quantities,
    /// as `traces.csv`.
    pub traces: Option<Table>,
    /// Cells whose result is no finite number; their values are missing.
    pub n_non_finite: u64,
    /// Spikes that found no room in the list.
    pub n_dropped_spikes: u64,
    /// Figures of the engine.
    pub stats: RunStats,
}

impl Results {
    pub(super) fn new(rows: Rows, n_non_finite: u64, stats: RunStats) -> Results {
        let mut results = Results {
            table: rows.main,
            spikes: None,
            traces: None,
            n_non_finite,
            n_dropped_spikes: rows.n_dropped,
            stats,
        };
        for (name, table) in rows.long {
            match name {
                SPIKES => results.spikes = Some(table),
                TRACES => results.traces = Some(table),
                _ => {}
            }
        }
        results
    }

    /// A column of the table, one number per cell in the column's unit; NaN where it is missing.
    ///
    /// # Errors
    /// There is no such column.
    pub fn values(&self, column: &str) -> Result<Vec<f64>, ProtocolError> {
        Ok(numbers(find(&self.table, column)?))
    }

    /// The spike times of a cell, in ms from onset. None where no spikes are recorded.
    #[must_use]
    pub fn spike_times(&self, cell: u64) -> Vec<f64> {
        self.of_cell(self.spikes.as_ref(), cell, "spike_time")
            .unwrap_or_default()
    }

    /// The samples of a recorded quantity of a cell, in its declared unit. Its times are those of
    /// the quantity `time`, in ms from the beginning of the run.
    ///
    /// # Errors
    /// It is not recorded.
    pub fn trace(&self, cell: u64, quantity: &str) -> Result<Vec<f64>, ProtocolError> {
        self.of_cell(self.traces.as_ref(), cell, quantity)
    }

    /// The rows of a cell in a long table, which stand together in the order of the cells.
    fn of_cell(
        &self,
        table: Option<&Table>,
        cell: u64,
        column: &str,
    ) -> Result<Vec<f64>, ProtocolError> {
        let table = table.ok_or_else(|| ProtocolError::Misfit {
            what: format!("`{column}` was not recorded; record it before the run"),
        })?;
        let (cells, column) = (find(table, "cell")?, find(table, column)?);
        let number = |row: usize| cells.data.float(row).unwrap_or(f64::NAN);
        #[expect(clippy::cast_precision_loss, reason = "grids have at most 2^52 cells")]
        let cell = cell as f64;
        let first = partition(table.n_rows(), |row| number(row) < cell);
        let end = partition(table.n_rows(), |row| number(row) <= cell);
        let value = |row| column.data.float(row).unwrap_or(f64::NAN);
        Ok((first..end).map(value).collect())
    }
}

fn find<'a>(table: &'a Table, name: &str) -> Result<&'a Column, ProtocolError> {
    table.column(name).ok_or_else(|| {
        let names: Vec<&str> = table.columns().iter().map(|c| c.name.as_str()).collect();
        ProtocolError::Misfit {
            what: format!(
                "there is no column `{name}`; there are: {}",
                names.join(", ")
            ),
        }
    })
}

fn numbers(column: &Column) -> Vec<f64> {
    (0..column.data.len())
        .map(|row| column.data.float(row).unwrap_or(f64::NAN))
        .collect()
}

/// The first of `n` rows for which `before` no longer holds.
fn partition(n: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = low.midpoint(high);
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
