//! The experiment of `trace`: a few cells, their whole time course recorded.
//!
//! Takes a model and the options as text; gives the experiment.

use super::fi::{milliseconds, steps_of_current};
use super::timing::to_steps;
use super::{Experiment, FiOptions, Problem, Problems, Values, setting};
use crate::diag::nearest;
use crate::model::Model;
use crate::record::{Quantity, Recorder};

/// What the user may set.
#[derive(Clone, Debug, Default)]
pub struct TraceOptions {
    /// Amplitudes of the step, one cell each; default the end of the model's range.
    pub amplitudes: Vec<String>,
    /// States, sub-expressions and inputs; default the first state.
    pub variables: Vec<String>,
    /// Every state, instead.
    pub all: bool,
    /// Time from one sample to the next; default what gives about [`TraceOptions::SAMPLES`].
    pub every: Option<String>,
    /// Everything else, as for `fi`; its range is not used.
    pub experiment: FiOptions,
}

impl TraceOptions {
    /// About how many samples a trace has where no interval is given.
    pub const SAMPLES: u32 = 10_000;
    /// Most cells: a trace of more is a table nobody reads.
    pub const MOST_CELLS: u64 = 1000;
    /// Most values, all cells, samples and quantities together: 800 MB.
    pub const MOST_VALUES: u64 = 100_000_000;
}

/// The experiment of `trace` on `model`. Its recorder keeps the variables and then the first input.
///
/// # Errors
/// All that is wrong with the options, or a model without input.
pub fn trace(model: Model, options: &TraceOptions) -> Result<Experiment, Problems> {
    let mut of = variables(&model, options)?;
    if !model.inputs.is_empty() && !of.contains(&Quantity::Input(0)) {
        of.push(Quantity::Input(0));
    }
    let amplitudes = amplitudes(&model, options)?;
    let one = amplitudes.first().map(ToString::to_string);
    let plain = FiOptions {
        from: one.clone(),
        to: one,
        n: Some(1),
        ..options.experiment.clone()
    };
    let mut experiment = steps_of_current(model, &plain, Vec::new(), None)?;
    let mut axes = experiment.grid.axes().to_vec();
    if let Some(last) = axes.last_mut() {
        last.values = Values::List(amplitudes);
    }
    experiment.grid = super::Grid::new(axes)?;
    if experiment.grid.n_cells() > TraceOptions::MOST_CELLS {
        let message = format!("traces of {} cells are too many", experiment.grid.n_cells());
        let help = format!(
            "take at most {}; `rheobase run` records any number",
            TraceOptions::MOST_CELLS
        );
        return Err(Problem::new(message, help).into());
    }
    let every = every(&experiment, options)?;
    let samples = u64::from(experiment.timing.n_steps() / every);
    let values = samples
        .saturating_mul(experiment.grid.n_cells())
        .saturating_mul(of.len() as u64);
    if values > TraceOptions::MOST_VALUES {
        return Err(Problem::new(
            format!(
                "the traces would have {values} values, of {} allowed",
                TraceOptions::MOST_VALUES
            ),
            "take a longer --every, a shorter --duration, or fewer cells",
        )
        .into());
    }
    experiment.recorders = vec![Recorder::Trace { of, every }];
    Ok(experiment)
}

fn variables(model: &Model, options: &TraceOptions) -> Result<Vec<Quantity>, Problem> {
    if options.all {
        return Ok((0..model.states.len()).map(Quantity::State).collect());
    }
    if options.variables.is_empty() {
        return Ok((!model.states.is_empty())
            .then_some(Quantity::State(0))
            .into_iter()
            .collect());
    }
    let mut found = Vec::new();
    for name in options.variables.iter().map(|name| name.trim()) {
        let quantity = quantity_named(model, name)?;
        if found.contains(&quantity) {
            let message = format!("`{name}` is recorded twice");
            return Err(Problem::new(message, "name each variable once"));
        }
        found.push(quantity);
    }
    Ok(found)
}

/// The state, sub-expression or input of this name.
pub(super) fn quantity_named(model: &Model, name: &str) -> Result<Quantity, Problem> {
    let state = model
        .states
        .iter()
        .position(|s| s.name == name)
        .map(Quantity::State);
    let part = || {
        model
            .lets
            .iter()
            .position(|l| l.name == name)
            .map(Quantity::Let)
    };
    let input = || {
        model
            .inputs
            .iter()
            .position(|i| i.name == name)
            .map(Quantity::Input)
    };
    state.or_else(part).or_else(input).ok_or_else(|| {
        let states = model.states.iter().map(|s| s.name.as_str());
        let parts = model.lets.iter().map(|l| l.name.as_str());
        let names: Vec<&str> = states
            .chain(parts)
            .chain(model.inputs.iter().map(|i| i.name.as_str()))
            .collect();
        let near = nearest(name, names.iter().copied()).map(|n| format!("did you mean `{n}`? "));
        let help = format!(
            "{}the model has: {}",
            near.unwrap_or_default(),
            names.join(", ")
        );
        Problem::new(format!("there is no `{name}` to record"), help)
    })
}

/// In the declared unit of the input.
fn amplitudes(model: &Model, options: &TraceOptions) -> Result<Vec<f64>, Problem> {
    let Some(input) = model.inputs.first() else {
        // The missing input is reported with everything else.
        return Ok(Vec::new());
    };
    if options.amplitudes.is_empty() {
        let (_, high) = input.range.ok_or_else(|| {
            Problem::new(
                "--amplitude is missing, and the model gives no range",
                format!("give --amplitude \"1 {}\"", input.unit.label),
            )
        })?;
        return Ok(vec![model.base.from_base(high, &input.unit)]);
    }
    options
        .amplitudes
        .iter()
        .map(|text| setting::read(text, "--amplitude", &input.unit, model))
        .collect()
}

fn every(experiment: &Experiment, options: &TraceOptions) -> Result<u32, Problem> {
    let timing = &experiment.timing;
    let Some(text) = &options.every else {
        return Ok((timing.n_steps() / TraceOptions::SAMPLES).max(1));
    };
    let ms = milliseconds("--every", text)?;
    match to_steps("every", ms, timing.dt, super::Form::Option)? {
        (0, _) => Err(Problem::new(
            format!("--every {text} is shorter than a step"),
            format!("give a time of at least {} ms", timing.dt),
        )),
        (steps, _) => Ok(steps),
    }
}
