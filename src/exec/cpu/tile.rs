//! One tile: cells into the registers, and results out of them.
//!
//! Takes a plan and some cells; fills the memory of a tile before its steps and reads it after.
//! The last tile is filled up by repeating its last cell.
//!
//! Must not know threads or vector instructions.

use std::ops::Range;

use super::program::{Memory, Program};
use super::real::Real;
use super::register::PART;
use crate::exec::setup::{Recipe, SetUpColumn};
use crate::exec::{Cells, Column};
use crate::ir::{Slot, Type};
use crate::plan::{Output, Plan};

/// What a tile's cells end with.
#[derive(Debug)]
pub(super) struct End<R> {
    /// Number of its first cell within the run.
    pub(super) first: usize,
    /// One column per output of the plan.
    pub(super) columns: Vec<Column>,
    /// For each state of the plan, its lane in each cell.
    pub(super) states: Vec<Vec<R>>,
    /// For each cell: is a state infinite or NaN?
    pub(super) non_finite: Vec<bool>,
}

/// Fills `memory` for the cells of `range`; `carried` holds the states of all cells of the run,
/// where they are carried on.
pub(super) fn begin<R: Real>(
    recipe: &Recipe,
    program: &Program<R>,
    cells: &Cells,
    range: &Range<usize>,
    carried: Option<&[Vec<R>]>,
    memory: &mut Memory<R>,
) {
    memory.clear();
    memory.filled = (1 << range.len().div_ceil(PART)) - 1;
    let part = Cells {
        first: cells.first + range.start as u64,
        n: range.len(),
        params: cells
            .params
            .iter()
            .map(|column| column[range.clone()].to_vec())
            .collect(),
    };
    let set_up = recipe.set_up(&part);
    for home in &program.homes {
        let register = memory.registers[usize::from(home.register)].lanes_mut();
        let carried = match (home.slot, carried) {
            (Slot::State(i), Some(states)) => Some(&states[usize::from(i)][range.clone()]),
            _ => None,
        };
        let lanes = register.iter_mut().enumerate();
        let cells = lanes.map(|(lane, value)| (lane.min(range.len() - 1), value));
        match (carried, set_up.column(home.slot)) {
            (Some(states), _) => cells.for_each(|(cell, value)| *value = states[cell]),
            (None, Some(SetUpColumn::Same(literal))) => register.fill(R::literal(literal)),
            (None, Some(SetUpColumn::Each(column))) => {
                cells.for_each(|(cell, value)| *value = R::literal(column.at(cell)));
            }
            (None, None) => {}
        }
    }
}

/// Reads the results of the cells of `range`.
pub(super) fn end<R: Real>(
    plan: &Plan,
    program: &Program<R>,
    range: &Range<usize>,
    memory: &Memory<R>,
) -> End<R> {
    let n = range.len();
    let lanes = |slot: Slot| {
        let register = program.home(slot).map_or(0, usize::from);
        &memory.registers[register].lanes()[..n]
    };
    let columns = plan.outputs().iter().map(|output| match *output {
        Output::Slot(slot) => {
            let ty = plan.layout().types().of(slot).unwrap_or(Type::Float);
            column(ty, lanes(slot))
        }
        Output::Stream(i) => {
            let i = usize::from(i);
            let entries = &memory.streams[i][..n * program.capacities[i]];
            column(plan.layout().streams[i].ty, entries)
        }
    });
    let columns = columns.collect();
    let mut states = Vec::with_capacity(plan.layout().states.len());
    let mut non_finite = vec![false; n];
    for (info, index) in plan.layout().states.iter().zip(0..) {
        let lanes = lanes(Slot::State(index));
        if info.ty == Type::Float {
            for (flag, x) in non_finite.iter_mut().zip(lanes) {
                *flag |= !x.is_finite();
            }
        }
        states.push(lanes.to_vec());
    }
    End {
        first: range.start,
        columns,
        states,
        non_finite,
    }
}

/// The tiles of `n` cells, which so many threads share: full ones, the same number for each thread, and then one of
/// what is left for each.
#[must_use]
pub(super) fn tiles<R: Real>(n: usize, n_threads: usize) -> Vec<Range<usize>> {
    let n_full = n / n_threads / R::LANES * n_threads;
    let left = (n - n_full * R::LANES).div_ceil(n_threads);
    let left = left.next_multiple_of(PART).min(R::LANES).max(PART);
    let mut ranges = Vec::new();
    let mut first = 0;
    while first < n {
        let most = if ranges.len() < n_full {
            R::LANES
        } else {
            left
        };
        ranges.push(first..n.min(first + most));
        first += most;
    }
    ranges
}

fn column<R: Real>(ty: Type, lanes: &[R]) -> Column {
    match ty {
        Type::Float => Column::Float(lanes.iter().map(|x| x.to_f64()).collect()),
        Type::U32 | Type::Bool => Column::U32(lanes.iter().map(|x| x.to_integer(ty)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_is_in_one_tile_and_every_thread_has_its_share() {
        for n_threads in [1, 2, 3, 16] {
            for n in (0..=2 * PART).chain([300, 1500, 10_000, 100_003]) {
                let tiles = tiles::<f32>(n, n_threads);
                let cells = tiles.iter().cloned().flatten();
                assert!(cells.eq(0..n), "{n} cells, {n_threads} threads: {tiles:?}");
                assert!(tiles.iter().all(|tile| tile.len() <= f32::LANES));
                // Tile after tile, each thread gets as many cells, but for a part.
                let most = tiles
                    .iter()
                    .step_by(n_threads)
                    .map(Range::len)
                    .sum::<usize>();
                assert!(
                    most < n.div_ceil(n_threads) + PART,
                    "{n} cells, {n_threads} threads"
                );
            }
        }
    }
}
