//! A prepared plan: threads over tiles, progress, carried states.
//!
//! Takes cells; gives their outputs to a sink. Each thread takes the next tile, runs all its steps
//! and sends back what its cells end with; the calling thread puts that together and alone talks to
//! the sink.
//!
//! Must not know instructions.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use super::interpret::Work;
use super::lower::{Target, lower};
use super::program::{Memory, Program};
use super::simd::Advance;
use super::tile::{End, begin, end, tiles};
use super::timeline::Timeline;
use crate::exec::setup::Recipe;
use crate::exec::{
    Cells, Column, ExecError, Job, RunStats, Sink, Start, TileOutput, check_cells, check_lists,
};
use crate::ir::Type;
use crate::plan::{Output, Plan};

/// Most cells of one run: what they hold outside the tiles in work stays within some 100 MB.
const MOST_CELLS: u64 = 1 << 20;
/// A thread looks up from a tile after so many steps, about a millisecond.
const LOOK_UP_STEPS: u32 = 1024;
/// Up to so many steps, what is the same for all cells is computed once for all tiles; beyond, once
/// per tile and stretch of so many steps, to bound the memory.
const TIMELINE_STEPS: u32 = 1 << 20;
/// How often the sink hears of progress.
const REPORT: Duration = Duration::from_millis(50);

/// Threads to use, of at most `most`.
pub(super) fn threads(most: usize) -> usize {
    let available = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    available.min(most).max(1)
}

/// A plan lowered for one precision.
pub(super) struct CpuJob<R> {
    plan: Plan,
    program: Program<R>,
    recipe: Recipe,
    tables: Vec<Vec<f64>>,
    /// For each state, its lane in each cell at the end of the last run.
    carried: Option<Vec<Vec<R>>>,
    /// Cells of the last run.
    n_carried: usize,
}

impl<R: Advance> CpuJob<R> {
    /// Lowers `plan` for `target`.
    ///
    /// # Errors
    /// A plan that needs more registers than there are numbers for, or lists beyond the memory.
    pub(super) fn new(plan: &Plan, target: Target) -> Result<Self, ExecError> {
        let n_cells = (R::LANES * threads(plan.limits().threads)) as u64;
        check_lists(plan, n_cells, size_of::<R>() as u64)?;
        Ok(CpuJob {
            program: lower(plan, target)?,
            recipe: Recipe::of(plan),
            tables: plan
                .layout()
                .tables
                .iter()
                .map(|t| t.values.clone())
                .collect(),
            plan: plan.clone(),
            carried: None,
            n_carried: 0,
        })
    }
}

impl<R: Advance> Job for CpuJob<R> {
    fn tile_cells(&self) -> u64 {
        MOST_CELLS.min(self.plan.limits().tile_cells)
    }

    fn run(
        &mut self,
        cells: &Cells,
        start: Start,
        sink: &mut dyn Sink,
    ) -> Result<RunStats, ExecError> {
        check_cells(&self.plan, cells, self.tile_cells())?;
        let carried = match start {
            Start::Initial => None,
            Start::Carry => {
                let states = self
                    .carried
                    .as_deref()
                    .filter(|_| self.n_carried == cells.n);
                Some(states.ok_or_else(|| {
                    ExecError::Misuse("there are no states of these cells to carry on from".into())
                })?)
            }
        };
        let begin = Instant::now();
        let n_steps = self.plan.schedule().n_steps;
        let n_threads = threads(self.plan.limits().threads);
        let run = Run {
            job: self,
            cells,
            carried,
            timeline: (n_steps <= TIMELINE_STEPS).then(|| self.timeline(0..n_steps)),
            n_threads,
            tiles: tiles::<R>(cells.n, n_threads),
            next: AtomicUsize::new(0),
            done: AtomicU64::new(0),
            stop: AtomicBool::new(false),
        };
        let whole = run.on_threads(sink)?;
        let cell_steps = cells.n as u64 * u64::from(n_steps);
        if sink.progress(cell_steps).is_break() {
            return Err(ExecError::Interrupted);
        }
        let run_s = begin.elapsed().as_secs_f64();
        self.carried = Some(whole.states);
        self.n_carried = cells.n;
        let output = TileOutput {
            first: cells.first,
            n: cells.n,
            columns: whole.columns,
            non_finite: whole.non_finite,
        };
        sink.tile(output).map_err(ExecError::Sink)?;
        Ok(RunStats {
            cell_steps,
            run_s,
            readback_s: begin.elapsed().as_secs_f64() - run_s,
            ..RunStats::default()
        })
    }
}

impl<R: Advance> CpuJob<R> {
    fn timeline(&self, steps: std::ops::Range<u32>) -> Timeline<R> {
        Timeline::of(&self.plan, &self.program, &self.tables, steps)
    }

