//! The stores of a block: what is not computed straight into its slot's register is moved there.
//!
//! Takes the lowering of a block whose values have their registers; gives the moves, in an order in which nothing
//! is overwritten that is still to be read.
//!
//! Must not know how values are computed.

use std::collections::HashMap;

use super::lower_block::Lowering;
use super::program::{Code, Guard, Inst};
use super::real::Real;
use crate::exec::ExecError;
use crate::ir::{Block, Literal, Op, Slot, StoreAt, Value};

/// May this store happen when the block begins? It saves another slot's old value where nothing
/// reads its own, so that the other slot can be written in place.
pub(super) fn goes_first(block: &Block, &(slot, v): &(Slot, Value)) -> bool {
    let copies = matches!(block.instrs[v.index()].op, Op::Load(loaded) if loaded != slot);
    copies && block.guard.is_none() && block.instrs.iter().all(|instr| instr.op != Op::Load(slot))
}

/// A register to be written, with the register or the literal that it takes.
type Move = (u16, Result<u16, Literal>);

impl<R: Real> Lowering<'_, R> {
    /// Emits a write to a stream.
    pub(super) fn list(&mut self, entry: &StoreAt) {
        let (index, value) = (self.register_of(entry.index), self.register_of(entry.value));
        let (code, mask) = match self.guard {
            Guard::Lanes(mask) => (Code::StoreAtWhere, mask),
            Guard::Always | Guard::Uniform(_) => (Code::StoreAt, 0),
        };
        self.insts.push(Inst {
            list: entry.stream,
            ..Inst::of(code, 0, &[index, value, mask], [])
        });
    }

    /// Emits the stores that are left, as if they happened together.
    pub(super) fn store(&mut self) -> Result<(), ExecError> {
        let mut moves = Vec::new();
        for &(slot, v) in &self.block.stores {
            let Some(home) = self.target(slot) else {
                continue;
            };
            match self.block.instrs[v.index()].op {
                Op::Const(literal) => moves.push((home, Err(literal))),
                Op::Load(loaded) if loaded == slot => {}
                Op::Load(_) if goes_first(self.block, &(slot, v)) => {}
                _ if self.register_of(v) == home => {}
                _ => moves.push((home, Ok(self.register_of(v)))),
            }
        }
        for (home, from) in self.in_turn(moves)? {
            match (self.guard, from) {
                // Where the guard does not hold, its slot is false already.
                (Guard::Lanes(mask), Ok(from)) if home == mask => {
                    self.emit(Code::And, home, &[from, home], None);
                }
                (Guard::Lanes(mask), Err(k)) if home == mask => {
                    self.emit(Code::SelectKK, home, &[home], Some(k));
                }
                (Guard::Lanes(mask), Ok(from)) => {
                    self.emit(Code::Select, home, &[mask, from, home], None);
                }
                (Guard::Lanes(mask), Err(k)) => {
                    self.emit(Code::SelectK, home, &[mask, home], Some(k));
                }
                (_, Ok(from)) => self.emit(Code::Copy, home, &[from], None),
                (_, Err(k)) => self.emit(Code::Splat, home, &[], Some(k)),
            }
        }
        Ok(())
    }

    /// Moves in an order in which each register is read before it is written; where they go round in a
    /// ring, one is read from a copy. The guard is written last, for the others need it.
    fn in_turn(&mut self, mut moves: Vec<Move>) -> Result<Vec<Move>, ExecError> {
        let is_guard = |&(home, _): &Move| self.guard == Guard::Lanes(home);
        let guard = moves.iter().position(is_guard).map(|at| moves.remove(at));
        let writer: HashMap<u16, usize> = (0..moves.len()).map(|i| (moves[i].0, i)).collect();
        // Which move overwrites what a move reads; it has to wait.
        let waits = |&(_, from): &Move| writer.get(&from.ok()?).copied();
        let mut readers = vec![0_usize; moves.len()];
        for overwriter in moves.iter().filter_map(waits) {
            readers[overwriter] += 1;
        }
        let last = match guard {
            Some(last) if waits(&last).is_some() => Some((last.0, Ok(self.copy(last.1)?))),
            other => other,
        };
        let mut ready: Vec<usize> = (0..moves.len()).filter(|&i| readers[i] == 0).collect();
        let mut ordered = Vec::with_capacity(moves.len() + 1);
        for at in 0..=moves.len() {
            while let Some(next) = ready.pop() {
                ordered.push(moves[next]);
                if let Some(overwriter) = waits(&moves[next]) {
                    readers[overwriter] -= 1;
                    ready.extend((readers[overwriter] == 0).then_some(overwriter));
                }
            }
            // Who still has a reader now is in a ring, and that reader the one before it.
            if readers.get(at).is_some_and(|&readers| readers > 0) {
                let copy = self.copy(Ok(moves[at].0))?;
                let mut before = at;
                while let Some(next) = waits(&moves[before]).filter(|&next| next != at) {
                    before = next;
                }
                moves[before].1 = Ok(copy);
                readers[at] = 0;
                ready.push(at);
            }
        }
        ordered.extend(last);
        Ok(ordered)
    }

    /// A scratch register with the same value.
    fn copy(&mut self, from: Result<u16, Literal>) -> Result<u16, ExecError> {
        let copy = self.scratch()?;
        match from {
            Ok(from) => self.emit(Code::Copy, copy, &[from], None),
            Err(literal) => self.emit(Code::Splat, copy, &[], Some(literal)),
        }
        Ok(copy)
    }
}
