//! What can be wrong with a table or a table file. Takes nothing, gives messages.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::{FileError, Schema, Table};

/// A table that cannot be made, written or read.
#[derive(Debug)]
#[non_exhaustive]
pub enum TableError {
    /// The columns of one table have different lengths.
    UnequalColumns {
        /// Name of the first column that differs.
        column: String,
        /// Its number of rows.
        found: usize,
        /// Number of rows of the first column.
        expected: usize,
    },
    /// Two columns have one name.
    DuplicateColumn {
        /// The name.
        name: String,
    },
    /// Rows were appended to a table with other columns.
    SchemaMismatch {
        /// Headers of the table, separated by commas.
        expected: String,
        /// Headers of the rows.
        found: String,
    },
    /// A file could not be created, written or renamed.
    File(FileError),
    /// A file could not be opened or read.
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A file has no header line.
    NoHeader {
        /// The file.
        path: PathBuf,
    },
    /// A header occurs twice in a file.
    DuplicateHeader {
        /// The file.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// A row has more or fewer fields than the header.
    Ragged {
        /// The file.
        path: PathBuf,
        /// Line number, from 1.
        line: u64,
        /// Fields in the row.
        found: usize,
        /// Fields in the header.
        expected: usize,
    },
    /// An unfinished file has fewer whole rows than it should.
    FewerRows {
        /// The file.
        path: PathBuf,
        /// Whole rows in it.
        found: u64,
        /// Rows that were reported written.
        expected: u64,
    },
    /// A count is larger than a file of this format can hold.
    TooLarge {
        /// Header of the column.
        column: String,
        /// The count.
        value: u64,
    },
    /// A file is no Parquet, is damaged, or holds what is no table of numbers.
    NoParquet {
        /// The file.
        path: PathBuf,
        /// Why it cannot be read, in words.
        why: String,
    },
    /// A field is neither empty nor a number.
    NotANumber {
        /// The file.
        path: PathBuf,
        /// Line number, from 1.
        line: u64,
        /// Header of the column.
        column: String,
        /// The field as it stands.
        text: String,
    },
}

impl TableError {
    pub(super) fn mismatch(schema: &Schema, rows: &Table) -> TableError {
        let headers = |schema: &Schema| {
            let headers: Vec<String> = schema.columns.iter().map(|c| c.header()).collect();
            headers.join(", ")
        };
        TableError::SchemaMismatch {
            expected: headers(schema),
            found: headers(&rows.schema()),
        }
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TableError::UnequalColumns {
                column,
                found,
                expected,
            } => write!(
                f,
                "column `{column}` has {found} rows, the first column has {expected}"
            ),
            TableError::DuplicateColumn { name } => write!(f, "two columns are named `{name}`"),
            TableError::SchemaMismatch { expected, found } => {
                write!(
                    f,
                    "the rows have columns `{found}`, the table has `{expected}`"
                )
            }
            TableError::File(error) => error.fmt(f),
            TableError::Read { path, source } => {
                write!(
                    f,
                    "cannot read {}: {source}; give the path of a CSV table that you may read",
                    path.display()
                )
            }
            TableError::NoHeader { path } => write!(
                f,
                "{} is empty: expected a line of column names",
                path.display()
            ),
            TableError::DuplicateHeader { path, name } => {
                write!(
                    f,
                    "{}, line 1: two columns are named `{name}`",
                    path.display()
                )
            }
            TableError::Ragged {
                path,
                line,
                found,
                expected,
            } => write!(
                f,
                "{}, line {line}: {found} fields, but the header has {expected}",
                path.display()
            ),
            TableError::FewerRows {
                path,
                found,
                expected,
            } => write!(
                f,
                "{} has {found} whole rows, {expected} were written to it",
                path.display()
            ),
            TableError::TooLarge { column, value } => write!(
                f,
                "column `{column}`: {value} is too large for Parquet; write CSV"
            ),
            TableError::NoParquet { path, why } => {
                write!(f, "cannot read {} as Parquet: {why}", path.display())
            }
            TableError::NotANumber {
                path,
                line,
                column,
                text,
            } => write!(
                f,
                "{}, line {line}, column `{column}`: `{text}` is not a number \
                 (a missing value is an empty field)",
                path.display()
            ),
        }
    }
}

impl std::error::Error for TableError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            TableError::File(error) => error.source(),
            TableError::Read { source, .. } => Some(source),
            TableError::UnequalColumns { .. }
            | TableError::DuplicateColumn { .. }
            | TableError::SchemaMismatch { .. }
            | TableError::NoHeader { .. }
            | TableError::DuplicateHeader { .. }
            | TableError::Ragged { .. }
            | TableError::FewerRows { .. }
            | TableError::TooLarge { .. }
            | TableError::NoParquet { .. }
            | TableError::NotANumber { .. } => None,
        }
    }
}

impl From<FileError> for TableError {
    fn from(error: FileError) -> TableError {
        TableError::File(error)
    }
}
