//! The flow of a sweep: a plan prepared once, then tile after tile of cells, each turned into rows
//! and written while the next is computed. Memory does not grow with the number of cells.
//!
//! Takes an experiment, an engine and a target; gives the tables' files and how it went. Must not
//! know what is done with the rows afterwards.

use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use super::journal::{Entry, Journal};
use super::tiles::{self, Outlet};
use super::writer::{self, Ended, Writer};
use super::{ProtocolError, Target, marks, space, summary, tables};
use crate::exec::{Engine, ExecError, Job, RunStats};
use crate::experiment::Experiment;
use crate::plan::{Compiled, compile};
use crate::report::Times;
use crate::table::{Table, TableWriter, partial_path};

/// Told how far a run is; asked whether to go on.
pub trait Progress {
    /// `done` of `total` cell-steps are done. `Break` ends the run after the rows in hand.
    fn at(&mut self, done: u64, total: u64) -> ControlFlow<()>;
}

/// Shows nothing and never stops.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn at(&mut self, _: u64, _: u64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// How a sweep went.
#[derive(Clone, Debug)]
pub struct Swept {
    /// What was run, and by which method.
    pub compiled: Compiled,
    /// Figures of the engine; of this run alone if it went on with an earlier one.
    pub stats: RunStats,
    /// Where the time went. Rows are written while the engine computes.
    pub times: Times,
    /// Cells whose result is no finite number.
    pub n_non_finite: u64,
    /// Spikes that found no room in the record.
    pub n_dropped_spikes: u64,
    /// Rows of the main table.
    pub n_rows: u64,
    /// Rows of these that an earlier run had written.
    pub n_resumed: u64,
    /// Names of the tables as they are now, the main one first.
    pub files: Vec<String>,
    /// Why it ended early, if it did; the partial tables keep their rows.
    pub failure: Option<ExecError>,
}

/// Runs `experiment` on `engine`, writes its tables to `target`, and shows the rows of the main one
/// to `also` (a picture, a summary), some thousand at a time.
///
/// # Errors
/// No plan, no room, no file, or no earlier run that can be gone on with. A run that fails or is
/// interrupted on the way is not an error here: see [`Swept::failure`].
pub fn sweep(
    experiment: &Experiment,
    engine: &dyn Engine,
    target: &Target,
    progress: &mut dyn Progress,
    also: &mut (dyn FnMut(&Table) + Send),
) -> Result<Swept, ProtocolError> {
    let compiled = compile(experiment)?;
    let n_cells = experiment.grid.n_cells();
    if let Some(name) = super::rows::clash(experiment) {
        return Err(ProtocolError::Clash { name: name.into() });
    }
    let mut marks = marks::of(experiment, &compiled, engine);
    marks.push(("format", target.format().extension().to_owned()));
    let sheets = writer::sheets(experiment, target)?;
    let earlier = writer::earlier(&sheets, target, &marks, n_cells)?;
    writer::refuse_existing(&sheets, target, earlier.as_ref())?;
    let left = n_cells - earlier.as_ref().map_or(0, |entry| entry.cells.min(n_cells));
    let bytes = left.saturating_mul(row_bytes(experiment));
    space::check(&target.folder, bytes, left)?;
    let begin = Instant::now();
    let job = engine.prepare(&compiled.plan)?;
    let compile_s = begin.elapsed().as_secs_f64();
    let entry = earlier.unwrap_or_else(|| Entry::begin(sheets.len()));
    let n_resumed = entry.cells;
    let mut writer = Writer {
        experiment,
        compiled: &compiled,
        journal: Journal::create(&target.path(), &marks, &entry)?,
        tables: writer::open(&sheets, target, &entry, also)?,
        also,
        entry,
        busy_s: 0.0,
    };
    let flow = flow(engine, job, &mut writer, progress);
    let times = flow.times(compile_s, writer.busy_s);
    let Writer {
        tables,
        journal,
        entry,
        ..
    } = writer;
    let name = |(name, _): &(String, Table)| match &flow.failure {
        None => name.clone(),
        Some(_) => partial_path(name.as_ref()).display().to_string(),
    };
    let mut swept = Swept {
        files: sheets.iter().map(name).collect(),
        stats: flow.stats,
        times,
        n_non_finite: entry.n_non_finite,
        n_dropped_spikes: entry.n_dropped,
        n_rows: tables.first().map_or(0, TableWriter::n_rows),
        n_resumed,
        failure: flow.failure,
        compiled,
    };
    let report = summary::run_report(experiment, engine, &swept, &[]);
    let ended = Ended {
        tables,
        journal,
        sheets: &sheets,
        target,
    };
    match &swept.failure {
        None => ended.finish(&report)?,
        Some(failure) => {
            let kept = ended.keep(&report);
            // What stopped the run before says more.
            if let (ExecError::Interrupted, Err(error)) = (failure, kept) {
                swept.failure = Some(ExecError::Sink(error.to_string()));
            }
        }
    }
    Ok(swept)
}

