//! Columns with names, units and missing values; tables to and from CSV and Parquet; tables as short
//! text.
//!
//! Takes columns made by others, gives files, text and columns back.
//! Must not know what the columns mean: no cells, spikes, models or devices here, and nothing
//! of ours is imported. The only module that uses the crates `csv` and `parquet`.
//!
//! A missing value is `None`, an empty CSV field, a Parquet null, and `-` in the terminal; it is
//! never 0.

mod column;
mod csv_read;
mod csv_resume;
mod csv_write;
mod error;
mod file;
mod number;
mod parquet_group;
mod parquet_layout;
mod parquet_read;
mod parquet_resume;
mod parquet_side;
#[cfg(test)]
mod parquet_tests;
mod parquet_write;
mod reader;
#[cfg(test)]
mod tests;
mod text;
mod writer;

use csv_write::CsvWriter;

pub use column::{Column, ColumnData, ColumnKind, ColumnSpec, Schema, Table};
pub use csv_read::read_csv;
pub use error::TableError;
pub use file::{Existing, FileError, partial_path, write_whole};
pub use number::{as_written, push_float};
pub use reader::read_table;
pub use text::render_text;
pub use writer::{Facts, Format, TableWriter, clear, whole_rows};
