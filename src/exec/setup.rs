//! Set-up of cells on the host, in f64, for every engine.
//!
//! Takes a plan and the parameters of some cells; gives one column per slot that the set-up block
//! stores. Where no parameter varies a slot, it is computed once.
//!
//! Must not know the engines.

use std::collections::HashMap;

use super::Cells;
use crate::ir::{
    Block, Class, Environment, Literal, Slot, classify, evaluate, evaluate_into, remove_dead_code,
};
use crate::plan::Plan;

/// What the set-up block stores, for some cells.
pub(super) struct SetUp {
    columns: HashMap<Slot, SetUpColumn>,
}

/// One slot's values.
pub(super) enum SetUpColumn {
    /// The same for all cells.
    Same(Literal),
    /// One per cell.
    Each(Vec<Literal>),
}

impl SetUp {
    /// Runs the set-up block for `cells`.
    pub(super) fn of(plan: &Plan, cells: &Cells) -> SetUp {
        let block = plan.setup();
        let classes = classify(block);
        let env = Environment {
            load: &|_| None,
            step: 0,
            tables: &[],
        };
        let constant = evaluate(block, &env);
        let mut columns: HashMap<Slot, SetUpColumn> = HashMap::new();
        for &(slot, value) in &block.stores {
            if classes[value.index()] == Class::Run {
                columns.insert(slot, SetUpColumn::Same(constant[value.index()]));
            }
        }
        let mut varying = block.clone();
        varying
            .stores
            .retain(|(slot, _)| !columns.contains_key(slot));
        let varying = remove_dead_code(&varying);
        for (slot, column) in each_cell(&varying, cells) {
            columns.insert(slot, SetUpColumn::Each(column));
        }
        SetUp { columns }
    }

    /// Value of `slot` for the cell at `index` of the tile; none if the set-up does not store it.
    pub(super) fn value(&self, slot: Slot, index: usize) -> Option<Literal> {
        match self.columns.get(&slot)? {
            SetUpColumn::Same(literal) => Some(*literal),
            SetUpColumn::Each(column) => column.get(index).copied(),
        }
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
