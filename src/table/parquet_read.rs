//! Parquet in: our own tables, and any other of numbers without nesting.
//! Takes a path, gives a table or an error that names the column. Must not know what is in it.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, ConvertedType, LogicalType, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::DataType;
use parquet::errors::{ParquetError, Result as Decoded};
use parquet::file::metadata::{ParquetMetaDataReader, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};

use super::csv_read::split_header;
use super::{Column, ColumnData, ColumnKind, Table, TableError};
use crate::caught::guarded;

/// Rows decoded at once.
const BATCH: usize = 1 << 16;

/// Compressions that can be undone here. Others need a library each.
const READABLE: [Compression; 2] = [Compression::UNCOMPRESSED, Compression::SNAPPY];

/// Reads a table. Names `name [unit]` are taken apart. Whole numbers that are not negative are
/// counts, all others real numbers.
pub(super) fn read_parquet(path: &Path) -> Result<Table, TableError> {
    let file = File::open(path).map_err(|source| TableError::Read {
        path: path.to_path_buf(),
        source,
    })?;
    let metadata = undamaged(|| ParquetMetaDataReader::new().parse_and_finish(&file));
    let metadata = metadata.map_err(|error| unreadable(path, &error))?;
    let (file, columns) = (Arc::new(file), metadata.file_metadata().schema_descr());
    let mut all: Vec<Option<ColumnData>> = vec![None; columns.num_columns()];
    for group in metadata.row_groups() {
        let more = read_group(path, &file, columns, group)?;
        for (all, more) in all.iter_mut().zip(more) {
            *all = Some(match all.take() {
                None => more,
                Some(all) => joined(all, more),
            });
        }
    }
    let columns = columns.columns().iter().zip(all).map(|(column, data)| {
        let (name, unit) = split_header(column.name());
        let whole = !matches!(column.physical_type(), Physical::DOUBLE | Physical::FLOAT);
        let kind = if whole {
            ColumnKind::Integer
        } else {
            ColumnKind::Float
        };
        Column::new(name, unit, data.unwrap_or_else(|| ColumnData::empty(kind)))
    });
    Table::new(columns.collect()).map_err(|error| match error {
        TableError::DuplicateColumn { name } => TableError::DuplicateHeader {
            path: path.to_path_buf(),
            name,
        },
        other => other,
    })
}

fn unreadable(path: &Path, error: &ParquetError) -> TableError {
    let text = error.to_string();
    let why = text.strip_prefix("Parquet error: ").unwrap_or(&text);
    refused(path, why)
}

fn refused(path: &Path, why: &str) -> TableError {
    TableError::NoParquet {
        path: path.to_path_buf(),
        why: why.to_owned(),
    }
}

/// The library panics at some damage; to the user that is a damaged file, too.
fn undamaged<T>(decode: impl FnOnce() -> Decoded<T>) -> Decoded<T> {
    guarded(decode).unwrap_or_else(|_| Err(ParquetError::General("it is damaged".into())))
}

/// Counts and real numbers together are real numbers.
fn joined(all: ColumnData, more: ColumnData) -> ColumnData {
    match (all, more) {
        (ColumnData::Integer(mut all), ColumnData::Integer(more)) => {
            all.extend(more);
            ColumnData::Integer(all)
        }
        (all, more) => {
            let values = |data: &ColumnData| -> Vec<Option<f64>> {
                (0..data.len()).map(|row| data.float(row)).collect()
            };
            let mut floats = match all {
                ColumnData::Float(floats) => floats,
                counts => values(&counts),
            };
            floats.extend(values(&more));
            ColumnData::Float(floats)
        }
    }
}

/// The columns of a row group.
///
/// # Errors
/// [`TableError::NoParquet`] if a column holds no numbers, or its bytes cannot be decoded.
pub(super) fn read_group(
    path: &Path,
    file: &Arc<File>,
    columns: &SchemaDescriptor,
    group: &RowGroupMetaData,
) -> Result<Vec<ColumnData>, TableError> {
    let n = usize::try_from(group.num_rows()).unwrap_or(0);
    let of = |(i, column): (usize, &Arc<ColumnDescriptor>)| {
        let name = column.path().parts().join(".");
        let kind = Kind::of(column)
            .ok_or_else(|| refused(path, &format!("its column `{name}` holds no plain numbers")))?;
        let compression = group.column(i).compression();
        if !READABLE.contains(&compression) {
            let why = format!(
                "its column `{name}` is compressed as {compression}; write it with Snappy, or without compression"
            );
            return Err(refused(path, &why));
        }
        let decoded = undamaged(|| {
            let pages = SerializedPageReader::new(Arc::clone(file), group.column(i), n, None)?;
            let reader = get_column_reader(Arc::clone(column), Box::new(pages));
            kind.read(reader, column.max_def_level() > 0, n)
        });
        decoded.map_err(|error| unreadable(path, &error))
    };
    columns.columns().iter().enumerate().map(of).collect()
}

