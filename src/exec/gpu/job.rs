//! A prepared plan on the device, to be run again and again.
//!
//! Takes the parameters of a tile's cells; gives its outputs. Keeps what runs have in common: kernels,
//! memory, the length of chunks, and the search for the fastest shape of launch. Where the tile after
//! is known, the host makes it ready while the device computes, and the device begins with it while
//! the host reads back and hands over what the present one gave.

use std::time::Instant;

use super::buffers::{Buffers, tables};
use super::device::Gpu;
use super::dispatch::Pace;
use super::kernel::wgsl;
use super::launch::Launch;
use super::pipeline::Kernels;
use super::ready::Ready;
use super::remembered::{Found, Remembered, class_of};
use super::results::column;
use super::run::{Run, Steps};
use super::search::Search;
use super::shape::Shape;
use crate::exec::setup::Recipe;
use crate::exec::{Cells, ExecError, Job, RunStats, Sink, Start, TileOutput, check_cells};
use crate::ir::Type;
use crate::plan::{Output, Plan};

/// Cells of a tile on a software driver: enough to fill it, few enough to be done in seconds.
const SOFTWARE_TILE: u64 = 65_536;

/// What was done for a run before its turn.
struct Ahead {
    cells: Cells,
    work: Work,
}

enum Work {
    /// The cells are set up on the host.
    Ready(Ready),
    /// They are on the device, which steps them.
    Begun {
        buffers: Buffers,
        steps: Steps,
        upload_s: f64,
    },
}

pub(super) struct GpuJob {
    gpu: Gpu,
    plan: Plan,
    recipe: Recipe,
    shape: Shape,
    tile_cells: u64,
    kernels: Kernels,
    tables: wgpu::Buffer,
    /// The memory of the last run, with the states at its end.
    buffers: Option<Buffers>,
    /// What was done for the next run.
    ahead: Option<Ahead>,
    pace: Pace,
    /// The shape that whoever made the engine chose.
    chosen: Option<Launch>,
    search: Search,
    /// For how many cells the search is.
    searched: u64,
    remembered: Remembered,
    /// Seconds of compilation, until a run has reported them.
    compile_s: f64,
}

impl GpuJob {
    pub(super) fn new(gpu: &Gpu, plan: &Plan, launch: Option<Launch>) -> Result<GpuJob, ExecError> {
        let begin = Instant::now();
        let report = &gpu.report;
        let shape = Shape::of(plan.layout());
        let buffer_bytes = report.max_binding_bytes.min(report.max_buffer_bytes);
        let mut tile_cells = shape.tile_cells(plan, buffer_bytes)?;
        if !report.hardware {
            tile_cells = tile_cells.min(SOFTWARE_TILE);
        }
        if let Some(launch) = launch.filter(|l| !l.suits(plan, report.max_workgroup_size)) {
            return Err(ExecError::Misuse(format!(
                "a kernel of '{}' cannot be launched in {launch} here",
                plan.name()
            )));
        }
        let kernels = Kernels::new(gpu)?;
        let remembered = Remembered::of(gpu.cache.clone(), report, &wgsl(plan));
        let tables = tables(gpu, plan, &shape)?;
        let mut job = GpuJob {
            gpu: gpu.clone(),
            plan: plan.clone(),
            recipe: Recipe::of(plan),
            shape,
            tile_cells,
            kernels,
            tables,
            buffers: None,
            ahead: None,
            pace: Pace::new(report.hardware, 1, plan.limits().chunk_steps),
            chosen: launch,
            search: Search::ended(Launch::of(plan)),
            searched: 0,
            remembered,
            compile_s: 0.0,
        };
        job.finish_compiling()?;
        job.compile_s = begin.elapsed().as_secs_f64();
        Ok(job)
    }

    /// Dispatches no steps of one cell: some drivers compile only when a kernel is first used. The
    /// kernel is the one that whole tiles need.
    fn finish_compiling(&mut self) -> Result<(), ExecError> {
        let buffers = self.allocate(1)?;
        self.search_for(self.tile_cells);
        let launch = self.search.best();
        let submission = self.with(&buffers).0.submit(&buffers, launch, 0, 0)?;
        self.gpu.wait(submission)?;
        if let Some(kept) = &self.gpu.kept {
            kept.write();
        }
        Ok(())
    }

