//! A recorded or computed waveform: values from a table, each held for an interval.

use super::{Measure, Moment, ONSET, Property, StimulusKind, window};
use crate::ir::{BinaryOp, Builder, Literal, UnaryOp, Value};

/// Sampled waveforms.
pub const SAMPLES: StimulusKind = StimulusKind {
    name: "samples",
    doc: "values from a table, each held for an interval, the last for ever; zero before onset",
    properties: &[
        Property {
            name: "values",
            measure: Measure::Samples,
            default: None,
            fixed: true,
            doc: "one waveform, or several of one length",
        },
        Property {
            name: "interval",
            measure: Measure::Time,
            default: None,
            fixed: true,
            doc: "from one sample to the next; the same for all cells",
        },
        COLUMN,
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

/// Which of several waveforms.
pub const COLUMN: Property = Property {
    name: "column",
    measure: Measure::Column,
    default: Some(0.0),
    fixed: false,
    doc: "which of several waveforms, counted from 0; \"all\" as an axis is one after the other",
};

/// Sample ⌊(step − onset)/interval⌋. After the last the waveform keeps the last, as Brian2's
/// `TimedArray` does.
fn value(b: &mut Builder, properties: &[Value], moment: Moment) -> Value {
    let &[table, waveforms, length, interval, column, amplitude, onset] = properties else {
        return b.float(f64::NAN);
    };
    let (Some(table), Some(interval)) = (integer(b, table), integer(b, interval)) else {
        return b.float(f64::NAN);
    };
    let ever = b.u32(u32::MAX);
    let (elapsed, on) = window::since(b, moment, onset, ever);
    let (one, half) = (b.u32(1), b.float(0.5));
    let (last_waveform, last_sample) = (b.sub(waveforms, one), b.sub(length, one));
    let near = b.add(column, half);
    let column = b.unary(UnaryOp::ToU32, near);
    let column = b.binary(BinaryOp::Min, column, last_waveform);
    let first = b.mul(column, length);
    let within = b.quotient(elapsed, interval);
    let within = b.binary(BinaryOp::Min, within, last_sample);
    let index = b.add(first, within);
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

    /// The tests' table 1 is 1, 3, 5 and 2, 4, 6.
    fn held(interval: u32, column: f64, onset: u32, n: u32) -> Vec<f64> {
        let given = [
            Given::Table(1),
            Given::Time(interval),
            Given::Number(column),
            Given::Number(2.0),
            Given::Time(onset),
        ];
        series(&SAMPLES, &given, 0.0, 0..n)
    }

    #[test]
    fn each_sample_is_held_for_the_interval_and_the_last_for_ever() {
        assert_eq!(held(1, 0.0, 0, 5), [2.0, 6.0, 10.0, 10.0, 10.0]);
        let late = [0.0, 2.0, 2.0, 6.0, 6.0, 10.0, 10.0, 10.0];
        assert_eq!(held(2, 0.0, 1, 8), late);
        assert_eq!(held(3, 0.0, 0, 7), [2.0, 2.0, 2.0, 6.0, 6.0, 6.0, 10.0]);
    }

    #[test]
    fn a_column_is_a_waveform_of_its_own_and_beyond_the_last_is_the_last() {
        assert_eq!(held(1, 1.0, 0, 5), [4.0, 8.0, 12.0, 12.0, 12.0]);
        assert_eq!(held(1, 7.0, 0, 5), held(1, 1.0, 0, 5));
    }
}
