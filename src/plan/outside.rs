//! What a model's blocks read from outside: parameters, inputs and the time.
//!
//! Takes an experiment and a slot of the model's own blocks; gives its value in a block of the
//! plan. Must not know methods or recorders.

use super::PlanError;
use crate::experiment::{Experiment, Samples, Setting, Stimulus, StimulusValue};
use crate::ir::{Builder, Slot, Type, UnaryOp, Value};
use crate::stimulus::{Measure, Moment, Property};

/// A parameter, an input or the time, at stage `c` of the step.
pub(super) fn read_outside(b: &mut Builder, experiment: &Experiment, slot: Slot, c: f64) -> Value {
    match slot {
        Slot::Time => {
            let step = b.step();
            let steps = b.unary(UnaryOp::ToFloat, step);
            let stage = b.float(c);
            let steps = b.add(steps, stage);
            b.scale(steps, experiment.timing.dt)
        }
        Slot::Input(i) => input(b, experiment, usize::from(i), c),
        slot => parameter(b, experiment, slot),
    }
}

/// The sum of the input's stimuli; 0 without any.
pub(super) fn input(b: &mut Builder, experiment: &Experiment, input: usize, c: f64) -> Value {
    let stimuli = experiment.stimuli.get(input).map_or(&[][..], Vec::as_slice);
    let mut sum = b.float(0.0);
    for one in stimuli {
        let value = stimulus(b, experiment, one, c);
        sum = b.add(sum, value);
    }
    sum
}

fn stimulus(b: &mut Builder, experiment: &Experiment, stimulus: &Stimulus, c: f64) -> Value {
    let dt = experiment.timing.dt;
    let mut properties = Vec::new();
    for value in &stimulus.values {
        match *value {
            StimulusValue::Table(table) => {
                properties.extend(samples(experiment, table).map(|n| b.u32(n)));
            }
            StimulusValue::Input(setting) | StimulusValue::Number(setting) => {
                properties.push(quantity(b, setting));
            }
            StimulusValue::Time(steps) => properties.push(b.u32(steps)),
            StimulusValue::TimeAxis(axis) => {
                let time = quantity(b, Setting::Axis(axis));
                properties.push(whole_steps(b, time, dt));
            }
        }
    }
    let step = b.step();
    let moment = Moment { step, stage: c, dt };
    (stimulus.kind.value)(b, &properties, moment)
}

/// Number of the table, of its waveforms, and of the samples in each.
fn samples(experiment: &Experiment, table: usize) -> [u32; 3] {
    let known = experiment.tables.get(table);
    let [waveforms, length] = known.map_or([0; 2], |t| [t.waveforms.len(), t.length()]);
    [table, waveforms, length].map(|n| u32::try_from(n).unwrap_or(u32::MAX))
}

pub(super) fn parameter(b: &mut Builder, experiment: &Experiment, slot: Slot) -> Value {
    match slot {
        Slot::Param(i) => quantity(b, experiment.parameter(usize::from(i))),
        _ => b.float(f64::NAN),
    }
}

/// A literal, or the column of the axis that varies it.
pub(super) fn quantity(b: &mut Builder, setting: Setting) -> Value {
    match setting {
        Setting::Fixed(x) => b.float(x),
        Setting::Axis(axis) => b.load(Slot::Param(number(axis)), Type::Float),
    }
}

/// `period` in ms as the nearest whole number of steps.
pub(super) fn whole_steps(b: &mut Builder, period: Value, dt: f64) -> Value {
    let steps = b.scale(period, 1.0 / dt);
    let half = b.float(0.5);
    let above = b.add(steps, half);
    let whole = b.unary(UnaryOp::Floor, above);
    b.unary(UnaryOp::ToU32, whole)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the checker bounds the number of slots"
)]
pub(super) fn number(i: usize) -> u16 {
    i as u16
}

/// Checks that every stimulus has the properties that its kind asks for.
pub(super) fn check_stimuli(experiment: &Experiment) -> Result<(), PlanError> {
    for stimulus in experiment.stimuli.iter().flatten() {
        let properties = stimulus.kind.properties;
        let wrong = |what: &str| PlanError::Stimulus {
            what: format!("the stimulus '{}' {what}", stimulus.kind.name),
        };
        if properties.len() != stimulus.values.len() {
            return Err(wrong(&format!("needs {} properties", properties.len())));
        }
        for (property, value) in properties.iter().zip(&stimulus.values) {
            let is_column = property.measure == Measure::Column;
            if !fits(property, *value, experiment)
                || is_column && !is_waveform(*value, stimulus, experiment)
            {
                return Err(wrong(&format!(
                    "does not take this value of `{}`",
                    property.name
                )));
            }
            if property.fixed && is_axis(*value) {
                return Err(wrong(&format!(
                    "needs the same `{}` in all cells; it cannot be varied by an axis",
                    property.name
                )));
            }
        }
    }
    Ok(())
}

fn fits(property: &Property, value: StimulusValue, experiment: &Experiment) -> bool {
    match (property.measure, value) {
        (Measure::Input, StimulusValue::Input(_))
        | (Measure::Time, StimulusValue::Time(_) | StimulusValue::TimeAxis(_))
        | (Measure::Frequency | Measure::Number | Measure::Column, StimulusValue::Number(_)) => {
            true
        }
        (Measure::Samples, StimulusValue::Table(i)) => {
            let table = experiment.tables.get(i);
            table.is_some_and(Samples::is_complete)
        }
        _ => false,
    }
}

/// Does `column` name waveforms of the stimulus, in every cell?
fn is_waveform(column: StimulusValue, stimulus: &Stimulus, experiment: &Experiment) -> bool {
    let table = stimulus.values.iter().find_map(|value| match value {
        StimulusValue::Table(i) => experiment.tables.get(*i),
        _ => None,
    });
    table.is_some_and(|table| match column {
        StimulusValue::Number(Setting::Fixed(x)) => table.has(x),
        StimulusValue::Number(Setting::Axis(axis)) => {
            let axis = experiment.grid.axes().get(axis);
            axis.is_some_and(|axis| table.stranger(&axis.values).is_none())
        }
        _ => false,
    })
}

fn is_axis(value: StimulusValue) -> bool {
    match value {
        StimulusValue::TimeAxis(_) => true,
        StimulusValue::Input(setting) | StimulusValue::Number(setting) => {
            matches!(setting, Setting::Axis(_))
        }
        StimulusValue::Time(_) | StimulusValue::Table(_) => false,
    }
}
