//! Columns with names, units and missing values; tables to and from CSV; tables as short text.
//!
//! Takes columns made by others, gives files, text and columns back.
//! Must not know what the columns mean: no cells, spikes, models or devices here, and nothing
//! of ours is imported. The only module that uses the crate `csv`.
//!
//! A missing value is `None`, an empty CSV field, and `-` in the terminal; it is never 0.

mod column;
mod csv_read;
mod csv_resume;
mod csv_write;
mod error;
mod file;
mod number;
#[cfg(test)]
mod tests;
mod text;

pub use column::{Column, ColumnData, ColumnKind, ColumnSpec, Schema, Table};
pub use csv_read::read_csv;
pub use csv_resume::whole_rows;
pub use csv_write::CsvWriter;
pub use error::TableError;
pub use file::{Existing, FileError, partial_path, write_whole};
pub use number::{as_written, push_float};
pub use text::render_text;
