//! A ramp: zero, then a straight line in time between two values, then zero.

use super::{DURATION, Measure, Moment, ONSET, Property, StimulusKind, window};
use crate::ir::{BinaryOp, Builder, UnaryOp, Value};

/// A ramp.
pub const RAMP: StimulusKind = StimulusKind {
    name: "ramp",
    doc: "zero, then a straight line from one value to another, then zero",
    properties: &[
        Property {
            name: "from",
            measure: Measure::Input,
            default: Some(0.0),
            fixed: false,
            doc: "the value at onset",
        },
        Property {
            name: "to",
            measure: Measure::Input,
            default: None,
            fixed: false,
            doc: "the value that is reached after the duration",
        },
        ONSET,
        DURATION,
    ],
    value,
};

/// from + (to − from)·(t − onset)/duration; t runs on through the stages of a step, while onset and
/// offset are edges.
fn value(b: &mut Builder, properties: &[Value], moment: Moment) -> Value {
    let &[from, to, onset, duration] = properties else {
        return b.float(f64::NAN);
    };
    let (elapsed, on) = window::since(b, moment, onset, duration);
    // A ramp without duration is never on; it must not divide by 0.
    let one = b.u32(1);
    let steps = b.binary(BinaryOp::Max, duration, one);
    let steps = b.unary(UnaryOp::ToFloat, steps);
    let rise = b.sub(to, from);
    let slope = b.div(rise, steps);
    let elapsed = b.unary(UnaryOp::ToFloat, elapsed);
    let stage = b.float(moment.stage);
    let elapsed = b.add(elapsed, stage);
    let risen = b.mul(slope, elapsed);
    let value = b.add(from, risen);
    window::only(b, on, value)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Given, close, series};
    use super::*;

    #[test]
    fn the_ramp_is_a_straight_line_between_its_edges() {
        let given = [
            Given::Number(-1.0),
            Given::Number(4.0),
            Given::Time(2),
            Given::Time(5),
        ];
        for stage in [0.0, 0.5, 1.0] {
            let line = |k: f64| -1.0 + (k + stage);
            let expected = [
                0.0,
                0.0,
                line(0.),
                line(1.),
                line(2.),
                line(3.),
                line(4.),
                0.0,
            ];
            close(&series(&RAMP, &given, stage, 0..8), &expected, 1e-12);
        }
    }

    #[test]
    fn a_ramp_without_duration_is_nothing() {
        let given = [
            Given::Number(1.0),
            Given::Number(2.0),
            Given::Time(1),
            Given::Time(0),
        ];
        assert_eq!(series(&RAMP, &given, 0.0, 0..4), [0.0; 4]);
    }
}
