//! Row groups: rows collected until there are enough, then encoded.
//!
//! Takes rows; gives the bytes of a row group and its entry in the footer. The bytes depend on the
//! rows alone, not on how they came. Must not know files.

use std::ops::Range;
use std::sync::Arc;

use parquet::data_type::{DoubleType, Int64Type};
use parquet::errors::Result;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::writer::{SerializedRowGroupWriter, TrackedWrite};

use super::parquet_layout::Layout;
use super::{Column, ColumnData, ColumnKind, Schema, Table, TableError};

/// Rows of a row group that is not full yet.
#[derive(Debug)]
pub(super) struct OpenRows {
    columns: Vec<OpenColumn>,
    n: usize,
}

#[derive(Debug)]
struct OpenColumn {
    /// For each row, 1 or, where the value is missing, 0.
    present: Vec<i16>,
    /// The values that are not missing.
    values: Values,
}

#[derive(Debug)]
enum Values {
    Float(Vec<f64>),
    Integer(Vec<i64>),
}

impl OpenRows {
    pub(super) fn new(schema: &Schema) -> OpenRows {
        let values = |kind| match kind {
            ColumnKind::Float => Values::Float(Vec::new()),
            ColumnKind::Integer => Values::Integer(Vec::new()),
        };
        let columns = schema.columns.iter().map(|spec| OpenColumn {
            present: Vec::new(),
            values: values(spec.kind),
        });
        OpenRows {
            columns: columns.collect(),
            n: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.n
    }

    /// Adds some rows of a table of the same schema, whose counts [`check`] has seen.
    pub(super) fn push(&mut self, rows: &Table, range: Range<usize>) {
        self.n += range.len();
        for (open, column) in self.columns.iter_mut().zip(rows.columns()) {
            match (&mut open.values, &column.data) {
                (Values::Float(all), ColumnData::Float(more)) => {
                    let more = &more[range.clone()];
                    all.extend(more.iter().flatten());
                    let present = more.iter().map(|value| i16::from(value.is_some()));
                    open.present.extend(present);
                }
                (Values::Integer(all), ColumnData::Integer(more)) => {
                    let more = &more[range.clone()];
                    all.extend(more.iter().flatten().map(|n| n.cast_signed()));
                    let present = more.iter().map(|value| i16::from(value.is_some()));
                    open.present.extend(present);
                }
                // A table of another schema was refused before.
                (Values::Float(_), ColumnData::Integer(_))
                | (Values::Integer(_), ColumnData::Float(_)) => {}
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.n = 0;
        for column in &mut self.columns {
            column.present.clear();
            match &mut column.values {
                Values::Float(values) => values.clear(),
                Values::Integer(values) => values.clear(),
            }
        }
    }

    /// The rows as the row group `number` of a file in which it begins at byte `offset`.
    pub(super) fn encode(
        &self,
        layout: &Layout,
        number: usize,
        offset: u64,
    ) -> Result<(Vec<u8>, RowGroupMetaData)> {
        let mut bytes = TrackedWrite::new(Vec::new());
        let mut group = SerializedRowGroupWriter::new(
            Arc::clone(&layout.columns),
            Arc::clone(&layout.properties),
            &mut bytes,
            i32::try_from(number)?,
            None,
        );
        for column in &self.columns {
            let Some(mut writer) = group.next_column()? else {
                break;
            };
            let present = Some(&column.present[..]);
            match &column.values {
                Values::Float(values) => writer
                    .typed::<DoubleType>()
                    .write_batch(values, present, None)?,
                Values::Integer(values) => writer
                    .typed::<Int64Type>()
                    .write_batch(values, present, None)?,
            };
            writer.close()?;
        }
        let entry = group.close()?;
        Ok((bytes.into_inner()?, moved(&entry, i64::try_from(offset)?)?))
    }
}

/// The entry of a row group that is put `by` bytes further on in the file.
fn moved(group: &RowGroupMetaData, by: i64) -> Result<RowGroupMetaData> {
    let columns = group.columns().iter().map(|column| {
        let dictionary = column.dictionary_page_offset();
        column
            .clone()
            .into_builder()
            .set_data_page_offset(column.data_page_offset() + by)
            .set_dictionary_page_offset(dictionary.map(|offset| offset + by))
            .build()
    });
    let columns = columns.collect::<Result<Vec<_>>>()?;
    let group = group.clone().into_builder();
    group
        .set_column_metadata(columns)
        .set_file_offset(by)
        .build()
}

/// Refuses counts that a signed number does not hold.
pub(super) fn check(rows: &Table) -> std::result::Result<(), TableError> {
    let too_large = |column: &Column| match &column.data {
        ColumnData::Integer(values) => values
            .iter()
            .flatten()
            .find(|n| i64::try_from(**n).is_err())
            .copied(),
        ColumnData::Float(_) => None,
    };
    let mut columns = rows.columns().iter();
    match columns.find_map(|column| Some((column, too_large(column)?))) {
        Some((column, value)) => Err(TableError::TooLarge {
            column: column.header(),
            value,
        }),
        None => Ok(()),
    }
}
