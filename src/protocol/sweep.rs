//! The flow of a sweep: a plan prepared once, then tile after tile of cells, each turned into rows
//! and written before the next begins. Memory does not grow with the number of cells.
//!
//! Takes an experiment, an engine and a target; gives the table's file and how it went. Must not
//! know what is done with the rows afterwards.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use super::{ProtocolError, rows, space};
use crate::exec::{Cells, Engine, ExecError, RunStats, Sink, Start, TileOutput};
use crate::experiment::Experiment;
use crate::plan::{Compiled, compile};
use crate::report::Times;
use crate::table::{CsvWriter, Existing, FileError, Table};

/// Where a sweep's table goes.
#[derive(Clone, Debug)]
pub struct Target {
    /// Folder of all files.
    pub folder: PathBuf,
    /// Name of the table, `fi.csv`.
    pub name: &'static str,
    /// What to do with files of an earlier run.
    pub existing: Existing,
}

impl Target {
    /// Path of the table.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.join(self.name)
    }

    /// Refuses to begin where one of `names` would have to be replaced in the end and may not be.
    /// The table's own name is looked after by its writer.
    ///
    /// # Errors
    /// [`FileError::Exists`] for the first that is there.
    pub fn refuse_existing(&self, names: &[&str]) -> Result<(), FileError> {
        let mut paths = names.iter().map(|name| self.folder.join(name));
        match paths.find(|path| self.existing == Existing::Refuse && path.exists()) {
            Some(path) => Err(FileError::Exists { path }),
            None => Ok(()),
        }
    }
}

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
    /// Figures of the engine.
    pub stats: RunStats,
    /// Where the time went.
    pub times: Times,
    /// Cells whose result is no finite number.
    pub n_non_finite: u64,
    /// Rows written.
    pub n_rows: u64,
    /// Why it ended early, if it did; the partial table keeps its rows.
    pub failure: Option<ExecError>,
}

/// Runs `experiment` on `engine`, writes its table to `target`, and shows each tile's rows to
/// `also` (a picture, a summary).
///
/// # Errors
/// No plan, no room, no file. A run that fails or is interrupted on the way is not an error here:
/// see [`Swept::failure`].
pub fn sweep(
    experiment: &Experiment,
    engine: &dyn Engine,
    target: &Target,
    progress: &mut dyn Progress,
    also: &mut dyn FnMut(&Table),
) -> Result<Swept, ProtocolError> {
    let compiled = compile(experiment)?;
    let n_cells = experiment.grid.n_cells();
    if let Some(name) = rows::clash(experiment) {
        return Err(ProtocolError::Clash { name: name.into() });
    }
    let schema = rows::schema(experiment);
    space::check(&target.folder, table_bytes(experiment), n_cells)?;
    let begin = Instant::now();
    let mut job = engine.prepare(&compiled.plan)?;
    let compile_s = begin.elapsed().as_secs_f64();
    let writer = CsvWriter::create(&target.path(), &schema, target.existing)?;

    let total = n_cells.saturating_mul(u64::from(compiled.plan.schedule().n_steps));
    let mut sink = TableSink {
        experiment,
        writer,
        progress,
        also,
        done: 0,
        total,
        write_s: 0.0,
        n_non_finite: 0,
    };
    let mut stats = RunStats::default();
    let mut failure = None;
    let tile = job.tile_cells().max(1);
    let mut first = 0;
    while first < n_cells {
        let end = n_cells.min(first + tile);
        let cells = cells(experiment, first, end)?;
        match job.run(&cells, Start::Initial, &mut sink) {
            Ok(run) => stats.add(&run),
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
        sink.done = sink.done.saturating_add(
            (end - first).saturating_mul(u64::from(compiled.plan.schedule().n_steps)),
        );
        first = end;
    }
    let times = Times {
        compile: compile_s + stats.compile_s,
        run: stats.run_s,
        readback: (stats.readback_s - sink.write_s).max(0.0),
        write: sink.write_s,
    };
    let (n_non_finite, writer) = (sink.n_non_finite, sink.writer);
    let n_rows = if failure.is_none() {
        writer.finish()?
    } else {
        writer.n_rows()
    };
    Ok(Swept {
        compiled,
        stats,
        times,
        n_non_finite,
        n_rows,
        failure,
    })
}

/// About how many bytes the table of `experiment` takes on the disk.
#[must_use]
pub fn table_bytes(experiment: &Experiment) -> u64 {
    let n_columns = rows::schema(experiment).columns.len() as u64;
    experiment
        .grid
        .n_cells()
        .saturating_mul(n_columns * BYTES_PER_FIELD)
}

/// The same in words: "12.3 MB".
#[must_use]
pub fn table_size(experiment: &Experiment) -> String {
    space::human(table_bytes(experiment))
}

/// About how many bytes a number takes in a table, with its comma.
const BYTES_PER_FIELD: u64 = 9;

fn cells(experiment: &Experiment, first: u64, end: u64) -> Result<Cells, ProtocolError> {
    let n = usize::try_from(end - first).map_err(|_| {
        ExecError::TooLarge(format!(
            "a tile of {} cells does not fit in memory",
            end - first
        ))
    })?;
    Ok(Cells {
        first,
        n,
        params: experiment.columns(first..end),
    })
}

/// Turns outputs into rows and writes them.
struct TableSink<'a> {
    experiment: &'a Experiment,
    writer: CsvWriter,
    progress: &'a mut dyn Progress,
    also: &'a mut dyn FnMut(&Table),
    /// Cell-steps of earlier tiles.
    done: u64,
    total: u64,
    write_s: f64,
    n_non_finite: u64,
}

impl Sink for TableSink<'_> {
    fn tile(&mut self, output: TileOutput) -> Result<(), String> {
        let begin = Instant::now();
        self.n_non_finite += output.non_finite.iter().filter(|lost| **lost).count() as u64;
        let rows = rows::rows(self.experiment, &output).map_err(|error| error.to_string())?;
        self.writer
            .append(&rows)
            .map_err(|error| error.to_string())?;
        (self.also)(&rows);
        self.write_s += begin.elapsed().as_secs_f64();
        Ok(())
    }

    fn progress(&mut self, cell_steps: u64) -> ControlFlow<()> {
        self.progress
            .at(self.done.saturating_add(cell_steps), self.total)
    }
}
