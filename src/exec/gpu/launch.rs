//! The shape of a kernel's launch: how its work is cut into workgroups, invocations and rounds.
//!
//! Takes how much a plan's step holds; gives shapes, as plain data. A shape changes the speed of a
//! kernel and none of its results.
//!
//! Must not know devices.

use std::fmt;

use crate::ir::{Block, Instr, Op};
use crate::plan::Plan;

/// Instructions that a round of the time loop may hold: more take long to compile and find no room
/// in the device's instruction memory.
const MOST_INSTRUCTIONS: u32 = 1024;

/// Instructions of a round that is not worth making longer: the loop around it costs some ten. What
/// stands behind a guard is not counted, for it is rarely run.
const ENOUGH_INSTRUCTIONS: u32 = 100;

/// What each of the numbers may be.
const WORKGROUP_SIZES: [u32; 4] = [32, 64, 128, 256];
const CELLS: [u32; 3] = [1, 2, 4];
const UNROLLS: [u32; 4] = [1, 2, 4, 8];

/// The shape of a launch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Launch {
    /// Invocations of a workgroup.
    pub workgroup_size: u32,
    /// Cells that an invocation steps, their instructions side by side.
    pub cells: u32,
    /// Steps that a round of the time loop takes.
    pub unroll: u32,
}

impl Launch {
    /// What suits `plan` on most devices: workgroups of two warps (the prototype found no difference
    /// from 16 to 1024 on software drivers), and rounds long enough to hide the loop.
    #[must_use]
    pub fn of(plan: &Plan) -> Launch {
        let step = instructions(plan, |block| block.guard.is_none());
        let longest = UNROLLS
            .into_iter()
            .filter(|&unroll| unroll <= 4 && (unroll == 1 || unroll * step <= ENOUGH_INSTRUCTIONS));
        Launch {
            workgroup_size: 64,
            cells: 1,
            unroll: longest.max().unwrap_or(1),
        }
    }

    /// Is each of the numbers one that may be where a workgroup has at most `widest` invocations, and
    /// the kernel of `plan` not too long?
    #[must_use]
    pub fn suits(self, plan: &Plan, widest: u32) -> bool {
        let Launch {
            workgroup_size,
            cells,
            unroll,
        } = self;
        workgroup_size <= widest
            && WORKGROUP_SIZES.contains(&workgroup_size)
            && CELLS.contains(&cells)
            && UNROLLS.contains(&unroll)
            && (cells * unroll == 1
                || cells * unroll * instructions(plan, |_| true) <= MOST_INSTRUCTIONS)
    }

    /// The shapes that differ in one number, by one place in its list: first longer rounds, then more
    /// cells, then other workgroups, each way.
    pub fn neighbours(self) -> impl Iterator<Item = Launch> {
        let unrolls = beside(&UNROLLS, self.unroll).map(move |unroll| Launch { unroll, ..self });
        let cells = beside(&CELLS, self.cells).map(move |cells| Launch { cells, ..self });
        let sizes =
            beside(&WORKGROUP_SIZES, self.workgroup_size).map(move |workgroup_size| Launch {
                workgroup_size,
                ..self
            });
        unrolls.chain(cells).chain(sizes)
    }
}

impl fmt::Display for Launch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = |n: u32| if n == 1 { "" } else { "s" };
        write!(
            f,
            "workgroups of {}, {} cell{} an invocation, {} step{} a round",
            self.workgroup_size,
            self.cells,
            s(self.cells),
            self.unroll,
            s(self.unroll)
        )
    }
}

/// What stands after and before `value` in `list`.
fn beside(list: &'static [u32], value: u32) -> impl Iterator<Item = u32> {
    let at = list.iter().position(|&one| one == value);
    let after = at.and_then(|i| list.get(i + 1));
    let before = at.and_then(|i| list.get(i.checked_sub(1)?));
    after.into_iter().chain(before).copied()
}

/// Instructions of the blocks of a step that are `meant`.
fn instructions(plan: &Plan, meant: impl Fn(&Block) -> bool) -> u32 {
    let blocks = std::iter::once(plan.time()).chain(plan.step());
    let works = |instr: &&Instr| !matches!(instr.op, Op::Const(_));
    let n: usize = blocks
        .filter(|block| meant(block))
        .map(|block| block.instrs.iter().filter(works).count())
        .sum();
    u32::try_from(n.clamp(1, 1 << 20)).unwrap_or(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_lead_to_every_shape_and_back() {
        let first = Launch {
            workgroup_size: 64,
            cells: 1,
            unroll: 1,
        };
        let mut found = vec![first];
        let mut next = 0;
        while next < found.len() {
            let here = found[next];
            for beside in here.neighbours() {
                assert!(beside.neighbours().any(|back| back == here));
                if !found.contains(&beside) {
                    found.push(beside);
                }
            }
            next += 1;
        }
        assert_eq!(
            found.len(),
            WORKGROUP_SIZES.len() * CELLS.len() * UNROLLS.len()
        );
        assert_eq!(
            first.to_string(),
            "workgroups of 64, 1 cell an invocation, 1 step a round"
        );
    }
}
