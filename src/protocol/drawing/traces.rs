//! Traces of some cells: one panel per quantity, that of an input low. Takes rows of `traces.csv`.

use super::{legend_text, plot_axis, spread};
use crate::experiment::{Axis, Experiment};
use crate::plot::{Axis as PlotAxis, CurvePlot, Page, Panel, Series, curves};
use crate::protocol::rows::unit;
use crate::record::{Quantity, Recorder};
use crate::table::{Table, as_written};

/// More curves could not be told apart.
const MOST_CELLS: u64 = 20;
/// Height of an input's panel relative to the others.
const LOW: f64 = 0.4;

/// Collects the samples of cells that are spread over the grid.
pub(crate) struct Traces<'a> {
    experiment: &'a Experiment,
    of: &'a [Quantity],
    /// The cells drawn: their places in the grid and their numbers, ascending.
    cells: Vec<(u64, u64)>,
    /// For each cell and quantity, time and value.
    curves: Vec<Vec<Points>>,
}

type Points = Vec<(f64, Option<f64>)>;

impl<'a> Traces<'a> {
    /// None where no trace is recorded.
    pub(super) fn new(experiment: &'a Experiment) -> Option<Traces<'a>> {
        let mut recorders = experiment.recorders.iter();
        let of = recorders.find_map(|recorder| match recorder {
            Recorder::Trace { of, .. } => Some(&of[..]),
            _ => None,
        })?;
        let grid = &experiment.grid;
        let cells = spread(grid.n_cells(), MOST_CELLS).into_iter();
        let cells: Vec<(u64, u64)> = cells
            .flat_map(|k| grid.numbers(k..k + 1).into_iter().map(move |n| (k, n)))
            .collect();
        Some(Traces {
            experiment,
            of,
            curves: vec![vec![Vec::new(); of.len()]; cells.len()],
            cells,
        })
    }

    pub(super) fn take(&mut self, rows: &Table) {
        let (Some(cells), Some(times)) = (rows.column("cell"), rows.column("time")) else {
            return;
        };
        let quantities = rows.columns().iter().skip(2);
        let quantities: Vec<_> = quantities.collect();
        for row in 0..rows.n_rows() {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole number below 2^52"
            )]
            let cell = cells.data.float(row).unwrap_or(0.0) as u64;
            let Ok(i) = self
                .cells
                .binary_search_by_key(&cell, |(_, number)| *number)
            else {
                continue;
            };
            let time = as_written(times.data.float(row).unwrap_or(f64::NAN));
            for (points, column) in self.curves[i].iter_mut().zip(&quantities) {
                points.push((time, column.data.float(row).map(as_written)));
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.curves.iter().flatten().all(Vec::is_empty)
    }

    pub(super) fn page(&self) -> Page {
        let axes = self.varied();
        let legend = match &axes[..] {
            [] => PlotAxis::new("cell", ""),
            [(_, only)] => plot_axis(only),
            several => {
                let names = several.iter().map(|(_, axis)| axis.name.as_str());
                PlotAxis::new(names.collect::<Vec<_>>().join(", "), "")
            }
        };
        let panels = self.of.iter().enumerate().map(|(i, quantity)| {
            let (name, declared) = self.experiment.quantity(*quantity);
            let is_input = matches!(quantity, Quantity::Input(_));
            let series = self.cells.iter().zip(&self.curves);
            Panel {
                y: PlotAxis::new(name, unit(&declared.label)),
                series: series
                    .map(|((place, number), curves)| Series {
                        label: self.label(&axes, *place, *number),
                        points: curves[i].clone(),
                    })
                    .collect(),
                height: if is_input && self.of.len() > 1 {
                    LOW
                } else {
                    1.0
                },
            }
        });
        curves(&CurvePlot {
            x: PlotAxis::new("time", "ms"),
            panels: panels.collect(),
            legend,
            ..CurvePlot::default()
        })
    }

    fn value(&self, axis: usize, place: u64) -> f64 {
        let values = self.experiment.grid.column(axis, place..place + 1);
        values.first().copied().unwrap_or(f64::NAN)
    }

    /// The axes in which the cells drawn differ, with their places among all.
    fn varied(&self) -> Vec<(usize, &'a Axis)> {
        let differs = |i: usize| {
            let mut values = self.cells.iter().map(|(place, _)| self.value(i, *place));
            let first = values.next();
            values.any(|value| Some(value) != first)
        };
        let axes = self.experiment.grid.axes().iter().enumerate();
        axes.filter(|(i, _)| differs(*i)).collect()
    }

    /// The values by which a cell differs from the others, else its number.
    fn label(&self, axes: &[(usize, &Axis)], place: u64, number: u64) -> String {
        let values = axes.iter().map(|(i, _)| legend_text(self.value(*i, place)));
        match axes.is_empty() {
            true => number.to_string(),
            false => values.collect::<Vec<_>>().join(", "),
        }
    }
}
