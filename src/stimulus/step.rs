//! A rectangular pulse: zero, then the amplitude from onset for a duration, then zero.

use super::{AMPLITUDE, DURATION, Moment, ONSET, StimulusKind, window};
use crate::ir::{Builder, Value};

/// A rectangular pulse.
pub const STEP: StimulusKind = StimulusKind {
    name: "step",
    doc: "zero, then the amplitude from onset for a duration, then zero",
    properties: &[AMPLITUDE, ONSET, DURATION],
    value,
};

fn value(b: &mut Builder, properties: &[Value], moment: Moment) -> Value {
    let &[amplitude, onset, duration] = properties else {
        return b.float(f64::NAN);
    };
    let (_, on) = window::since(b, moment, onset, duration);
    window::only(b, on, amplitude)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Given, series};
    use super::*;

    #[test]
    fn the_pulse_holds_from_onset_up_to_offset() {
        let given = [Given::Number(7.0), Given::Time(3), Given::Time(2)];
        assert_eq!(
            series(&STEP, &given, 0.0, 0..7),
            [0.0, 0.0, 0.0, 7.0, 7.0, 0.0, 0.0]
        );
        assert_eq!(series(&STEP, &given, 1.0, 4..6), [7.0, 0.0]);
    }

    #[test]
    fn an_endless_pulse_begins_at_onset() {
        let given = [Given::Number(7.0), Given::Time(3), Given::Time(u32::MAX)];
        assert_eq!(series(&STEP, &given, 0.0, 1..5), [0.0, 0.0, 7.0, 7.0]);
    }
}
