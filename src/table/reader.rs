//! A table from a file, in whichever format it is. Takes a path, gives a table. The one way in for
//! files that a user names as tables.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::parquet_read::read_parquet;
use super::parquet_write::MARK;
use super::{Format, Table, TableError, read_csv};

/// Reads a table as Parquet if its name or its first bytes say so, else as CSV: see [`read_csv`].
///
/// From Parquet, whole numbers are counts if none in the column is negative, else real numbers.
///
/// # Errors
/// Those of [`read_csv`]; [`TableError::NoParquet`] where the file cannot be decoded or holds more
/// than plain numbers.
pub fn read_table(path: &Path) -> Result<Table, TableError> {
    match Format::of(path) == Format::Parquet || is_marked(path) {
        true => read_parquet(path),
        false => read_csv(path),
    }
}

/// Where it cannot be read, its reader says so.
fn is_marked(path: &Path) -> bool {
    let mut mark = [0; MARK.len()];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut mark));
    read.is_ok() && mark == MARK
}
