//! Parquet out, row by row while a run goes on. Takes tables of one schema, gives a file that
//! bears its final name only when it is complete. Must not know how the rows are made.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;

use super::file::{create_partial, publish};
use super::parquet_group::{OpenRows, check};
use super::parquet_layout::Layout;
use super::parquet_side::{Groups, Rows};
use super::{Existing, Facts, FileError, Schema, Table, TableError, partial_path};

/// Rows of a row group: enough that columns compress and readers are quick, few enough that a
/// group is small in memory.
pub(super) const GROUP_ROWS: usize = 1 << 18;

/// The first bytes of a file.
pub(super) const MARK: &[u8] = b"PAR1";

/// Writes `NAME.partial.parquet` and renames it `NAME.parquet` when finished.
///
/// Row groups end at fixed numbers of rows, so the bytes do not depend on how the rows come. A
/// row that is added is handed to the operating system before [`append`](Self::append) returns:
/// those of full groups to the file, the others to a file beside it. The partial file can be read
/// by others after [`keep`](Self::keep) only, for the footer of a Parquet file stands at its end.
#[derive(Debug)]
pub(super) struct ParquetWriter {
    pub(super) path: PathBuf,
    pub(super) file: File,
    pub(super) layout: Layout,
    /// The groups in the file.
    pub(super) groups: Vec<RowGroupMetaData>,
    /// Rows in these.
    pub(super) closed: u64,
    /// Where they end in the file.
    pub(super) bytes: u64,
    pub(super) groups_file: Groups,
    pub(super) open: OpenRows,
    pub(super) rows_file: Rows,
    pub(super) group_rows: usize,
}

impl ParquetWriter {
    /// Creates the partial file of `path` (the final name) and those beside it.
    pub(super) fn create(
        path: &Path,
        schema: &Schema,
        existing: Existing,
    ) -> Result<ParquetWriter, TableError> {
        let mut file = create_partial(path, existing)?;
        let nothing = |source| FileError::write(path, "no rows were kept".into(), source);
        let layout = Layout::new(schema).map_err(|error| nothing(in_memory(error)))?;
        file.write_all(MARK).map_err(nothing)?;
        Ok(ParquetWriter {
            path: path.to_path_buf(),
            file,
            groups: Vec::new(),
            closed: 0,
            bytes: MARK.len() as u64,
            groups_file: Groups::create(path).map_err(nothing)?,
            open: OpenRows::new(schema),
            rows_file: Rows::create(path, schema.columns.len()).map_err(nothing)?,
            group_rows: GROUP_ROWS,
            layout,
        })
    }

    pub(super) fn append(&mut self, rows: &Table) -> Result<(), TableError> {
        if !rows.has_schema(&self.layout.schema) {
            return Err(TableError::mismatch(&self.layout.schema, rows));
        }
        check(rows)?;
        let mut row = 0;
        while row < rows.n_rows() {
            let room = self.group_rows.saturating_sub(self.open.len());
            let end = rows.n_rows().min(row + room);
            let pushed = self.rows_file.push(rows, row..end);
            pushed.map_err(|source| self.failed(source))?;
            self.open.push(rows, row..end);
            if self.open.len() >= self.group_rows {
                self.close().map_err(|source| self.failed(source))?;
            }
            row = end;
        }
        Ok(())
    }

    /// Rows added so far.
    pub(super) fn n_rows(&self) -> u64 {
        self.closed + self.open.len() as u64
    }

    /// Writes the full group into the file. It counts once its entry is written.
    fn close(&mut self) -> io::Result<()> {
        let encoded = self
            .open
            .encode(&self.layout, self.groups.len(), self.bytes);
        let (bytes, entry) = encoded.map_err(in_memory)?;
        let footer = self.layout.footer(std::slice::from_ref(&entry), &[]);
        let footer = footer.map_err(in_memory)?;
        self.put(&bytes)?;
        self.groups.extend(self.groups_file.push(&footer)?);
        self.bytes += bytes.len() as u64;
        self.closed += self.open.len() as u64;
        self.open.clear();
        self.rows_file.restart(self.closed)
    }

    /// Makes the partial file one that can be read, with all rows added so far. It can be gone on
    /// with none the less.
    pub(super) fn keep(&mut self, facts: &Facts) -> Result<(), TableError> {
        self.end(facts).map_err(|source| {
            // The groups in the file can be read, if there is room for their entries at least.
            if let Ok(footer) = self.layout.footer(&self.groups, facts) {
                self.put(&footer).ok();
            }
            self.failed(source)
        })
    }

    /// Completes the file: its rows are on the disk, then it gets its final name.
    pub(super) fn finish(mut self, facts: &Facts) -> Result<u64, TableError> {
        let ended = self.end(facts);
        let ended = ended.and_then(|()| publish(&self.file, &self.path));
        ended.map_err(|source| self.failed(source))?;
        Ok(self.n_rows())
    }

    /// Writes the last rows as a group of their own, and the footer.
    fn end(&mut self, facts: &Facts) -> io::Result<()> {
        let (mut bytes, mut groups) = (Vec::new(), self.groups.clone());
        if self.open.len() > 0 {
            let encoded = self.open.encode(&self.layout, groups.len(), self.bytes);
            let (last, entry) = encoded.map_err(in_memory)?;
            bytes = last;
            groups.push(entry);
        }
        bytes.extend(self.layout.footer(&groups, facts).map_err(in_memory)?);
        self.put(&bytes)
    }

    /// Writes after the groups, all or nothing.
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = self
            .file
            .seek(SeekFrom::Start(self.bytes))
            .and_then(|_| self.file.write_all(bytes))
            .and_then(|()| self.file.set_len(self.bytes + bytes.len() as u64));
        if written.is_err() {
            // The write error matters more than this one.
            self.file.set_len(self.bytes).ok();
        }
        written
    }

    fn failed(&self, source: io::Error) -> TableError {
        let kept = format!(
            "{} whole rows are kept in {}",
            self.n_rows(),
            partial_path(&self.path).display()
        );
        FileError::write(&self.path, kept, source).into()
    }
}

/// An error of encoding, which needs no file.
pub(super) fn in_memory(error: ParquetError) -> io::Error {
    io::Error::other(error)
}
