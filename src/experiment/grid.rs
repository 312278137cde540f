//! The grid: axes that multiply, the last running fastest; cells numbered from 0.
//!
//! Takes axes; gives the value of each axis at each cell, computed from the cell's number, so that
//! a grid of any size takes no memory.

use std::ops::Range;

use super::{Draw, Problem};
use crate::units::Unit;

/// One axis of a grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Name of what it varies, as its column is headed: `g_Na`, `I`, `init.v`.
    pub name: String,
    /// Unit of its values.
    pub unit: Unit,
    /// Its values, in that unit.
    pub values: Values,
    /// The axis it moves together with, if it is no axis of its own: a later column of a table of
    /// cells, or a further quantity of a random sample. Both have the same number of values.
    pub joint_with: Option<usize>,
}

/// The values along an axis.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// `n` values from `from` to `to`, both included, at equal distances.
    Linear {
        /// First value.
        from: f64,
        /// Last value.
        to: f64,
        /// How many, at least 1; with 1 it is `from`.
        n: u64,
    },
    /// `n` values from `from` to `to`, both included, at equal ratios.
    Log {
        /// First value, not 0.
        from: f64,
        /// Last value, of the same sign.
        to: f64,
        /// How many, at least 1.
        n: u64,
    },
    /// These values.
    List(Vec<f64>),
    /// Random values.
    Random {
        /// What they follow.
        draw: Draw,
        /// How many.
        n: u64,
    },
}

impl Values {
    /// How many values.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Values::Linear { n, .. } | Values::Log { n, .. } | Values::Random { n, .. } => *n,
            Values::List(values) => values.len() as u64,
        }
    }

    /// Are there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Value `k`; the last is exactly `to`.
    #[must_use]
    pub fn at(&self, k: u64) -> f64 {
        match self {
            Values::Linear { from, to, n } => between(*from, *to, k, *n),
            Values::Log { from, to, n } if k > 0 && k + 1 < *n => {
                from.signum() * between(from.abs().ln(), to.abs().ln(), k, *n).exp()
            }
            Values::Log { from, to, .. } => {
                if k == 0 {
                    *from
                } else {
                    *to
                }
            }
            Values::Random { draw, n } => draw.at(k, *n),
            Values::List(values) => usize::try_from(k)
                .ok()
                .and_then(|k| values.get(k))
                .copied()
                .unwrap_or(f64::NAN),
        }
    }
}

/// The ends are exact, and the middle of a symmetric range is its mean.
#[expect(
    clippy::cast_precision_loss,
    reason = "an axis of 2^53 values has no exact positions anyway"
)]
fn between(from: f64, to: f64, k: u64, n: u64) -> f64 {
    if k == 0 || n < 2 {
        return from;
    }
    if k + 1 >= n {
        return to;
    }
    let last = (n - 1) as f64;
    let k = k as f64;
    (from * (last - k) + to * k) / last
}

/// Axes that multiply, or some cells of theirs.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    axes: Vec<Axis>,
    n_cells: u64,
    /// Numbers of the cells that were chosen, ascending; none where all are there.
    chosen: Option<Vec<u64>>,
}

impl Grid {
    /// The grid of these axes; without axes, one cell.
    ///
    /// # Errors
    /// More cells than can be numbered.
    pub fn new(axes: Vec<Axis>) -> Result<Grid, Problem> {
        let own = axes.iter().filter(|axis| axis.joint_with.is_none());
        let product = own
            .clone()
            .try_fold(1u64, |product, axis| product.checked_mul(axis.values.len()));
        // Twice the largest f64 whole number leaves room for every figure derived from it.
        let Some(n_cells) = product.filter(|&n| n <= 1 << 52) else {
            let sizes: Vec<String> = axes
                .iter()
                .map(|axis| axis.values.len().to_string())
                .collect();
            return Err(Problem::new(
                format!(
                    "the grid of {} cells is too large to number",
                    sizes.join(" x ")
                ),
                "take fewer values per axis",
            ));
        };
        Ok(Grid {
            axes,
            n_cells,
            chosen: None,
        })
    }

    /// The same axes with some cells only, which keep their numbers: `cells` in ascending order, each
    /// once.
    ///
    /// # Errors
    /// No cells, or one that is not there.
    pub fn choose(&self, cells: &[u64]) -> Result<Grid, Problem> {
        let mut chosen = cells.to_vec();
        chosen.sort_unstable();
        chosen.dedup();
        let is_there = |cell: &u64| match &self.chosen {
            Some(known) => known.binary_search(cell).is_ok(),
            None => *cell < self.n_cells,
        };
        if let Some(cell) = chosen.iter().find(|cell| !is_there(cell)) {
            return Err(Problem::new(
                format!("there is no cell {cell}"),
                format!("the grid has {} cells, numbered from 0", self.n_cells),
            ));
        }
        if chosen.is_empty() {
            return Err(Problem::new("no cell is chosen", "name at least one"));
        }
        Ok(Grid {
            axes: self.axes.clone(),
            n_cells: chosen.len() as u64,
            chosen: Some(chosen),
        })
    }

