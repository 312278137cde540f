//! A train of rectangular pulses at a fixed period.

use super::{AMPLITUDE, Measure, Moment, ONSET, Property, StimulusKind, window};
use crate::ir::{BinaryOp, Builder, CompareOp, UnaryOp, Value};

/// A train of pulses.
pub const PULSES: StimulusKind = StimulusKind {
    name: "pulses",
    doc: "a number of rectangular pulses at a fixed period from onset on",
    properties: &[
        AMPLITUDE,
        ONSET,
        Property {
            name: "width",
            measure: Measure::Time,
            default: None,
            fixed: false,
            doc: "how long each pulse lasts",
        },
        Property {
            name: "period",
            measure: Measure::Time,
            default: None,
            fixed: true,
            doc: "from the beginning of one pulse to that of the next; the same for all cells",
        },
        Property {
            name: "count",
            measure: Measure::Number,
            default: None,
            fixed: false,
            doc: "how many pulses; a fraction is left out",
        },
    ],
    value,
};

/// On where the step is within `count` periods and, in its period, before `width`. Edges stand on
/// steps. The remainder is by a literal, as engines need it.
fn value(b: &mut Builder, properties: &[Value], moment: Moment) -> Value {
    let &[amplitude, onset, width, period, count] = properties else {
        return b.float(f64::NAN);
    };
    let one = b.u32(1);
    let period = b.binary(BinaryOp::Max, period, one);
    // In floats, where the product cannot wrap: a literal, or computed once per cell in f64.
    let steps = b.unary(UnaryOp::ToFloat, period);
    let count = b.unary(UnaryOp::Floor, count);
    let length = b.mul(steps, count);
    let length = b.unary(UnaryOp::ToU32, length);
    let (elapsed, within) = window::since(b, moment, onset, length);
    let phase = b.binary(BinaryOp::Rem, elapsed, period);
    let early = b.compare(CompareOp::Lt, phase, width);
    let on = b.and(within, early);
    window::only(b, on, amplitude)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Given, series};
    use super::*;

    fn train(
        onset: u32,
        width: u32,
        period: u32,
        count: f64,
        steps: std::ops::Range<u32>,
    ) -> String {
        let given = [
            Given::Number(2.0),
            Given::Time(onset),
            Given::Time(width),
            Given::Time(period),
            Given::Number(count),
        ];
        let values = series(&PULSES, &given, 0.0, steps);
        values
            .iter()
            .map(|&x| if x > 1.0 { '#' } else { '.' })
            .collect()
    }

    #[test]
    fn pulses_stand_where_they_should() {
        assert_eq!(train(2, 2, 5, 3.0, 0..20), "..##...##...##......");
        assert_eq!(train(0, 1, 1, 3.9, 0..6), "###...");
        assert_eq!(train(1, 9, 2, 2.0, 0..7), ".####..");
        assert_eq!(train(0, 1, 2, 0.0, 0..4), "....");
    }

    #[test]
    fn an_endless_train_begins_at_onset() {
        assert_eq!(train(3, 1, 2, 1e18, 0..8), "...#.#.#");
    }
}
