//! Guards that are the same for all cells.
//!
//! Takes the blocks of a step after [`hoist_time_level`](super::hoist_time_level); gives blocks that
//! engines may pass over by one test. Must not know which engine runs them.

use std::collections::HashMap;

use super::{Block, Op, Slot, Value};

/// Lets a guard that is the same for all cells stand as such: where the only store of the temp that
/// guards a block takes a [`Slot::Uniform`], that slot guards the block itself, so that an engine
/// passes over it by one test; where it takes a literal, the block is unguarded or gone. The
/// temps are left for nobody to read.
pub fn guard_by_uniforms(blocks: &mut Vec<Block>) {
    let sources: HashMap<Slot, Op> = blocks
        .iter()
        .filter(|block| block.guard.is_none())
        .flat_map(|block| {
            let op = |v: Value| block.instrs[v.index()].op;
            block.stores.iter().map(move |&(slot, v)| (slot, op(v)))
        })
        .collect();
    let stores = |slot: Slot| {
        let all = blocks.iter().flat_map(|block| &block.stores);
        all.filter(|(s, _)| *s == slot).count()
    };
    let once: Vec<Slot> = sources
        .keys()
        .copied()
        .filter(|s| stores(*s) == 1)
        .collect();
    blocks.retain_mut(|block| {
        let Some(guard) = block.guard.filter(|guard| once.contains(guard)) else {
            return true;
        };
        match sources.get(&guard) {
            Some(Op::Load(slot @ Slot::Uniform(_))) => block.guard = Some(*slot),
            Some(Op::Const(literal)) if literal.truth() => block.guard = None,
            Some(Op::Const(_)) => return false,
            _ => {}
        }
        true
    });
}

#[cfg(test)]
mod tests {
    use super::super::{Builder, Type};
    use super::*;

    /// A block that sets the guard, and one that it guards.
    fn guarded(condition: impl FnOnce(&mut Builder) -> Value) -> Vec<Block> {
        let mut when = Builder::new("when");
        let condition = condition(&mut when);
        when.store(Slot::Temp(0), condition);
        let mut then = Builder::new("then");
        then.guard(Slot::Temp(0));
        let one = then.float(1.0);
        then.store(Slot::State(0), one);
        let mut blocks = vec![when.finish(), then.finish()];
        guard_by_uniforms(&mut blocks);
        blocks
    }

    #[test]
    fn only_what_is_the_same_for_all_cells_guards_by_itself() {
        let uniform = guarded(|b| b.load(Slot::Uniform(3), Type::Bool));
        assert_eq!(uniform[1].guard, Some(Slot::Uniform(3)));
        let state = guarded(|b| b.load(Slot::State(0), Type::Bool));
        assert_eq!(state[1].guard, Some(Slot::Temp(0)));
    }

    #[test]
    fn a_known_guard_vanishes_with_its_block_or_alone() {
        let always = guarded(|b| b.bool(true));
        assert_eq!((always.len(), always[1].guard), (2, None));
        assert_eq!(guarded(|b| b.bool(false)).len(), 1);
    }
}
