//! Countdowns: states that count steps down to 0, such as those of a refractory period.
//!
//! Takes the blocks of a step; gives the states that do nothing else. A kernel keeps such a state as a float that
//! goes on below 0: one subtraction in the units that multiply and add, where there were a subtraction and a choice
//! in those for integers, of which a device has half as many. Counts up to 2^24 are exact; far below 0 it stands still.
//!
//! Must not know the text.

use crate::ir::{BinaryOp, Block, CompareOp, Literal, Op, Slot, Type, Value};

/// The largest whole number that a float counts down from.
const MOST: u32 = 1 << 24;

/// The states that only count down in `blocks`, from literals.
pub(super) fn countdowns(blocks: &[Block]) -> Vec<Slot> {
    let stored = blocks.iter().flat_map(|block| &block.stores);
    let mut slots: Vec<Slot> = Vec::new();
    for &(slot, _) in stored {
        let counts = |block: &Block| counts_down(block, slot);
        if matches!(slot, Slot::State(_)) && !slots.contains(&slot) && blocks.iter().all(counts) {
            slots.push(slot);
        }
    }
    slots
}

/// Does `block` do nothing with `slot` but look whether it is above 0, count it down, and set it?
fn counts_down(block: &Block, slot: Slot) -> bool {
    let op = |v: Value| block.instrs[v.index()].op;
    let is_set = |v: Value| matches!(op(v), Op::Const(Literal::U32(n)) if n <= MOST);
    let mut stores = block.stores.iter().filter(|(s, _)| *s == slot);
    if stores.any(|&(_, v)| !is_set(v) && fewer(block, v) != Some(slot)) {
        return false;
    }
    // Everything that reads it, or what one fewer is made of.
    let mut part_of_it = vec![false; block.instrs.len()];
    for (index, instr) in block.instrs.iter().enumerate() {
        let reads = instr.op.operands().any(|v| part_of_it[v.index()]);
        let value = Value::at(index);
        let is_its = match instr.op {
            Op::Load(s) => s == slot && instr.ty == Type::U32,
            Op::Binary(BinaryOp::Sub, x, _) => counter(block, x) == Some(slot),
            Op::Select { .. } => fewer(block, value) == Some(slot),
            _ => false,
        };
        let looks = above_0(block, instr.op) == Some(slot);
        if (reads && !is_its && !looks) || (op(value) == Op::Load(slot) && !is_its) {
            return false;
        }
        part_of_it[index] = is_its;
    }
    let others = block.stores.iter().filter(|(s, _)| *s != slot);
    let leaves = others.map(|&(_, v)| v);
    let listed = block.store_ats.iter().flat_map(|s| [s.index, s.value]);
    leaves.chain(listed).all(|v| !part_of_it[v.index()])
}

/// The state that `v` is.
fn counter(block: &Block, v: Value) -> Option<Slot> {
    match block.instrs[v.index()].op {
        Op::Load(slot @ Slot::State(_)) => Some(slot),
        _ => None,
    }
}

/// The state of which `op` says whether it is above 0.
pub(super) fn above_0(block: &Block, op: Op) -> Option<Slot> {
    match op {
        Op::Compare(CompareOp::Gt, x, y) if is(block, y, 0) => counter(block, x),
        _ => None,
    }
}

/// The state of which `v` is one fewer, and 0 where it is 0.
pub(super) fn fewer(block: &Block, v: Value) -> Option<Slot> {
    let op = |v: Value| block.instrs[v.index()].op;
    let Op::Select { cond, yes, no } = op(v) else {
        return None;
    };
    let slot = above_0(block, op(cond))?;
    let Op::Binary(BinaryOp::Sub, x, y) = op(yes) else {
        return None;
    };
    (is(block, no, 0) && is(block, y, 1) && counter(block, x) == Some(slot)).then_some(slot)
}

fn is(block: &Block, v: Value, n: u32) -> bool {
    block.instrs[v.index()].op == Op::Const(Literal::U32(n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Builder;

    /// A block that counts down, and does with the count and with one fewer what `more` says; and one that sets it.
    fn found(set: u32, more: impl FnOnce(&mut Builder, Value, Value)) -> Vec<Slot> {
        let mut b = Builder::new("step");
        let count = b.load(Slot::State(1), Type::U32);
        let [zero, one] = [0, 1].map(|n| b.u32(n));
        let waits = b.compare(CompareOp::Gt, count, zero);
        let less = b.sub(count, one);
        let fewer = b.select(waits, less, zero);
        b.store(Slot::State(1), fewer);
        b.store(Slot::Temp(0), waits);
        more(&mut b, count, less);
        let mut reset = Builder::new("reset");
        reset.guard(Slot::Temp(0));
        let n = reset.u32(set);
        reset.store(Slot::State(1), n);
        countdowns(&[b.finish(), reset.finish()])
    }

    #[test]
    fn a_state_that_only_counts_down_is_one() {
        assert_eq!(found(20, |_, _, _| {}), [Slot::State(1)]);
    }

    #[test]
    fn what_is_read_otherwise_or_set_too_high_is_not() {
        assert_eq!(found(MOST + 1, |_, _, _| {}), []);
        assert_eq!(found(20, |b, count, _| b.store(Slot::State(2), count)), []);
        assert_eq!(found(20, |b, _, less| b.store(Slot::State(2), less)), []);
        let compared = found(20, |b, count, _| {
            let seven = b.u32(7);
            let above = b.compare(CompareOp::Gt, count, seven);
            b.store(Slot::Temp(1), above);
        });
        assert_eq!(compared, []);
    }
}
