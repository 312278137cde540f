//! A sine wave about an offset, from onset for a duration.

use super::{AMPLITUDE, DURATION, Measure, Moment, ONSET, Property, StimulusKind, window};
use crate::ir::{BinaryOp, Builder, UnaryOp, Value};

/// A sine wave.
pub const SINE: StimulusKind = StimulusKind {
    name: "sine",
    doc: "offset + amplitude sin(2 pi frequency (t - onset) + phase) from onset for a duration",
    properties: &[
        AMPLITUDE,
        Property {
            name: "offset",
            measure: Measure::Input,
            default: Some(0.0),
            fixed: false,
            doc: "the value about which it swings",
        },
        Property {
            name: "frequency",
            measure: Measure::Frequency,
            default: None,
            fixed: false,
            doc: "cycles per time",
        },
        Property {
            name: "phase",
            measure: Measure::Number,
            default: Some(0.0),
            fixed: false,
            doc: "phase at onset, in radians",
        },
        ONSET,
        DURATION,
    ],
    value,
};

/// 2³².
const TURN: f64 = 4_294_967_296.0;

/// t runs on through the stages of a step, while onset and offset are edges.
fn value(b: &mut Builder, properties: &[Value], moment: Moment) -> Value {
    let &[amplitude, offset, frequency, phase, onset, duration] = properties else {
        return b.float(f64::NAN);
    };
    let (elapsed, on) = window::since(b, moment, onset, duration);
    let per_step = b.scale(frequency, moment.dt);
    let turned = turned(b, elapsed, per_step);
    let in_step = b.scale(per_step, moment.stage);
    let begun = b.scale(phase, std::f64::consts::FRAC_1_PI / 2.0);
    let start = b.add(in_step, begun);
    let cycles = b.add(turned, start);
    let cycles = nearest_to_zero(b, cycles);
    let angle = b.scale(cycles, std::f64::consts::TAU);
    let sine = b.unary(UnaryOp::Sin, angle);
    let swing = b.mul(amplitude, sine);
    let value = b.add(offset, swing);
    window::only(b, on, value)
}

/// `elapsed·per_step` cycles but for whole ones, to within a few 10⁻⁷ in f32 at any step: the
/// phase of a step is a fraction of 2³² that multiplies, and wraps, exactly in `u32`; what the
/// fraction is short of grows to one cycle at most. Both factors are literals or computed once per
/// cell in f64.
fn turned(b: &mut Builder, elapsed: Value, per_step: Value) -> Value {
    let whole = b.unary(UnaryOp::Floor, per_step);
    let part = b.sub(per_step, whole);
    let fine = b.scale(part, TURN);
    let coarse = b.unary(UnaryOp::ToU32, fine);
    let taken = b.unary(UnaryOp::ToFloat, coarse);
    let short = b.sub(fine, taken);
    let short = b.scale(short, 1.0 / TURN);
    let wrapped = b.mul(elapsed, coarse);
    let wrapped = b.unary(UnaryOp::ToFloat, wrapped);
    let wrapped = b.scale(wrapped, 1.0 / TURN);
    let steps = b.unary(UnaryOp::ToFloat, elapsed);
    let rest = b.mul(steps, short);
    b.add(wrapped, rest)
}

/// `cycles` without whole ones, in [−½, ½], where every device knows the sine best.
fn nearest_to_zero(b: &mut Builder, cycles: Value) -> Value {
    let half = b.float(0.5);
    let above = b.binary(BinaryOp::Add, cycles, half);
    let whole = b.unary(UnaryOp::Floor, above);
    b.sub(cycles, whole)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{DT, Given, close, series};
    use super::*;

    fn given(frequency: f64, onset: u32, duration: u32) -> [Given; 6] {
        [
            Given::Number(2.0),
            Given::Number(0.5),
            Given::Number(frequency),
            Given::Number(0.7),
            Given::Time(onset),
            Given::Time(duration),
        ]
    }

    #[test]
    fn the_wave_is_a_sine_of_the_time_since_onset() {
        for (frequency, stage) in [
            (0.05, 0.0),
            (0.05, 0.5),
            (0.008, 1.0),
            (13.37, 0.0),
            (-0.2, 0.5),
        ] {
            let found = series(&SINE, &given(frequency, 4, 200), stage, 0..210);
            let expected: Vec<f64> = (0..210)
                .map(|k| match k {
                    4..204 => {
                        let t = (f64::from(k - 4) + stage) * DT;
                        0.5 + 2.0 * (std::f64::consts::TAU * frequency * t + 0.7).sin()
                    }
                    _ => 0.0,
                })
                .collect();
            close(&found, &expected, 1e-9);
        }
    }

    /// A million periods on, at frequencies that no binary fraction is.
    #[test]
    fn the_phase_does_not_drift() {
        for (frequency, period) in [(1.0, 10), (0.4, 25), (0.3, 100)] {
            let given = given(frequency, 0, u32::MAX);
            let early = series(&SINE, &given, 0.0, 0..period);
            let late = 1_000_000 * period;
            close(
                &series(&SINE, &given, 0.0, late..late + period),
                &early,
                1e-7,
            );
        }
    }
}
