//! Whether two tables agree, and where they do not.
//!
//! Takes two tables and rules, gives a report with the worst rows of each column.
//! Must not know who made the tables, or what agreement means for a model.
//!
//! There is one rule for two numbers, [`Tolerance`], and it is symmetric. Missing values agree
//! with missing values only, which the report counts; NaN and infinities agree with nothing, not
//! even themselves. A comparison of nothing is a failure.

mod report;
mod tolerance;

pub use report::{ColumnReport, Mismatch, Pair, Report};
pub use tolerance::{Rules, Tolerance, ToleranceError};

use crate::table::{Column, ColumnData, Table};

/// Compares row by row, columns by name.
///
/// Different numbers of rows, a column that only one table has, and different units are
/// failures; the rows and columns both have are compared all the same.
pub fn compare(a: &Table, b: &Table, rules: &Rules) -> Report {
    let mut mismatches = Vec::new();
    if a.n_rows() != b.n_rows() {
        mismatches.push(Mismatch::Rows {
            a: a.n_rows(),
            b: b.n_rows(),
        });
    }
    for name in rules.names() {
        if a.column(name).is_none() && b.column(name).is_none() {
            mismatches.push(Mismatch::UnusedRule {
                column: name.to_string(),
            });
        }
    }
    let mut columns = Vec::new();
    for column in a.columns() {
        match b.column(&column.name) {
            None => mismatches.push(Mismatch::OnlyInA {
                column: column.name.clone(),
            }),
            Some(other) if other.unit != column.unit => mismatches.push(Mismatch::Units {
                column: column.name.clone(),
                a: column.unit.clone(),
                b: other.unit.clone(),
            }),
            Some(other) => columns.push(compare_columns(column, other, rules.of(&column.name))),
        }
    }
    for column in b.columns() {
        if a.column(&column.name).is_none() {
            mismatches.push(Mismatch::OnlyInB {
                column: column.name.clone(),
            });
        }
    }
    if columns.iter().all(|column| column.n_compared == 0) {
        mismatches.push(Mismatch::NothingCompared);
    }
    Report {
        columns,
        mismatches,
    }
}

fn compare_columns(a: &Column, b: &Column, tolerance: Tolerance) -> ColumnReport {
    let mut report = ColumnReport::new(a.header(), tolerance);
    for row in 0..a.data.len().min(b.data.len()) {
        let pair = Pair {
            row,
            a: a.data.float(row),
            b: b.data.float(row),
        };
        if pair.a.is_none() && pair.b.is_none() {
            report.n_both_missing += 1;
            continue;
        }
        let excess = match (count(&a.data, row), count(&b.data, row)) {
            // Large counts differ before their roundings to `f64` do.
            (Some(m), Some(n)) => tolerance.excess_of_counts(m, n),
            _ => tolerance.excess(pair.a, pair.b),
        };
        report.add(pair, excess);
    }
    report
}

fn count(data: &ColumnData, row: usize) -> Option<u64> {
    match data {
        ColumnData::Integer(values) => values.get(row).copied().flatten(),
        ColumnData::Float(_) => None,
    }
}

#[cfg(test)]
mod tests;
