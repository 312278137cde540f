//! CSV out, row by row while a run goes on. Takes tables of one schema, gives a file that bears
//! its final name only when it is complete. Must not know how the rows are made.

use std::fs::File;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

use super::file::{create_partial, publish};
use super::number::{push_float, push_integer};
use super::{ColumnData, Existing, FileError, Schema, Table, TableError, partial_path};

/// Bytes formatted before they go to the file. Each write ends with a whole row.
pub(super) const BLOCK: usize = 1 << 18;

/// Writes `NAME.partial.csv` and renames it `NAME.csv` when finished.
///
/// At every moment the partial file holds the header and whole rows, also after a failed write
/// and after a drop without [`finish`](Self::finish), which is what an interrupted run does.
/// Numbers are written as [`push_float`] says, missing values as empty fields.
#[derive(Debug)]
pub(super) struct CsvWriter {
    pub(super) path: PathBuf,
    pub(super) file: File,
    pub(super) schema: Schema,
    pub(super) block: Vec<u8>,
    pub(super) rows: u64,
    pub(super) bytes: u64,
}

impl CsvWriter {
    /// Creates the partial file of `path` (the final name) and writes the header line.
    ///
    /// # Errors
    /// [`TableError::File`] if either file exists and `existing` refuses that, if the folder
    /// cannot be written, or if the disk is full.
    pub(super) fn create(
        path: &Path,
        schema: &Schema,
        existing: Existing,
    ) -> Result<CsvWriter, TableError> {
        let file = create_partial(path, existing)?;
        CsvWriter::start(path, schema, file)
    }

    fn start(path: &Path, schema: &Schema, file: File) -> Result<CsvWriter, TableError> {
        let mut writer = CsvWriter {
            path: path.to_path_buf(),
            file,
            schema: schema.clone(),
            block: header_line(schema),
            rows: 0,
            bytes: 0,
        };
        writer.write_block(0)?;
        Ok(writer)
    }

    /// Adds rows and hands them to the operating system before it returns.
    ///
    /// # Errors
    /// [`TableError::SchemaMismatch`] if the columns are others, and nothing is written;
    /// [`TableError::File`] if the disk is full or fails, and the whole rows written stay.
    pub(super) fn append(&mut self, rows: &Table) -> Result<(), TableError> {
        if !rows.has_schema(&self.schema) {
            return Err(TableError::mismatch(&self.schema, rows));
        }
        let mut pending = 0;
        for row in 0..rows.n_rows() {
            push_row(&mut self.block, rows, row);
            pending += 1;
            if self.block.len() >= BLOCK {
                self.write_block(pending)?;
                pending = 0;
            }
        }
        self.write_block(pending)
    }

    /// Rows in the file so far.
    pub(super) fn n_rows(&self) -> u64 {
        self.rows
    }

    /// The file as it is named now: in the folder of the final one, `NAME.partial.csv`.
    pub(super) fn partial_path(&self) -> PathBuf {
        partial_path(&self.path)
    }

    /// Completes the file: its rows are on the disk, then it gets its final name, replacing an
    /// earlier file of that name. Returns the number of rows.
    ///
    /// # Errors
    /// [`TableError::File`] if the disk is full or the name cannot be given; the partial file
    /// stays.
    pub(super) fn finish(self) -> Result<u64, TableError> {
        match publish(&self.file, &self.path) {
            Ok(()) => Ok(self.rows),
            Err(source) => Err(FileError::write(&self.path, self.kept(), source).into()),
        }
    }

    fn write_block(&mut self, rows: u64) -> Result<(), TableError> {
        if let Err(source) = self.file.write_all(&self.block) {
            self.block.clear();
            // Part of the block may have gone out. If even this fails the last row may be cut.
            let cut = self.file.set_len(self.bytes);
            cut.and_then(|()| self.file.seek(std::io::SeekFrom::End(0)))
                .ok();
            return Err(FileError::write(&self.path, self.kept(), source).into());
        }
        self.bytes += self.block.len() as u64;
        self.rows += rows;
        self.block.clear();
        Ok(())
    }

    fn kept(&self) -> String {
        format!(
            "{} whole rows are kept in {}",
            self.rows,
            self.partial_path().display()
        )
    }
}

/// The first line of a file. Names come from models, so they may need quoting.
pub(super) fn header_line(schema: &Schema) -> Vec<u8> {
    let mut line = Vec::with_capacity(BLOCK + 4096);
    let mut header = csv::Writer::from_writer(&mut line);
    // Writing to a vector cannot fail.
    header
        .write_record(schema.columns.iter().map(|c| c.header()))
        .ok();
    drop(header);
    line
}

