//! Stimuli: what an input does in time.
//!
//! Takes the properties of a stimulus as values of a builder, and a moment; gives the input's value
//! there. Each stimulus is one file with one row in [`STIMULI`]. Times are whole steps. Edges stand
//! on steps: what begins or ends, or is held, keeps its value of the step's beginning through all
//! stages of the step; what is smooth (a ramp, a sine) is evaluated at the stage's own time.
//!
//! Must not know models or engines.

mod constant;
mod pulses;
mod ramp;
mod samples;
mod sine;
mod step;
#[cfg(test)]
mod testing;
mod window;

pub use constant::CONSTANT;
pub use pulses::PULSES;
pub use ramp::RAMP;
pub use samples::{COLUMN, SAMPLES};
pub use sine::SINE;
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
    /// A frequency, in 1/ms once it is read: may be varied by an axis.
    Frequency,
    /// A number without dimension: may be varied by an axis.
    Number,
    /// Waveforms: lists of values of the input.
    Samples,
    /// The number of a waveform, from 0: may be varied by an axis.
    Column,
}

/// A property of a stimulus.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// Its name in experiment files and options.
    pub name: &'static str,
    /// What it measures.
    pub measure: Measure,
    /// Its value where none is given, in base units (times in steps); without one it must be given.
    pub default: Option<f64>,
    /// Must it be the same for all cells?
    pub fixed: bool,
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
    /// Value of the input at a moment. Properties come as floats in base units, times as `u32`
    /// steps, samples as three `u32` literals: their table, how many waveforms, how many samples in
    /// each.
    pub value: fn(&mut Builder, &[Value], Moment) -> Value,
}

/// Every stimulus.
pub const STIMULI: &[StimulusKind] = &[CONSTANT, STEP, RAMP, PULSES, SINE, SAMPLES];

/// The amplitude of most.
const AMPLITUDE: Property = Property {
    name: "amplitude",
    measure: Measure::Input,
    default: None,
    fixed: false,
    doc: "the value where it is on",
};

/// The beginning of most.
const ONSET: Property = Property {
    name: "onset",
    measure: Measure::Time,
    default: Some(0.0),
    fixed: false,
    doc: "when it begins",
};

/// The length of most.
const DURATION: Property = Property {
    name: "duration",
    measure: Measure::Time,
    default: None,
    fixed: false,
    doc: "how long it lasts",
};

/// The stimulus of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static StimulusKind> {
    STIMULI.iter().find(|stimulus| stimulus.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_find_their_stimulus() {
        for stimulus in STIMULI {
            let found = find(stimulus.name).unwrap();
            assert_eq!(found.doc, stimulus.doc);
            for (i, property) in stimulus.properties.iter().enumerate() {
                let others = &stimulus.properties[..i];
                assert!(others.iter().all(|other| other.name != property.name));
            }
        }
    }
}
