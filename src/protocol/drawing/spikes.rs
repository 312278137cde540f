//! The spikes of some cells as a raster. Takes rows of `spikes.csv`; keeps at most one spike per
//! cell and distance that can be seen.

use std::collections::HashSet;

use super::spread;
use crate::experiment::Experiment;
use crate::plot::{Axis, Page, Raster, raster};
use crate::table::{Table, as_written};

/// More rows could not be told apart.
const MOST_ROWS: u64 = 150;
/// More spikes of a row could not be told apart.
const MOST_PLACES: f64 = 2000.0;

/// Collects the spikes of cells that are spread over the grid.
pub(crate) struct Spikes<'a> {
    experiment: &'a Experiment,
    /// Numbers of the cells drawn, ascending.
    cells: Vec<u64>,
    spikes: Vec<(f64, f64)>,
    /// Which rows and places have a spike.
    taken: HashSet<(u64, i64)>,
}

impl<'a> Spikes<'a> {
    pub(super) fn new(experiment: &'a Experiment) -> Spikes<'a> {
        let grid = &experiment.grid;
        let cells = spread(grid.n_cells(), MOST_ROWS).into_iter();
        Spikes {
            experiment,
            cells: cells.flat_map(|k| grid.numbers(k..k + 1)).collect(),
            spikes: Vec::new(),
            taken: HashSet::new(),
        }
    }

    pub(super) fn take(&mut self, rows: &Table) {
        let (Some(cells), Some(times)) = (rows.column("cell"), rows.column("spike_time")) else {
            return;
        };
        let apart = self.experiment.timing.duration_ms() / MOST_PLACES;
        for row in 0..rows.n_rows() {
            let (Some(cell), Some(time)) =
                (cells.data.float(row), times.data.float(row).map(as_written))
            else {
                continue;
            };
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole number below 2^52, and one of some thousand places"
            )]
            let (number, place) = (cell as u64, (time / apart) as i64);
            if self.cells.binary_search(&number).is_ok() && self.taken.insert((number, place)) {
                self.spikes.push((time, cell));
            }
        }
    }

    pub(super) fn page(&self) -> Page {
        raster(&Raster {
            x: Axis::new("spike_time", "ms"),
            y: Axis::new("cell", ""),
            spikes: self.spikes.clone(),
        })
    }
}
