//! The experiment of `fi`: the amplitude of one input swept, a step from onset to the end, the
//! features of the spike train recorded.
//!
//! Takes a model and the options as text; gives the experiment.

use super::recorded::feature_named;
use super::setting::{self, Set, Target};
use super::{
    Axis, Experiment, Grid, Problem, Problems, Setting, Stepping, Stimulus, StimulusValue, Timing,
};
use crate::model::Model;
use crate::record::Recorder;
use crate::stimulus;
use crate::units::{Unit, parse_quantity};

/// What the user may set. Texts are quantities; a bare number is in ms, or in the declared unit.
#[derive(Clone, Debug, Default)]
pub struct FiOptions {
    /// First amplitude; default the beginning of the model's range.
    pub from: Option<String>,
    /// Last amplitude; default the end of the model's range.
    pub to: Option<String>,
    /// Number of amplitudes; default [`FiOptions::DEFAULT_N`].
    pub n: Option<u64>,
    /// Length of a step; default the model's.
    pub dt: Option<String>,
    /// Method by name; default the model's, else the compiler's choice.
    pub method: Option<String>,
    /// Duration of the stimulus; default the model's, else 1 s.
    pub duration: Option<String>,
    /// Time after onset left out of every feature; default none.
    pub skip: Option<String>,
    /// Time at zero input before onset; default none.
    pub settle: Option<String>,
    /// Further settings and axes.
    pub set: Vec<String>,
    /// Features to record, by name; default all.
    pub features: Vec<String>,
    /// Key of all random numbers.
    pub seed: u64,
}

impl FiOptions {
    /// Number of amplitudes where none is given.
    pub const DEFAULT_N: u64 = 301;
    /// Length of a step, in ms, where neither the user nor the model gives one.
    pub const DEFAULT_DT: f64 = 0.01;
    /// Duration of the stimulus, in ms, where neither the user nor the model gives one.
    pub const DEFAULT_DURATION: f64 = 1000.0;
}

/// The experiment of `fi` on `model`.
///
/// # Errors
/// All that is wrong with the options, or a model without input or threshold.
pub fn fi(model: Model, options: &FiOptions) -> Result<Experiment, Problems> {
    let mut problems = Vec::new();
    let features = features(&options.features, &mut problems);
    problems.extend(model.threshold.is_none().then(|| {
        Problem::new(
            format!(
                "the model '{}' has no threshold, so it has no spikes to count",
                model.name
            ),
            "add a line such as `threshold v > 0 mV` to it",
        )
    }));
    steps_of_current(model, options, vec![features], problems)
}

fn features(names: &[String], problems: &mut Vec<Problem>) -> Recorder {
    if names.is_empty() {
        return Recorder::features();
    }
    let mut which = Vec::new();
    for name in names {
        match feature_named(name.trim()) {
            Ok(feature) if which.contains(&feature) => {}
            Ok(feature) => which.push(feature),
            Err(problem) => problems.push(problem),
        }
    }
    Recorder::Features(which)
}

/// A sweep of the amplitude of a step of the first input, recorded by `recorders`. `problems` are
/// reported with those that are found.
pub(super) fn steps_of_current(
    model: Model,
    options: &FiOptions,
    recorders: Vec<Recorder>,
    mut problems: Vec<Problem>,
) -> Result<Experiment, Problems> {
    let method = keep(
        &mut problems,
        Stepping::of(&model, options.method.as_deref()).map_err(|problem| vec![problem]),
    );
    let timing = keep(&mut problems, timing(&model, method.flatten(), options));
    let amplitude = keep(&mut problems, amplitude(&model, options));
    let settings = keep(&mut problems, settings(&model, options));
    let (Some((timing, warnings)), Some(method), Some(amplitude), Some(settings)) =
        (timing, method, amplitude, settings)
    else {
        return Err(Problems(problems));
    };
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    let experiment = assemble(model, timing, method, amplitude, settings, options.seed)?;
    Ok(Experiment {
        warnings,
        recorders,
        ..experiment
    })
}

fn keep<T>(problems: &mut Vec<Problem>, result: Result<T, Vec<Problem>>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(found) => {
            problems.extend(found);
            None
        }
    }
}

fn timing(
    model: &Model,
    method: Option<Stepping>,
    options: &FiOptions,
) -> Result<(Timing, Vec<String>), Vec<Problem>> {
    let mut problems = Vec::new();
    let mut time = |name: &str, text: &Option<String>, default: f64| match text {
        None => default,
        Some(text) => milliseconds(name, text).unwrap_or_else(|problem| {
            problems.push(problem);
            default
        }),
    };
    let dt = time(
        "--dt",
        &options.dt,
        Stepping::default_dt(method, model).unwrap_or(FiOptions::DEFAULT_DT),
    );
    let settle = time("--settle", &options.settle, 0.0);
    let duration = time(
        "--duration",
        &options.duration,
        model.duration.unwrap_or(FiOptions::DEFAULT_DURATION),
    );
    let skip = time("--skip", &options.skip, 0.0);
    if !problems.is_empty() {
        return Err(problems);
    }
    let (timing, mut warnings) = Timing::new(dt, settle, duration, skip, super::Form::Option)?;
    warnings.extend(Stepping::warning(method, model, dt));
    Ok((timing, warnings))
}

