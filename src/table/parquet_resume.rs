//! Parquet taken up again where an earlier run left off, however it ended.
//!
//! Takes the partial file, those beside it, and a number of rows to keep; gives a writer that goes
//! on below them, to the same bytes as one that was never stopped.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use parquet::file::metadata::RowGroupMetaData;

use super::parquet_group::OpenRows;
use super::parquet_layout::Layout;
use super::parquet_read::read_group;
use super::parquet_side::{Groups, Rows};
use super::parquet_write::{GROUP_ROWS, MARK, ParquetWriter, in_memory};
use super::{Column, ColumnData, Existing, FileError, Schema, Table, TableError, partial_path};

/// Whole rows of the partial file of `path` (the final name) and those beside it; none if there is
/// no such file.
pub(super) fn whole_rows(path: &Path) -> Result<Option<u64>, TableError> {
    if !partial_path(path).exists() {
        return Ok(None);
    }
    let found = Groups::read(path).and_then(|groups| Ok((groups, Rows::count(path)?)));
    let (groups, (first, open)) = found.map_err(|source| read_error(path, source))?;
    let closed: u64 = groups.iter().map(|(group, _)| rows_of(group)).sum();
    // Rows of an earlier group have their place in the file already.
    let open = if first == closed { open } else { 0 };
    Ok(Some(closed + open))
}

impl ParquetWriter {
    /// Opens the partial file of `path`, keeps its first `rows` rows and shows them to `show`,
    /// some at a time. Wherever the program is killed meanwhile, these rows stay.
    pub(super) fn resume(
        path: &Path,
        schema: &Schema,
        existing: Existing,
        rows: u64,
        show: &mut dyn FnMut(&Table),
    ) -> Result<ParquetWriter, TableError> {
        if existing == Existing::Refuse && path.exists() {
            let path = path.to_path_buf();
            return Err(FileError::Exists { path }.into());
        }
        let failed = |source| read_error(path, source);
        let found = whole_rows(path)?.unwrap_or(0);
        if found < rows {
            return Err(TableError::FewerRows {
                path: partial_path(path),
                found,
                expected: rows,
            });
        }
        let layout = Layout::new(schema).map_err(|error| failed(in_memory(error)))?;
        let opened = File::options()
            .read(true)
            .write(true)
            .open(partial_path(path));
        let file = Arc::new(opened.map_err(failed)?);
        let mut part = Part::new(Groups::read(path).map_err(failed)?, rows);
        part.check_columns(&layout)?;
        for group in &part.groups {
            show(&table(schema, decode(path, &file, &layout, group)?)?);
        }
        let open = match &part.cut {
            None => Rows::read(path, schema, part.open).map_err(failed)?,
            Some(group) => decode(path, &file, &layout, group)?,
        };
        let open = first_rows(&table(schema, open)?, part.open)?;
        show(&open);
        // The open rows are safe before the group that had them is given up.
        let rows_file = match &part.cut {
            None if part.open > 0 => Rows::open(path, schema.columns.len(), part.open),
            // What stands there is of another group, or nothing.
            _ => Rows::replace(path, part.closed, &open),
        };
        let rows_file = rows_file.map_err(failed)?;
        let groups_file = Groups::open(path, part.end).map_err(failed)?;
        file.set_len(part.bytes).map_err(failed)?;
        let mut open_rows = OpenRows::new(schema);
        open_rows.push(&open, 0..open.n_rows());
        Ok(ParquetWriter {
            path: path.to_path_buf(),
            file: file.try_clone().map_err(failed)?,
            layout,
            groups: std::mem::take(&mut part.groups),
            closed: part.closed,
            bytes: part.bytes,
            groups_file,
            open: open_rows,
            rows_file,
            group_rows: GROUP_ROWS,
        })
    }
}

/// The part of a file that is kept.
struct Part {
    /// Whole groups.
    groups: Vec<RowGroupMetaData>,
    /// Where their entries end beside the file.
    end: u64,
    /// Where they end in the file.
    bytes: u64,
    /// Rows in these.
    closed: u64,
    /// Rows after these.
    open: u64,
    /// The group that has the rows after these, where one does.
    cut: Option<RowGroupMetaData>,
}

impl Part {
    /// The first `rows` rows of a file of these groups.
    fn new(all: Vec<(RowGroupMetaData, u64)>, rows: u64) -> Part {
        let mut part = Part {
            groups: Vec::new(),
            end: 0,
            bytes: MARK.len() as u64,
            closed: 0,
            open: rows,
            cut: None,
        };
        for (group, end) in all {
            let n = rows_of(&group);
            if n > part.open {
                // Where no row of it is kept it is given up all the same.
                part.cut = Some(group);
                break;
            }
            part.open -= n;
            part.closed += n;
            part.bytes += u64::try_from(group.compressed_size()).unwrap_or(0);
            part.end = end;
            part.groups.push(group);
        }
        part
    }

    fn check_columns(&self, layout: &Layout) -> Result<(), TableError> {
        let names = |columns: &[Arc<parquet::schema::types::ColumnDescriptor>]| {
            let names: Vec<&str> = columns.iter().map(|column| column.name()).collect();
            names.join(", ")
        };
        let mut groups = self.groups.iter().chain(&self.cut);
        match groups.find(|group| group.schema_descr().columns() != layout.columns.columns()) {
            None => Ok(()),
            Some(group) => Err(TableError::SchemaMismatch {
                expected: names(group.schema_descr().columns()),
                found: names(layout.columns.columns()),
            }),
        }
    }
}

fn rows_of(group: &RowGroupMetaData) -> u64 {
    u64::try_from(group.num_rows()).unwrap_or(0)
}

fn decode(
    path: &Path,
    file: &Arc<File>,
    layout: &Layout,
    group: &RowGroupMetaData,
) -> Result<Vec<ColumnData>, TableError> {
    read_group(&partial_path(path), file, &layout.columns, group)
}

fn table(schema: &Schema, columns: Vec<ColumnData>) -> Result<Table, TableError> {
    let columns = schema.columns.iter().zip(columns);
    let columns = columns.map(|(spec, data)| Column::new(&spec.name, &spec.unit, data));
    Table::new(columns.collect())
}

fn first_rows(table: &Table, n: u64) -> Result<Table, TableError> {
    let n = usize::try_from(n).unwrap_or(usize::MAX).min(table.n_rows());
    let columns = table.columns().iter().map(|column| Column {
        data: match &column.data {
            ColumnData::Float(values) => ColumnData::Float(values[..n].to_vec()),
            ColumnData::Integer(values) => ColumnData::Integer(values[..n].to_vec()),
        },
        ..column.clone()
    });
    Table::new(columns.collect())
}

fn read_error(path: &Path, source: io::Error) -> TableError {
    TableError::Read {
        path: partial_path(path),
        source,
    }
}
