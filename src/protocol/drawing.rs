//! The picture of `fi`: rates (or the first of the features, where they are not recorded) as curves
//! or as a map.
//!
//! Takes the rows of a sweep as they go by; keeps the few that are drawn or shown.

use super::rows::unit;
use crate::experiment::{Axis, Experiment};
use crate::plot::{Axis as PlotAxis, CurvePlot, HeatMap, Series, curves, heat_map};
use crate::record::{Feature, Recorder};
use crate::table::{Column, ColumnData, Table};

/// Most places drawn along an axis.
const MOST_DRAWN: u64 = 600;
/// Most curves; more are drawn as a map.
const MOST_CURVES: usize = 7;

/// Most rows shown.
const ROWS_SHOWN: u64 = 12;

/// Some of `n` cells at equal distances, the first and the last among them.
fn spread(n: u64) -> Vec<u64> {
    let parts = ROWS_SHOWN - 1;
    match n {
        0..=ROWS_SHOWN => (0..n).collect(),
        _ => (0..=parts).map(|i| i * (n - 1) / parts).collect(),
    }
}

/// Collects what the picture shows while the rows go by: a feature at some places of the last two
/// axes that vary, with every other axis at its first value.
pub(super) struct Drawing<'a> {
    experiment: &'a Experiment,
    /// For each axis, how far apart the drawn places are; 0 draws the first only.
    strides: Vec<u64>,
    drawn: Option<&'static Feature>,
    values: Vec<Option<f64>>,
    /// Cells whose rows are shown.
    shown: Vec<u64>,
    /// Their rows, as far as they have gone by.
    pub(super) sample: Option<Table>,
}

impl<'a> Drawing<'a> {
    pub(super) fn new(experiment: &'a Experiment) -> Self {
        let axes = experiment.grid.axes();
        let stride = |(i, axis): (usize, &Axis)| {
            let drawn = i + 2 >= axes.len();
            if drawn {
                axis.values.len().div_ceil(MOST_DRAWN)
            } else {
                0
            }
        };
        let grid = &experiment.grid;
        let shown = spread(grid.n_cells()).into_iter();
        let shown = shown.flat_map(|k| grid.numbers(k..k + 1)).collect();
        Drawing {
            experiment,
            strides: axes.iter().enumerate().map(stride).collect(),
            values: Vec::new(),
            shown,
            drawn: drawn(experiment),
            sample: None,
        }
    }

    pub(super) fn take(&mut self, rows: &Table) {
        let Some(cells) = rows.column("cell") else {
            return;
        };
        let values = self.drawn.and_then(|feature| rows.column(feature.name));
        for row in 0..rows.n_rows() {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole number below 2^52"
            )]
            let cell = cells.data.float(row).unwrap_or(0.0) as u64;
            if self.is_drawn(cell) {
                let drawn = values.map(|values| values.data.float(row));
                self.values.extend(drawn);
            }
            if self.shown.binary_search(&cell).is_ok() {
                self.show(rows, row);
            }
        }
    }

    fn show(&mut self, rows: &Table, row: usize) {
        let one = |column: &Column| Column {
            data: match &column.data {
                ColumnData::Float(values) => vec![values[row]].into(),
                ColumnData::Integer(values) => vec![values[row]].into(),
            },
            ..column.clone()
        };
        let Ok(row) = Table::new(rows.columns().iter().map(one).collect()) else {
            return;
        };
        match &mut self.sample {
            // The rows of one sweep have the same columns.
            Some(sample) => sample.append(&row).unwrap_or_default(),
            None => self.sample = Some(row),
        }
    }

    fn is_drawn(&self, cell: u64) -> bool {
        let coordinates = self.experiment.grid.coordinates(cell);
        coordinates
            .iter()
            .zip(&self.strides)
            .all(|(k, stride)| k.checked_rem(*stride).unwrap_or(*k) == 0)
    }

    /// The drawn values of axis `i`.
    fn places(&self, i: usize) -> Vec<f64> {
        let axis = &self.experiment.grid.axes()[i];
        let stride = usize::try_from(self.strides[i])
            .unwrap_or(usize::MAX)
            .max(1);
        (0..axis.values.len())
            .step_by(stride)
            .map(|k| axis.values.at(k))
            .collect()
    }

    pub(super) fn draw(&self) -> String {
        let axes = self.experiment.grid.axes();
        let Some(last) = axes.len().checked_sub(1) else {
            return curves(&CurvePlot::default());
        };
        let x = plot_axis(&axes[last]);
        let y = self.drawn.map_or_else(PlotAxis::default, |feature| {
            PlotAxis::new(feature.name, feature.unit)
        });
        let x_values = self.places(last);
        let rows = match last.checked_sub(1) {
            None => vec![f64::NAN],
            Some(second) => self.places(second),
        };
        if rows.len() > MOST_CURVES {
            let map = HeatMap {
                x,
                y: plot_axis(&axes[last - 1]),
                z: y,
                x_values,
                y_values: rows,
                values: self.values.clone(),
                ..HeatMap::default()
            };
            return heat_map(&map);
        }
        let series = rows
            .iter()
            .zip(self.values.chunks(x_values.len().max(1)))
            .map(|(value, drawn)| Series {
                label: if rows.len() > 1 {
                    value.to_string()
                } else {
                    String::new()
                },
                points: x_values
                    .iter()
                    .copied()
                    .zip(drawn.iter().copied())
                    .collect(),
            });
        let mut plot = CurvePlot::new(x, y, series.collect());
        if rows.len() > 1 {
            plot.legend = plot_axis(&axes[last - 1]);
        }
        curves(&plot)
    }
}

/// The rate, else the first feature that is recorded.
fn drawn(experiment: &Experiment) -> Option<&'static Feature> {
    let mut recorders = experiment.recorders.iter();
    let which = recorders.find_map(|recorder| match recorder {
        Recorder::Features(which) => Some(which),
        _ => None,
    })?;
    let rate = which.iter().find(|feature| feature.name == "rate");
    rate.or(which.first()).copied()
}

fn plot_axis(axis: &Axis) -> PlotAxis {
    PlotAxis::new(&axis.name, unit(&axis.unit.label))
}
