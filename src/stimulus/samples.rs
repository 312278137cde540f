//! A recorded or computed waveform: values from a table, each held for an interval.

use super::{Measure, Moment, ONSET, Property, StimulusKind, window};
use crate::ir::{Builder, Literal, Value};

/// A sampled waveform.
pub const SAMPLES: StimulusKind = StimulusKind {
    name: "samples",
    doc: "values from a table, each held for an interval, the last for ever; zero before onset",
    properties: &[
        Property {
            name: "values",
            measure: Measure::Samples,
            default: None,
            fixed: true,
            doc: "the samples, one list for all cells",
        },
        Property {
            name: "interval",
            measure: Measure::Time,
            default: None,
            fixed: true,
            doc: "from one sample to the next; the same for all cells",
        },
        Property {
            name: "amplitude",
            measure: Measure::Number,
            default: Some(1.0),
            fixed: false,
            doc: "factor on every sample",
        },
        ONSET,
    ],
    value,
};

/// Sample ⌊(step − onset)/interval⌋. After the last the table gives the last, as Brian2's
/// `TimedArray` does.
fn value(b: &mut Builder, properties: &[Value], moment: Moment) -> Value {
    let &[table, interval, amplitude, onset] = properties else {
        return b.float(f64::NAN);
    };
    let (Some(table), Some(interval)) = (integer(b, table), integer(b, interval)) else {
        return b.float(f64::NAN);
    };
    let ever = b.u32(u32::MAX);
    let (elapsed, on) = window::since(b, moment, onset, ever);
    let index = b.quotient(elapsed, interval);
    let sample = b.load_at(u16::try_from(table).unwrap_or(u16::MAX), index);
    let scaled = b.mul(sample, amplitude);
    window::only(b, on, scaled)
}

fn integer(b: &Builder, value: Value) -> Option<u32> {
    match b.literal(value)? {
        Literal::U32(n) => Some(n),
        Literal::Float(_) | Literal::Bool(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Given, series};
    use super::*;

    fn held(interval: u32, onset: u32, n: u32) -> Vec<f64> {
        let given = [
            Given::Table(1),
            Given::Time(interval),
            Given::Number(2.0),
            Given::Time(onset),
        ];
        series(&SAMPLES, &given, 0.0, 0..n)
    }

    /// The tests' table 1 is 1, 3, 5.
    #[test]
    fn each_sample_is_held_for_the_interval_and_the_last_for_ever() {
        assert_eq!(held(1, 0, 5), [2.0, 6.0, 10.0, 10.0, 10.0]);
        assert_eq!(held(2, 1, 8), [0.0, 2.0, 2.0, 6.0, 6.0, 10.0, 10.0, 10.0]);
        assert_eq!(held(3, 0, 7), [2.0, 2.0, 2.0, 6.0, 6.0, 6.0, 10.0]);
    }
}
