//! A model as a Python script for Brian2: the same equations, values, threshold and reset, a step of
//! current, and what comes of it.
//!
//! Takes a [`Model`]; gives the script, or what Brian2 cannot express.

mod expression;
mod units;

use super::source::Source;
use super::stepping::{Chosen, DEFAULT_DT, Stepped};
use super::values::{default, number};
use crate::integrate::default_for;
use crate::lang::ast::{Assignment, Expr as Tree, StatementKind as Kind};
use crate::model::{Expr, Model};
use expression::Writer;
use std::fmt;

/// What of a model Brian2 cannot express, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// What it is.
    pub what: String,
    /// What to do about it.
    pub help: String,
}

impl Unsupported {
    fn new(what: impl Into<String>, help: impl Into<String>) -> Unsupported {
        Unsupported {
            what: what.into(),
            help: help.into(),
        }
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Brian2 cannot express {}\n  help: {}",
            self.what, self.help
        )
    }
}

impl std::error::Error for Unsupported {}

/// Steps of a scheme's model, in ms: short enough for what a method converges to.
const CONVERGED_DT: f64 = 0.01;
/// Duration of a model that gives none, in ms.
const DURATION: f64 = 1000.0;

/// The script of a model, or of it with the preset that it was loaded with.
///
/// # Errors
/// What Brian2 cannot express.
pub fn brian2(model: &Model) -> Result<String, Unsupported> {
    let source = Source::of(model);
    let writer = Writer::of(model, &source);
    let (method, dt, remark) = stepping(model);
    let mut text = heading(model);
    text += "from brian2 import *\n\
             from brian2.units.constants import faraday_constant, gas_constant, zero_celsius\n\n\
             prefs.codegen.target = 'numpy'\n";
    text += &format!("{remark}defaultclock.dt = {}*ms\n\n", number(dt));
    text += &format!(
        "equations = '''\n{}'''\n",
        equations(model, &source, &writer)?
    );
    let spikes = spikes(model, &source, &writer)?;
    text += &format!("neuron = NeuronGroup(1, equations, method='{method}'{spikes})\n\n");
    text += &values(model, &source, &writer)?;
    text += &stimulus(model, &writer)?;
    Ok(text + &results(model, &writer)?)
}

fn heading(model: &Model) -> String {
    let lines = [format!("{}: {}", model.name, model.title)];
    let lines = lines.iter().chain(&model.cite);
    lines.map(|line| format!("# {line}\n")).collect::<String>() + "\n"
}

/// Brian2's method, the step in ms, and a comment on them.
fn stepping(model: &Model) -> (&'static str, f64, String) {
    let stepped = Stepped::of(model);
    let (method, mut dt, mut remark) = match &stepped.chosen {
        Chosen::Named(method) | Chosen::Derived(method) => {
            (method.name, model.dt.unwrap_or(DEFAULT_DT), String::new())
        }
        Chosen::Scheme(_) | Chosen::Unknown(_) => (
            default_for(&stepped.equations).name,
            stepped.dt().0,
            String::new(),
        ),
    };
    if let Chosen::Scheme(scheme) = &stepped.chosen {
        dt = dt.min(CONVERGED_DT);
        remark = format!(
            "# The published scheme `{}` is none of Brian2's: this is the model converged.\n",
            scheme.name
        );
    }
    let method = match method {
        "euler" => "euler",
        "heun" if !model.noises.is_empty() => "heun",
        _ if !model.noises.is_empty() => {
            remark += "# Brian2 has no exponential methods for noise: this is the Euler-Maruyama method.\n";
            "euler"
        }
        "staggered" => {
            remark +=
                "# Brian2 has no staggered updates: all states are updated from those at t.\n";
            "exponential_euler"
        }
        "heun" => {
            remark += "# Brian2 has Heun's method for noise alone: this is the midpoint rule, of the same order.\n";
            "rk2"
        }
        other => other,
    };
    (method, dt, remark)
}

fn equations(model: &Model, source: &Source, writer: &Writer) -> Result<String, Unsupported> {
    let mut text = String::new();
    for statement in source.equations() {
        text += &match &statement.kind {
            Kind::Equation {
                name,
                rhs,
                unit,
                unless_refractory,
            } => {
                let held = unless_refractory.map_or("", |_| " (unless refractory)");
                let unit = units::base(&name.text, unit.unit.dim)?;
                let (name, rhs) = (writer.own(&name.text), writer.expr(rhs)?);
                format!("d{name}/dt = {rhs} : {unit}{held}\n")
            }
            Kind::Let { name, expr, unit } => {
                let unit = match is_condition(model, &name.text) {
                    true => "boolean".into(),
                    false => units::base(&name.text, unit.unit.dim)?,
                };
                format!(
                    "{} = {} : {unit}\n",
                    writer.own(&name.text),
                    writer.expr(expr)?
                )
            }
            _ => String::new(),
        };
    }
    let params = model.params.iter().map(|one| (&one.name, one.unit.dim));
    let inputs = model.inputs.iter().map(|one| (&one.name, one.unit.dim));
    for (name, dim) in params.chain(inputs) {
        let unit = units::base(name, dim)?;
        text += &format!("{} : {unit} (constant)\n", writer.own(name));
    }
    Ok(text)
}

