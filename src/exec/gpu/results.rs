//! A tile's results on their way back from the device.
//!
//! Takes what a run has left on the device; gives the plan's outputs. They are copied aside first, so
//! that the device can go on with other cells while the host reads them. Each cell has to have done all
//! its steps, because a driver may drop a dispatch without a word.

use super::buffers::{Fetch, Part};
use super::run::Run;
use crate::exec::{Cells, Column, ExecError, TileOutput};
use crate::ir::{Slot, Type};
use crate::plan::Output;

/// Bits of the status word that count steps; the other says that a state is infinite or NaN.
const STEPS_DONE: u32 = 0x7fff_ffff;

impl Run<'_> {
    /// Sends status and outputs on their way: what is submitted from now on does not change them.
    pub(super) fn fetch(&self) -> Result<Fetch, ExecError> {
        let status = Part {
            buffer: &self.buffers.status,
            first: 0,
            columns: 1,
        };
        let outputs = self.plan.outputs().iter().map(|o| self.part(*o));
        let parts: Vec<Part> = [status].into_iter().chain(outputs).collect();
        self.buffers.fetch(self.gpu, &parts)
    }

    fn part(&self, output: Output) -> Part<'_> {
        let buffers = self.buffers;
        let (buffer, first, columns) = match output {
            Output::Slot(Slot::State(i)) => (&buffers.state, u64::from(i), 1),
            Output::Slot(Slot::Accum(i)) => (&buffers.accum, u64::from(i), 1),
            // A plan has no other outputs.
            Output::Slot(_) => (&buffers.state, 0, 0),
            Output::Stream(i) => {
                let (first, capacity) = self.shape.stream_columns[usize::from(i)];
                (&buffers.streams, first, capacity)
            }
        };
        Part {
            buffer,
            first,
            columns,
        }
    }

    /// The plan's outputs, and whether each cell's states are finite.
    pub(super) fn read_back(&self, fetch: Fetch, cells: &Cells) -> Result<TileOutput, ExecError> {
        let mut parts = fetch.parts(self.gpu)?;
        let status = parts.next().unwrap_or_else(|| Ok(Vec::new()))?;
        self.check_status(&status)?;
        let outputs = self.plan.outputs().iter();
        let columns = outputs
            .zip(parts)
            .map(|(output, words)| Ok(self.output(*output, &words?)));
        Ok(TileOutput {
            first: cells.first,
            n: cells.n,
            columns: columns.collect::<Result<_, ExecError>>()?,
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

    fn output(&self, output: Output, words: &[u32]) -> Column {
        let layout = self.plan.layout();
        match output {
            Output::Slot(slot) => {
                let ty = layout.types().of(slot).unwrap_or(Type::Float);
                column(ty, words.iter().copied())
            }
            Output::Stream(i) => {
                let n = self.buffers.n_cells as usize;
                let by_cell =
                    (0..n).flat_map(|cell| words.iter().skip(cell).step_by(n.max(1)).copied());
                column(layout.streams[usize::from(i)].ty, by_cell)
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
