//! All outputs of some cells, kept in memory, for protocols that compare runs.
//!
//! Takes a prepared job or a plan and parameter columns; gives the outputs as whole columns. Must
//! not know what the columns mean.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::{Progress, ProtocolError};
use crate::exec::reference::ReferenceEngine;
use crate::exec::{Cells, Column, Engine, ExecError, Job, RunStats, Sink, Start, TileOutput};
use crate::experiment::Experiment;
use crate::plan::Plan;

/// The outputs of all cells, in the order of the cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Gathered {
    /// One column per output of the plan.
    pub(super) columns: Vec<Column>,
    /// For each cell: did it end in no finite number?
    pub(super) non_finite: Vec<bool>,
}

impl Gathered {
    fn append(&mut self, output: TileOutput) -> Result<(), String> {
        self.non_finite.extend(&output.non_finite);
        if self.columns.is_empty() {
            self.columns = output.columns;
            return Ok(());
        }
        for (all, more) in self.columns.iter_mut().zip(output.columns) {
            match (all, more) {
                (Column::Float(all), Column::Float(more)) => all.extend(more),
                (Column::U32(all), Column::U32(more)) => all.extend(more),
                _ => return Err("an output changed its type from tile to tile".into()),
            }
        }
        Ok(())
    }
}

/// Told how many cell-steps of a call are done; asked whether to go on.
pub(super) type Watch<'a> = &'a mut dyn FnMut(u64) -> ControlFlow<()>;

/// What is gathered, and who watches.
struct Gathering<'a> {
    gathered: Gathered,
    watch: Watch<'a>,
    /// Cell-steps of earlier tiles.
    done: u64,
}

impl Sink for Gathering<'_> {
    fn tile(&mut self, output: TileOutput) -> Result<(), String> {
        self.gathered.append(output)
    }

    fn progress(&mut self, cell_steps: u64) -> ControlFlow<()> {
        (self.watch)(self.done + cell_steps)
    }
}

/// An engine's error; where the user stopped it, nothing is left.
pub(super) fn explained(error: ExecError) -> ProtocolError {
    match error {
        ExecError::Interrupted => ProtocolError::Interrupted {
            kept: "there is no result yet".into(),
        },
        error => error.into(),
    }
}

/// The parameter columns of these cells of the grid, in base units.
pub(super) fn columns(experiment: &Experiment, cells: &[u64]) -> Vec<Vec<f64>> {
    let mut columns = experiment.columns(0..0);
    for &cell in cells {
        for (all, one) in columns.iter_mut().zip(experiment.columns(cell..cell + 1)) {
            all.extend(one);
        }
    }
    columns
}

/// Runs cells with these parameters from their initial values, numbered from 0, tile after tile.
/// Also gives the engine's figures and the seconds that its calls took, all of them together.
pub(super) fn gather(
    job: &mut dyn Job,
    params: &[Vec<f64>],
    n: usize,
    watch: Watch<'_>,
) -> Result<(Gathered, RunStats, f64), ExecError> {
    gather_from(Start::Initial, job, params, n, watch)
}

/// [`gather`] from where the states are to begin; those of a last run can be carried on in one
/// tile only.
pub(super) fn gather_from(
    start: Start,
    job: &mut dyn Job,
    params: &[Vec<f64>],
    n: usize,
    watch: Watch<'_>,
) -> Result<(Gathered, RunStats, f64), ExecError> {
    let tile = usize::try_from(job.tile_cells())
        .unwrap_or(usize::MAX)
        .clamp(1, n.max(1));
    let mut sink = Gathering {
        gathered: Gathered::default(),
        watch,
        done: 0,
    };
    let mut stats = RunStats::default();
    let mut total_s = 0.0;
    for first in (0..n).step_by(tile) {
        let cells = part(params, first, n.min(first + tile));
        let begin = Instant::now();
        stats.add(&job.run(&cells, start, &mut sink)?);
        total_s += begin.elapsed().as_secs_f64();
        sink.done = stats.cell_steps;
    }
    Ok((sink.gathered, stats, total_s))
}

fn part(params: &[Vec<f64>], first: usize, end: usize) -> Cells {
    Cells {
        first: first as u64,
        n: end - first,
        params: params.iter().map(|c| c[first..end].to_vec()).collect(),
    }
}

/// Runs cells on the reference engine, each by itself, on all cores.
pub(super) fn gather_reference(
    plan: &Plan,
    params: &[Vec<f64>],
    n: usize,
    progress: &mut dyn Progress,
) -> Result<Gathered, ExecError> {
    let n_threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let shared = Shared {
        plan,
        params,
        n,
        next: AtomicUsize::new(0),
        done: AtomicU64::new(0),
        stop: AtomicBool::new(false),
    };
    let total = n as u64 * u64::from(plan.schedule().n_steps);
    let outputs = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..n_threads.min(n))
            .map(|_| scope.spawn(|| shared.work()))
            .collect();
        while !workers.iter().all(|worker| worker.is_finished()) {
            if progress
                .at(shared.done.load(Ordering::Relaxed), total)
                .is_break()
            {
                shared.stop.store(true, Ordering::Relaxed);
            }
            std::thread::sleep(LOOK);
        }
        let failed = || ExecError::Device("a thread of the reference engine failed".into());
        workers
            .into_iter()
            .map(|worker| worker.join().map_err(|_| failed())?)
            .collect::<Result<Vec<_>, _>>()
    })?;
    let mut outputs: Vec<TileOutput> = outputs.into_iter().flatten().collect();
    outputs.sort_by_key(|output| output.first);
    let mut all = Gathered::default();
    for output in outputs {
        all.append(output).map_err(ExecError::Sink)?;
    }
    Ok(all)
}

/// How often the progress is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// What the threads of a run share.
struct Shared<'a> {
    plan: &'a Plan,
    params: &'a [Vec<f64>],
    n: usize,
    /// The next cell to run.
    next: AtomicUsize,
    /// Cell-steps done.
    done: AtomicU64,
    stop: AtomicBool,
}

impl Shared<'_> {
    /// Takes cells until there are no more.
    fn work(&self) -> Result<Vec<TileOutput>, ExecError> {
        let mut job = ReferenceEngine.prepare(self.plan)?;
        let mut kept = Outputs(Vec::new());
        loop {
            let cell = self.next.fetch_add(1, Ordering::Relaxed);
            if cell >= self.n {
                return Ok(kept.0);
            }
            if self.stop.load(Ordering::Relaxed) {
                return Err(ExecError::Interrupted);
            }
            let cells = part(self.params, cell, cell + 1);
            let stats = job.run(&cells, Start::Initial, &mut kept)?;
            self.done.fetch_add(stats.cell_steps, Ordering::Relaxed);
        }
    }
}

/// Outputs as they come.
struct Outputs(Vec<TileOutput>);

impl Sink for Outputs {
    fn tile(&mut self, output: TileOutput) -> Result<(), String> {
        self.0.push(output);
        Ok(())
    }
}
