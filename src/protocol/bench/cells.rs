//! Which cells are measured.
//!
//! Takes an experiment and a number of cells; gives their parameters.

use crate::experiment::{Axis, Experiment, Values};

/// Which cells are measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BenchCells {
    /// So many values over the range of the last axis; the other axes are cycled through.
    #[default]
    Spread,
    /// The first of the grid, which is repeated where it has fewer.
    Grid,
}

impl BenchCells {
    /// Parameter columns of `n` cells, in base units.
    pub(super) fn columns(self, experiment: &Experiment, n: u64) -> Vec<Vec<f64>> {
        match self {
            BenchCells::Spread => spread(experiment, n),
            BenchCells::Grid => first(experiment, n),
        }
    }
}

fn spread(experiment: &Experiment, n: u64) -> Vec<Vec<f64>> {
    let axes = experiment.grid.axes();
    let column = |(i, axis): (usize, &Axis)| {
        let len = axis.values.len();
        let last = Values::Linear {
            from: axis.values.at(0),
            to: axis.values.at(len.saturating_sub(1)),
            n,
        };
        let value = |k: u64| match i + 1 == axes.len() {
            true => last.at(k),
            false => axis.values.at(k % len.max(1)),
        };
        let to_base = |value| experiment.model.base.to_base(value, &axis.unit);
        (0..n).map(|k| to_base(value(k))).collect()
    };
    // Where there is noise, the cells' own numbers come last.
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 cells")]
    let numbers = || (0..n).map(|k| k as f64).collect();
    let numbers = (!experiment.model.noises.is_empty()).then(numbers);
    axes.iter().enumerate().map(column).chain(numbers).collect()
}

fn first(experiment: &Experiment, n: u64) -> Vec<Vec<f64>> {
    let own = experiment.columns(0..n.min(experiment.grid.n_cells()));
    #[expect(
        clippy::cast_possible_truncation,
        reason = "results are held in memory"
    )]
    let n = n as usize;
    let repeated = |column: Vec<f64>| column.into_iter().cycle().take(n).collect();
    own.into_iter().map(repeated).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::from_toml;

    fn experiment() -> Experiment {
        let text = "model = \"lif\"\n[sweep]\ntau = [5, 10]\n\"I.amplitude\" = { from = 1, to = 3, n = 3 }";
        from_toml("test", text, std::path::Path::new(".")).unwrap()
    }

    #[test]
    fn the_first_cells_of_a_grid_are_taken_and_repeated_where_there_are_no_more() {
        let few = BenchCells::Grid.columns(&experiment(), 4);
        assert_eq!(few, [[5.0, 5.0, 5.0, 10.0], [1.0, 2.0, 3.0, 1.0]]);
        let many = BenchCells::Grid.columns(&experiment(), 8);
        assert_eq!(many[0], [5.0, 5.0, 5.0, 10.0, 10.0, 10.0, 5.0, 5.0]);
        assert_eq!(many[1], [1.0, 2.0, 3.0, 1.0, 2.0, 3.0, 1.0, 2.0]);
    }

    #[test]
    fn a_range_is_spread_over_the_cells() {
        let spread = BenchCells::Spread.columns(&experiment(), 5);
        assert_eq!(spread[0], [5.0, 10.0, 5.0, 10.0, 5.0]);
        assert_eq!(spread[1], [1.0, 1.5, 2.0, 2.5, 3.0]);
    }
}
