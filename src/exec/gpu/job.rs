//! A prepared plan on the device: set up, steps, results.
//!
//! Takes the parameters of a tile's cells; gives its outputs. Every run checks that each cell did
//! all its steps, because a driver may drop a dispatch without a word.

use std::collections::VecDeque;
use std::time::Instant;

use super::buffers::{Buffers, Header, tables};
use super::device::Gpu;
use super::dispatch::{Groups, Pace};
use super::launch::Launch;
use super::pipeline::Kernel;
use super::shape::Shape;
use crate::exec::setup::{Recipe, SetUp};
use crate::exec::{Cells, Column, ExecError, Job, RunStats, Sink, Start, TileOutput, check_cells};
use crate::ir::{Literal, Slot, Type};
use crate::plan::{Output, Plan, SlotInfo};

/// Submissions that may wait on the device, so that it never waits for the host.
const IN_FLIGHT: usize = 2;

/// Bits of the status word that count steps; the other says that a state is infinite or NaN.
const STEPS_DONE: u32 = 0x7fff_ffff;

/// Cells of a tile on a software driver: enough to fill it, few enough to be done in seconds.
const SOFTWARE_TILE: u64 = 65_536;

pub(super) struct GpuJob {
    gpu: Gpu,
    plan: Plan,
    recipe: Recipe,
    shape: Shape,
    tile_cells: u64,
    kernel: Kernel,
    tables: wgpu::Buffer,
    /// The memory of the last run, with the states at its end.
    buffers: Option<Buffers>,
    pace: Pace,
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
        let kernel = Kernel::compile(gpu, plan, launch.unwrap_or_else(|| Launch::of(plan)))?;
        let tables = tables(gpu, plan, &shape)?;
        let mut job = GpuJob {
            gpu: gpu.clone(),
            plan: plan.clone(),
            recipe: Recipe::of(plan),
            shape,
            tile_cells,
            kernel,
            tables,
            buffers: None,
            pace: Pace::new(report.hardware, 1, plan.limits().chunk_steps),
            compile_s: 0.0,
        };
        job.finish_compiling()?;
        job.compile_s = begin.elapsed().as_secs_f64();
        Ok(job)
    }

    /// Dispatches no steps of one cell: some drivers compile only when a kernel is first used.
    fn finish_compiling(&mut self) -> Result<(), ExecError> {
        let buffers = self.allocate(1)?;
        self.gpu.wait(self.with(&buffers).submit(0, 0)?)
    }

    /// A run in `buffers`.
    fn with<'a>(&'a self, buffers: &'a Buffers) -> Run<'a> {
        Run {
            gpu: &self.gpu,
            plan: &self.plan,
            recipe: &self.recipe,
            shape: &self.shape,
            kernel: &self.kernel,
            buffers,
        }
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
        let begin = Instant::now();
        // What fails from here on leaves no states behind.
        let buffers = match self.buffers.take() {
            Some(buffers) if buffers.n_cells == n_cells => buffers,
            _ => self.allocate(n_cells)?,
        };
        let mut pace = self.pace.clone();
        let run = self.with(&buffers);
        run.set_up(cells, start)?;
        let upload_s = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        run.advance(&mut pace, sink)?;
        let run_s = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        let output = run.read_back(cells)?;
        self.pace = pace;
        self.buffers = Some(buffers);
        sink.tile(output).map_err(ExecError::Sink)?;
        Ok(RunStats {
            cell_steps: u64::from(n_cells) * u64::from(self.plan.schedule().n_steps),
            compile_s: std::mem::take(&mut self.compile_s),
            upload_s,
            run_s,
            readback_s: begin.elapsed().as_secs_f64(),
        })
    }
}

