//! CSV taken up again where an earlier run left off, however it ended.
//!
//! Takes the partial file and a number of rows to keep; gives a writer that goes on below them.
//! What stands after them, a row cut in half included, is removed.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;

use super::csv_write::{BLOCK, header_line};
use super::{
    Column, ColumnData, CsvWriter, Existing, FileError, Schema, Table, TableError, partial_path,
};

/// Rows shown at once while they are passed over.
const ROWS_SHOWN: u64 = 1 << 13;

/// Whole rows of the partial file of `path` (the final name); none if there is no such file.
///
/// # Errors
/// [`TableError::Read`] if it cannot be read.
pub(super) fn whole_rows(path: &Path) -> Result<Option<u64>, TableError> {
    let partial = partial_path(path);
    let mut file = match File::open(&partial) {
        Ok(file) => BufReader::new(file),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(read_error(&partial, source)),
    };
    let mut lines = 0_u64;
    loop {
        let block = file.fill_buf().map_err(|e| read_error(&partial, e))?;
        if block.is_empty() {
            return Ok(Some(lines.saturating_sub(1)));
        }
        lines += block.iter().filter(|byte| **byte == b'\n').count() as u64;
        let n = block.len();
        file.consume(n);
    }
}

impl CsvWriter {
    /// Opens the partial file of `path`, keeps its first `rows` rows and shows them to `show`,
    /// some at a time.
    ///
    /// # Errors
    /// [`TableError`] if the final file exists and `existing` refuses that, if the partial file
    /// cannot be read or written, if its columns are others, if it has fewer whole rows, or if a
    /// field is no number.
    pub(super) fn resume(
        path: &Path,
        schema: &Schema,
        existing: Existing,
        rows: u64,
        show: &mut dyn FnMut(&Table),
    ) -> Result<CsvWriter, TableError> {
        if existing == Existing::Refuse && path.exists() {
            let path = path.to_path_buf();
            return Err(FileError::Exists { path }.into());
        }
        let partial = partial_path(path);
        let opened = File::options().read(true).write(true).open(&partial);
        let mut file = opened.map_err(|source| read_error(&partial, source))?;
        let bytes = Reader::new(&partial, schema, &file)?.pass_over(rows, show)?;
        let cut = file.set_len(bytes);
        cut.and_then(|()| file.seek(SeekFrom::Start(bytes)))
            .map_err(|source| read_error(&partial, source))?;
        Ok(CsvWriter {
            path: path.to_path_buf(),
            file,
            schema: schema.clone(),
            block: Vec::with_capacity(BLOCK + 4096),
            rows,
            bytes,
        })
    }
}

fn read_error(path: &Path, source: std::io::Error) -> TableError {
    let path = path.to_path_buf();
    TableError::Read { path, source }
}

/// Line after line of a partial file.
struct Reader<'a> {
    path: &'a Path,
    schema: &'a Schema,
    file: BufReader<&'a File>,
    line: Vec<u8>,
    /// Length of the lines read.
    bytes: u64,
}

impl<'a> Reader<'a> {
    /// Reads the header, which must be that of `schema`.
    fn new(path: &'a Path, schema: &'a Schema, file: &'a File) -> Result<Self, TableError> {
        let mut reader = Reader {
            path,
            schema,
            file: BufReader::with_capacity(BLOCK, file),
            line: Vec::new(),
            bytes: 0,
        };
        let whole = reader.next_line()?;
        if whole && reader.line == header_line(schema) {
            return Ok(reader);
        }
        let text = |line: &[u8]| String::from_utf8_lossy(line.trim_ascii()).into_owned();
        Err(TableError::SchemaMismatch {
            expected: text(&reader.line),
            found: text(&header_line(schema)),
        })
    }

    /// Reads a line; false if there is none or it is cut.
    fn next_line(&mut self) -> Result<bool, TableError> {
        self.line.clear();
        let read = self.file.read_until(b'\n', &mut self.line);
        let n = read.map_err(|source| read_error(self.path, source))?;
        let whole = self.line.ends_with(b"\n");
        if whole {
            self.bytes += n as u64;
        }
        Ok(whole)
    }

    /// Shows the first `rows` rows; gives the length of the file up to their end.
    fn pass_over(mut self, rows: u64, show: &mut dyn FnMut(&Table)) -> Result<u64, TableError> {
        let mut row = 0;
        while row < rows {
            let mut block: Vec<ColumnData> = self.empty();
            let end = rows.min(row + ROWS_SHOWN);
            while row < end {
                if !self.next_line()? {
                    return Err(TableError::FewerRows {
                        path: self.path.to_path_buf(),
                        found: row,
                        expected: rows,
                    });
                }
                row += 1;
                self.push_row(&mut block, row + 1)?;
            }
            show(&self.table(block)?);
        }
        Ok(self.bytes)
    }

