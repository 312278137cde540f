//! The cells of a grid through an engine, tile after tile, whatever faults there are on the way.
//!
//! Takes an engine and a plan; gives outputs, in the order of their cells and each once, to a
//! queue. Each tile is told to the engine together with the one before it, so that it can begin
//! early. A tile that fails is run again in halves, from the first cell whose result is missing.
//!
//! Must not know tables.

use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::Instant;

use super::Progress;
use super::pace::Pace;
use crate::exec::{Cells, Engine, ExecError, Job, RunStats, Sink, TileOutput};
use crate::experiment::Experiment;
use crate::plan::Plan;

/// Hands outputs on and keeps count of them.
pub(super) struct Outlet<'a> {
    pub(super) queue: SyncSender<TileOutput>,
    pub(super) progress: &'a mut dyn Progress,
    /// The reader of the queue has failed.
    pub(super) failed: &'a AtomicBool,
    pub(super) n_cells: u64,
    pub(super) n_steps: u64,
    /// The first cell whose output has not come yet.
    pub(super) next: u64,
    /// Seconds spent waiting for room in the queue.
    pub(super) wait_s: f64,
}

impl Sink for Outlet<'_> {
    fn tile(&mut self, output: TileOutput) -> Result<(), String> {
        if output.first != self.next || output.non_finite.len() != output.n {
            return Err(format!(
                "the engine gave cell {} where {} was to come",
                output.first, self.next
            ));
        }
        self.next += output.n as u64;
        let begin = Instant::now();
        let sent = self.queue.send(output);
        self.wait_s += begin.elapsed().as_secs_f64();
        sent.map_err(|_| "the results could not be written".to_owned())
    }

    fn progress(&mut self, cell_steps: u64) -> ControlFlow<()> {
        if self.failed.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        let done = self.next.saturating_mul(self.n_steps);
        let total = self.n_cells.saturating_mul(self.n_steps);
        self.progress
            .at(done.saturating_add(cell_steps).min(total), total)
    }
}

/// Runs the cells from `outlet.next` on. The figures are of the tiles that succeeded.
pub(super) fn run(
    experiment: &Experiment,
    engine: &dyn Engine,
    plan: &Plan,
    mut job: Box<dyn Job>,
    outlet: &mut Outlet,
) -> (RunStats, Option<ExecError>) {
    let mut stats = RunStats::default();
    let mut pace = Pace::new(plan, job.tile_cells());
    let n_cells = outlet.n_cells;
    let tile = |first: u64, pace: &Pace| {
        let end = n_cells.min(first + pace.size());
        cells(experiment, first..end)
    };
    let mut coming: Option<Cells> = None;
    while outlet.next < n_cells {
        let now = coming.take().unwrap_or_else(|| tile(outlet.next, &pace));
        let n = now.n as u64;
        let end = outlet.next + n;
        coming = (end < n_cells).then(|| tile(end, &pace));
        match run_tile(job.as_mut(), &now, coming.as_ref(), outlet) {
            Ok(run) => {
                pace.observe(n, run.run_s);
                stats.add(&run);
                // A tile far too long loses more at an interruption than what was begun of it.
                coming = coming.filter(|c| c.n as u64 <= 2 * pace.size());
            }
            Err(error) => {
                coming = None;
                if !pace.halve(n, &error) {
                    return (stats, Some(explain(error, n)));
                }
                // A fault may leave a job in no state to go on, and holds its memory.
                drop(job);
                job = match engine.prepare(plan) {
                    Ok(job) => job,
                    Err(_) => return (stats, Some(explain(error, n))),
                };
            }
        }
    }
    (stats, None)
}

fn run_tile(
    job: &mut dyn Job,
    cells: &Cells,
    coming: Option<&Cells>,
    outlet: &mut Outlet,
) -> Result<RunStats, ExecError> {
    let first = outlet.next;
    let stats = job.run_before(cells, coming, outlet)?;
    if outlet.next == first + cells.n as u64 {
        return Ok(stats);
    }
    Err(ExecError::Device(format!(
        "the engine gave the results of {} of {} cells",
        outlet.next - first,
        cells.n
    )))
}

/// At most [`Pace::most`] cells of the grid.
fn cells(experiment: &Experiment, cells: Range<u64>) -> Cells {
    #[expect(clippy::cast_possible_truncation, reason = "a tile fits in memory")]
    let n = (cells.end - cells.start) as usize;
    Cells {
        first: cells.start,
        n,
        params: experiment.columns(cells),
    }
}

/// What was tried before giving up.
fn explain(error: ExecError, n: u64) -> ExecError {
    let tried = |text: String| format!("{text} (tiles were made smaller, down to {n} cells)");
    match error {
        ExecError::TooLarge(text) => ExecError::TooLarge(tried(text)),
        ExecError::Device(text) => ExecError::Device(tried(text)),
        other => other,
    }
}
