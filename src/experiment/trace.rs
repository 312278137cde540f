//! The experiment of `trace`: a few cells, their whole time course recorded.
//!
//! Takes a model and the options as text; gives the experiment.

use super::fi::{milliseconds, steps_of_current};
use super::recorded::Quantities;
use super::timing::to_steps;
use super::{Experiment, FiOptions, Problem, Problems, Values, setting};
use crate::diag::{Diagnostics, SourceText, Span};
use crate::model::{Let, Model};
use crate::record::{Quantity, Recorder};

/// What the user may set.
#[derive(Clone, Debug, Default)]
pub struct TraceOptions {
    /// Amplitudes of the step, one cell each; default the end of the model's range.
    pub amplitudes: Vec<String>,
    /// Lists, separated by commas, of states, sub-expressions, inputs and expressions of the model's
    /// names, `x` or `name = x`; default the first state.
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
    let (mut of, expressions) = variables(&model, options)?;
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
    let mut experiment = steps_of_current(model, &plain, Vec::new(), Vec::new())?;
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
    experiment.expressions = expressions;
    Ok(experiment)
}

/// What is recorded, and the expressions among it.
fn variables(model: &Model, options: &TraceOptions) -> Result<(Vec<Quantity>, Vec<Let>), Problem> {
    let states = (0..model.states.len()).map(Quantity::State);
    if options.all {
        return Ok((states.collect(), Vec::new()));
    }
    if options.variables.is_empty() {
        return Ok((states.take(1).collect(), Vec::new()));
    }
    let (mut of, mut quantities) = (Vec::new(), Quantities::new(model));
    for list in &options.variables {
        let mut diagnostics = Diagnostics::new();
        for (start, one) in members(list) {
            if let Err(wrong) = quantities.add(one, &mut of) {
                diagnostics.adopt(wrong, |s| Span::new(start + s.start, start + s.end));
            }
        }
        if diagnostics.has_errors() {
            let shown = diagnostics.render(&SourceText::new("--variables", list));
            // Every problem is headed where it is shown.
            let shown = shown.trim_end();
            return Err(Problem::new(
                shown.strip_prefix("error: ").unwrap_or(shown),
                "",
            ));
        }
    }
    Ok((of, quantities.expressions))
}

/// The members of a list and where they begin; commas within parentheses belong to a member.
fn members(list: &str) -> Vec<(usize, &str)> {
    let (mut members, mut start, mut open) = (Vec::new(), 0, 0u32);
    for (at, c) in list.char_indices() {
        match c {
            '(' => open += 1,
            ')' => open = open.saturating_sub(1),
            ',' if open == 0 => {
                members.push((start, &list[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    members.push((start, &list[start..]));
    members
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
