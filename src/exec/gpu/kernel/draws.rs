//! Random words that a cell keeps for three steps more: a block of Philox gives those of four.
//!
//! Takes the random numbers of a plan's blocks; gives the names and the text of what is kept. It holds
//! where the cell's number stands in derived values, which no step changes; any other random number
//! is worked out where it is used.
//!
//! Must not know where the text goes.

use super::names::{Nth, place};
use crate::ir::{Block, Op, Slot};
use crate::plan::Plan;

/// A random number whose words a cell keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Draw {
    /// Both halves of the cell's number, the low one first: derived values.
    cell: [u16; 2],
    stream: u32,
    seed: u64,
}

impl Draw {
    /// Of an operation of `block`, if it is one.
    pub(super) fn of(block: &Block, op: &Op) -> Option<Draw> {
        let Op::Random { cell, stream, seed } = *op else {
            return None;
        };
        let derived = |half: usize| match block.instrs[cell[half].index()].op {
            Op::Load(Slot::Derived(slot)) => Some(slot),
            _ => None,
        };
        let cell = [derived(0)?, derived(1)?];
        Some(Draw { cell, stream, seed })
    }

    /// All of a plan, each once.
    pub(super) fn all(plan: &Plan) -> Vec<Draw> {
        let mut all = Vec::new();
        for block in plan.step() {
            for instr in &block.instrs {
                match Draw::of(block, &instr.op) {
                    Some(draw) if !all.contains(&draw) => all.push(draw),
                    _ => {}
                }
            }
        }
        all
    }

    /// The name of what is kept: that of no other.
    pub(super) fn field(&self, nth: Nth) -> String {
        let [low, high] = self.cell;
        format!("r{}_{low}_{high}_{}{nth}", self.stream, self.seed)
    }

    /// The words of a step.
    pub(super) fn words(&self, step: &str, nth: Nth) -> String {
        let cell = self.cell.map(|slot| place(Slot::Derived(slot), nth));
        words(&cell, step, self.stream, self.seed)
    }
}

/// The words of the block of Philox to which a step belongs.
pub(super) fn words([low, high]: &[String; 2], step: &str, stream: u32, seed: u64) -> String {
    let (seed_low, seed_high) = (seed & 0xffff_ffff, seed >> 32);
    format!("r_words({low}, {high}, {step}, {stream}u, {seed_low}u, {seed_high}u)")
}
