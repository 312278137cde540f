//! One run of a prepared plan on the device: set up and steps.
//!
//! Takes a tile's cells, ready; leaves what their steps end with on the device.

use std::collections::VecDeque;
use std::time::Instant;

use super::buffers::{Buffers, Header};
use super::device::Gpu;
use super::dispatch::{Groups, Pace};
use super::launch::Launch;
use super::pipeline::Kernels;
use super::ready::{Ready, Words};
use super::search::Search;
use super::shape::Shape;
use crate::exec::setup::Recipe;
use crate::exec::{ExecError, Sink, Start};
use crate::plan::Plan;

/// Submissions that may wait on the device, so that it never waits for the host.
const IN_FLIGHT: usize = 2;

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

/// How far the tile on the device is.
#[derive(Default)]
pub(super) struct Steps {
    submitted: u32,
    done: u32,
    in_flight: VecDeque<Chunk>,
}

impl Run<'_> {
    /// Fills the device's memory with what is ready.
    pub(super) fn set_up(
        &self,
        ready: &Ready,
        start: Start,
    ) -> Result<wgpu::SubmissionIndex, ExecError> {
        let buffers = self.buffers;
        self.gpu.scoped("the cells' initial values", || {
            let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
            let mut fill = |buffer, columns: &[Words]| {
                for (number, words) in (0..).zip(columns) {
                    self.fill(&mut encoder, buffer, number, words);
                }
            };
            fill(&buffers.derived, &ready.derived);
            if start == Start::Initial {
                fill(&buffers.state, &ready.state);
            }
            fill(&buffers.accum, &ready.accum);
            encoder.clear_buffer(&buffers.status, 0, None);
            if self.shape.streams > 0 {
                encoder.clear_buffer(&buffers.streams, 0, None);
            }
            self.gpu.queue.submit([encoder.finish()])
        })
    }

    /// Fills column `number` of `buffer`. Zeros are made on the device: most accumulators begin so, and
    /// of many cells the way there takes longer than a short run.
    fn fill(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        buffer: &wgpu::Buffer,
        number: u16,
        words: &Words,
    ) {
        let n_cells = self.buffers.n_cells as usize;
        match words {
            Words::Same(0) => self.buffers.clear(encoder, buffer, number),
            Words::Same(word) => {
                let words = vec![*word; n_cells];
                self.buffers.write(self.gpu, buffer, number, &words);
            }
            Words::Each(words) => self.buffers.write(self.gpu, buffer, number, words),
        }
    }

    /// Begins with cells whose turn comes later: sets them up and submits first steps, in the best
    /// shape so far. What the device does meanwhile is not timed, for the host looks at other things.
    pub(super) fn begin(
        &mut self,
        ready: &Ready,
        pace: &Pace,
        search: &Search,
    ) -> Result<Steps, ExecError> {
        self.set_up(ready, Start::Initial)?;
        let mut steps = Steps::default();
        self.submit_more(&mut steps, pace, || (search.best(), false))?;
        Ok(steps)
    }

    /// Submits chunks until enough wait on the device; `next` gives their shapes, and whether they are
    /// timed.
    fn submit_more(
        &mut self,
        steps: &mut Steps,
        pace: &Pace,
        mut next: impl FnMut() -> (Launch, bool),
    ) -> Result<(), ExecError> {
        let n_steps = self.plan.schedule().n_steps;
        while steps.submitted < n_steps && steps.in_flight.len() < IN_FLIGHT {
            let chunk_steps = pace.steps().min(n_steps - steps.submitted);
            let (launch, timed) = next();
            steps.in_flight.push_back(Chunk {
                submission: self.submit(self.buffers, launch, steps.submitted, chunk_steps)?,
                launch,
                steps: chunk_steps,
                at: Instant::now(),
                timed,
            });
            steps.submitted += chunk_steps;
        }
        Ok(())
    }

    /// Runs all steps that are not done yet, in chunks; gives the seconds of all. A chunk that was
    /// begun ahead may have been done before anyone looked: it counts no more than its like.
    pub(super) fn advance(
        &mut self,
        mut steps: Steps,
        pace: &mut Pace,
        search: &mut Search,
        sink: &mut dyn Sink,
    ) -> Result<f64, ExecError> {
        let n_steps = self.plan.schedule().n_steps;
        let n_cells = u64::from(self.buffers.n_cells);
        let mut n_ahead = steps.in_flight.len();
        let mut last_done = steps.in_flight.front().map_or(Instant::now(), |c| c.at);
        let mut run_s = 0.0;
        while steps.done < n_steps {
            self.submit_more(&mut steps, pace, || (search.next(), true))?;
            let Some(chunk) = steps.in_flight.pop_front() else {
                break;
            };
            self.gpu.wait(chunk.submission)?;
            let now = Instant::now();
            let since = (now - last_done).as_secs_f64();
            let seconds = (now - chunk.at.max(last_done)).as_secs_f64();
            run_s += match n_ahead {
                0 => since,
                _ => since.min(pace.expected(chunk.steps)),
            };
            n_ahead = n_ahead.saturating_sub(1);
            last_done = now;
            steps.done += chunk.steps;
            if sink.progress(n_cells * u64::from(steps.done)).is_break() {
                return Err(ExecError::Interrupted);
            }
            if chunk.timed {
                pace.observe(chunk.steps, seconds);
                search.observe(chunk.launch, chunk.steps, seconds);
                let left = n_steps - steps.submitted;
                let left_s = seconds / f64::from(chunk.steps) * f64::from(left);
                if pace.settled() && self.search_on(search, left_s, steps.submitted)? {
                    // What is done by now was done long before.
                    steps.in_flight.iter_mut().for_each(|c| c.timed = false);
                }
            }
        }
        Ok(run_s)
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
}