    /// A run in `buffers`, and the search that it goes on with.
    fn with<'a>(&'a mut self, buffers: &'a Buffers) -> (Run<'a>, &'a mut Search) {
        let run = Run {
            gpu: &self.gpu,
            plan: &self.plan,
            recipe: &self.recipe,
            shape: &self.shape,
            tables: &self.tables,
            kernels: &mut self.kernels,
            buffers,
        };
        (run, &mut self.search)
    }

    /// Goes on with the search for about so many cells, or begins one, with the best of earlier runs if they
    /// did not come to an end; not where the shape is chosen or was found before.
    fn search_for(&mut self, n_cells: u64) {
        if self.searched > 0 && class_of(n_cells) == class_of(self.searched) {
            return;
        }
        let known = || {
            let found = self.remembered.found(n_cells);
            let widest = self.gpu.report.max_workgroup_size;
            found.filter(|found| found.launch.suits(&self.plan, widest))
        };
        let chosen = self.chosen.map(|launch| Found {
            launch,
            has_ended: true,
        });
        self.search = match chosen.or_else(known) {
            Some(found) if found.has_ended => Search::ended(found.launch),
            Some(found) => Search::from(found.launch),
            None => Search::from(Launch::of(&self.plan)),
        };
        self.searched = n_cells;
    }
}

#[cfg(test)]
impl GpuJob {
    /// Lets the next run of the same number of cells search whatever it costs.
    pub(super) fn search_at_leisure(&mut self) {
        self.search = Search::at_leisure(Launch::of(&self.plan));
    }

    /// Keeps `launch` as the best of a search that did not come to its end.
    pub(super) fn search_is_cut_short(&mut self, n_cells: u64, launch: Launch) {
        self.search = Search::from(launch);
        self.remember(n_cells);
    }

    /// Has the device begun with cells of the next run?
    pub(super) fn is_ahead(&self) -> bool {
        let work = self.ahead.as_ref().map(|ahead| &ahead.work);
        matches!(work, Some(Work::Begun { .. }))
    }

    /// Has the search come to its end?
    pub(super) fn has_searched(&self) -> bool {
        self.search.has_ended()
    }

    /// Of the states of the last run: does the kernel of `other`, in another shape of launch, give the
    /// bits that this plan's gives?
    pub(super) fn has_the_bits_of(&mut self, other: &Plan) -> Result<bool, ExecError> {
        let shapes = [1, 2].map(|cells| Launch {
            cells,
            ..Launch::of(&self.plan)
        });
        let buffers = self.buffers.take().expect("a run before");
        let (mut run, _) = self.with(&buffers);
        run.kernels.of(run.gpu, other, shapes[1])?;
        run.same_bits(shapes, 0)
    }
}

impl Job for GpuJob {
    fn tile_cells(&self) -> u64 {
        self.tile_cells
    }

    fn run(
        &mut self,
        cells: &Cells,
        start: Start,
        sink: &mut dyn Sink,
    ) -> Result<RunStats, ExecError> {
        self.run_tile(cells, start, None, sink)
    }

    fn run_before(
        &mut self,
        cells: &Cells,
        next: Option<&Cells>,
        sink: &mut dyn Sink,
    ) -> Result<RunStats, ExecError> {
        let next = next.filter(|next| check_cells(&self.plan, next, self.tile_cells).is_ok());
        self.run_tile(cells, Start::Initial, next, sink)
    }
}

