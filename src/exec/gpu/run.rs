//! One run of a prepared plan on the device: set up, steps, results.
//!
//! Takes the parameters of a tile's cells; gives its outputs. Every run checks that each cell did all
//! its steps, because a driver may drop a dispatch without a word.

use std::collections::VecDeque;
use std::time::Instant;

use super::buffers::{Buffers, Header};
use super::device::Gpu;
use super::dispatch::{Groups, Pace};
use super::launch::Launch;
use super::pipeline::Kernels;
use super::search::Search;
use super::shape::Shape;
use crate::exec::setup::{Recipe, SetUpColumn};
use crate::exec::{Cells, Column, ExecError, Sink, Start, TileOutput};
use crate::ir::{Literal, Slot, Type};
use crate::plan::{Output, Plan, SlotInfo};

/// Submissions that may wait on the device, so that it never waits for the host.
const IN_FLIGHT: usize = 2;

/// Bits of the status word that count steps; the other says that a state is infinite or NaN.
const STEPS_DONE: u32 = 0x7fff_ffff;

/// One run's view of its job.
pub(super) struct Run<'a> {
    pub(super) gpu: &'a Gpu,
    pub(super) plan: &'a Plan,
    pub(super) recipe: &'a Recipe,
    pub(super) shape: &'a Shape,
    pub(super) tables: &'a wgpu::Buffer,
    pub(super) kernels: &'a mut Kernels,
    pub(super) buffers: &'a Buffers,
}

/// Steps that are under way.
struct Chunk {
    submission: wgpu::SubmissionIndex,
    launch: Launch,
    steps: u32,
    at: Instant,
    /// Does the time until it is done tell how long it took?
    timed: bool,
}

impl Run<'_> {
    /// Fills the device's memory from the set-up block, and waits until it is there.
    pub(super) fn set_up(&self, cells: &Cells, start: Start) -> Result<(), ExecError> {
        let set_up = self.recipe.set_up(cells);
        let layout = self.plan.layout();
        let buffers = self.buffers;
        let submission = self.gpu.scoped("the cells' initial values", || {
            let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
            let mut fill = |buffer, infos: &[SlotInfo], slot: fn(u16) -> Slot| {
                for (number, _) in (0..).zip(infos) {
                    self.fill(&mut encoder, buffer, number, set_up.column(slot(number)));
                }
            };
            fill(&buffers.derived, &layout.derived, Slot::Derived);
            if start == Start::Initial {
                fill(&buffers.state, &layout.states, Slot::State);
            }
            fill(&buffers.accum, &layout.accums, Slot::Accum);
            encoder.clear_buffer(&buffers.status, 0, None);
            if self.shape.streams > 0 {
                encoder.clear_buffer(&buffers.streams, 0, None);
            }
            self.gpu.queue.submit([encoder.finish()])
        })?;
        self.gpu.wait(submission)
    }

    /// Fills column `number` of `buffer`. Zeros are made on the device: most accumulators begin so, and
    /// of many cells the way there takes longer than a short run.
    fn fill(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        buffer: &wgpu::Buffer,
        number: u16,
        column: Option<SetUpColumn>,
    ) {
        let n_cells = self.buffers.n_cells as usize;
        let words = match column {
            None => vec![0],
            Some(SetUpColumn::Same(value)) => vec![word(value)],
            Some(SetUpColumn::Each(values)) => values.iter().map(|&value| word(value)).collect(),
        };
        match words[..] {
            [0] => self.buffers.clear(encoder, buffer, number),
            [same] => self
                .buffers
                .write(self.gpu, buffer, number, &vec![same; n_cells]),
            _ => self.buffers.write(self.gpu, buffer, number, &words),
        }
    }

    /// Runs all steps, in chunks.
    pub(super) fn advance(
        &mut self,
        pace: &mut Pace,
        search: &mut Search,
        sink: &mut dyn Sink,
    ) -> Result<(), ExecError> {
        let n_steps = self.plan.schedule().n_steps;
        let n_cells = u64::from(self.buffers.n_cells);
        let mut in_flight: VecDeque<Chunk> = VecDeque::new();
        let (mut submitted, mut done) = (0, 0);
        let mut last_done = Instant::now();
        while done < n_steps {
            while submitted < n_steps && in_flight.len() < IN_FLIGHT {
                let steps = pace.steps().min(n_steps - submitted);
                let launch = search.next();
                in_flight.push_back(Chunk {
                    submission: self.submit(self.buffers, launch, submitted, steps)?,
                    launch,
                    steps,
                    at: Instant::now(),
                    timed: true,
                });
                submitted += steps;
            }
            let Some(chunk) = in_flight.pop_front() else {
                break;
            };
            self.gpu.wait(chunk.submission)?;
            let now = Instant::now();
            let seconds = (now - chunk.at.max(last_done)).as_secs_f64();
            last_done = now;
            done += chunk.steps;
            if sink.progress(n_cells * u64::from(done)).is_break() {
                return Err(ExecError::Interrupted);
            }
            if chunk.timed {
                pace.observe(chunk.steps, seconds);
                search.observe(chunk.launch, chunk.steps, seconds);
                let left_s = seconds / f64::from(chunk.steps) * f64::from(n_steps - submitted);
                if pace.settled() && self.search_on(search, left_s, submitted)? {
                    // What is done by now was done long before.
                    in_flight.iter_mut().for_each(|chunk| chunk.timed = false);
                }
            }
        }
        Ok(())
    }

    /// Makes the next kernel that is to be tried, if one is, while the device is busy; was one made?
    fn search_on(
        &mut self,
        search: &mut Search,
        left_s: f64,
        step: u32,
    ) -> Result<bool, ExecError> {
        let widest = self.gpu.report.max_workgroup_size;
        let suits = |launch: Launch| launch.suits(self.plan, widest);
        let Some(launch) = search.wanted(left_s, self.kernels.make_s(), suits) else {
            return Ok(false);
        };
        let begin = Instant::now();
        // A kernel that cannot be made, or not be compared, is not taken.
        let serves = self.same_bits([search.best(), launch], step);
        self.gpu.check()?;
        search.made(launch, begin.elapsed().as_secs_f64(), serves == Ok(true));
        Ok(true)
    }

    /// Submits `n_steps` of the cells in `buffers`.
    pub(super) fn submit(
        &mut self,
        buffers: &Buffers,
        launch: Launch,
        first_step: u32,
        n_steps: u32,
    ) -> Result<wgpu::SubmissionIndex, ExecError> {
        let n_cells = buffers.n_cells;
        let most = self.gpu.report.max_workgroups;
        let groups = Groups::of(n_cells, launch, most).ok_or_else(|| {
            ExecError::TooLarge(format!(
                "{n_cells} cells need more than {most} x {most} workgroups"
            ))
        })?;
        let kernel = self.kernels.of(self.gpu, self.plan, launch)?;
        self.gpu.scoped("a chunk of steps", || {
            buffers.write_header(
                self.gpu,
                Header {
                    n_cells,
                    first_step,
                    n_steps,
                    row: groups.x * launch.workgroup_size,
                },
            );
            let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&kernel.pipeline);
            pass.set_bind_group(0, &buffers.bound, &[]);
            pass.dispatch_workgroups(groups.x, groups.y, 1);
            drop(pass);
            self.gpu.queue.submit([encoder.finish()])
        })
    }

    /// The plan's outputs, and whether each cell's states are finite.
    pub(super) fn read_back(&self, cells: &Cells) -> Result<TileOutput, ExecError> {
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

pub(super) fn column(ty: Type, words: impl Iterator<Item = u32>) -> Column {
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