    fn empty(&self) -> Vec<ColumnData> {
        let columns = self.schema.columns.iter();
        columns.map(|spec| ColumnData::empty(spec.kind)).collect()
    }

    fn table(&self, block: Vec<ColumnData>) -> Result<Table, TableError> {
        let columns = self.schema.columns.iter().zip(block);
        Table::new(
            columns
                .map(|(spec, data)| Column::new(&spec.name, &spec.unit, data))
                .collect(),
        )
    }

    fn push_row(&self, block: &mut [ColumnData], line: u64) -> Result<(), TableError> {
        let text = self.line.trim_ascii_end();
        let fields: Vec<&[u8]> = match text {
            b"\"\"" => vec![b""],
            _ => text.split(|byte| *byte == b',').collect(),
        };
        if fields.len() != self.schema.columns.len() {
            return Err(TableError::Ragged {
                path: self.path.to_path_buf(),
                line,
                found: fields.len(),
                expected: self.schema.columns.len(),
            });
        }
        for ((field, column), spec) in fields.into_iter().zip(block).zip(&self.schema.columns) {
            if !push_field(column, field) {
                return Err(TableError::NotANumber {
                    path: self.path.to_path_buf(),
                    line,
                    column: spec.header(),
                    text: String::from_utf8_lossy(field).into_owned(),
                });
            }
        }
        Ok(())
    }
}

/// Adds a field; false if it is not of the column's kind.
fn push_field(column: &mut ColumnData, field: &[u8]) -> bool {
    let text = std::str::from_utf8(field).ok();
    let missing = field.is_empty();
    match column {
        ColumnData::Float(values) => {
            let value = text.and_then(|text| text.parse().ok());
            values.push(value);
            missing || value.is_some()
        }
        ColumnData::Integer(values) => {
            let value = text.and_then(|text| text.parse().ok());
            values.push(value);
            missing || value.is_some()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(cells: std::ops::Range<u64>) -> Table {
        let rates: Vec<Option<f64>> = cells
            .clone()
            .map(|i| (i % 3 != 0).then_some(i as f64 / 7.0))
            .collect();
        Table::new(vec![
            Column::new("cell", "", cells.collect::<Vec<u64>>()),
            Column::new("rate, \"r\"", "Hz", rates),
        ])
        .expect("equal lengths")
    }

    fn write(path: &Path, n: u64) -> CsvWriter {
        let mut writer =
            CsvWriter::create(path, &rows(0..0).schema(), Existing::Refuse).expect("created");
        writer.append(&rows(0..n)).expect("written");
        writer
    }

    #[test]
    fn a_file_cut_anywhere_is_completed_to_the_same_bytes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("whole.csv");
        write(&path, 40).finish().expect("renamed");
        let whole = std::fs::read(&path).expect("readable");
        let header = header_line(&rows(0..0).schema()).len();
        for cut in header..=whole.len() {
            let path = folder.path().join("cut.csv");
            std::fs::write(partial_path(&path), &whole[..cut]).expect("written");
            let kept = whole_rows(&path).expect("readable").expect("it exists");
            let mut shown = 0;
            let mut writer = CsvWriter::resume(
                &path,
                &rows(0..0).schema(),
                Existing::Replace,
                kept,
                &mut |table| shown += table.n_rows() as u64,
            )
            .expect("resumed");
            assert_eq!((shown, writer.n_rows()), (kept, kept));
            writer.append(&rows(kept..40)).expect("written");
            assert_eq!(writer.finish().expect("renamed"), 40);
            assert_eq!(std::fs::read(&path).expect("readable"), whole, "{cut}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("fi.csv");
        assert_eq!(whole_rows(&path).expect("no file is no error"), None);
        drop(write(&path, 5));
        let before = std::fs::read(partial_path(&path)).expect("readable");
        let resume = |schema: &Schema, rows: u64| {
            CsvWriter::resume(&path, schema, Existing::Refuse, rows, &mut |_| {})
                .expect_err("refused")
        };
        let more = resume(&rows(0..0).schema(), 6);
        assert!(more.to_string().contains("5 whole rows, 6"), "{more}");
        let other = Schema {
            columns: rows(0..0).schema().columns[..1].to_vec(),
        };
        let error = resume(&other, 5);
        assert!(
            matches!(error, TableError::SchemaMismatch { .. }),
            "{error}"
        );
        std::fs::write(&path, "precious").expect("written");
        let error = resume(&rows(0..0).schema(), 5);
        assert!(error.to_string().contains("exists"), "{error}");
        assert_eq!(
            std::fs::read(partial_path(&path)).expect("readable"),
            before
        );
    }
}
