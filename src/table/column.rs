//! A table in memory: columns of equal length, and the schema that describes them.
//!
//! Takes values with explicit nulls, gives checked tables. Must not know files.

use super::TableError;

/// What kind of number a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Real numbers, `f64`.
    Float,
    /// Counts and numbers of things, `u64`.
    Integer,
}

/// Values of a column; `None` is a missing value.
///
/// `Some(NaN)` and infinities are values, written as `NaN` and `inf`; whoever fills the column
/// decides whether a non-finite result is shown or missing.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnData {
    /// Real numbers.
    Float(Vec<Option<f64>>),
    /// Counts and numbers of things.
    Integer(Vec<Option<u64>>),
}

impl ColumnData {
    /// No values yet, of the given kind.
    pub fn empty(kind: ColumnKind) -> ColumnData {
        match kind {
            ColumnKind::Float => ColumnData::Float(Vec::new()),
            ColumnKind::Integer => ColumnData::Integer(Vec::new()),
        }
    }

    /// Number of rows, missing ones included.
    pub fn len(&self) -> usize {
        match self {
            ColumnData::Float(values) => values.len(),
            ColumnData::Integer(values) => values.len(),
        }
    }

    /// True if there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether these are real numbers or counts.
    pub fn kind(&self) -> ColumnKind {
        match self {
            ColumnData::Float(_) => ColumnKind::Float,
            ColumnData::Integer(_) => ColumnKind::Integer,
        }
    }

    /// The value of a row as a real number; `None` if it is missing or there is no such row.
    /// Counts above 2^53 are rounded.
    pub fn float(&self, row: usize) -> Option<f64> {
        match self {
            ColumnData::Float(values) => values.get(row).copied().flatten(),
            ColumnData::Integer(values) => values.get(row).copied().flatten().map(|n| n as f64),
        }
    }
}

impl From<Vec<f64>> for ColumnData {
    fn from(values: Vec<f64>) -> ColumnData {
        ColumnData::Float(values.into_iter().map(Some).collect())
    }
}

impl From<Vec<u64>> for ColumnData {
    fn from(values: Vec<u64>) -> ColumnData {
        ColumnData::Integer(values.into_iter().map(Some).collect())
    }
}

impl From<Vec<Option<f64>>> for ColumnData {
    fn from(values: Vec<Option<f64>>) -> ColumnData {
        ColumnData::Float(values)
    }
}

impl From<Vec<Option<u64>>> for ColumnData {
    fn from(values: Vec<Option<u64>>) -> ColumnData {
        ColumnData::Integer(values)
    }
}

/// One column: name, unit, values.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Name, as in the first half of the header: `rate`.
    pub name: String,
    /// Unit as text, `Hz`; empty if dimensionless.
    pub unit: String,
    /// The values, in `unit`.
    pub data: ColumnData,
}

impl Column {
    /// A column; `unit` is empty if dimensionless.
    pub fn new(
        name: impl Into<String>,
        unit: impl Into<String>,
        data: impl Into<ColumnData>,
    ) -> Self {
        Column {
            name: name.into(),
            unit: unit.into(),
            data: data.into(),
        }
    }

    /// The header, `name [unit]`, or `name` alone if dimensionless.
    pub fn header(&self) -> String {
        header(&self.name, &self.unit)
    }

    /// Name, unit and kind.
    pub fn spec(&self) -> ColumnSpec {
        ColumnSpec {
            name: self.name.clone(),
            unit: self.unit.clone(),
            kind: self.data.kind(),
        }
    }
}

/// A column without its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnSpec {
    /// Name, as in the first half of the header.
    pub name: String,
    /// Unit as text; empty if dimensionless.
    pub unit: String,
    /// Real numbers or counts.
    pub kind: ColumnKind,
}

impl ColumnSpec {
    /// A column of real numbers in `unit`, empty if dimensionless.
    pub fn float(name: impl Into<String>, unit: impl Into<String>) -> Self {
        ColumnSpec {
            name: name.into(),
            unit: unit.into(),
            kind: ColumnKind::Float,
        }
    }

    /// A dimensionless column of counts or numbers of things.
    pub fn integer(name: impl Into<String>) -> Self {
        ColumnSpec {
            name: name.into(),
            unit: String::new(),
            kind: ColumnKind::Integer,
        }
    }

    /// The header, `name [unit]`, or `name` alone if dimensionless.
    pub fn header(&self) -> String {
        header(&self.name, &self.unit)
    }
}

