//! What a comparison found, as data and as text. Takes pairs of values, keeps the worst.
//! Must not know tables.

use std::cmp::Ordering;
use std::fmt;

use super::Tolerance;

/// Pairs kept per column, the worst first.
const KEPT: usize = 3;

/// The values of one row in two tables.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Row number, from 0.
    pub row: usize,
    /// Value in the first table, in the column's unit; `None` if missing.
    pub a: Option<f64>,
    /// Value in the second table.
    pub b: Option<f64>,
}

impl Pair {
    /// |a − b| in the column's unit; `None` if either is missing.
    pub fn difference(&self) -> Option<f64> {
        Some((self.a? - self.b?).abs())
    }
}

/// What was found in one column.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnReport {
    /// `name [unit]`.
    pub header: String,
    /// What was allowed.
    pub tolerance: Tolerance,
    /// Rows with a value in at least one table.
    pub n_compared: usize,
    /// Rows that are missing in both, which counts as agreement.
    pub n_both_missing: usize,
    /// Rows beyond the tolerance.
    pub n_failed: usize,
    /// The rows that differ most in terms of the tolerance, the worst first, at most three;
    /// with rows that agree, too, so that the size of errors is seen.
    pub worst: Vec<Pair>,
    excess: Vec<f64>,
}

impl ColumnReport {
    pub(super) fn new(header: String, tolerance: Tolerance) -> ColumnReport {
        ColumnReport {
            header,
            tolerance,
            n_compared: 0,
            n_both_missing: 0,
            n_failed: 0,
            worst: Vec::new(),
            excess: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, pair: Pair, excess: f64) {
        self.n_compared += 1;
        // Written so that an excess that is no number would count as a failure.
        let agrees = matches!(
            excess.partial_cmp(&1.0),
            Some(Ordering::Less | Ordering::Equal)
        );
        if !agrees {
            self.n_failed += 1;
        }
        let place = self.excess.partition_point(|other| *other >= excess);
        if place < KEPT {
            self.worst.insert(place, pair);
            self.excess.insert(place, excess);
            self.worst.truncate(KEPT);
            self.excess.truncate(KEPT);
        }
    }

    /// True if no row is beyond the tolerance.
    pub fn passed(&self) -> bool {
        self.n_failed == 0
    }
}

/// Tables that are not comparable as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// Different numbers of rows.
    Rows {
        /// Rows of the first table.
        a: usize,
        /// Rows of the second table.
        b: usize,
    },
    /// A column that the second table lacks.
    OnlyInA {
        /// Its name.
        column: String,
    },
    /// A column that the first table lacks.
    OnlyInB {
        /// Its name.
        column: String,
    },
    /// One name, two units.
    Units {
        /// The name of the column.
        column: String,
        /// Unit in the first table.
        a: String,
        /// Unit in the second table.
        b: String,
    },
    /// A rule for a column that neither table has.
    UnusedRule {
        /// The name in the rule.
        column: String,
    },
    /// There was not one value to compare.
    NothingCompared,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mismatch::Rows { a, b } => write!(f, "{a} rows against {b}"),
            Mismatch::OnlyInA { column } => write!(f, "only the first table has `{column}`"),
            Mismatch::OnlyInB { column } => write!(f, "only the second table has `{column}`"),
            Mismatch::Units { column, a, b } => {
                write!(f, "`{column}` is in [{a}] and in [{b}]")
            }
            Mismatch::UnusedRule { column } => {
                write!(f, "there is a tolerance for `{column}`, but no such column")
            }
            Mismatch::NothingCompared => write!(f, "there is nothing to compare"),
        }
    }
}

/// What a comparison of two tables found. Printed, it has a line for each mismatch and column,
/// and one for each of the worst rows of a column that failed.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a comparison says nothing until its report is read"]
pub struct Report {
    /// The columns both tables have, in the first one's order.
    pub columns: Vec<ColumnReport>,
    /// What makes the tables differ as a whole.
    pub mismatches: Vec<Mismatch>,
}

impl Report {
    /// True if the tables agree in every respect.
    pub fn passed(&self) -> bool {
        self.mismatches.is_empty() && self.columns.iter().all(ColumnReport::passed)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for mismatch in &self.mismatches {
            writeln!(f, "DIFFERENT {mismatch}")?;
        }
        let width = self.columns.iter().map(|c| c.header.chars().count()).max();
        for column in &self.columns {
            write_column(f, column, width.unwrap_or(0))?;
        }
        Ok(())
    }
}

fn write_column(f: &mut fmt::Formatter<'_>, column: &ColumnReport, width: usize) -> fmt::Result {
    let verdict = if column.passed() {
        "ok       "
    } else {
        "DIFFERENT"
    };
    let ColumnReport {
        header, tolerance, ..
    } = column;
    write!(f, "{verdict} {header:<width$}  {tolerance}: ")?;
    if column.passed() {
        write!(f, "{} rows", column.n_compared)?;
    } else {
        write!(f, "{} of {} rows", column.n_failed, column.n_compared)?;
    }
    if let Some(pair) = column.worst.first()
        && let Some(difference) = pair.difference()
    {
        write!(f, ", worst {difference:.2e} in row {}", pair.row)?;
    }
    if column.n_both_missing > 0 {
        write!(f, ", {} missing in both", column.n_both_missing)?;
    }
    writeln!(f)?;
    let shown = if column.passed() { 0 } else { column.n_failed };
    for pair in column.worst.iter().take(shown) {
        let text = |x: Option<f64>| x.map_or("missing".to_string(), |x| x.to_string());
        writeln!(
            f,
            "            row {}: {} against {}",
            pair.row,
            text(pair.a),
            text(pair.b)
        )?;
    }
    Ok(())
}
