//! A table on its way to a file, in the format that the file's name says.
//!
//! Takes tables of one schema; gives a file that bears its final name only when it is complete.
//! The one way out for tables that are too large for memory.

use std::path::Path;

use super::parquet_write::ParquetWriter;
use super::{
    CsvWriter, Existing, Schema, Table, TableError, csv_resume, parquet_resume, parquet_side,
};

/// What a file says of itself: names and texts. CSV has no place for them.
pub type Facts = [(String, String)];

/// A format of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text, numbers with 9 digits.
    Csv,
    /// Columns of numbers as they are, compressed, with [`Facts`].
    Parquet,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 2] = [Format::Csv, Format::Parquet];

    /// The end of a file's name, and the name of the format.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Parquet => "parquet",
        }
    }

    /// The format that a file's name says; CSV where it says nothing.
    pub fn of(path: &Path) -> Format {
        let end = path.extension().unwrap_or_default();
        match end.eq_ignore_ascii_case(Format::Parquet.extension()) {
            true => Format::Parquet,
            false => Format::Csv,
        }
    }
}

/// Writes `NAME.partial.csv` or `NAME.partial.parquet` and gives it its final name when finished.
///
/// A row that was appended is kept, however the program ends: [`whole_rows`] counts it, and
/// [`resume`](Self::resume) goes on below it.
#[derive(Debug)]
pub struct TableWriter(Kind);

#[derive(Debug)]
enum Kind {
    Csv(CsvWriter),
    // Much the larger of the two.
    Parquet(Box<ParquetWriter>),
}

impl TableWriter {
    /// Creates the partial file of `path` (the final name).
    ///
    /// # Errors
    /// [`TableError::File`] if either file exists and `existing` refuses that, if the folder
    /// cannot be written, or if the disk is full.
    pub fn create(
        path: &Path,
        schema: &Schema,
        existing: Existing,
    ) -> Result<TableWriter, TableError> {
        Ok(TableWriter(match Format::of(path) {
            Format::Csv => Kind::Csv(CsvWriter::create(path, schema, existing)?),
            Format::Parquet => {
                Kind::Parquet(Box::new(ParquetWriter::create(path, schema, existing)?))
            }
        }))
    }

    /// Opens the partial file of `path`, keeps its first `rows` rows and shows them to `show`,
    /// some at a time.
    ///
    /// # Errors
    /// [`TableError`] if the final file exists and `existing` refuses that, if the partial file
    /// cannot be read or written, if its columns are others, if it has fewer whole rows, or if it
    /// is damaged.
    pub fn resume(
        path: &Path,
        schema: &Schema,
        existing: Existing,
        rows: u64,
        show: &mut dyn FnMut(&Table),
    ) -> Result<TableWriter, TableError> {
        Ok(TableWriter(match Format::of(path) {
            Format::Csv => Kind::Csv(CsvWriter::resume(path, schema, existing, rows, show)?),
            Format::Parquet => Kind::Parquet(Box::new(ParquetWriter::resume(
                path, schema, existing, rows, show,
            )?)),
        }))
    }

    /// Adds rows and hands them to the operating system before it returns.
    ///
    /// # Errors
    /// [`TableError::SchemaMismatch`] if the columns are others, and nothing is written;
    /// [`TableError::File`] if the disk is full or fails, and the whole rows written stay.
    pub fn append(&mut self, rows: &Table) -> Result<(), TableError> {
        match &mut self.0 {
            Kind::Csv(writer) => writer.append(rows),
            Kind::Parquet(writer) => writer.append(rows),
        }
    }

    /// Rows written so far.
    #[must_use]
    pub fn n_rows(&self) -> u64 {
        match &self.0 {
            Kind::Csv(writer) => writer.n_rows(),
            Kind::Parquet(writer) => writer.n_rows(),
        }
    }

    /// Ends a run early: the partial file can be read by others now, with all rows written so far.
    ///
    /// # Errors
    /// [`TableError::File`] if the disk is full or fails. The rows are kept for
    /// [`resume`](Self::resume) all the same.
    pub fn keep(mut self, facts: &Facts) -> Result<(), TableError> {
        match &mut self.0 {
            // It always can be.
            Kind::Csv(_) => Ok(()),
            Kind::Parquet(writer) => writer.keep(facts),
        }
    }

    /// Completes the file: its rows are on the disk, then it gets its final name, replacing an
    /// earlier file of that name. Returns the number of rows. What stands beside it is left, so
    /// that its partial name could be given back: see [`clear`].
    ///
    /// # Errors
    /// [`TableError::File`] if the disk is full or the name cannot be given; the partial file
    /// stays.
    pub fn finish(self, facts: &Facts) -> Result<u64, TableError> {
        match self.0 {
            Kind::Csv(writer) => writer.finish(),
            Kind::Parquet(writer) => writer.finish(facts),
        }
    }
}

/// Whole rows of the partial file of `path` (the final name); none if there is no such file.
///
/// # Errors
/// [`TableError::Read`] if it cannot be read.
pub fn whole_rows(path: &Path) -> Result<Option<u64>, TableError> {
    match Format::of(path) {
        Format::Csv => csv_resume::whole_rows(path),
        Format::Parquet => parquet_resume::whole_rows(path),
    }
}

/// Removes what a writer of the finished table `path` left beside it.
pub fn clear(path: &Path) {
    match Format::of(path) {
        Format::Csv => {}
        Format::Parquet => parquet_side::remove(path),
    }
}
