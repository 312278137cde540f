//! Evaluates a stimulus step by step, for the tests beside each.

use std::ops::Range;

use super::{Moment, StimulusKind};
use crate::ir::{Builder, Environment, Slot, evaluate};

/// Length of a step, in ms.
pub(super) const DT: f64 = 0.1;

/// A property as an experiment gives it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Given {
    Number(f64),
    Time(u32),
    Table(u32),
}

/// The stimulus at a stage of each of `steps`. Table 1 holds the waveforms 1, 3, 5 and 2, 4, 6. Numbers are literals in one
/// run and loaded in another, as they would be from an axis; both must agree.
pub(super) fn series(
    kind: &StimulusKind,
    given: &[Given],
    stage: f64,
    steps: Range<u32>,
) -> Vec<f64> {
    assert_eq!(kind.properties.len(), given.len());
    let literal = evaluated(kind, given, stage, steps.clone(), false);
    let varied = evaluated(kind, given, stage, steps, true);
    close(&varied, &literal, 1e-12);
    literal
}

fn evaluated(
    kind: &StimulusKind,
    given: &[Given],
    stage: f64,
    steps: Range<u32>,
    varied: bool,
) -> Vec<f64> {
    let mut b = Builder::new("test");
    let mut loaded = Vec::new();
    let mut properties = Vec::new();
    for &given in given {
        match given {
            Given::Number(x) if varied => {
                let slot = Slot::Param(u16::try_from(loaded.len()).unwrap());
                loaded.push(x);
                properties.push(b.load(slot, crate::ir::Type::Float));
            }
            Given::Number(x) => properties.push(b.float(x)),
            Given::Time(n) => properties.push(b.u32(n)),
            Given::Table(n) => properties.extend([n, 2, 3].map(|n| b.u32(n))),
        }
    }
    let step = b.step();
    let moment = Moment {
        step,
        stage,
        dt: DT,
    };
    let value = (kind.value)(&mut b, &properties, moment);
    b.store(Slot::State(0), value);
    let block = b.finish();
    let load = |slot| match slot {
        Slot::Param(i) => Some(crate::ir::Literal::Float(loaded[usize::from(i)])),
        _ => None,
    };
    let at = |step| {
        let values = evaluate(
            &block,
            &Environment {
                load: &load,
                step,
                tables: &[vec![9.0], vec![1.0, 3.0, 5.0, 2.0, 4.0, 6.0]],
            },
        );
        let stored = block.stored(Slot::State(0)).unwrap();
        values[stored.index()].float().unwrap()
    };
    steps.map(at).collect()
}

/// Equal within `bound`, entry by entry.
pub(super) fn close(found: &[f64], expected: &[f64], bound: f64) {
    assert_eq!(found.len(), expected.len());
    for (k, (x, y)) in found.iter().zip(expected).enumerate() {
        assert!((x - y).abs() <= bound, "entry {k}: {x}, not {y}");
    }
}