/// How the cells went through the engine and the writer.
struct Flow {
    stats: RunStats,
    wait_s: f64,
    failure: Option<ExecError>,
}

impl Flow {
    /// Where the time went; an engine counts the wait for the writer as its own.
    fn times(&self, compile_s: f64, write_s: f64) -> Times {
        Times {
            compile: compile_s + self.stats.compile_s,
            run: self.stats.run_s,
            readback: (self.stats.readback_s - self.wait_s).max(0.0),
            write: write_s,
        }
    }
}

/// Computes here and writes on another thread. One tile waits between the two.
fn flow(
    engine: &dyn Engine,
    job: Box<dyn Job>,
    writer: &mut Writer,
    progress: &mut dyn Progress,
) -> Flow {
    let (experiment, plan) = (writer.experiment, &writer.compiled.plan);
    let failed = AtomicBool::new(false);
    let (queue, outputs) = sync_channel(1);
    std::thread::scope(|scope| {
        let mut outlet = Outlet {
            queue,
            progress,
            failed: &failed,
            n_cells: experiment.grid.n_cells(),
            n_steps: u64::from(plan.schedule().n_steps),
            next: writer.entry.cells,
            wait_s: 0.0,
        };
        let failed = &failed;
        let writing = scope.spawn(move || writer.run(outputs, failed));
        let (stats, failure) = tiles::run(experiment, engine, plan, job, &mut outlet);
        let wait_s = outlet.wait_s;
        // No more tiles: the writer ends when it has written those in the queue.
        drop(outlet);
        let written = match writing.join() {
            Ok(written) => written,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        // A failed writer stops the engine, so its failure is the cause.
        let failure = match written {
            Ok(()) => failure,
            Err(error) => Some(ExecError::Sink(error.to_string())),
        };
        Flow {
            stats,
            wait_s,
            failure,
        }
    })
}

/// About how many bytes the main table of `experiment` takes on the disk.
#[must_use]
pub fn table_bytes(experiment: &Experiment) -> u64 {
    let n_cells = experiment.grid.n_cells();
    n_cells.saturating_mul(row_bytes(experiment))
}

/// The same in words: "12.3 MB".
#[must_use]
pub fn table_size(experiment: &Experiment) -> String {
    space::human(table_bytes(experiment))
}

/// Most rows that any table of `experiment` may have.
#[must_use]
pub fn most_rows(experiment: &Experiment) -> u64 {
    let n_cells = experiment.grid.n_cells();
    n_cells.saturating_mul(tables::most_rows_of_a_cell(experiment))
}

/// About how many bytes a number takes in a table, with its comma; the most in Parquet, where many
/// take less.
const BYTES_PER_FIELD: u64 = 9;

fn row_bytes(experiment: &Experiment) -> u64 {
    // Columns that do not make a table are refused later.
    let n_columns = tables::empty(experiment).map_or(0, |rows| rows.main.columns().len());
    BYTES_PER_FIELD * n_columns as u64
}