/// Whether a sub-expression is true or false.
fn is_condition(model: &Model, name: &str) -> bool {
    let found = model.lets.iter().find(|one| one.name == name);
    let mut expr = found.map(|one| &one.expr);
    while let Some(Expr::Let(i)) = expr {
        expr = model.lets.get(*i).map(|one| &one.expr);
    }
    expr.is_some_and(is_truth)
}

/// Whether an expression is true or false, and no sub-expression by its name.
fn is_truth(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Compare(..) | Expr::And(..) | Expr::Or(..) | Expr::Not(_) | Expr::Bool(_)
    )
}

/// The arguments that say when the cell spikes and what that does.
fn spikes(model: &Model, source: &Source, writer: &Writer) -> Result<String, Unsupported> {
    let Some(threshold) = source.threshold() else {
        return Ok(String::new());
    };
    let threshold = writer.expr(threshold)?;
    let period = source
        .refractory()
        .map(|period| writer.expr(period))
        .transpose()?;
    let ends_by_condition = model.refractory.as_ref().is_some_and(is_truth);
    let mut text = format!(",\n    threshold='{threshold}'");
    if model.reset.is_empty() {
        if let Some(held) = model.states.iter().find(|state| state.unless_refractory) {
            return Err(Unsupported::new(
                format!("that `{}` is held after a spike without a reset", held.name),
                "add a reset, such as `reset v = v`, or leave out `(unless refractory)`",
            ));
        }
        // A spike is where the condition becomes true.
        let within = period.map_or(String::new(), |period| match ends_by_condition {
            true => format!(" or ({period})"),
            false => format!(" or timestep(t - lastspike, dt) <= timestep({period}, dt)"),
        });
        return Ok(format!("{text},\n    refractory='({threshold}){within}'"));
    }
    let lines = source.reset().into_iter();
    let lines = lines.map(|one: &Assignment| {
        let value = writer.expr(&one.value)?;
        Ok(format!("{} = {value}\n", writer.own(&one.name.text)))
    });
    let lines: String = lines.collect::<Result<_, Unsupported>>()?;
    text += &format!(",\n    reset='''\n{lines}'''");
    if let Some(period) = period {
        text += &match ends_by_condition {
            true => format!(",\n    refractory='{period}'"),
            // Brian2 counts the step of the spike itself.
            false => format!(",\n    refractory='{period} + dt'"),
        };
    }
    Ok(text)
}

/// Values of parameters, then initial values, each after those that it needs.
fn values(model: &Model, source: &Source, writer: &Writer) -> Result<String, Unsupported> {
    let mut text = String::new();
    for param in &model.params {
        let Some(value) = default(model, source, param) else {
            return Err(Unsupported::new(
                format!("that `{}` has no value", param.name),
                format!("give it one: `param {} = ...`", param.name),
            ));
        };
        let doc = match param.doc.as_str() {
            "" => String::new(),
            doc => format!("  # {doc}"),
        };
        let value = units::quantity(&param.name, value, &param.unit)?;
        text += &format!("neuron.{} = {value}{doc}\n", writer.own(&param.name));
    }
    text += "# Initial values are those without input.\n";
    for &i in &model.init_order {
        let name = &model.states[i].name;
        let init: Option<&Tree> = source.init(name);
        let init = init.map(|expr| writer.expr(expr)).transpose()?;
        text += &format!(
            "neuron.{} = '{}'\n",
            writer.own(name),
            init.unwrap_or_default()
        );
    }
    Ok(text)
}

/// A step of the first input from the beginning to the end, at the middle of its range.
fn stimulus(model: &Model, writer: &Writer) -> Result<String, Unsupported> {
    let Some(input) = model.inputs.first() else {
        return Ok(String::new());
    };
    let (low, high) = input.range.unwrap_or((0.0, 0.0));
    let middle = model.base.from_base(f64::midpoint(low, high), &input.unit);
    let middle = units::quantity(&input.name, middle, &input.unit)?;
    Ok(format!(
        "\n# A step of {0}, the middle of its range.\nneuron.{0} = {middle}\n",
        writer.own(&input.name)
    ))
}

fn results(model: &Model, writer: &Writer) -> Result<String, Unsupported> {
    let run = format!("run({}*ms)\n", number(model.duration.unwrap_or(DURATION)));
    if model.threshold.is_some() {
        return Ok(format!(
            "spikes = SpikeMonitor(neuron)\n{run}\
             print('spike_count', spikes.count[0])\n\
             # At the end of their steps.\n\
             print('spike_times [ms]', *(f'{{x:.4f}}' for x in (spikes.t[:5] + defaultclock.dt)/ms))\n"
        ));
    }
    let mut text = run;
    for state in &model.states {
        let (name, unit) = (writer.own(&state.name), &state.unit);
        let one = units::quantity(&state.name, 1.0, unit)?;
        text += &format!("print('{name} [{unit}]', float(neuron.{name}[0]/({one})))\n");
    }
    Ok(text)
}
