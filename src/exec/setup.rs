//! Set-up of cells on the host, in f64, for every engine.
//!
//! Takes a plan and the parameters of some cells; gives one column per slot that the set-up block
//! stores. Where no parameter varies a slot, it is computed once.
//!
//! Must not know the engines.

use super::Cells;
use crate::ir::{
    Block, Class, Environment, Literal, Slot, classify, evaluate, evaluate_into, remove_dead_code,
};
use crate::plan::Plan;

/// The set-up block of a plan: what it stores in every cell alike, and the rest of it.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    same: Vec<(Slot, Literal)>,
    varying: Block,
}

/// What the set-up block stores, for some cells.
pub(super) struct SetUp<'a> {
    same: &'a [(Slot, Literal)],
    each: Vec<(Slot, Vec<Literal>)>,
}

/// One slot's values.
#[derive(Clone, Copy, Debug)]
pub(super) enum SetUpColumn<'a> {
    /// The same for all cells.
    Same(Literal),
    /// One per cell.
    Each(&'a [Literal]),
}

impl SetUpColumn<'_> {
    /// That of the cell at `index`, if it is one of the cells.
    pub(super) fn at(self, index: usize) -> Option<Literal> {
        match self {
            SetUpColumn::Same(literal) => Some(literal),
            SetUpColumn::Each(column) => column.get(index).copied(),
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

/// What `block` stores, cell by cell.
fn each_cell(block: &Block, cells: &Cells) -> Vec<(Slot, Vec<Literal>)> {
    let mut columns: Vec<(Slot, Vec<Literal>)> = block
        .stores
        .iter()
        .map(|&(slot, _)| (slot, Vec::with_capacity(cells.n)))
        .collect();
    if columns.is_empty() {
        return columns;
    }
    let mut values = Vec::new();
    for cell in 0..cells.n {
        let load = |slot| parameter(cells, cell, slot);
        evaluate_into(
            block,
            &Environment {
                load: &load,
                step: 0,
                tables: &[],
            },
            &mut values,
        );
        for (&(_, value), (_, column)) in block.stores.iter().zip(&mut columns) {
            column.push(values[value.index()]);
        }
    }
    columns
}

fn parameter(cells: &Cells, cell: usize, slot: Slot) -> Option<Literal> {
    match slot {
        Slot::Param(i) => Some(Literal::Float(
            *cells.params.get(usize::from(i))?.get(cell)?,
        )),
        _ => None,
    }
}
