//! Rates (or the first of what is computed of each cell, where they are not recorded) as curves,
//! as a map, or, over a random sample, as dots. Takes rows of the main table.

use super::{legend_text, plot_axis};
use crate::experiment::{Axis, Experiment};
use crate::plot::{Axis as PlotAxis, CurvePlot, HeatMap, Page, Series, curves, heat_map};
use crate::protocol::picture::MOST_CURVES;
use crate::table::{Column, Table, as_written};

/// Most places drawn along an axis.
const MOST_DRAWN: u64 = 600;
/// Most dots.
const MOST_DOTS: u64 = 2000;

/// Collects what the picture shows while the rows go by: one column at some places of the last axis,
/// and of the one before it, with every other axis at its first value.
pub(crate) struct Rates<'a> {
    experiment: &'a Experiment,
    /// The column drawn; its values are in `values`.
    drawn: Column,
    /// The axis along the picture.
    x: usize,
    /// That of the curves, or of a map's other side.
    second: Option<usize>,
    /// Is the axis along the picture one of several that vary together?
    is_joint: bool,
    /// For each axis, how far apart the drawn places are; 0 draws the first only.
    strides: Vec<u64>,
    values: Vec<Option<f64>>,
}

impl<'a> Rates<'a> {
    /// `main` is the main table, without rows. None where it has no result, or no axis varies.
    pub(super) fn new(experiment: &'a Experiment, main: &Table) -> Option<Rates<'a>> {
        let axes = experiment.grid.axes();
        let results = main.columns().get(1 + axes.len()..)?;
        let rate = results.iter().find(|column| column.name == "rate");
        let drawn = rate.or(results.first())?.clone();
        let is_joint = |i: usize| {
            let with = |axis: &Axis| axis.joint_with == Some(i);
            axes[i].joint_with.is_some() || axes.iter().any(with)
        };
        // Repeats are drawn only where nothing else varies.
        let varied = |i: &usize| axes[*i].values.len() > 1;
        let varying: Vec<usize> = (0..axes.len()).filter(varied).collect();
        let mut of_grid = varying.iter().copied();
        let x = of_grid
            .rfind(|i| axes[*i].name != "repeat")
            .or(varying.last().copied())?;
        let before = varying.iter().copied().rfind(|i| *i < x);
        let second = before.filter(|i| !is_joint(x) && !is_joint(*i));
        let group = |i: usize| axes[i].joint_with.unwrap_or(i);
        let stride = |i: usize| {
            let n = axes[i].values.len();
            match i {
                _ if is_joint(x) && group(i) == group(x) => n.div_ceil(MOST_DOTS),
                i if i == x || Some(i) == second => n.div_ceil(MOST_DRAWN),
                _ => 0,
            }
        };
        Some(Rates {
            experiment,
            drawn,
            x,
            second,
            is_joint: is_joint(x),
            strides: (0..axes.len()).map(stride).collect(),
            values: Vec::new(),
        })
    }

    pub(super) fn take(&mut self, rows: &Table) {
        let (Some(cells), Some(values)) = (rows.column("cell"), rows.column(&self.drawn.name))
        else {
            return;
        };
        for row in 0..rows.n_rows() {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole number below 2^52"
            )]
            let cell = cells.data.float(row).unwrap_or(0.0) as u64;
            if self.is_drawn(cell) {
                self.values.push(values.data.float(row).map(as_written));
            }
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
            .map(|k| as_written(axis.values.at(k)))
            .collect()
    }

    pub(super) fn page(&self) -> Page {
        let axes = self.experiment.grid.axes();
        let x = plot_axis(&axes[self.x]);
        let y = PlotAxis::new(&self.drawn.name, &self.drawn.unit);
        let x_values = self.places(self.x);
        let rows = self.second.map(|second| self.places(second));
        if let (Some(second), Some(rows)) = (self.second, &rows)
            && rows.len() > MOST_CURVES
        {
            return heat_map(&HeatMap {
                x,
                y: plot_axis(&axes[second]),
                z: y,
                x_values,
                y_values: rows.clone(),
                values: self.values.clone(),
            });
        }
        let label = |i: usize| {
            let value = rows.as_ref().and_then(|rows| rows.get(i));
            value.map_or(String::new(), |value| legend_text(*value))
        };
        let curve = |(i, drawn): (usize, &[Option<f64>])| Series {
            label: label(i),
            points: x_values
                .iter()
                .copied()
                .zip(drawn.iter().copied())
                .collect(),
        };
        let drawn = self.values.chunks(x_values.len().max(1)).enumerate();
        let mut plot = CurvePlot::new(x, y, drawn.map(curve).collect());
        plot.scattered = self.is_joint;
        if let Some(second) = self.second {
            plot.legend = plot_axis(&axes[second]);
        }
        curves(&plot)
    }
}
