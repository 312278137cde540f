//! Stimuli: what an input does in time.
//!
//! Takes the properties of a stimulus as values of a builder, and a moment; gives the input's value
//! there. Each stimulus is one file with one row in [`STIMULI`]. Times are whole steps. A stimulus
//! with edges holds its value of the step's beginning through all stages of the step.
//!
//! Must not know models or engines.

mod constant;
mod step;

pub use constant::CONSTANT;
pub use step::STEP;

use crate::ir::{Builder, Value};

/// When an input is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Number of the step, a `u32`.
    pub step: Value,
    /// Stage within the step: the time is `(step + stage)·dt`.
    pub stage: f64,
    /// Length of a step, in ms.
    pub dt: f64,
}

/// What a property of a stimulus measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// A value of the input, in its unit: may be varied by an axis.
    Input,
    /// A time: rounded to whole steps once.
    Time,
}

/// A property of a stimulus.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// Its name in experiment files and options.
    pub name: &'static str,
    /// What it measures.
    pub measure: Measure,
    /// What it is, in a line.
    pub doc: &'static str,
}

/// A stimulus: one row of [`STIMULI`].
#[derive(Clone, Copy, Debug)]
pub struct StimulusKind {
    /// Its name.
    pub name: &'static str,
    /// What it does, in a line.
    pub doc: &'static str,
    /// Its properties, in the order in which `value` takes them.
    pub properties: &'static [Property],
    /// Value of the input at a moment. Properties come as floats (inputs) or `u32` (times).
    pub value: fn(&mut Builder, &[Value], Moment) -> Value,
}

/// Every stimulus.
pub const STIMULI: &[StimulusKind] = &[CONSTANT, STEP];

/// The stimulus of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static StimulusKind> {
    STIMULI.iter().find(|stimulus| stimulus.name == name)
}
