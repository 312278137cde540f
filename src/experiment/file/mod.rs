//! Experiments as text: TOML in, a checked [`Experiment`] or every mistake with its line out.
//!
//! ```toml
//! model = "hodgkin_huxley"            # a built-in model, or a path from this file's folder
//! dt = "0.01 ms"                      # optional: the model's
//! method = "staggered"                # optional: the model's, else the compiler's choice
//! duration = "1 s"                    # of the run; optional: to the end of the last stimulus
//! skip = "100 ms"                     # after onset, left out of every feature
//! seed = 1
//! repeats = 10
//!
//! [set]                               # fixed values
//! E_L = "-54.4 mV"
//! "init.v" = -70
//!
//! [stimulus.I]                        # [[stimulus.I]] several times for a sum
//! kind = "step"
//! onset = "100 ms"
//! duration = "800 ms"
//!
//! [sweep]                             # axes multiply, in this order; the last runs fastest
//! g_Na = { from = "100 mS/cm^2", to = "140 mS/cm^2", n = 41 }
//! g_K = [30, 36, 42]
//! cells = "cells.csv"                 # one row per place, one column per quantity
//! "I.amplitude" = { from = 0, to = "30 uA/cm^2", n = 301 }
//! "J.column" = "all"                  # where J is driven by samples: each waveform for itself
//!
//! [sweep.sample]                      # quantities drawn together
//! n = 1000
//! design = "sobol"                    # or latin_hypercube, independent
//! E_K = { normal = ["-77 mV", "1 mV"], between = ["-80 mV", "-74 mV"] }
//!
//! [record]
//! features = ["spike_count", "rate"]  # columns in this order; true for all
//! final_state = true
//! spikes = { capacity = 64 }
//! statistics = ["v", "m", "g_Na*m^3*h*(v - E_Na)"]
//! trace = { variables = ["v", "I_Na = g_Na*m^3*h*(v - E_Na)"], every = "0.1 ms", cells = [0, 10, 20] }
//! ```
//!
//! A quantity in `statistics` or `variables` is a state, a sub-expression or an input of the model by
//! its name, or any expression of the model's names, checked with its units as a line of the model
//! is. `name = expression` heads its columns by the name, else its text does; its unit is inferred.
//!
//! Traces of chosen `cells`, by their numbers in the table, are those of all cells (`cells` left out)
//! for these alone: the cells are run a second time by themselves, whatever the size of the grid.
//! Where nothing else is recorded, only they are run, and the table has their rows alone.
//!
//! Takes text, a name for messages, and the folder that paths start from. The only place that
//! knows TOML.

mod axes;
mod columns;
mod fields;
mod record;
mod sample;
mod stimuli;
#[cfg(test)]
mod tests;
mod waveforms;

use std::path::Path;

use super::{
    Axis, Experiment, Form, Grid, Problem, Problems, Samples, Setting, Stepping, Timing, Traced,
    Values,
};
use crate::diag::{Diagnostic, Diagnostics, SourceText, Span};
use crate::experiment::recorded::Quantities;
use crate::experiment::setting::left_behind;
use crate::model::{Model, load};
use crate::units::Unit;
use fields::{Fields, Value};

/// An experiment file that cannot be used; `Display` is the whole message, every mistake with its
/// line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProblem(String);

impl std::fmt::Display for FileProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FileProblem {}

impl From<Problems> for FileProblem {
    fn from(problems: Problems) -> Self {
        FileProblem(format!("error: {problems}"))
    }
}

/// Reads an experiment. `name` is what messages call the text; paths in it start from `folder`.
///
/// # Errors
/// All that is wrong with the text, its model, or the files it names.
pub fn from_toml(name: &str, text: &str, folder: &Path) -> Result<Experiment, FileProblem> {
    read(None, name, text, folder)
}

/// [`from_toml`] for a model that is at hand; what the text calls its model is not looked up.
///
/// # Errors
/// All that is wrong with the text, or the files it names.
pub fn from_toml_with(
    model: Model,
    name: &str,
    text: &str,
    folder: &Path,
) -> Result<Experiment, FileProblem> {
    read(Some(model), name, text, folder)
}

fn read(
    given: Option<Model>,
    name: &str,
    text: &str,
    folder: &Path,
) -> Result<Experiment, FileProblem> {
    let source = SourceText::new(name, text);
    let rendered =
        |diagnostics: &Diagnostics| FileProblem(diagnostics.render(&source).trim_end().to_owned());
    let (table, syntax) = toml::de::DeTable::parse_recoverable(text);
    let mut diagnostics = Diagnostics::new();
    for error in &syntax {
        let span = error.span().unwrap_or(0..0);
        let message = format!("this is not TOML: {}", error.message());
        diagnostics.push(Diagnostic::error(
            Span::new(span.start, span.end),
            message,
            "here",
        ));
    }
    if diagnostics.has_errors() {
        return Err(rendered(&diagnostics));
    }
    let span = table.span();
    let mut top = Fields::new(table.get_ref(), Span::new(span.start, span.end));
    let model = match given {
        Some(model) => {
            top.take("model");
            Some(model)
        }
        None => model(&mut top, folder, &mut diagnostics).map_err(FileProblem)?,
    };
    let Some(model) = model else {
        return Err(rendered(&diagnostics));
    };
    let experiment = Reading::new(&model, text, folder, &mut diagnostics).read(&mut top);
    top.finish("an experiment has no entry", &mut diagnostics);
    match experiment {
        Some(experiment) if !diagnostics.has_errors() => Ok(experiment?),
        _ => Err(rendered(&diagnostics)),
    }
}

