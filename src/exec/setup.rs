//! Set-up of cells on the host, in f64, for every engine.
//!
//! Takes a plan and the parameters of some cells; gives one column per slot that the set-up block
//! stores. Where no parameter varies a slot, it is computed once.
//!
//! Must not know the engines.

use std::collections::HashMap;

use super::Cells;
use crate::ir::{Class, Environment, Literal, Slot, classify, evaluate};
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
        let mut columns: HashMap<Slot, SetUpColumn> = HashMap::new();
        let env = Environment {
            load: &|_| None,
            step: 0,
            tables: &[],
        };
        let constant = evaluate(block, &env);
        for &(slot, value) in &block.stores {
            let column = match classes[value.index()] {
                Class::Run => SetUpColumn::Same(constant[value.index()]),
                Class::Time | Class::Cell | Class::Step => {
                    SetUpColumn::Each(Vec::with_capacity(cells.n))
                }
            };
            columns.insert(slot, column);
        }
        if columns.values().any(|c| matches!(c, SetUpColumn::Each(_))) {
            for cell in 0..cells.n {
                let load = |slot| parameter(cells, cell, slot);
                let values = evaluate(
                    block,
                    &Environment {
                        load: &load,
                        step: 0,
                        tables: &[],
                    },
                );
                for &(slot, value) in &block.stores {
                    if let Some(SetUpColumn::Each(column)) = columns.get_mut(&slot) {
                        column.push(values[value.index()]);
                    }
                }
            }
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

fn parameter(cells: &Cells, cell: usize, slot: Slot) -> Option<Literal> {
    match slot {
        Slot::Param(i) => Some(Literal::Float(
            *cells.params.get(usize::from(i))?.get(cell)?,
        )),
        _ => None,
    }
}
