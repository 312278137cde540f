//! Rows of a sweep's table: cell number, axes, features.
//!
//! Takes an experiment and the outputs of some cells; gives a table in the units that the model
//! declares.

use crate::exec::{Column as Kept, TileOutput};
use crate::experiment::Experiment;
use crate::record::{FEATURES, Raw, SpikeTrain, Timing};
use crate::table::{Column, ColumnData, ColumnSpec, Schema, Table, TableError};

/// The columns of the table.
pub(super) fn schema(experiment: &Experiment) -> Schema {
    let mut columns = vec![ColumnSpec::integer("cell")];
    let axes = experiment.grid.axes().iter();
    columns.extend(axes.map(|axis| ColumnSpec::float(&axis.name, unit(&axis.unit.label))));
    columns.extend(FEATURES.iter().map(|feature| match feature.whole {
        true => ColumnSpec::integer(feature.name),
        false => ColumnSpec::float(feature.name, feature.unit),
    }));
    Schema { columns }
}

/// The first axis named as another column is; such a table could not be read by name.
pub(super) fn clash(experiment: &Experiment) -> Option<&str> {
    let taken = |name: &str| name == "cell" || FEATURES.iter().any(|f| f.name == name);
    let mut axes = experiment.grid.axes().iter();
    axes.find(|axis| taken(&axis.name)).map(|a| a.name.as_str())
}

/// A unit's label as tables have it: nothing where there is none.
pub(super) fn unit(label: &str) -> &str {
    if label == "1" { "" } else { label }
}

/// The rows of some cells. `output` holds the columns of the `features` recorder alone; the
/// features of a non-finite cell are missing.
pub(super) fn rows(experiment: &Experiment, output: &TileOutput) -> Result<Table, TableError> {
    let cells = output.first..output.first + output.n as u64;
    let mut columns = vec![Column::new("cell", "", cells.clone().collect::<Vec<u64>>())];
    for (i, axis) in experiment.grid.axes().iter().enumerate() {
        columns.push(Column::new(
            &axis.name,
            unit(&axis.unit.label),
            experiment.grid.column(i, cells.clone()),
        ));
    }
    let raw: Vec<Raw> = output.columns.iter().map(raw).collect();
    let trains = SpikeTrain::read(&raw);
    let timing = Timing {
        dt: experiment.timing.dt,
        onset: experiment.timing.settle,
    };
    for feature in FEATURES {
        let values = trains.iter().zip(&output.non_finite);
        let values = values.map(|(train, lost)| {
            if *lost {
                None
            } else {
                (feature.value)(train, timing)
            }
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
        columns.push(Column::new(feature.name, feature.unit, data));
    }
    Table::new(columns)
}

fn raw(column: &Kept) -> Raw<'_> {
    match column {
        Kept::Float(values) => Raw::Float(values),
        Kept::U32(values) => Raw::U32(values),
    }
}
