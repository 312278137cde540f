//! A tile's cells as the device is to hold them.
//!
//! Takes a plan's set-up and parameters; gives words, worked out on the host alone, so that it can be
//! done on another thread while the device computes the tile before.
//!
//! Must not know the device.

use std::time::Instant;

use crate::exec::Cells;
use crate::exec::setup::{Recipe, SetUpColumn};
use crate::ir::{Literal, Slot};
use crate::plan::{Plan, SlotInfo};

/// A column.
pub(super) enum Words {
    /// The same word for all cells.
    Same(u32),
    /// One per cell.
    Each(Vec<u32>),
}

/// What the set-up block stores, for some cells.
pub(super) struct Ready {
    pub(super) derived: Vec<Words>,
    pub(super) state: Vec<Words>,
    pub(super) accum: Vec<Words>,
    /// Seconds that it took.
    pub(super) seconds: f64,
}

impl Ready {
    /// Runs the set-up of `plan` for `cells`.
    pub(super) fn of(plan: &Plan, recipe: &Recipe, cells: &Cells) -> Ready {
        let begin = Instant::now();
        let set_up = recipe.set_up(cells);
        let columns = |infos: &[SlotInfo], slot: fn(u16) -> Slot| {
            let numbers = (0..).zip(infos).map(|(number, _)| number);
            numbers
                .map(|number| words(set_up.column(slot(number))))
                .collect()
        };
        let layout = plan.layout();
        Ready {
            derived: columns(&layout.derived, Slot::Derived),
            state: columns(&layout.states, Slot::State),
            accum: columns(&layout.accums, Slot::Accum),
            seconds: begin.elapsed().as_secs_f64(),
        }
    }
}

fn words(column: Option<SetUpColumn>) -> Words {
    match column {
        None => Words::Same(0),
        Some(SetUpColumn::Same(value)) => Words::Same(word(value)),
        Some(SetUpColumn::Each(values)) => Words::Each(
            (0..values.len())
                .map(|cell| word(values.at(cell)))
                .collect(),
        ),
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