impl GpuJob {
    fn run_tile(
        &mut self,
        cells: &Cells,
        start: Start,
        next: Option<&Cells>,
        sink: &mut dyn Sink,
    ) -> Result<RunStats, ExecError> {
        check_cells(&self.plan, cells, self.tile_cells)?;
        let n_cells = u32::try_from(cells.n)
            .map_err(|_| ExecError::TooLarge(format!("{} cells are too many", cells.n)))?;
        let held = self.buffers.as_ref().map(|buffers| buffers.n_cells);
        if start == Start::Carry && held != Some(n_cells) {
            return Err(ExecError::Misuse(
                "there are no states of these cells to carry on from".into(),
            ));
        }
        if n_cells == 0 {
            sink.tile(self.nothing(cells)).map_err(ExecError::Sink)?;
            return Ok(RunStats::default());
        }
        // What fails from here on leaves no states behind.
        let (buffers, steps, upload_s) = self.started(cells, n_cells, start)?;
        let mut pace = self.pace.clone();
        let before = self.found();
        let (mut run, search) = self.with(&buffers);
        let (plan, recipe) = (run.plan, run.recipe);
        let (run_s, ready) = std::thread::scope(|scope| {
            let make = move |next: &Cells| (next.clone(), Ready::of(plan, recipe, next));
            let ready = next.map(|next| scope.spawn(move || make(next)));
            let run_s = run.advance(steps, &mut pace, search, sink)?;
            let ready = ready.map(|thread| match thread.join() {
                Ok(ready) => ready,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            Ok((run_s, ready))
        })?;
        let begin = Instant::now();
        let fetch = run.fetch()?;
        let begun_at = Instant::now();
        let fitting = ready.as_ref().filter(|(next, _)| next.n == cells.n);
        let begun = fitting.map(|(_, ready)| run.begin(ready, &pace, search));
        let begun_s = begun_at.elapsed().as_secs_f64();
        let output = run.read_back(fetch, cells)?;
        self.pace = pace;
        match begun {
            None => {
                self.buffers = Some(buffers);
                self.ahead = ready.map(|(cells, ready)| Ahead {
                    cells,
                    work: Work::Ready(ready),
                });
            }
            // What failed fails again when its turn comes, and is told then.
            Some(begun) => {
                self.ahead = begun.ok().zip(ready).map(|(steps, (cells, ready))| Ahead {
                    cells,
                    work: Work::Begun {
                        buffers,
                        steps,
                        upload_s: ready.seconds + begun_s,
                    },
                });
            }
        }
        if self.found() != before {
            self.remember(cells.n as u64);
        }
        sink.tile(output).map_err(ExecError::Sink)?;
        Ok(RunStats {
            cell_steps: u64::from(n_cells) * u64::from(self.plan.schedule().n_steps),
            compile_s: std::mem::take(&mut self.compile_s),
            upload_s,
            run_s,
            readback_s: begin.elapsed().as_secs_f64() - begun_s,
            launch: Some(self.search.best()),
        })
    }

    /// Cells on the device, how far they are, and the seconds of bringing them there; what was done
    /// ahead for them is gone on with.
    fn started(
        &mut self,
        cells: &Cells,
        n_cells: u32,
        start: Start,
    ) -> Result<(Buffers, Steps, f64), ExecError> {
        let fits = |ahead: &Ahead| start == Start::Initial && ahead.cells == *cells;
        let ready = match self.ahead.take().filter(fits).map(|ahead| ahead.work) {
            Some(Work::Begun {
                buffers,
                steps,
                upload_s,
            }) => return Ok((buffers, steps, upload_s)),
            Some(Work::Ready(ready)) => ready,
            None => Ready::of(&self.plan, &self.recipe, cells),
        };
        let begin = Instant::now();
        let buffers = match self.buffers.take() {
            Some(buffers) if buffers.n_cells == n_cells => buffers,
            _ => self.allocate(n_cells)?,
        };
        let submission = self.with(&buffers).0.set_up(&ready, start)?;
        self.gpu.wait(submission)?;
        let upload_s = ready.seconds + begin.elapsed().as_secs_f64();
        Ok((buffers, Steps::default(), upload_s))
    }

    /// What the search has found until now.
    fn found(&self) -> Found {
        Found {
            launch: self.search.best(),
            has_ended: self.search.has_ended(),
        }
    }

    /// Keeps what a search has found and compiled.
    fn remember(&self, n_cells: u64) {
        self.remembered.remember(n_cells, self.found());
        if let Some(kept) = &self.gpu.kept {
            kept.write();
        }
    }

    /// Memory for another number of cells; what a chunk of them takes has to be found anew, and so has
    /// the shape of its launch.
    fn allocate(&mut self, n_cells: u32) -> Result<Buffers, ExecError> {
        let report = &self.gpu.report;
        self.pace = Pace::new(report.hardware, n_cells, self.plan.limits().chunk_steps);
        self.search_for(u64::from(n_cells));
        Buffers::new(
            &self.gpu,
            &self.kernels.bindings,
            &self.shape,
            &self.tables,
            n_cells,
        )
    }

    /// The outputs of no cells, for which a device has no buffers.
    fn nothing(&self, cells: &Cells) -> TileOutput {
        let types = self.plan.layout().types();
        let empty = |output: &Output| {
            let ty = match *output {
                Output::Slot(slot) => types.of(slot),
                Output::Stream(i) => types.streams.get(usize::from(i)).copied(),
            };
            column(ty.unwrap_or(Type::Float), std::iter::empty())
        };
        TileOutput {
            first: cells.first,
            n: 0,
            columns: self.plan.outputs().iter().map(empty).collect(),
            non_finite: Vec::new(),
        }
    }
}