    /// Numbers of some cells of the grid; those of a choice are the numbers they had before it.
    #[must_use]
    pub fn numbers(&self, cells: Range<u64>) -> Vec<u64> {
        cells.map(|cell| self.number(cell)).collect()
    }

    fn number(&self, cell: u64) -> u64 {
        match &self.chosen {
            None => cell,
            // Beyond the last there is none.
            Some(chosen) => usize::try_from(cell)
                .ok()
                .and_then(|i| chosen.get(i))
                .copied()
                .unwrap_or(u64::MAX),
        }
    }

    /// The axes, slowest first.
    #[must_use]
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// Number of cells.
    #[must_use]
    pub fn n_cells(&self) -> u64 {
        self.n_cells
    }

    /// Position of the cell of this number along each axis.
    #[must_use]
    pub fn coordinates(&self, cell: u64) -> Vec<u64> {
        (0..self.axes.len())
            .map(|i| cell / self.stride(i) % self.axes[i].values.len())
            .collect()
    }

    /// Values of axis `i`, in its unit, for some cells.
    #[must_use]
    pub fn column(&self, i: usize, cells: Range<u64>) -> Vec<f64> {
        let values = &self.axes[i].values;
        let stride = self.stride(i);
        cells
            .map(|cell| values.at(self.number(cell) / stride % values.len()))
            .collect()
    }

    /// How many cells follow each other at one place of axis `i`.
    fn stride(&self, i: usize) -> u64 {
        let own = self.axes[i].joint_with.unwrap_or(i);
        let faster = self.axes[own + 1..]
            .iter()
            .filter(|axis| axis.joint_with.is_none());
        faster.map(|axis| axis.values.len()).product()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(name: &str, values: Values) -> Axis {
        Axis {
            name: name.into(),
            unit: Unit::one(),
            values,
            joint_with: None,
        }
    }

    #[test]
    fn the_ends_of_a_range_are_exact_and_one_point_is_its_beginning() {
        for values in [
            Values::Linear {
                from: 0.1,
                to: 0.7,
                n: 7,
            },
            Values::Log {
                from: 0.1,
                to: 0.7,
                n: 7,
            },
        ] {
            assert_eq!((values.at(0), values.at(6)), (0.1, 0.7));
        }
        assert_eq!(
            Values::Linear {
                from: 3.0,
                to: 3.0,
                n: 1
            }
            .at(0),
            3.0
        );
        let log = Values::Log {
            from: 1.0,
            to: 100.0,
            n: 3,
        };
        assert!((log.at(1) - 10.0).abs() < 1e-12);
    }

    #[test]
    fn the_last_axis_runs_fastest() {
        let a = axis("a", Values::List(vec![1.0, 2.0]));
        let b = axis("b", Values::List(vec![10.0, 20.0, 30.0]));
        let grid = Grid::new(vec![a, b]).unwrap();
        assert_eq!(grid.n_cells(), 6);
        assert_eq!(grid.column(0, 0..6), [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]);
        assert_eq!(grid.column(1, 2..5), [30.0, 10.0, 20.0]);
        assert_eq!(grid.coordinates(4), [1, 1]);
    }

    #[test]
    fn a_grid_without_axes_is_one_cell_and_an_endless_one_is_refused() {
        assert_eq!(Grid::new(Vec::new()).unwrap().n_cells(), 1);
        let long = Values::Linear {
            from: 0.0,
            to: 1.0,
            n: u64::MAX,
        };
        assert!(Grid::new(vec![axis("a", long.clone()), axis("b", long)]).is_err());
    }

    #[test]
    fn chosen_cells_keep_their_numbers_and_values() {
        let a = axis("a", Values::List(vec![1.0, 2.0]));
        let b = axis("b", Values::List(vec![10.0, 20.0, 30.0]));
        let grid = Grid::new(vec![a, b]).unwrap();
        let some = grid.choose(&[5, 1, 5, 3]).unwrap();
        assert_eq!(some.n_cells(), 3);
        assert_eq!(some.numbers(0..3), [1, 3, 5]);
        assert_eq!(some.column(0, 1..3), [2.0, 2.0]);
        assert_eq!(some.column(1, 0..3), [20.0, 10.0, 30.0]);
        assert_eq!(some.choose(&[3]).unwrap().numbers(0..1), [3]);
        for (grid, cells) in [(&grid, &[6][..]), (&some, &[0]), (&grid, &[])] {
            assert!(grid.choose(cells).is_err());
        }
    }

    #[test]
    fn a_joint_axis_moves_with_its_leader_and_adds_no_cells() {
        let a = axis("a", Values::List(vec![1.0, 2.0]));
        let b = Axis {
            joint_with: Some(0),
            ..axis("b", Values::List(vec![10.0, 20.0]))
        };
        let c = axis("c", Values::List(vec![7.0, 8.0, 9.0]));
        let grid = Grid::new(vec![a, b, c]).unwrap();
        assert_eq!(grid.n_cells(), 6);
        assert_eq!(grid.column(0, 0..6), [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]);
        assert_eq!(grid.column(1, 0..6), [10.0, 10.0, 10.0, 20.0, 20.0, 20.0]);
        assert_eq!(grid.coordinates(4), [1, 1, 1]);
    }
}
