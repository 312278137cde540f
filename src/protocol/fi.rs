//! The f–I curve: amplitudes swept, rates drawn.
//!
//! Takes the experiment of `fi` and an engine; gives `fi.csv`, `fi.svg`, `run.json` and a few rows
//! to show.

use super::rows::unit;
use super::{Progress, ProtocolError, Swept, Target, sweep};
use crate::exec::{Engine, ExecError};
use crate::experiment::{Axis, Experiment};
use crate::plot::{Axis as PlotAxis, CurvePlot, HeatMap, Series, curves, heat_map};
use crate::report::{Adapter, AxisSummary, RunReport, Status};
use crate::table::{Table, write_whole};

/// What came of it.
#[derive(Clone, Debug)]
pub struct FiOutcome {
    /// How the sweep went.
    pub swept: Swept,
    /// Some rows, evenly spread over the grid, to show.
    pub sample: Option<Table>,
    /// Names of the files written.
    pub files: Vec<String>,
}

/// Runs `experiment`, as [`crate::experiment::fi`] makes it, and writes its files.
///
/// # Errors
/// What [`sweep`] refuses, a picture or report that cannot be written, a run that failed, or an
/// interruption; `run.json` is written in the last two cases, too, and says so.
pub fn run_fi(
    experiment: &Experiment,
    engine: &dyn Engine,
    target: &Target,
    progress: &mut dyn Progress,
) -> Result<FiOutcome, ProtocolError> {
    // Before the run, not after hours of it.
    target.refuse_existing(&[PICTURE, REPORT])?;
    let mut drawing = Drawing::new(experiment);
    let swept = sweep(experiment, engine, target, progress, &mut |rows| {
        drawing.take(rows)
    })?;
    let mut files = vec![target.name.to_owned()];
    if swept.failure.is_none() {
        write_whole(
            &target.folder.join(PICTURE),
            drawing.draw().as_bytes(),
            target.existing,
        )?;
        files.push(PICTURE.to_owned());
    } else {
        files = vec![target.name.replace(".csv", ".partial.csv")];
    }
    files.push(REPORT.to_owned());
    report(experiment, engine, &swept, &files)
        .write(&target.folder.join(REPORT), target.existing)?;
    match &swept.failure {
        None => Ok(FiOutcome {
            sample: drawing.sample,
            swept,
            files,
        }),
        Some(ExecError::Interrupted) => Err(ProtocolError::Interrupted {
            kept: format!(
                "{} of {} rows are kept in {}",
                swept.n_rows,
                experiment.grid.n_cells(),
                files[0]
            ),
        }),
        Some(error) => Err(error.clone().into()),
    }
}

const PICTURE: &str = "fi.svg";
const REPORT: &str = "run.json";

fn report(
    experiment: &Experiment,
    engine: &dyn Engine,
    swept: &Swept,
    files: &[String],
) -> RunReport {
    let label = engine.label();
    let schedule = swept.compiled.plan.schedule();
    RunReport {
        status: match &swept.failure {
            None => Status::Complete,
            Some(ExecError::Interrupted) => Status::Interrupted,
            Some(_) => Status::Failed,
        },
        model: experiment.model.name.clone(),
        model_text: experiment.model.text.clone(),
        seed: experiment.seed,
        dt: schedule.dt,
        n_steps: u64::from(schedule.n_steps),
        duration: experiment.timing.duration_ms(),
        method: swept.compiled.method.name.to_owned(),
        engine: label.name,
        adapter: label.adapter.map(|(name, driver)| Adapter { name, driver }),
        precision: label.precision,
        times: swept.times,
        n_cells: experiment.grid.n_cells(),
        n_non_finite: swept.n_non_finite,
        n_dropped_spikes: 0,
        n_cell_steps: swept.stats.cell_steps,
        axes: experiment.grid.axes().iter().map(summary).collect(),
        files: files.to_vec(),
    }
}

fn summary(axis: &Axis) -> AxisSummary {
    let n = axis.values.len();
    let last = axis.values.at(n.saturating_sub(1));
    AxisSummary {
        name: axis.name.clone(),
        unit: unit(&axis.unit.label).to_owned(),
        n,
        first: axis.values.at(0),
        last,
    }
}

/// Most places drawn along an axis.
const MOST_DRAWN: u64 = 600;
/// Most curves; more are drawn as a map.
const MOST_CURVES: usize = 7;

/// Collects what the picture shows while the rows go by: the rates at some places of the last two
/// axes that vary, with every other axis at its first value.
struct Drawing<'a> {
    experiment: &'a Experiment,
    /// For each axis, how far apart the drawn places are; 0 draws the first only.
    strides: Vec<u64>,
    rates: Vec<Option<f64>>,
    sample: Option<Table>,
}

impl<'a> Drawing<'a> {
    fn new(experiment: &'a Experiment) -> Self {
        let axes = experiment.grid.axes();
        let stride = |(i, axis): (usize, &Axis)| {
            let drawn = i + 2 >= axes.len();
            if drawn {
                axis.values.len().div_ceil(MOST_DRAWN)
            } else {
                0
            }
        };
        Drawing {
            experiment,
            strides: axes.iter().enumerate().map(stride).collect(),
            rates: Vec::new(),
            sample: None,
        }
    }

    fn take(&mut self, rows: &Table) {
        let (Some(cells), Some(rates)) = (rows.column("cell"), rows.column("rate")) else {
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
                self.rates.push(rates.data.float(row));
            }
        }
        // The rows shown come from the first tile and are few.
        if self.sample.is_none() {
            self.sample = Some(rows.clone());
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

    fn draw(&self) -> String {
        let axes = self.experiment.grid.axes();
        let Some(last) = axes.len().checked_sub(1) else {
            return curves(&CurvePlot::default());
        };
        let x = plot_axis(&axes[last]);
        let y = PlotAxis::new("rate", "Hz");
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
                values: self.rates.clone(),
                ..HeatMap::default()
            };
            return heat_map(&map);
        }
        let series = rows
            .iter()
            .zip(self.rates.chunks(x_values.len().max(1)))
            .map(|(value, rates)| Series {
                label: if rows.len() > 1 {
                    value.to_string()
                } else {
                    String::new()
                },
                points: x_values
                    .iter()
                    .copied()
                    .zip(rates.iter().copied())
                    .collect(),
            });
        let mut plot = CurvePlot::new(x, y, series.collect());
        if rows.len() > 1 {
            plot.legend = plot_axis(&axes[last - 1]);
        }
        curves(&plot)
    }
}

fn plot_axis(axis: &Axis) -> PlotAxis {
    PlotAxis::new(&axis.name, unit(&axis.unit.label))
}
