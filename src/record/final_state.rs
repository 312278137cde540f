//! Every state at the end of the run: nothing to compute, only to read back.

use super::{Events, Kept, Recording};
use crate::ir::Slot;

pub(super) fn recording(events: &Events) -> Recording {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the checker bounds the number of states"
    )]
    let kept = (0..events.n_states)
        .map(|i| Kept::Slot(Slot::State(i as u16)))
        .collect();
    Recording {
        kept,
        ..Recording::default()
    }
}
