//! Tiles computed on this thread while another one writes those before, through a short queue.
//!
//! Takes a prepared job and what is done with each tile's outputs; gives figures and how it ended.
//! Must not know tables.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;

use super::tiles::{self, Outlet};
use super::{Progress, ProtocolError};
use crate::exec::{Engine, ExecError, Job, RunStats, TileOutput};
use crate::experiment::Experiment;
use crate::plan::Plan;
use crate::report::Times;

/// What is run.
pub(super) struct Work<'a> {
    pub(super) engine: &'a dyn Engine,
    pub(super) experiment: &'a Experiment,
    pub(super) plan: &'a Plan,
    /// The first cell.
    pub(super) first: u64,
}

/// How the cells went through the engine and the writer.
#[derive(Default)]
pub(super) struct Flow {
    pub(super) stats: RunStats,
    /// Seconds that the engine waited for the writer.
    pub(super) wait_s: f64,
    /// Why it ended early, if it did.
    pub(super) failure: Option<ExecError>,
}

impl Flow {
    /// Where the time went; an engine counts the wait for the writer as its own.
    pub(super) fn times(&self, compile_s: f64, write_s: f64) -> Times {
        Times {
            compile: compile_s + self.stats.compile_s,
            upload: self.stats.upload_s,
            run: self.stats.run_s,
            readback: (self.stats.readback_s - self.wait_s).max(0.0),
            write: write_s,
        }
    }

    /// The same and, unless it failed, what comes after it.
    pub(super) fn then(mut self, next: impl FnOnce() -> Flow) -> Flow {
        if self.failure.is_none() {
            let next = next();
            self.stats.add(&next.stats);
            self.wait_s += next.wait_s;
            self.failure = next.failure;
        }
        self
    }
}

/// Does with a tile's outputs what is to be done.
pub(super) type Take<'a> = dyn FnMut(&TileOutput) -> Result<(), ProtocolError> + Send + 'a;

/// Computes here and calls `take` on another thread. One tile waits between the two.
pub(super) fn flow(
    work: &Work,
    job: Box<dyn Job>,
    take: &mut Take,
    progress: &mut dyn Progress,
) -> Flow {
    let failed = AtomicBool::new(false);
    let (queue, outputs) = sync_channel::<TileOutput>(1);
    std::thread::scope(|scope| {
        let mut outlet = Outlet {
            queue,
            progress,
            failed: &failed,
            n_cells: work.experiment.grid.n_cells(),
            n_steps: u64::from(work.plan.schedule().n_steps),
            next: work.first,
            wait_s: 0.0,
        };
        let failed = &failed;
        let writing = scope.spawn(move || {
            let written = outputs.iter().try_for_each(|output| take(&output));
            // Nobody computes what cannot be kept.
            failed.store(written.is_err(), Ordering::Relaxed);
            written
        });
        let (stats, failure) =
            tiles::run(work.experiment, work.engine, work.plan, job, &mut outlet);
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

/// Shows a part of a run's work as a part of all of it.
pub(super) struct Share<'a> {
    pub(super) progress: &'a mut dyn Progress,
    /// Cell-steps of the parts before.
    pub(super) before: u64,
    /// Cell-steps of all parts.
    pub(super) all: u64,
}

impl Progress for Share<'_> {
    fn at(&mut self, done: u64, _: u64) -> ControlFlow<()> {
        self.progress.at(self.before.saturating_add(done), self.all)
    }
}
