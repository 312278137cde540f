//! Columns of a sweep's main table: cell number, axes, features, states at the end.
//!
//! Takes an experiment and what was kept of some cells; gives columns in the units that the model
//! declares. The values of a non-finite cell are missing.

use std::ops::Range;

use super::tables::Slice;
use crate::experiment::Experiment;
use crate::record::{FEATURES, Feature, SpikeTrain, Timing};
use crate::table::{Column, ColumnData};

/// A unit's label as tables have it: nothing where there is none.
pub(super) fn unit(label: &str) -> &str {
    if label == "1" { "" } else { label }
}

/// Number and place in the grid.
pub(super) fn cells(experiment: &Experiment, cells: Range<u64>) -> Vec<Column> {
    let mut columns = vec![Column::new("cell", "", cells.clone().collect::<Vec<u64>>())];
    for (i, axis) in experiment.grid.axes().iter().enumerate() {
        columns.push(Column::new(
            &axis.name,
            unit(&axis.unit.label),
            experiment.grid.column(i, cells.clone()),
        ));
    }
    columns
}

/// One column per feature.
pub(super) fn features(slice: &Slice) -> Vec<Column> {
    let trains = SpikeTrain::read(&slice.raw);
    let timing = Timing {
        dt: slice.experiment.timing.dt,
        onset: slice.experiment.timing.settle,
    };
    let column = |feature: &Feature| {
        let values = trains.iter().zip(slice.non_finite);
        let values = values.map(|(train, lost)| match lost {
            true => None,
            false => (feature.value)(train, timing),
        });
        let data = match feature.whole {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a count"
            )]
            true => ColumnData::Integer(values.map(|value| value.map(|x| x as u64)).collect()),
            false => ColumnData::Float(values.collect()),
        };
        Column::new(feature.name, feature.unit, data)
    };
    FEATURES.iter().map(column).collect()
}

/// One column per state of the model, `v_end [mV]`.
pub(super) fn final_state(slice: &Slice) -> Vec<Column> {
    let model = &slice.experiment.model;
    let states = model.states.iter().enumerate();
    states
        .map(|(i, state)| {
            let values = slice.floats(i).iter().zip(slice.non_finite);
            let shown = values
                .map(|(value, lost)| (!lost).then(|| model.base.from_base(*value, &state.unit)));
            let name = format!("{}_end", state.name);
            Column::new(name, unit(&state.unit.label), shown.collect::<Vec<_>>())
        })
        .collect()
}
