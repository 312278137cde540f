//! Set-up of cells on the host, in f64, for every engine.
//!
//! Takes a plan and the parameters of some cells; gives one column per slot that the set-up block
//! stores. Where no parameter varies a slot, it is computed once.
//!
//! Must not know the engines.

use std::ops::Range;
use std::panic::resume_unwind;

use super::Cells;
use crate::ir::{
    Block, Class, Environment, Literal, Slot, Values, classify, evaluate, evaluate_columns,
    remove_dead_code,
};
use crate::plan::Plan;

/// A thread of its own is worth starting for so many cells: they take it a millisecond or more.
const CELLS_OF_A_THREAD: usize = 1 << 16;

/// The set-up block of a plan: what it stores in every cell alike, and the rest of it.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    same: Vec<(Slot, Literal)>,
    varying: Block,
}

/// What the set-up block stores, for some cells.
pub(super) struct SetUp<'a> {
    same: &'a [(Slot, Literal)],
    each: Vec<(Slot, Values)>,
}

/// One slot's values.
#[derive(Clone, Copy, Debug)]
pub(super) enum SetUpColumn<'a> {
    /// The same for all cells.
    Same(Literal),
    /// One per cell.
    Each(&'a Values),
}

impl SetUpColumn<'_> {
    /// That of the cell at `index`, if it is one of the cells.
    pub(super) fn at(self, index: usize) -> Option<Literal> {
        match self {
            SetUpColumn::Same(literal) => Some(literal),
            SetUpColumn::Each(column) => (index < column.len()).then(|| column.at(index)),
        }
    }
}

impl Recipe {
    /// That of `plan`.
    pub(super) fn of(plan: &Plan) -> Recipe {
        let block = plan.setup();
        let classes = classify(block);
        let env = Environment {
            load: &|_| None,
            step: 0,
            tables: &[],
        };
        let constant = evaluate(block, &env);
        let stores = block.stores.iter();
        let same: Vec<(Slot, Literal)> = stores
            .filter(|(_, value)| classes[value.index()] == Class::Run)
            .map(|&(slot, value)| (slot, constant[value.index()]))
            .collect();
        let mut varying = block.clone();
        let is_same = |slot: Slot| same.iter().any(|&(other, _)| other == slot);
        varying.stores.retain(|&(slot, _)| !is_same(slot));
        Recipe {
            varying: remove_dead_code(&varying),
            same,
        }
    }

    /// Runs the set-up block for `cells`.
    pub(super) fn set_up(&self, cells: &Cells) -> SetUp<'_> {
        SetUp {
            same: &self.same,
            each: each_cell(&self.varying, cells),
        }
    }
}

impl SetUp<'_> {
    /// The values of `slot`; none if the set-up does not store it.
    pub(super) fn column(&self, slot: Slot) -> Option<SetUpColumn<'_>> {
        let same = self.same.iter().find(|(other, _)| *other == slot);
        let each = || self.each.iter().find(|(other, _)| *other == slot);
        same.map(|&(_, literal)| SetUpColumn::Same(literal))
            .or_else(|| each().map(|(_, column)| SetUpColumn::Each(column)))
    }
}

/// What `block` stores, on as many threads as pay.
fn each_cell(block: &Block, cells: &Cells) -> Vec<(Slot, Values)> {
    let of = |range: Range<usize>| {
        let load = |slot: Slot| match slot {
            Slot::Param(i) => cells.params.get(usize::from(i))?.get(range.clone()),
            _ => None,
        };
        evaluate_columns(block, range.len(), &load)
    };
    let most = cells.n / CELLS_OF_A_THREAD;
    if block.stores.is_empty() || most < 2 {
        return of(0..cells.n);
    }
    let n_threads = std::thread::available_parallelism().map_or(1, |n| n.get().min(most));
    let share = cells.n.div_ceil(n_threads);
    let parts: Vec<_> = std::thread::scope(|scope| {
        let firsts = (0..cells.n).step_by(share);
        let ranges = firsts.map(|first| first..cells.n.min(first + share));
        let threads: Vec<_> = ranges.map(|range| scope.spawn(|| of(range))).collect();
        let joined = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
        let part = |part: std::thread::Result<_>| part.unwrap_or_else(|e| resume_unwind(e));
        joined.map(part).collect()
    });
    let mut parts = parts.into_iter();
    let mut whole = parts.next().unwrap_or_default();
    for part in parts {
        for ((_, whole), (_, part)) in whole.iter_mut().zip(&part) {
            whole.append(part);
        }
    }
    whole
}