impl GpuJob {
    /// Memory for another number of cells; what a chunk of them takes has to be found anew.
    fn allocate(&mut self, n_cells: u32) -> Result<Buffers, ExecError> {
        let report = &self.gpu.report;
        self.pace = Pace::new(report.hardware, n_cells, self.plan.limits().chunk_steps);
        Buffers::new(
            &self.gpu,
            &self.kernel.bindings,
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

/// One run's view of its job.
struct Run<'a> {
    gpu: &'a Gpu,
    plan: &'a Plan,
    recipe: &'a Recipe,
    shape: &'a Shape,
    kernel: &'a Kernel,
    buffers: &'a Buffers,
}

impl Run<'_> {
    /// Fills the device's memory from the set-up block, and waits until it is there.
    fn set_up(&self, cells: &Cells, start: Start) -> Result<(), ExecError> {
        let set_up = self.recipe.set_up(cells);
        let layout = self.plan.layout();
        let buffers = self.buffers;
        let submission = self.gpu.scoped("the cells' initial values", || {
            self.upload(&set_up, &buffers.derived, &layout.derived, Slot::Derived);
            if start == Start::Initial {
                self.upload(&set_up, &buffers.state, &layout.states, Slot::State);
            }
            self.upload(&set_up, &buffers.accum, &layout.accums, Slot::Accum);
            let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
            encoder.clear_buffer(&buffers.status, 0, None);
            if self.shape.streams > 0 {
                encoder.clear_buffer(&buffers.streams, 0, None);
            }
            self.gpu.queue.submit([encoder.finish()])
        })?;
        self.gpu.wait(submission)
    }

    fn upload(
        &self,
        set_up: &SetUp,
        buffer: &wgpu::Buffer,
        infos: &[SlotInfo],
        slot: impl Fn(u16) -> Slot,
    ) {
        let n_cells = self.buffers.n_cells as usize;
        let mut words = Vec::with_capacity(n_cells);
        for (number, _) in (0..).zip(infos) {
            let column = set_up.column(slot(number));
            let at = |cell| column.and_then(|column| column.at(cell));
            words.clear();
            words.extend((0..n_cells).map(|cell| at(cell).map_or(0, word)));
            self.buffers
                .write(self.gpu, buffer, u64::from(number), &words);
        }
    }

    /// Runs all steps, in chunks.
    fn advance(&self, pace: &mut Pace, sink: &mut dyn Sink) -> Result<(), ExecError> {
        let n_steps = self.plan.schedule().n_steps;
        let n_cells = u64::from(self.buffers.n_cells);
        let mut in_flight: VecDeque<(wgpu::SubmissionIndex, u32, Instant)> = VecDeque::new();
        let (mut submitted, mut done) = (0, 0);
        let mut last_done = Instant::now();
        while done < n_steps {
            while submitted < n_steps && in_flight.len() < IN_FLIGHT {
                let steps = pace.steps().min(n_steps - submitted);
                let submission = self.submit(submitted, steps)?;
                in_flight.push_back((submission, steps, Instant::now()));
                submitted += steps;
            }
            let Some((submission, steps, at)) = in_flight.pop_front() else {
                break;
            };
            self.gpu.wait(submission)?;
            let now = Instant::now();
            pace.observe(steps, (now - at.max(last_done)).as_secs_f64());
            last_done = now;
            done += steps;
            if sink.progress(n_cells * u64::from(done)).is_break() {
                return Err(ExecError::Interrupted);
            }
        }
        Ok(())
    }

    fn submit(&self, first_step: u32, n_steps: u32) -> Result<wgpu::SubmissionIndex, ExecError> {
        let n_cells = self.buffers.n_cells;
        let most = self.gpu.report.max_workgroups;
        let groups = Groups::of(n_cells, self.kernel.launch, most).ok_or_else(|| {
            ExecError::TooLarge(format!(
                "{n_cells} cells need more than {most} x {most} workgroups"
            ))
        })?;
        self.gpu.scoped("a chunk of steps", || {
            self.buffers.write_header(
                self.gpu,
                Header {
                    n_cells,
                    first_step,
                    n_steps,
                    row: groups.x * self.kernel.launch.workgroup_size,
                },
            );
            let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&self.kernel.pipeline);
            pass.set_bind_group(0, &self.buffers.bound, &[]);
            pass.dispatch_workgroups(groups.x, groups.y, 1);
            drop(pass);
            self.gpu.queue.submit([encoder.finish()])
        })
    }

    /// The plan's outputs, and whether each cell's states are finite.
    fn read_back(&self, cells: &Cells) -> Result<TileOutput, ExecError> {
        let status = self.buffers.read(self.gpu, &self.buffers.status, 0, 1)?;
        self.check_status(&status)?;
        let columns: Result<Vec<Column>, ExecError> = self
            .plan
            .outputs()
            .iter()
            .map(|o| self.output(*o))
            .collect();
        Ok(TileOutput {
            first: cells.first,
            n: cells.n,
            columns: columns?,
            non_finite: status.iter().map(|word| word & !STEPS_DONE != 0).collect(),
        })
    }

    /// Has every cell done every step? A dispatch that was dropped or cut short shows here.
    fn check_status(&self, status: &[u32]) -> Result<(), ExecError> {
        let expected = self.plan.schedule().n_steps & STEPS_DONE;
        match status.iter().position(|word| word & STEPS_DONE != expected) {
            None => Ok(()),
            Some(cell) => Err(ExecError::Device(format!(
                "the device left out work: cell {cell} of the tile did {} of {expected} steps",
                status[cell] & STEPS_DONE
            ))),
        }
    }

    fn output(&self, output: Output) -> Result<Column, ExecError> {
        let buffers = self.buffers;
        let layout = self.plan.layout();
        match output {
            Output::Slot(slot) => {
                let ty = layout.types().of(slot).unwrap_or(Type::Float);
                let words = match slot {
                    Slot::State(i) => buffers.read(self.gpu, &buffers.state, u64::from(i), 1)?,
                    Slot::Accum(i) => buffers.read(self.gpu, &buffers.accum, u64::from(i), 1)?,
                    // A plan has no other outputs.
                    _ => Vec::new(),
                };
                Ok(column(ty, words.into_iter()))
            }
            Output::Stream(i) => {
                let (first, capacity) = self.shape.stream_columns[usize::from(i)];
                let words = buffers.read(self.gpu, &buffers.streams, first, capacity)?;
                let n = buffers.n_cells as usize;
                let by_cell =
                    (0..n).flat_map(|cell| words.iter().skip(cell).step_by(n.max(1)).copied());
                Ok(column(layout.streams[usize::from(i)].ty, by_cell))
            }
        }
    }
}

fn column(ty: Type, words: impl Iterator<Item = u32>) -> Column {
    match ty {
        Type::Float => Column::Float(words.map(|w| f64::from(f32::from_bits(w))).collect()),
        Type::U32 | Type::Bool => Column::U32(words.collect()),
    }
}

/// A value as the device holds it.
fn word(value: Literal) -> u32 {
    match value {
        #[expect(clippy::cast_possible_truncation, reason = "f32 is the precision here")]
        Literal::Float(x) => (x as f32).to_bits(),
        Literal::U32(n) => n,
        Literal::Bool(b) => u32::from(b),
    }
}