fn header(name: &str, unit: &str) -> String {
    if unit.is_empty() {
        name.to_string()
    } else {
        format!("{name} [{unit}]")
    }
}

/// The columns of a table, in order, without values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// The columns, left to right.
    pub columns: Vec<ColumnSpec>,
}

impl Schema {
    /// A table of no rows.
    ///
    /// # Errors
    /// [`TableError::DuplicateColumn`] if a name occurs twice.
    pub fn empty_table(&self) -> Result<Table, TableError> {
        let column = |spec: &ColumnSpec| {
            let data = ColumnData::empty(spec.kind);
            Column::new(&spec.name, &spec.unit, data)
        };
        Table::new(self.columns.iter().map(column).collect())
    }
}

/// Columns of equal length with distinct names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    columns: Vec<Column>,
}

impl Table {
    /// A table of these columns, left to right.
    ///
    /// # Errors
    /// [`TableError::UnequalColumns`] if lengths differ, [`TableError::DuplicateColumn`] if a
    /// name occurs twice.
    pub fn new(columns: Vec<Column>) -> Result<Table, TableError> {
        for (i, column) in columns.iter().enumerate() {
            let expected = columns[0].data.len();
            let found = column.data.len();
            if found != expected {
                return Err(TableError::UnequalColumns {
                    column: column.name.clone(),
                    found,
                    expected,
                });
            }
            if columns[..i].iter().any(|other| other.name == column.name) {
                return Err(TableError::DuplicateColumn {
                    name: column.name.clone(),
                });
            }
        }
        Ok(Table { columns })
    }

    /// The columns, left to right.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column of that name, without its unit.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.data.len())
    }

    /// Names, units and kinds.
    pub fn schema(&self) -> Schema {
        Schema {
            columns: self.columns.iter().map(Column::spec).collect(),
        }
    }

    /// True if names, units and kinds are those of `schema`, in the same order.
    pub fn has_schema(&self, schema: &Schema) -> bool {
        let same = |(column, spec): (&Column, &ColumnSpec)| {
            column.name == spec.name && column.unit == spec.unit && column.data.kind() == spec.kind
        };
        self.columns.len() == schema.columns.len()
            && self.columns.iter().zip(&schema.columns).all(same)
    }

    /// Adds the rows of `other` below.
    ///
    /// # Errors
    /// [`TableError::SchemaMismatch`] if its columns are not the same; nothing is added then.
    pub fn append(&mut self, other: &Table) -> Result<(), TableError> {
        if !other.has_schema(&self.schema()) {
            return Err(TableError::mismatch(&self.schema(), other));
        }
        for (mine, theirs) in self.columns.iter_mut().zip(&other.columns) {
            match (&mut mine.data, &theirs.data) {
                (ColumnData::Float(a), ColumnData::Float(b)) => a.extend_from_slice(b),
                (ColumnData::Integer(a), ColumnData::Integer(b)) => a.extend_from_slice(b),
                (ColumnData::Float(_), ColumnData::Integer(_))
                | (ColumnData::Integer(_), ColumnData::Float(_)) => {
                    unreachable!("has_schema compared the kinds")
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_different_length_or_equal_name_are_refused() {
        let a = Column::new("a", "mV", vec![1.0, 2.0]);
        let short = Column::new("b", "", vec![1_u64]);
        let error = Table::new(vec![a.clone(), short]).expect_err("lengths differ");
        assert_eq!(
            error.to_string(),
            "column `b` has 1 rows, the first column has 2"
        );
        let error = Table::new(vec![a.clone(), a]).expect_err("name twice");
        assert_eq!(error.to_string(), "two columns are named `a`");
    }

    #[test]
    fn append_adds_rows_and_refuses_other_columns() {
        let mut table = Table::new(vec![Column::new("v", "mV", vec![1.0])]).expect("one column");
        let more = Table::new(vec![Column::new("v", "mV", vec![None, Some(2.0)])]).expect("valid");
        table.append(&more).expect("same columns");
        assert_eq!(
            table.columns()[0].data,
            vec![Some(1.0), None, Some(2.0)].into()
        );
        let other = Table::new(vec![Column::new("v", "V", vec![1.0])]).expect("one column");
        let error = table.append(&other).expect_err("another unit");
        assert_eq!(
            error.to_string(),
            "the rows have columns `v [V]`, the table has `v [mV]`"
        );
        assert_eq!(table.n_rows(), 3);
    }
}