/// The model; the error is that of its own text.
fn model(
    top: &mut Fields,
    folder: &Path,
    diagnostics: &mut Diagnostics,
) -> Result<Option<Model>, String> {
    let Some(value) = top.take("model") else {
        let error = Diagnostic::error(
            Span::new(0, 0),
            "the experiment names no model",
            "no `model` in this file",
        );
        diagnostics
            .push(error.help("write `model = \"hodgkin_huxley\"`, or the path of a model file"));
        return Ok(None);
    };
    let Some(name) = value.text(diagnostics) else {
        return Ok(None);
    };
    let beside = folder.join(name);
    let known = crate::model::library::find(name).is_some() || !beside.exists();
    let path = if known {
        name.to_owned()
    } else {
        beside.to_string_lossy().into_owned()
    };
    match load(&path) {
        Ok(model) => Ok(Some(model)),
        Err(crate::model::LoadError::Wrong { diagnostics, .. }) => {
            Err(diagnostics.trim_end().to_owned())
        }
        Err(error) => {
            diagnostics.push(Diagnostic::error(
                value.span,
                error.to_string(),
                "this model",
            ));
            Ok(None)
        }
    }
}

/// An experiment being read.
struct Reading<'a> {
    model: &'a Model,
    /// The text of the experiment.
    text: &'a str,
    folder: &'a Path,
    diagnostics: &'a mut Diagnostics,
    /// Length of a step, in ms.
    dt: f64,
    seed: u64,
    axes: Vec<Axis>,
    params: Vec<Setting>,
    initial: Vec<Option<Setting>>,
    /// Parameters that this experiment sets or varies.
    assigned: Vec<usize>,
    /// Axes over properties of stimuli: input, property, axis, and where it is written.
    driven: Vec<Driven>,
    tables: Vec<Samples>,
    /// The axis that goes over every waveform, filled in where they are read.
    every_waveform: Vec<usize>,
    /// What is recorded.
    quantities: Quantities<'a>,
    traced: Option<Traced>,
    warnings: Vec<String>,
}

/// An axis over a property of an input's stimulus.
struct Driven {
    input: usize,
    property: String,
    axis: usize,
    span: Span,
    used: bool,
}

impl<'a> Reading<'a> {
    fn new(
        model: &'a Model,
        text: &'a str,
        folder: &'a Path,
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        Reading {
            model,
            text,
            folder,
            diagnostics,
            dt: f64::NAN,
            seed: 0,
            axes: Vec::new(),
            params: model
                .params
                .iter()
                .map(|p| Setting::Fixed(p.default.unwrap_or(f64::NAN)))
                .collect(),
            initial: vec![None; model.states.len()],
            assigned: Vec::new(),
            driven: Vec::new(),
            tables: Vec::new(),
            every_waveform: Vec::new(),
            quantities: Quantities::new(model),
            traced: None,
            warnings: Vec::new(),
        }
    }

    fn read(mut self, top: &mut Fields) -> Option<Result<Experiment, Problems>> {
        let ms = Unit::named("ms")?;
        let time = |reading: &mut Self, top: &mut Fields, name: &str| {
            top.take(name)
                .and_then(|value| reading.quantity(value, &ms))
        };
        let method = self.method(top);
        let default_dt = Stepping::default_dt(method, self.model);
        let default_dt = default_dt.unwrap_or(super::FiOptions::DEFAULT_DT);
        self.dt = time(&mut self, top, "dt").unwrap_or(default_dt);
        let other_dt = Stepping::warning(method, self.model, self.dt);
        self.warnings.extend(other_dt);
        let duration = time(&mut self, top, "duration");
        let skip = time(&mut self, top, "skip").unwrap_or(0.0);
        self.seed = top
            .take("seed")
            .and_then(|v| v.whole(self.diagnostics))
            .unwrap_or(0);
        if let Some(set) = top
            .take("set")
            .and_then(|v| v.fields("[set] and a line tau = \"10 ms\"", self.diagnostics))
        {
            self.set(&set);
        }
        if let Some(sweep) = top
            .take("sweep")
            .and_then(|v| v.fields("[sweep] and a line tau = [5, 10]", self.diagnostics))
        {
            self.sweep(&sweep);
        }
        self.repeats(top);
        let stimuli = self.stimuli(top);
        let recorders = self.recorders(top);
        self.unset();
        self.left_behind();
        let default = self
            .model
            .duration
            .unwrap_or(super::FiOptions::DEFAULT_DURATION);
        let timing = self.timing(&stimuli, duration, default, skip);
        if self.diagnostics.has_errors() {
            return None;
        }
        let (timing, moved) = match timing {
            Ok(timing) => timing,
            Err(problems) => return Some(Err(Problems(problems))),
        };
        let grid = match Grid::new(self.axes) {
            Ok(grid) => grid,
            Err(problem) => return Some(Err(problem.into())),
        };
        let experiment = Experiment {
            model: self.model.clone(),
            method,
            timing,
            grid,
            params: self.params,
            initial: self.initial,
            stimuli,
            tables: self.tables,
            recorders,
            traced: self.traced,
            expressions: self.quantities.expressions,
            seed: self.seed,
            warnings: [self.warnings, moved].concat(),
        };
        // Where nothing else is recorded, nothing else is run.
        let alone = experiment
            .tracing()
            .filter(|_| experiment.recorders.is_empty());
        Some(Ok(alone.unwrap_or(experiment)))
    }

