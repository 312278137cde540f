//! Errors of states and features, the worst of each. Takes the outputs of the reference, the nudged
//! reference and the engine.

use super::trains::Train;
use super::{FeatureError, Runs, StateError, Verification};
use crate::exec::Column;
use crate::experiment::Experiment;
use crate::protocol::gather::Gathered;
use crate::protocol::rows::unit;
use crate::record::{FEATURES, Timing};

/// Error of a state, relative to the largest magnitude that it has in the sample, that is always
/// allowed.
const STATE_SHARE: f64 = 1e-4;
/// A state may also be off by so many times what the nudge does to it.
const STATE_NUDGES: f64 = 10.0;

pub(super) fn state_errors(
    experiment: &Experiment,
    [reference, nudged, found]: &Runs<Gathered>,
    verification: &Verification,
) -> Vec<StateError> {
    let columns = reference.columns.iter().zip(&nudged.columns);
    let columns = columns.zip(&found.columns).enumerate();
    columns
        .filter_map(|(i, ((expected, moved), found))| {
            let state = experiment.model.states.get(i)?;
            let to_unit = |x: f64| experiment.model.base.from_base(x, &state.unit);
            let mut error = StateError {
                name: state.name.clone(),
                unit: unit(&state.unit.label).to_owned(),
                ..StateError::default()
            };
            let scale = floats(expected).into_iter().filter(|x| x.is_finite());
            let scale = scale.fold(0.0, |scale: f64, x| scale.max(x.abs()));
            let values = floats(expected).into_iter().zip(floats(moved));
            let values = values.zip(floats(found)).zip(&verification.cells);
            for (((expected, moved), found), &cell) in values {
                if verification.ill_conditioned.contains(&cell) || !expected.is_finite() {
                    continue;
                }
                let allowed = STATE_SHARE * scale + STATE_NUDGES * (expected - moved).abs();
                let off = (expected - found).abs();
                error.add(cell, to_unit(off), to_unit(allowed));
            }
            Some(error)
        })
        .collect()
}

fn floats(column: &Column) -> Vec<f64> {
    match column {
        Column::Float(values) => values.clone(),
        Column::U32(values) => values.iter().copied().map(f64::from).collect(),
    }
}

pub(super) fn feature_errors(
    [reference, _, found]: &Runs<Vec<Train>>,
    verification: &Verification,
) -> Vec<FeatureError> {
    let timing = Timing {
        dt: verification.dt,
        onset: 0,
    };
    let pairs = || reference.iter().zip(found).zip(&verification.cells);
    FEATURES
        .iter()
        .map(|feature| {
            let mut error = FeatureError {
                name: feature.name,
                unit: feature.unit,
                ..FeatureError::default()
            };
            for ((expected, found), &cell) in pairs() {
                if !verification.judges(cell) || expected.non_finite || found.non_finite {
                    continue;
                }
                let value = |train| (feature.value)(train, timing);
                error.add(cell, value(&expected.summary), value(&found.summary));
                if let Some(listed) = found.listed_summary() {
                    error.hold_against_list(value(&found.summary), value(&listed));
                }
            }
            error
        })
        .collect()
}
