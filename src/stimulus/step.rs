//! A rectangular pulse: zero, then the amplitude from onset for a duration, then zero.

use super::{Measure, Moment, Property, StimulusKind};
use crate::ir::{Builder, CompareOp, Value};

/// A rectangular pulse.
pub const STEP: StimulusKind = StimulusKind {
    name: "step",
    doc: "zero, then the amplitude from onset for a duration, then zero",
    properties: &[
        Property {
            name: "amplitude",
            measure: Measure::Input,
            doc: "the value from onset to offset",
        },
        Property {
            name: "onset",
            measure: Measure::Time,
            doc: "when it begins",
        },
        Property {
            name: "duration",
            measure: Measure::Time,
            doc: "how long it lasts",
        },
    ],
    value,
};

/// `amplitude` in steps onset ≤ step < onset + duration, written as step − onset < duration: for
/// unsigned integers that is one comparison, also where onset + duration would overflow.
fn value(b: &mut Builder, properties: &[Value], moment: Moment) -> Value {
    let &[amplitude, onset, duration] = properties else {
        return b.float(0.0);
    };
    let elapsed = b.sub(moment.step, onset);
    let on = b.compare(CompareOp::Lt, elapsed, duration);
    let zero = b.float(0.0);
    b.select(on, amplitude, zero)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Environment, Slot, Type, evaluate};

    #[test]
    fn the_pulse_holds_from_onset_up_to_offset() {
        let mut b = Builder::new("test");
        let amplitude = b.load(Slot::Param(0), Type::Float);
        let (onset, duration, step) = (b.u32(3), b.u32(2), b.step());
        let y = value(
            &mut b,
            &[amplitude, onset, duration],
            Moment {
                step,
                stage: 0.0,
                dt: 0.1,
            },
        );
        b.store(Slot::State(0), y);
        let block = b.finish();
        let at = |step| {
            let load = |_| Some(crate::ir::Literal::Float(7.0));
            let values = evaluate(
                &block,
                &Environment {
                    load: &load,
                    step,
                    tables: &[],
                },
            );
            block
                .stored(Slot::State(0))
                .and_then(|v| values[v.index()].float())
                .unwrap()
        };
        let seen: Vec<f64> = (0..7).map(at).collect();
        assert_eq!(seen, [0.0, 0.0, 0.0, 7.0, 7.0, 0.0, 0.0]);
    }
}
