//! Experiments: a model, a grid of cells, stimuli, recorders and times, all checked.
//!
//! Takes a checked [`Model`] and what the user set; gives an [`Experiment`], in which every number
//! is in the model's base units and every time is a whole number of steps. All that is wrong is
//! reported at once.
//!
//! Must not know engines, files or the command line's syntax beyond the text of a setting.

mod draw;
mod fi;
mod file;
mod grid;
mod problem;
mod recorded;
mod samples;
mod setting;
mod stepping;
mod timing;
mod trace;

pub use draw::{Design, Distribution, Draw};
pub use fi::{FiOptions, fi};
pub use file::{FileProblem, from_toml, from_toml_with};
pub use grid::{Axis, Grid, Values};
pub use problem::{Form, Problem, Problems};
pub use samples::Samples;
pub use stepping::Stepping;
pub use timing::Timing;
pub use trace::{TraceOptions, trace};

use std::ops::Range;

use crate::model::{Let, Model};
use crate::record::{Quantity, Recorder};
use crate::stimulus::StimulusKind;
use crate::units::Unit;

/// Everything that a run needs to know.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// The model.
    pub model: Model,
    /// The method asked for by the user or the model; none leaves the choice to the compiler.
    pub method: Option<Stepping>,
    /// Steps.
    pub timing: Timing,
    /// The cells.
    pub grid: Grid,
    /// Parameters: one setting each, in the model's order.
    pub params: Vec<Setting>,
    /// Initial values that replace the model's: one entry per state.
    pub initial: Vec<Option<Setting>>,
    /// For each input of the model, the stimuli that add up to it.
    pub stimuli: Vec<Vec<Stimulus>>,
    /// The waveforms that stimuli take their samples from.
    pub tables: Vec<Samples>,
    /// What is kept.
    pub recorders: Vec<Recorder>,
    /// Traces of some cells only.
    pub traced: Option<Traced>,
    /// Expressions of the model's names, for recorders to name; each is headed by its name.
    pub expressions: Vec<Let>,
    /// Key of all random numbers.
    pub seed: u64,
    /// What the user should know, such as times that were rounded to steps.
    pub warnings: Vec<String>,
}

/// Traces of some cells of an experiment, which are run for them a second time, by themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct Traced {
    /// The cells; see [`Grid::choose`].
    pub cells: Grid,
    /// Which quantities, in this order.
    pub of: Vec<Quantity>,
    /// Steps from one sample to the next.
    pub every: u32,
}

/// Where a quantity's value comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Setting {
    /// The same for all cells; in base units.
    Fixed(f64),
    /// Varied by the axis of this number.
    Axis(usize),
}

/// What drives an input.
#[derive(Clone, Debug)]
pub struct Stimulus {
    /// Which one.
    pub kind: &'static StimulusKind,
    /// Its properties, in the order of the kind.
    pub values: Vec<StimulusValue>,
}

/// A property of a stimulus.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StimulusValue {
    /// A value of the input, in base units.
    Input(Setting),
    /// A time, in steps.
    Time(u32),
    /// A time varied by the axis of this number, whose column is in ms; rounded to steps cell by
    /// cell.
    TimeAxis(usize),
    /// A number in base units: a frequency in 1/ms, a phase in radians, a count.
    Number(Setting),
    /// The waveforms in [`Experiment::tables`] of this number.
    Table(usize),
}

impl Experiment {
    /// Setting of parameter `i` of the model.
    #[must_use]
    pub fn parameter(&self, i: usize) -> Setting {
        self.params
            .get(i)
            .copied()
            .unwrap_or(Setting::Fixed(f64::NAN))
    }

    /// Setting that replaces the initial value of state `i`, if any.
    #[must_use]
    pub fn initial(&self, i: usize) -> Option<Setting> {
        self.initial.get(i).copied().flatten()
    }

    /// Name of a quantity that is recorded, and the unit that it is shown in.
    #[must_use]
    pub fn quantity(&self, of: Quantity) -> (&str, &Unit) {
        match of {
            Quantity::State(i) => (&self.model.states[i].name, &self.model.states[i].unit),
            Quantity::Let(i) => (&self.model.lets[i].name, &self.model.lets[i].unit),
            Quantity::Input(i) => (&self.model.inputs[i].name, &self.model.inputs[i].unit),
            Quantity::Expression(i) => (&self.expressions[i].name, &self.expressions[i].unit),
        }
    }

    /// The experiment of the cells that are traced by themselves, if there are any.
    #[must_use]
    pub fn tracing(&self) -> Option<Experiment> {
        let Traced { cells, of, every } = self.traced.clone()?;
        Some(Experiment {
            grid: cells,
            recorders: vec![Recorder::Trace { of, every }],
            traced: None,
            ..self.clone()
        })
    }

    /// The parameter columns that a plan of this experiment reads: one per axis, in base units, and the
    /// cells' own numbers where the model has noise. Cells
    /// are counted within the grid, which may be a choice of another's.
    #[must_use]
    pub fn columns(&self, cells: Range<u64>) -> Vec<Vec<f64>> {
        let to_base = |axis: &Axis, value: f64| self.model.base.to_base(value, &axis.unit);
        let axes = self.grid.axes().iter().enumerate();
        let columns = axes.map(|(i, axis)| {
            let column = self.grid.column(i, cells.clone());
            column
                .into_iter()
                .map(|value| to_base(axis, value))
                .collect()
        });
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 cells")]
        let numbers = || {
            let numbers = self.grid.numbers(cells.clone()).into_iter();
            numbers.map(|number| number as f64).collect()
        };
        let numbers = (!self.model.noises.is_empty()).then(numbers);
        columns.chain(numbers).collect()
    }
}

impl Stimulus {
    /// When the stimulus begins, in steps, if it has one beginning for all cells.
    #[must_use]
    pub fn onset(&self) -> Option<u32> {
        self.steps("onset")
    }

    /// When it ends, in steps, if it has one end for all cells.
    #[must_use]
    pub fn offset(&self) -> Option<u32> {
        self.onset()?.checked_add(self.steps("duration")?)
    }

    fn steps(&self, property: &str) -> Option<u32> {
        let i = self
            .kind
            .properties
            .iter()
            .position(|p| p.name == property)?;
        match self.values.get(i) {
            Some(StimulusValue::Time(steps)) => Some(*steps),
            _ => None,
        }
    }
}
