//! What the time block sets: the same for all cells, so computed once for all tiles.
//!
//! Takes a plan and a stretch of steps; gives the changes of each uniform slot, in f64 rounded to
//! the engine's type. A stimulus that stands still costs nothing.
//!
//! Must not know how a step is carried out.

use std::ops::Range;

use super::program::Program;
use super::real::Real;
use crate::ir::{Environment, Slot, evaluate_into};
use crate::plan::Plan;

/// A uniform slot takes another value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Change<R> {
    /// From this step on.
    pub(super) step: u32,
    /// Its register.
    pub(super) register: u16,
    /// Its value.
    pub(super) value: R,
}

/// The changes within a stretch of steps; at the first step every slot is set.
#[derive(Clone, Debug, Default)]
pub(super) struct Timeline<R> {
    changes: Vec<Change<R>>,
}

impl<R: Real> Timeline<R> {
    /// The uniforms of `plan` during `steps`.
    #[must_use]
    pub(super) fn of(
        plan: &Plan,
        program: &Program<R>,
        tables: &[Vec<f64>],
        steps: Range<u32>,
    ) -> Self {
        let block = plan.time();
        let home = |&(slot, value): &(Slot, _)| Some((program.home(slot)?, value));
        let stores: Vec<_> = block.stores.iter().filter_map(home).collect();
        let mut last = vec![None; stores.len()];
        let mut changes = Vec::new();
        let mut values = Vec::new();
        if stores.is_empty() {
            return Timeline { changes };
        }
        for step in steps {
            let env = Environment {
                load: &|_| None,
                step,
                tables,
            };
            evaluate_into(block, &env, &mut values);
            for (&(register, value), last) in stores.iter().zip(&mut last) {
                let value = values[value.index()];
                if *last != Some(value) {
                    *last = Some(value);
                    changes.push(Change {
                        step,
                        register,
                        value: R::literal(value),
                    });
                }
            }
        }
        Timeline { changes }
    }

    /// The changes at `step` and after.
    #[must_use]
    pub(super) fn from(&self, step: u32) -> &[Change<R>] {
        &self.changes[self.changes.partition_point(|change| change.step < step)..]
    }
}