fn push_row(out: &mut Vec<u8>, table: &Table, row: usize) {
    let start = out.len();
    for column in table.columns() {
        match &column.data {
            ColumnData::Float(values) => {
                if let Some(x) = values[row] {
                    push_float(out, x);
                }
            }
            ColumnData::Integer(values) => {
                if let Some(n) = values[row] {
                    push_integer(out, n);
                }
            }
        }
        out.push(b',');
    }
    match out.len() - start {
        0 => {}
        // A lone missing value: an empty line would be no row at all to most readers.
        1 => {
            out.pop();
            out.extend_from_slice(b"\"\"");
        }
        _ => {
            out.pop();
        }
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::super::{Column, read_csv};
    use super::*;

    fn rows(start: u64, n: u64) -> Table {
        let cells: Vec<u64> = (start..start + n).collect();
        let rates: Vec<Option<f64>> = cells
            .iter()
            .map(|i| (i % 3 != 0).then_some(*i as f64 / 7.0))
            .collect();
        Table::new(vec![
            Column::new("cell", "", cells),
            Column::new("rate", "Hz", rates),
        ])
        .expect("equal lengths")
    }

    fn lines(path: &Path) -> String {
        std::fs::read_to_string(path).expect("readable")
    }

    #[test]
    fn a_finished_file_has_header_rows_and_its_final_name() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("fi.csv");
        let table = rows(0, 3);
        let mut writer =
            CsvWriter::create(&path, &table.schema(), Existing::Refuse).expect("created");
        writer.append(&table).expect("written");
        assert!(!path.exists() && writer.partial_path().exists());
        assert_eq!(writer.finish().expect("renamed"), 3);
        assert_eq!(
            lines(&path),
            "cell,rate [Hz]\n0,\n1,0.142857143\n2,0.285714286\n"
        );
        assert!(!partial_path(&path).exists());
    }

    #[test]
    fn a_dropped_writer_leaves_whole_rows_under_the_partial_name() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("fi.csv");
        let mut writer =
            CsvWriter::create(&path, &rows(0, 0).schema(), Existing::Refuse).expect("created");
        let mut n = 0;
        for chunk in [1, 100_000, 0, 17] {
            writer.append(&rows(n, chunk)).expect("written");
            n += chunk;
            // Visible at once, while the run goes on.
            let table = read_csv(&writer.partial_path()).expect("whole rows");
            assert_eq!(table, read_back(n));
        }
        drop(writer);
        assert!(!path.exists());
        assert!(lines(&partial_path(&path)).ends_with('\n'));
        assert_eq!(
            read_csv(&partial_path(&path)).expect("whole rows").n_rows(),
            n as usize
        );
    }

    /// What `rows(0, n)` looks like after rounding to 9 digits.
    fn read_back(n: u64) -> Table {
        let mut table = rows(0, n);
        let mut columns = table.columns().to_vec();
        if let ColumnData::Float(values) = &mut columns[1].data {
            for value in values.iter_mut().flatten() {
                let mut text = Vec::new();
                push_float(&mut text, *value);
                *value = String::from_utf8_lossy(&text).parse().expect("a number");
            }
        }
        if n == 1 {
            // One missing value: nothing shows what kind of number the column holds.
            columns[1].data = vec![None::<f64>].into();
        }
        table = Table::new(columns).expect("equal lengths");
        table
    }

    #[test]
    fn earlier_files_are_kept_unless_told_otherwise() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("fi.csv");
        let schema = rows(0, 0).schema();
        for earlier in [path.clone(), partial_path(&path)] {
            std::fs::write(&earlier, "precious").expect("written");
            let error = CsvWriter::create(&path, &schema, Existing::Refuse).expect_err("exists");
            assert!(
                error.to_string().contains("exists from an earlier run"),
                "{error}"
            );
            assert_eq!(lines(&earlier), "precious");
            std::fs::remove_file(&earlier).expect("removed");
        }
        std::fs::write(&path, "old").expect("written");
        let writer = CsvWriter::create(&path, &schema, Existing::Replace).expect("created");
        assert_eq!(lines(&path), "old");
        writer.finish().expect("renamed");
        assert_eq!(lines(&path), "cell,rate [Hz]\n");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_says_what_is_kept_and_what_to_do() {
        let full = File::options()
            .write(true)
            .open("/dev/full")
            .expect("Linux has it");
        let error = CsvWriter::start(Path::new("out/fi.csv"), &rows(0, 0).schema(), full)
            .expect_err("no space");
        assert_eq!(
            error.to_string(),
            "no space left on the disk for out/fi.csv: 0 whole rows are kept in \
             out/fi.partial.csv; free some space or choose a folder on another disk"
        );
    }
}
