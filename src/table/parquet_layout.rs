//! How a table stands in a Parquet file: its columns, how they are encoded, its footer.
//!
//! Takes a schema; gives what the library needs to write its columns, and the bytes of a footer.
//! Must not know rows or files.

use std::sync::Arc;

use parquet::basic::{Compression, Encoding, Repetition, Type as Physical};
use parquet::errors::Result;
use parquet::file::metadata::{
    FileMetaData, KeyValue, ParquetMetaData, ParquetMetaDataWriter, RowGroupMetaData,
};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::schema::types::{ColumnPath, SchemaDescPtr, SchemaDescriptor, Type};

use super::{ColumnKind, ColumnSpec, Facts, Schema};

/// Bytes of distinct values up to which a column of a row group is written as numbers of these: an
/// axis has few values, a result has as many as there are rows.
const DICTIONARY: usize = 1 << 16;

/// The columns of a table as the library sees them. Each may have missing values.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) schema: Schema,
    pub(super) columns: SchemaDescPtr,
    pub(super) properties: WriterPropertiesPtr,
}

impl Layout {
    pub(super) fn new(schema: &Schema) -> Result<Layout> {
        let fields: Result<Vec<_>> = schema.columns.iter().map(field).collect();
        let root = Type::group_type_builder("schema").with_fields(fields?);
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_dictionary_page_size_limit(DICTIONARY)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true);
        let columns = schema.columns.iter();
        let properties = columns.fold(properties, |properties, spec| {
            let path = ColumnPath::new(vec![spec.header()]);
            properties.set_column_encoding(path, encoding(spec.kind))
        });
        Ok(Layout {
            schema: schema.clone(),
            columns: Arc::new(SchemaDescriptor::new(Arc::new(root.build()?))),
            properties: Arc::new(properties.build()),
        })
    }

    /// What stands at the end of a file of these row groups.
    pub(super) fn footer(&self, groups: &[RowGroupMetaData], facts: &Facts) -> Result<Vec<u8>> {
        let pairs = facts.iter();
        let pairs = pairs.map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
        let file = FileMetaData::new(
            self.properties.writer_version().as_num(),
            groups.iter().map(RowGroupMetaData::num_rows).sum(),
            Some(self.properties.created_by().to_owned()),
            Some(pairs.collect()),
            Arc::clone(&self.columns),
            None,
        );
        let mut bytes = Vec::new();
        ParquetMetaDataWriter::new(&mut bytes, &ParquetMetaData::new(file, groups.to_vec()))
            .finish()?;
        Ok(bytes)
    }
}

fn field(spec: &ColumnSpec) -> Result<Arc<Type>> {
    // Counts are signed: with unsigned ones a difference of two columns wraps in most programs.
    let physical = match spec.kind {
        ColumnKind::Float => Physical::DOUBLE,
        ColumnKind::Integer => Physical::INT64,
    };
    let field = Type::primitive_type_builder(&spec.header(), physical)
        .with_repetition(Repetition::OPTIONAL)
        .build();
    field.map(Arc::new)
}

/// For values that are no few.
fn encoding(kind: ColumnKind) -> Encoding {
    match kind {
        // Results in f32 have 29 bits of zeros as f64, which compress once they stand together.
        ColumnKind::Float => Encoding::BYTE_STREAM_SPLIT,
        // Cell numbers differ by 1.
        ColumnKind::Integer => Encoding::DELTA_BINARY_PACKED,
    }
}