/// Types of one number each.
const NUMBERS: [Physical; 5] = [
    Physical::DOUBLE,
    Physical::FLOAT,
    Physical::INT64,
    Physical::INT32,
    Physical::BOOLEAN,
];

/// How the values of a column are to be understood.
enum Kind {
    Plain,
    Unsigned,
}

impl Kind {
    /// `None` if they are no numbers, or more than one in a row.
    fn of(column: &ColumnDescriptor) -> Option<Kind> {
        let flat = column.max_rep_level() == 0 && column.max_def_level() <= 1;
        let number = NUMBERS.contains(&column.physical_type());
        let signed = match (column.logical_type_ref(), column.converted_type()) {
            (Some(LogicalType::Integer(whole)), _) => whole.is_signed,
            (Some(_), _) => return None,
            (None, ConvertedType::NONE) => true,
            (None, ConvertedType::INT_8 | ConvertedType::INT_16) => true,
            (None, ConvertedType::INT_32 | ConvertedType::INT_64) => true,
            (None, ConvertedType::UINT_8 | ConvertedType::UINT_16) => false,
            (None, ConvertedType::UINT_32 | ConvertedType::UINT_64) => false,
            (None, _) => return None,
        };
        (flat && number).then_some(if signed { Kind::Plain } else { Kind::Unsigned })
    }

    fn read(&self, reader: ColumnReader, nullable: bool, n: usize) -> Decoded<ColumnData> {
        Ok(match (reader, self) {
            (ColumnReader::DoubleColumnReader(reader), _) => {
                ColumnData::Float(values(reader, nullable, n, |x| x)?)
            }
            (ColumnReader::FloatColumnReader(reader), _) => {
                ColumnData::Float(values(reader, nullable, n, f64::from)?)
            }
            (ColumnReader::BoolColumnReader(reader), _) => {
                ColumnData::Integer(values(reader, nullable, n, u64::from)?)
            }
            (ColumnReader::Int32ColumnReader(reader), Kind::Unsigned) => {
                let unsigned = |n: i32| u64::from(n.cast_unsigned());
                ColumnData::Integer(values(reader, nullable, n, unsigned)?)
            }
            (ColumnReader::Int64ColumnReader(reader), Kind::Unsigned) => {
                ColumnData::Integer(values(reader, nullable, n, i64::cast_unsigned)?)
            }
            (ColumnReader::Int32ColumnReader(reader), Kind::Plain) => {
                signed(values(reader, nullable, n, i64::from)?)
            }
            (ColumnReader::Int64ColumnReader(reader), Kind::Plain) => {
                signed(values(reader, nullable, n, |n| n)?)
            }
            _ => {
                return Err(ParquetError::General(
                    "a column has changed its type".into(),
                ));
            }
        })
    }
}

/// Counts, if none is negative.
fn signed(values: Vec<Option<i64>>) -> ColumnData {
    if values.iter().flatten().all(|n| *n >= 0) {
        let counts = values.into_iter().map(|n| n.map(i64::cast_unsigned));
        return ColumnData::Integer(counts.collect());
    }
    #[expect(clippy::cast_precision_loss, reason = "as in a table read from CSV")]
    ColumnData::Float(values.into_iter().map(|n| n.map(|n| n as f64)).collect())
}

fn values<D: DataType, T>(
    mut reader: ColumnReaderImpl<D>,
    nullable: bool,
    n: usize,
    of: impl Fn(D::T) -> T,
) -> Decoded<Vec<Option<T>>> {
    let (mut out, mut present, mut block) = (Vec::new(), Vec::new(), Vec::new());
    while out.len() < n {
        present.clear();
        block.clear();
        let levels = nullable.then_some(&mut present);
        let most = BATCH.min(n - out.len());
        let (rows, _, _) = reader.read_records(most, levels, None, &mut block)?;
        if rows == 0 {
            let why = format!("a column ends after {} of {n} rows", out.len());
            return Err(ParquetError::EOF(why));
        }
        let mut found = block.drain(..);
        match nullable {
            false => out.extend(found.map(|value| Some(of(value)))),
            true => out.extend(present.iter().map(|level| match level {
                0 => None,
                _ => found.next().map(&of),
            })),
        }
    }
    Ok(out)
}
