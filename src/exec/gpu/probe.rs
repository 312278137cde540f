//! Whether a kernel in another shape of launch gives the same bits.
//!
//! Takes a run that is under way; gives a verdict, from some of its cells copied aside. The language
//! lets a driver contract products and sums as it likes, and it might like otherwise in a longer round:
//! then the shape is not taken, so a run's results never depend on when a search found what.

use super::buffers::{Buffers, Part};
use super::launch::Launch;
use super::run::Run;
use crate::exec::ExecError;

/// Cells that are copied: no multiple of an invocation's, so that the last has fewer.
const CELLS: u32 = 1021;

/// Steps that they are taken: no multiple of a round's.
const STEPS: u32 = 101;

impl Run<'_> {
    /// Do some of the cells, as they are after `step` steps, get the same bits in both shapes?
    pub(super) fn same_bits(&mut self, shapes: [Launch; 2], step: u32) -> Result<bool, ExecError> {
        let n_cells = self.buffers.n_cells.min(CELLS);
        let aside = Buffers::new(
            self.gpu,
            &self.kernels.bindings,
            self.shape,
            self.tables,
            n_cells,
        )?;
        let n_steps = STEPS.min(self.plan.schedule().n_steps.saturating_sub(step));
        let mut found = Vec::new();
        for launch in shapes {
            self.copy_to(&aside)?;
            self.submit(&aside, launch, step, n_steps)?;
            let parts = [
                (&aside.status, 1),
                (&aside.state, self.shape.state),
                (&aside.accum, self.shape.accum),
            ];
            let parts = parts.map(|(buffer, columns)| Part {
                buffer,
                first: 0,
                columns,
            });
            let fetched = aside.fetch(self.gpu, &parts)?.parts(self.gpu)?;
            found.push(fetched.collect::<Result<Vec<_>, _>>()?);
        }
        Ok(found[0] == found[1])
    }

    /// Copies cells from the middle of the tile, where the grid's last axis is likely to have left its
    /// first values.
    fn copy_to(&self, aside: &Buffers) -> Result<(), ExecError> {
        let from = (self.buffers.n_cells - aside.n_cells) / 2;
        self.gpu.scoped("some cells set aside", || {
            let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
            encoder.clear_buffer(&aside.status, 0, None);
            if self.shape.streams > 0 {
                encoder.clear_buffer(&aside.streams, 0, None);
            }
            for (source, target, columns) in [
                (&self.buffers.derived, &aside.derived, self.shape.derived),
                (&self.buffers.state, &aside.state, self.shape.state),
                (&self.buffers.accum, &aside.accum, self.shape.accum),
            ] {
                self.buffers
                    .copy_cells(&mut encoder, source, from, aside, target, columns);
            }
            self.gpu.queue.submit([encoder.finish()]);
        })
    }
}
