//! Columns of a sweep's main table: cell number, axes, features, states at the end.
//!
//! Takes an experiment and what was kept of some cells; gives columns in the units that the model
//! declares. The values of a non-finite cell are missing.

use std::ops::Range;

use super::ProtocolError;
use super::tables::Slice;
use crate::experiment::Experiment;
use crate::record::{FEATURES, Feature, Quantity, SpikeTrain, Summary, Timing};
use crate::table::{Column, ColumnData};

/// Refuses an axis that is named as another column is; such a table could not be read by name.
pub(super) fn refuse_clash(experiment: &Experiment) -> Result<(), ProtocolError> {
    let taken = |name: &str| name == "cell" || FEATURES.iter().any(|f| f.name == name);
    let mut axes = experiment.grid.axes().iter();
    match axes.find(|axis| taken(&axis.name)) {
        Some(axis) => Err(ProtocolError::Clash {
            name: axis.name.clone(),
        }),
        None => Ok(()),
    }
}

/// A unit's label as tables have it: nothing where there is none.
pub(super) fn unit(label: &str) -> &str {
    if label == "1" { "" } else { label }
}

/// Number and place in the grid.
pub(super) fn cells(experiment: &Experiment, cells: Range<u64>) -> Vec<Column> {
    let numbers = experiment.grid.numbers(cells.clone());
    let mut columns = vec![Column::new("cell", "", numbers)];
    for (i, axis) in experiment.grid.axes().iter().enumerate() {
        columns.push(Column::new(
            &axis.name,
            unit(&axis.unit.label),
            experiment.grid.column(i, cells.clone()),
        ));
    }
    columns
}

/// One column per feature, in this order.
pub(super) fn features(slice: &Slice, which: &[&Feature]) -> Vec<Column> {
    let trains = SpikeTrain::read(&slice.raw, which);
    let timing = Timing {
        dt: slice.experiment.timing.dt,
        onset: slice.experiment.timing.settle,
    };
    let column = |feature: &&Feature| {
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
    which.iter().map(column).collect()
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

/// Minimum, maximum, mean and variance of a quantity: `v_min [mV]`, ..., `v_variance [mV^2]`; of an
/// expression without a name `(v - E_Na)_min [mV]`.
pub(super) fn statistics(slice: &Slice, of: Quantity) -> Vec<Column> {
    let (name, declared) = slice.experiment.quantity(of);
    let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let name = match is_name {
        true => name.to_owned(),
        false => format!("({name})"),
    };
    let base = slice.experiment.model.base;
    let window = slice.experiment.timing.window();
    let summaries = Summary::read(&slice.raw, window.end - window.start);
    let label = unit(&declared.label);
    let squared = match label {
        "" => String::new(),
        plain if plain.chars().all(char::is_alphabetic) => format!("{plain}^2"),
        compound => format!("({compound})^2"),
    };
    let shown = |value: &dyn Fn(&Summary) -> f64| -> Vec<Option<f64>> {
        let cells = summaries.iter().zip(slice.non_finite);
        cells
            .map(|(summary, lost)| (!lost).then(|| value(summary)))
            .collect()
    };
    let once = |x: f64| base.from_base(x, declared);
    vec![
        Column::new(format!("{name}_min"), label, shown(&|s| once(s.min))),
        Column::new(format!("{name}_max"), label, shown(&|s| once(s.max))),
        Column::new(format!("{name}_mean"), label, shown(&|s| once(s.mean))),
        Column::new(
            format!("{name}_variance"),
            squared,
            shown(&|s| once(once(s.variance))),
        ),
    ]
}
