//! States that take turns: a state whose old value is still needed when its new one is worked out has
//! two registers, which change roles at every step. Nothing is copied then.
//!
//! Takes the blocks of a step and which states want to; gives their two registers, those of temps
//! that are the old or the new value itself, and the instructions of every second step.
//!
//! Must not know what the instructions do.

use super::program::{CodeBlock, Guard};
use crate::ir::{Block, Op, Slot};

/// A state with two registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    /// The state.
    pub(super) slot: Slot,
    /// The block that writes it anew.
    pub(super) block: usize,
    /// Where it is before an even step, and after an odd one.
    pub(super) home: u16,
    /// Where it is after an even step, and before an odd one.
    pub(super) twin: u16,
}

/// The states that take turns, and the temps that stand for them.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns {
    turns: Vec<Turn>,
    aliases: Vec<(Slot, u16)>,
}

/// The block that alone writes `slot` at every step: only such a state can take turns.
#[must_use]
pub(super) fn writer(step: &[Block], slot: Slot) -> Option<usize> {
    let writes = |block: &Block| block.guard.is_none() && block.stored(slot).is_some();
    let mut writers = (0..step.len()).filter(|&i| writes(&step[i]));
    let first = writers.next()?;
    (matches!(slot, Slot::State(_)) && writers.next().is_none()).then_some(first)
}

/// Is the state of `turn` changed once more before the last block that reads `temp`?
fn is_changed_before_read(step: &[Block], turn: &Turn, temp: Slot) -> bool {
    let reader = step.iter().rposition(|b| b.loads().contains(&temp));
    let meanwhile = step.get(turn.block + 1..=reader.unwrap_or(turn.block));
    let mut meanwhile = meanwhile.into_iter().flatten();
    meanwhile.any(|later| later.stored(turn.slot).is_some())
}

impl Turns {
    /// These turns, and every temp of `step` that need not be copied from their registers.
    #[must_use]
    pub(super) fn of(step: &[Block], turns: Vec<Turn>) -> Turns {
        let mut aliases = Vec::new();
        for turn in &turns {
            let block = &step[turn.block];
            let new = block.stored(turn.slot);
            for &(slot, value) in &block.stores {
                let is_old = block.instrs[value.index()].op == Op::Load(turn.slot);
                if !matches!(slot, Slot::Temp(_)) || !(is_old || Some(value) == new) {
                    continue;
                }
                if step.iter().filter(|b| b.stored(slot).is_some()).count() != 1 {
                    continue;
                }
                if is_old {
                    aliases.push((slot, turn.home));
                } else if !is_changed_before_read(step, turn, slot) {
                    aliases.push((slot, turn.twin));
                }
            }
        }
        Turns { turns, aliases }
    }

    /// Does block `index` write `slot` anew?
    #[must_use]
    pub(super) fn is_written(&self, slot: Slot, index: usize) -> bool {
        let mut turns = self.turns.iter();
        turns.any(|turn| turn.slot == slot && turn.block == index)
    }

    /// Is `slot` the register of a state, so that nothing need be stored?
    #[must_use]
    pub(super) fn is_alias(&self, slot: Slot) -> bool {
        self.aliases.iter().any(|&(alias, _)| alias == slot)
    }

    /// Where block `index` reads `slot` at an even step; none where it has only its home.
    #[must_use]
    pub(super) fn read(&self, slot: Slot, index: usize) -> Option<u16> {
        if let Some(&(_, register)) = self.aliases.iter().find(|(alias, _)| *alias == slot) {
            return Some(register);
        }
        let turn = self.turns.iter().find(|turn| turn.slot == slot)?;
        (index > turn.block).then_some(turn.twin)
    }

    /// Where block `index` writes it.
    #[must_use]
    pub(super) fn write(&self, slot: Slot, index: usize) -> Option<u16> {
        let turn = self.turns.iter().find(|turn| turn.slot == slot)?;
        (index >= turn.block).then_some(turn.twin)
    }

    /// The pairs of registers that change roles.
    #[must_use]
    pub(super) fn pairs(&self) -> Vec<(u16, u16)> {
        self.turns.iter().map(|t| (t.home, t.twin)).collect()
    }

    /// The blocks of an odd step, from those of an even one.
    #[must_use]
    pub(super) fn turned<R: Clone>(&self, blocks: &[CodeBlock<R>]) -> Vec<CodeBlock<R>> {
        let mut turned = blocks.to_vec();
        for block in &mut turned {
            if let Guard::Uniform(register) | Guard::Lanes(register) = &mut block.guard {
                *register = self.other(*register);
            }
            for inst in block.insts.iter_mut().chain(&mut block.condition) {
                inst.dst = self.other(inst.dst);
                inst.src = inst.src.map(|register| self.other(register));
            }
            for (from, _) in block.deferral.iter_mut().flat_map(|d| &mut d.latches) {
                *from = self.other(*from);
            }
        }
        turned
    }

    /// The register that has this one's role at every second step.
    #[must_use]
    pub(super) fn other(&self, register: u16) -> u16 {
        let pairs = self.turns.iter().map(|turn| (turn.home, turn.twin));
        let mut both = pairs.flat_map(|(a, b)| [(a, b), (b, a)]);
        both.find(|&(a, _)| a == register)
            .map_or(register, |(_, b)| b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Builder, Type};

    const V: Slot = Slot::State(0);
    const BEFORE: Slot = Slot::Temp(0);
    const AFTER: Slot = Slot::Temp(1);

    /// v + 1, with what it was and what it is.
    fn advance() -> Block {
        let mut b = Builder::new("advance");
        let v = b.load(V, Type::Float);
        let one = b.float(1.0);
        let new = b.add(v, one);
        b.store(V, new);
        b.store(BEFORE, v);
        b.store(AFTER, new);
        b.finish()
    }

    fn reset() -> Block {
        let mut b = Builder::new("reset");
        b.guard(Slot::Temp(2));
        let zero = b.float(0.0);
        b.store(V, zero);
        b.finish()
    }

    fn reader() -> Block {
        let mut b = Builder::new("record");
        let new = b.load(AFTER, Type::Float);
        b.store(Slot::Accum(0), new);
        b.finish()
    }

    fn turns(step: &[Block]) -> Turns {
        let block = writer(step, V).unwrap();
        let turn = Turn {
            slot: V,
            block,
            home: 3,
            twin: 9,
        };
        Turns::of(step, vec![turn])
    }

    #[test]
    fn old_and_new_value_are_the_registers_themselves() {
        let turns = turns(&[advance()]);
        assert_eq!((turns.read(V, 0), turns.write(V, 0)), (None, Some(9)));
        assert_eq!(turns.read(V, 1), Some(9));
        assert_eq!(turns.read(BEFORE, 1), Some(3));
        assert_eq!(turns.read(AFTER, 1), Some(9));
        assert_eq!([3, 9, 4].map(|r| turns.other(r)), [9, 3, 4]);
    }

    #[test]
    fn what_a_reset_changes_does_not_stand_for_the_value_before_it() {
        let late = turns(&[advance(), reset(), reader()]);
        assert!(late.is_alias(BEFORE) && !late.is_alias(AFTER));
        assert_eq!(late.write(V, 1), Some(9));
        let early = turns(&[advance(), reader(), reset()]);
        assert!(early.is_alias(AFTER));
    }

    #[test]
    fn what_is_written_twice_takes_no_turns() {
        assert_eq!(writer(&[advance(), advance()], V), None);
        assert_eq!(writer(&[reset()], V), None);
        assert_eq!(writer(&[reset(), advance()], V), Some(1));
    }
}