/// A time in ms.
pub(super) fn milliseconds(name: &str, text: &str) -> Result<f64, Problem> {
    let failed = |error: String| {
        Problem::new(
            format!("{name}: {error}"),
            format!("give for example {name} \"10 ms\""),
        )
    };
    let ms = Unit::named("ms").ok_or_else(|| failed("no unit of time".into()))?;
    let system = crate::units::BaseSystem::default();
    parse_quantity(text, &ms, &system).map_err(failed)
}

/// The axis of the first input's amplitude.
fn amplitude(model: &Model, options: &FiOptions) -> Result<Axis, Vec<Problem>> {
    let Some(input) = model.inputs.first() else {
        return Err(vec![Problem::new(
            format!("the model '{}' has no input to sweep", model.name),
            "add a line such as `input I : nA` to it, and use I in an equation",
        )]);
    };
    let mut problems = Vec::new();
    let mut end = |flag: &str, text: &Option<String>, default: Option<f64>| match (text, default) {
        (Some(text), _) => keep(
            &mut problems,
            setting::read(text, flag, &input.unit, model).map_err(|p| vec![p]),
        ),
        (None, Some(default)) => Some(model.base.from_base(default, &input.unit)),
        (None, None) => {
            problems.push(Problem::new(
                format!(
                    "{flag} is missing, and the model gives no range of {}",
                    input.name
                ),
                format!(
                    "give {flag}, or add `range {} = 0 : 10 {}` to the model",
                    input.name, input.unit.label
                ),
            ));
            None
        }
    };
    let from = end("--from", &options.from, input.range.map(|r| r.0));
    let to = end("--to", &options.to, input.range.map(|r| r.1));
    let n = options.n.unwrap_or(FiOptions::DEFAULT_N);
    if n == 0 {
        problems.push(Problem::new(
            "--n is 0: there is nothing to run",
            "give at least 1",
        ));
    }
    let (Some(from), Some(to), true) = (from, to, problems.is_empty()) else {
        return Err(problems);
    };
    let values =
        setting::range(&input.name, false, from, to, n).map_err(|problem| vec![problem])?;
    Ok(Axis {
        name: input.name.clone(),
        unit: input.unit.clone(),
        values,
        joint_with: None,
    })
}

fn settings(model: &Model, options: &FiOptions) -> Result<Vec<Set>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut settings: Vec<Set> = Vec::new();
    for text in &options.set {
        match setting::parse(text, model) {
            Ok(set) if settings.iter().any(|other| other.target == set.target) => {
                problems.push(Problem::new(
                    format!("`{}` is set twice", set.name),
                    "give it once",
                ));
            }
            Ok(set) => settings.push(set),
            Err(problem) => problems.push(problem),
        }
    }
    for (i, param) in model.params.iter().enumerate() {
        if param.default.is_none() && !settings.iter().any(|set| set.target == Target::Param(i)) {
            problems.push(Problem::new(
                format!("the parameter `{}` has no value", param.name),
                format!(
                    "set it with --set {}=..., in {}",
                    param.name, param.unit.label
                ),
            ));
        }
    }
    let is_set = |i: usize| settings.iter().any(|set| set.target == Target::Param(i));
    problems.extend(setting::left_behind(model, &is_set));
    if problems.is_empty() {
        Ok(settings)
    } else {
        Err(problems)
    }
}

/// Settings of one value are literals; those of several are axes, before the amplitude's.
fn assemble(
    model: Model,
    timing: Timing,
    method: Option<Stepping>,
    amplitude: Axis,
    settings: Vec<Set>,
    seed: u64,
) -> Result<Experiment, Problems> {
    let mut params: Vec<Setting> = model
        .params
        .iter()
        .map(|p| Setting::Fixed(p.default.unwrap_or(f64::NAN)))
        .collect();
    let mut initial: Vec<Option<Setting>> = vec![None; model.states.len()];
    let mut axes: Vec<Axis> = Vec::new();
    for Set {
        target,
        name,
        unit,
        values,
    } in settings
    {
        let setting = if values.len() == 1 {
            Setting::Fixed(model.base.to_base(values.at(0), &unit))
        } else {
            axes.push(Axis {
                name,
                unit,
                values,
                joint_with: None,
            });
            Setting::Axis(axes.len() - 1)
        };
        match target {
            Target::Param(i) => params[i] = setting,
            Target::Initial(i) => initial[i] = Some(setting),
        }
    }
    axes.push(amplitude);
    let driven = stimulus_of(&timing, Setting::Axis(axes.len() - 1));
    let mut stimuli = vec![Vec::new(); model.inputs.len()];
    if let Some(first) = stimuli.first_mut() {
        first.push(driven);
    }
    Ok(Experiment {
        method,
        timing,
        grid: Grid::new(axes)?,
        params,
        initial,
        stimuli,
        tables: Vec::new(),
        recorders: Vec::new(),
        traced: None,
        expressions: Vec::new(),
        seed,
        warnings: Vec::new(),
        model,
    })
}

/// A step from onset to the end of the run, which without settling is a constant.
fn stimulus_of(timing: &Timing, amplitude: Setting) -> Stimulus {
    let amplitude = StimulusValue::Input(amplitude);
    if timing.settle == 0 {
        return Stimulus {
            kind: &stimulus::CONSTANT,
            values: vec![amplitude],
        };
    }
    let times = [timing.settle, timing.duration].map(StimulusValue::Time);
    Stimulus {
        kind: &stimulus::STEP,
        values: [amplitude].into_iter().chain(times).collect(),
    }
}
