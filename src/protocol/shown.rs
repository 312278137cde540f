//! The few rows of a run that the user is shown at its end. Takes rows as they go by; keeps some,
//! evenly spread over the grid.

use super::drawing::spread;
use crate::experiment::Experiment;
use crate::table::{Column, ColumnData, Table};

/// Most rows shown.
const MOST: u64 = 12;

/// Collects them.
pub(super) struct Shown {
    /// Numbers of the cells whose rows are shown, ascending.
    cells: Vec<u64>,
    /// Their rows, as far as they have gone by.
    pub(super) rows: Option<Table>,
}

impl Shown {
    pub(super) fn new(experiment: &Experiment) -> Shown {
        let grid = &experiment.grid;
        let cells = spread(grid.n_cells(), MOST).into_iter();
        Shown {
            cells: cells.flat_map(|k| grid.numbers(k..k + 1)).collect(),
            rows: None,
        }
    }

    pub(super) fn take(&mut self, rows: &Table) {
        let Some(cells) = rows.column("cell") else {
            return;
        };
        for row in 0..rows.n_rows() {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole number below 2^52"
            )]
            let cell = cells.data.float(row).unwrap_or(0.0) as u64;
            if self.cells.binary_search(&cell).is_ok() {
                self.keep(rows, row);
            }
        }
    }

    fn keep(&mut self, rows: &Table, row: usize) {
        let one = |column: &Column| Column {
            data: match &column.data {
                ColumnData::Float(values) => vec![values[row]].into(),
                ColumnData::Integer(values) => vec![values[row]].into(),
            },
            ..column.clone()
        };
        let Ok(row) = Table::new(rows.columns().iter().map(one).collect()) else {
            return;
        };
        match &mut self.rows {
            // The rows of one sweep have the same columns.
            Some(kept) => kept.append(&row).unwrap_or_default(),
            None => self.rows = Some(row),
        }
    }
}
