//! Blocks that may wait: what a spike leaves in a recorder need not be worked out in its step.
//!
//! Takes the blocks of a step; tells for each guarded one what to keep of the step (its inputs, to
//! be latched in the lanes where the guard holds) so that it can run later, for many lanes at once.
//! It must run before a lane's next event. In a tile of 512 cells that fire at 20 Hz some cell
//! fires at every step of 0.1 ms; the recorder's 36 instructions then run once per interval
//! instead of once per spike.
//!
//! Must not know registers or lanes.

use crate::ir::{Block, Op, Slot};

/// The slots that block `index` of `step` needs from the step in which its guard holds; none where
/// it may not wait. It may if nothing else reads what it writes, and what it reads and writes back
/// is its own.
#[must_use]
pub(super) fn latched(step: &[Block], index: usize) -> Option<Vec<Slot>> {
    let block = &step[index];
    let Some(guard @ Slot::Temp(_)) = block.guard else {
        return None;
    };
    let others = || {
        step.iter()
            .enumerate()
            .filter(|&(i, _)| i != index)
            .map(|(_, b)| b)
    };
    let is_own = |slot: Slot| {
        matches!(slot, Slot::Accum(_))
            && others().all(|b| b.stored(slot).is_none() && !b.loads().contains(&slot))
    };
    let stores_own = block.stores.iter().all(|&(slot, _)| is_own(slot));
    let lists_own = block.store_ats.iter().all(|entry| {
        others().all(|b| b.store_ats.iter().all(|other| other.stream != entry.stream))
    });
    let timeless = block.instrs.iter().all(|instr| instr.op != Op::Step);
    if !(stores_own && lists_own && timeless) || block.loads().contains(&guard) {
        return None;
    }
    let moves = |slot: &Slot| match slot {
        Slot::Derived(_) => false,
        slot => block.stored(*slot).is_none(),
    };
    Some(block.loads().into_iter().filter(moves).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Builder, Type};

    const GUARD: Slot = Slot::Temp(0);
    const COUNT: Slot = Slot::Accum(0);

    /// Adds a state to an accumulator where the guard holds.
    fn recorder() -> Block {
        let mut b = Builder::new("record");
        b.guard(GUARD);
        let count = b.load(COUNT, Type::Float);
        let v = b.load(Slot::State(0), Type::Float);
        let sum = b.add(count, v);
        b.store(COUNT, sum);
        b.finish()
    }

    fn reader(slot: Slot) -> Block {
        let mut b = Builder::new("read");
        let value = b.load(slot, Type::Float);
        b.store(Slot::State(0), value);
        b.finish()
    }

    #[test]
    fn a_recorder_waits_with_what_it_reads_of_the_step() {
        let step = [reader(Slot::Derived(0)), recorder()];
        assert_eq!(latched(&step, 1), Some(vec![Slot::State(0)]));
        assert_eq!(latched(&step, 0), None);
    }

    #[test]
    fn what_others_read_does_not_wait() {
        assert_eq!(latched(&[recorder(), reader(COUNT)], 0), None);
        let mut reset = recorder();
        reset.stores[0].0 = Slot::State(1);
        assert_eq!(latched(&[reset], 0), None);
    }
}
