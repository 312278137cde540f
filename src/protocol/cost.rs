//! What a run would take: memory on a device and on the host, and room on the disk.
//!
//! Takes an experiment and its plan; gives bytes. Runs nothing, opens no device.

use super::pace::{self, Pace};
use super::spikes::SPIKES;
use super::traces::TRACES;
use super::{ProtocolError, space, tables};
use crate::exec::gpu::{Footprint, footprint};
use crate::experiment::Experiment;
use crate::plan::Plan;
use crate::record::Recorder;

/// What a run would take.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// On a device, whose cells are held in f32.
    pub device: Footprint,
    /// Most cells that are run at a time, on any engine.
    pub tile_cells: u64,
    /// Bytes on the host of a cell of a tile, its parameters and results.
    pub host_bytes_per_cell: u64,
    /// The tables, the main one first.
    pub files: Vec<FileCost>,
}

/// What a file would take.
#[derive(Clone, Debug, PartialEq)]
pub struct FileCost {
    /// Its name.
    pub name: String,
    /// About how many bytes.
    pub bytes: u64,
    /// Is that the most it can be, if every list is full?
    pub at_most: bool,
}

impl FileCost {
    /// The size in words: "12.3 MB".
    #[must_use]
    pub fn size(&self) -> String {
        let most = if self.at_most { "at most " } else { "" };
        format!("{most}about {}", space::human(self.bytes))
    }
}

impl Cost {
    /// Bytes of a full tile on a device, in words.
    #[must_use]
    pub fn device_tile(&self) -> String {
        let cells = self.tile_cells.saturating_mul(self.device.bytes_per_cell);
        space::human(cells.saturating_add(self.device.table_bytes))
    }

    /// Bytes of a full tile on the host, in words.
    #[must_use]
    pub fn host_tile(&self) -> String {
        space::human(self.tile_cells.saturating_mul(self.host_bytes_per_cell))
    }
}

/// What running `experiment`, whose plan this is, would take; `main` is the name of its main table.
///
/// # Errors
/// One cell exceeds what any device takes.
pub fn cost(experiment: &Experiment, plan: &Plan, main: &str) -> Result<Cost, ProtocolError> {
    let device = footprint(plan)?;
    let n_cells = experiment.grid.n_cells();
    let file = |name: &str, n_cells: u64, per_cell: u64, at_most| FileCost {
        name: name.to_owned(),
        bytes: n_cells.saturating_mul(per_cell),
        at_most,
    };
    let mut files = vec![file(main, n_cells, row_bytes(experiment), false)];
    // The cells chosen for traces are an experiment of their own.
    let tracing = experiment.tracing();
    for experiment in [Some(experiment), tracing.as_ref()].into_iter().flatten() {
        for recorder in &experiment.recorders {
            if let Some((name, per_cell, at_most)) = long(experiment, recorder) {
                files.push(file(
                    &format!("{name}.csv"),
                    experiment.grid.n_cells(),
                    per_cell,
                    at_most,
                ));
            }
        }
    }
    Ok(Cost {
        device,
        tile_cells: Pace::new(plan, device.tile_cells).most(),
        host_bytes_per_cell: pace::bytes_per_cell(plan),
        files,
    })
}

/// Most rows that any table of `experiment` may have.
#[must_use]
pub fn most_rows(experiment: &Experiment) -> u64 {
    let tracing = experiment.tracing();
    let both = [Some(experiment), tracing.as_ref()];
    let rows = both.into_iter().flatten().map(|experiment| {
        let n_cells = experiment.grid.n_cells();
        n_cells.saturating_mul(tables::most_rows_of_a_cell(experiment))
    });
    rows.max().unwrap_or(0)
}

/// About how many bytes a number takes in a table, with its comma; the most in Parquet, where many
/// take less.
const BYTES_PER_FIELD: u64 = 9;

/// Bytes that the tables surely take on the disk, with so many cells of the grid still to run.
pub(super) fn bytes_of(experiment: &Experiment, n_cells: u64) -> u64 {
    let chosen = experiment.tracing().map_or(0, |tracing| {
        let n_cells = tracing.grid.n_cells();
        n_cells.saturating_mul(sure_bytes(&tracing))
    });
    let each = row_bytes(experiment).saturating_add(sure_bytes(experiment));
    n_cells.saturating_mul(each).saturating_add(chosen)
}

/// Bytes that each cell surely takes in the recorders' own tables.
fn sure_bytes(experiment: &Experiment) -> u64 {
    let long = experiment
        .recorders
        .iter()
        .filter_map(|r| long(experiment, r));
    let sure = long.filter(|(_, _, at_most)| !at_most);
    sure.fold(0, |sum, (_, bytes, _)| sum.saturating_add(bytes))
}

/// A row of the main table.
fn row_bytes(experiment: &Experiment) -> u64 {
    // Columns that do not make a table are refused later.
    let n_columns = tables::empty(experiment).map_or(0, |rows| rows.main.columns().len());
    BYTES_PER_FIELD * n_columns as u64
}

/// The rows of a cell in a recorder's own table: its name, bytes, and whether these are the most.
fn long(experiment: &Experiment, recorder: &Recorder) -> Option<(&'static str, u64, bool)> {
    match recorder {
        // The cell and the time.
        Recorder::Spikes { capacity } => {
            Some((SPIKES, u64::from(*capacity) * 2 * BYTES_PER_FIELD, true))
        }
        Recorder::Trace { of, every } => {
            let rows = u64::from(experiment.timing.n_steps() / (*every).max(1));
            let fields = of.len() as u64 + 2;
            Some((TRACES, rows * fields * BYTES_PER_FIELD, false))
        }
        Recorder::Features(_) | Recorder::FinalState | Recorder::Statistics { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::from_toml;
    use crate::plan::{Output, compile};

    #[test]
    fn every_table_and_all_that_a_device_holds_is_counted() {
        let text = "model = \"lif\"\ndt = \"0.1 ms\"\nduration = \"10 ms\"\n[sweep]\ntau = [5, 10]\n[record]\n\
                    final_state = true\nspikes = { capacity = 5 }\ntrace = { variables = [\"v\"], every = \"1 ms\" }";
        let experiment = from_toml("test", text, std::path::Path::new(".")).unwrap();
        let plan = compile(&experiment).unwrap().plan;
        let cost = cost(&experiment, &plan, "table.csv").unwrap();
        let files: Vec<_> = cost
            .files
            .iter()
            .map(|f| (f.name.as_str(), f.bytes))
            .collect();
        // cell, tau, v_end; 5 x (cell, time); 10 x (cell, time, v); two cells of each.
        let expected = [
            ("table.csv", 2 * 27),
            ("spikes.csv", 2 * 90),
            ("traces.csv", 2 * 270),
        ];
        assert_eq!(files, expected);
        assert_eq!(bytes_of(&experiment, 2), 2 * (27 + 270));
        // The list of spikes has steps and fractions, the trace 10 values; all outputs and a status
        // word are read back.
        let streams = 4 * (5 + 5 + 10);
        let slots = plan.bytes_per_cell(4) - streams - 4;
        let empty = [plan.layout().derived.len(), plan.layout().accums.len()];
        let empty = 4 * empty.iter().filter(|n| **n == 0).count() as u64;
        let is_slot = |output: &&Output| matches!(output, Output::Slot(_));
        let read = streams + 4 * plan.outputs().iter().filter(is_slot).count() as u64 + 4;
        let expected = slots + streams + 4 + read + empty;
        assert_eq!(cost.device.bytes_per_cell, expected);
        assert!(cost.host_bytes_per_cell >= streams && cost.tile_cells > 1000);
    }
}