    /// A quantity in base units, in the unit given or the declared one.
    fn quantity(&mut self, value: Value, declared: &Unit) -> Option<f64> {
        value.quantity(declared, &self.model.base, self.diagnostics)
    }

    fn error(
        &mut self,
        span: Span,
        message: impl Into<String>,
        label: &str,
        help: impl Into<String>,
    ) {
        let help = help.into();
        let error = Diagnostic::error(span, message, label);
        self.diagnostics.push(if help.is_empty() {
            error
        } else {
            error.help(help)
        });
    }

    fn method(&mut self, top: &mut Fields) -> Option<Stepping> {
        let value = top.take("method");
        let name = match value {
            Some(value) => Some(value.text(self.diagnostics)?),
            None => None,
        };
        match Stepping::of(self.model, name) {
            Ok(method) => method,
            Err(problem) => {
                let span = value.map_or(Span::default(), |value| value.span);
                self.error(span, problem.message, "unknown", problem.help);
                None
            }
        }
    }

    fn repeats(&mut self, top: &mut Fields) {
        let Some(value) = top.take("repeats") else {
            return;
        };
        let Some(n) = value.whole(self.diagnostics) else {
            return;
        };
        if n == 0 {
            self.error(
                value.span,
                "0 repeats leave nothing to run",
                "here",
                "write 1 or more",
            );
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "a number of repeats")]
        let values = Values::Linear {
            from: 0.0,
            to: (n - 1) as f64,
            n,
        };
        self.axes.push(Axis {
            name: "repeat".into(),
            unit: Unit::one(),
            values,
            joint_with: None,
        });
    }

    /// Parameters that have no value.
    fn unset(&mut self) {
        for (param, setting) in self.model.params.iter().zip(&self.params) {
            if matches!(setting, Setting::Fixed(value) if value.is_nan()) {
                let message = format!("the parameter `{}` has no value", param.name);
                let help = format!(
                    "write `{} = ...` under [set], in {}",
                    param.name, param.unit.label
                );
                self.diagnostics.push(
                    Diagnostic::error(Span::new(0, 0), message, "in this experiment").help(help),
                );
            }
        }
    }

    /// Defaults that were computed from what is set here.
    fn left_behind(&mut self) {
        let is_set = |i: usize| self.assigned.contains(&i);
        for problem in left_behind(self.model, &is_set) {
            let error = Diagnostic::error(Span::new(0, 0), problem.message, "in this experiment");
            self.diagnostics.push(error.help(problem.help));
        }
    }

    /// The window of the features is that of the first input's stimuli; the run goes on to
    /// `duration`.
    fn timing(
        &mut self,
        stimuli: &[Vec<super::Stimulus>],
        duration: Option<f64>,
        default: f64,
        skip: f64,
    ) -> Result<(Timing, Vec<String>), Vec<Problem>> {
        let first = stimuli.first().map_or(&[][..], Vec::as_slice);
        let onset = first
            .iter()
            .filter_map(super::Stimulus::onset)
            .min()
            .unwrap_or(0);
        let last = stimuli
            .iter()
            .flatten()
            .filter_map(super::Stimulus::offset)
            .max();
        let offset = first.iter().filter_map(super::Stimulus::offset).max();
        let in_ms = |steps: u32| f64::from(steps) * self.dt;
        let end = duration.or(last.map(in_ms)).unwrap_or(default);
        let offset = offset.map_or(end, in_ms).min(end);
        if end > 0.0 && in_ms(onset) >= end {
            let message = format!(
                "the stimulus begins at {} ms, when the run of {end} ms is over",
                in_ms(onset)
            );
            let help = "take an earlier onset or a longer duration of the run";
            return Err(vec![Problem::new(message, help)]);
        }
        let (timing, mut warnings) = Timing::new(
            self.dt,
            in_ms(onset),
            offset - in_ms(onset),
            skip,
            Form::Entry,
        )?;
        let (whole, moved) = Timing::new(self.dt, 0.0, end, 0.0, Form::Entry)?;
        warnings.extend(moved);
        Ok((
            Timing {
                tail: whole
                    .duration
                    .saturating_sub(timing.settle + timing.duration),
                ..timing
            },
            warnings,
        ))
    }
}
