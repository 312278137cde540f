//! Columns of the CSV files that an experiment names.
//!
//! Takes a path from the experiment's folder, and a column with the unit that it must have; gives
//! numbers in base units, or says what is wrong with the file at the place that names it.

use super::Reading;
use crate::diag::Span;
use crate::table::{Column, Table, read_csv};
use crate::units::Unit;

/// What to do about a file of numbers that cannot be read.
const HELP: &str =
    "give the path of a CSV file, from the folder of this file: a line of names, then numbers";

impl Reading<'_> {
    /// The table in `file`, which is named at `span`.
    pub(super) fn table(&mut self, file: &str, span: Span) -> Option<Table> {
        read_csv(&self.folder.join(file))
            .map_err(|error| self.error(span, error.to_string(), "this file", HELP))
            .ok()
    }

    /// The numbers of a column of that table; without a unit of its own they are in `unit`.
    pub(super) fn numbers(
        &mut self,
        file: &str,
        span: Span,
        column: &Column,
        unit: &Unit,
    ) -> Option<Vec<f64>> {
        let name = &column.name;
        let given = match column.unit.as_str() {
            "" => Some(unit.clone()),
            label => Unit::parse(label)
                .ok()
                .filter(|given| given.dim == unit.dim),
        };
        let Some(given) = given else {
            let message = format!("column `{name}` of `{file}` is in {}", column.unit);
            let help = format!("it must be in {}", unit.label);
            self.error(span, message, "this file", help);
            return None;
        };
        let base = self.model.base;
        let values: Option<Vec<f64>> = (0..column.data.len())
            .map(|row| column.data.float(row).filter(|x| x.is_finite()))
            .map(|x| x.map(|x| base.to_base(x, &given)))
            .collect();
        if values.is_none() {
            let message = format!("column `{name}` of `{file}` has a missing or endless value");
            self.error(span, message, "this file", "write a number in every row");
        }
        values
    }
}