    /// Room for the results of `n` cells.
    fn room(&self, n: usize) -> End<R> {
        let layout = self.plan.layout();
        let column = |output: &Output| {
            let (ty, size) = match *output {
                Output::Slot(slot) => (layout.types().of(slot), n),
                Output::Stream(i) => {
                    let stream = &layout.streams[usize::from(i)];
                    (Some(stream.ty), n * stream.capacity as usize)
                }
            };
            match ty {
                Some(Type::Float) | None => Column::Float(vec![0.0; size]),
                Some(Type::U32 | Type::Bool) => Column::U32(vec![0; size]),
            }
        };
        End {
            first: 0,
            columns: self.plan.outputs().iter().map(column).collect(),
            states: vec![vec![R::ZERO; n]; layout.states.len()],
            non_finite: vec![false; n],
        }
    }
}

/// One run: what its threads share.
struct Run<'a, R> {
    job: &'a CpuJob<R>,
    cells: &'a Cells,
    carried: Option<&'a [Vec<R>]>,
    /// Of the whole run, if it is short enough.
    timeline: Option<Timeline<R>>,
    /// Threads, if there are as many tiles.
    n_threads: usize,
    /// The cells of each tile.
    tiles: Vec<std::ops::Range<usize>>,
    /// The first tile that no thread has taken.
    next: AtomicUsize,
    /// Cell-steps computed.
    done: AtomicU64,
    /// The sink asked to stop.
    stop: AtomicBool,
}

impl<R: Advance> Run<'_, R> {
    fn on_threads(&self, sink: &mut dyn Sink) -> Result<End<R>, ExecError> {
        let (sender, receiver) = channel();
        std::thread::scope(|scope| {
            for _ in 0..self.n_threads.min(self.tiles.len()) {
                let sender = sender.clone();
                scope.spawn(move || self.work(&sender));
            }
            drop(sender);
            self.gather(&receiver, sink)
        })
    }

    /// What each thread does: tile after tile, until none is left or the run is stopped.
    fn work(&self, sender: &Sender<End<R>>) {
        let mut memory = Memory::of(&self.job.program);
        while let Some(range) = self.tiles.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            if !self.run_tile(range, &mut memory) {
                return;
            }
            let end = end(&self.job.plan, &self.job.program, range, &memory);
            if sender.send(end).is_err() {
                return;
            }
        }
    }

    /// All steps of one tile; false if the run is stopped.
    fn run_tile(&self, range: &std::ops::Range<usize>, memory: &mut Memory<R>) -> bool {
        let CpuJob {
            plan,
            program,
            recipe,
            ..
        } = self.job;
        begin(recipe, program, self.cells, range, self.carried, memory);
        for stretch in plan.schedule().chunks(TIMELINE_STEPS) {
            let own;
            let timeline = match &self.timeline {
                Some(shared) => shared,
                None => {
                    own = self.job.timeline(stretch.clone());
                    &own
                }
            };
            let mut at = stretch.start;
            while at < stretch.end {
                if self.stop.load(Ordering::Relaxed) {
                    return false;
                }
                let steps = at..stretch.end.min(at.saturating_add(LOOK_UP_STEPS));
                at = steps.end;
                let n_steps = steps.len();
                let work = &mut Work {
                    program,
                    memory,
                    timeline,
                    steps,
                };
                R::advance(program.simd, work);
                self.done
                    .fetch_add((n_steps * range.len()) as u64, Ordering::Relaxed);
            }
        }
        true
    }

    /// Puts the tiles together as they come, and tells the sink how far the run is.
    fn gather(
        &self,
        receiver: &Receiver<End<R>>,
        sink: &mut dyn Sink,
    ) -> Result<End<R>, ExecError> {
        let mut whole = self.job.room(self.cells.n);
        let mut last = Instant::now();
        let mut interrupted = false;
        loop {
            match receiver.recv_timeout(REPORT) {
                Ok(part) => whole.place(&part),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if !interrupted && last.elapsed() >= REPORT {
                last = Instant::now();
                if sink.progress(self.done.load(Ordering::Relaxed)).is_break() {
                    interrupted = true;
                    self.stop.store(true, Ordering::Relaxed);
                }
            }
        }
        if interrupted {
            return Err(ExecError::Interrupted);
        }
        Ok(whole)
    }
}

impl<R: Copy> End<R> {
    /// Writes the results of some cells to their place among all.
    fn place(&mut self, part: &End<R>) {
        let n = part.non_finite.len();
        let cells = part.first..part.first + n;
        self.non_finite[cells.clone()].copy_from_slice(&part.non_finite);
        for (whole, part) in self.states.iter_mut().zip(&part.states) {
            whole[cells.clone()].copy_from_slice(part);
        }
        for (whole, part) in self.columns.iter_mut().zip(&part.columns) {
            match (whole, part) {
                (Column::Float(whole), Column::Float(part)) => place(whole, part, &cells),
                (Column::U32(whole), Column::U32(part)) => place(whole, part, &cells),
                _ => {}
            }
        }
    }
}

/// A column holds one entry per cell, or as many as its stream has.
fn place<T: Copy>(whole: &mut [T], part: &[T], cells: &std::ops::Range<usize>) {
    let each = part.len() / cells.len();
    whole[cells.start * each..cells.end * each].copy_from_slice(part);
}
