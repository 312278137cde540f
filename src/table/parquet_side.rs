//! What stands beside an unfinished Parquet file so that it can be gone on with, however its
//! writer ended: `NAME.partial.groups`, the footer's entries of the row groups in the file, and
//! `NAME.partial.rows`, the rows of the group that is not full yet.
//!
//! Takes bytes and rows; gives them back up to where they are whole. Must not know when a group is
//! full.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use parquet::file::metadata::{ParquetMetaDataReader, RowGroupMetaData};

use super::{ColumnData, ColumnKind, Schema, Table, partial_path};

/// Bytes of rows put together before they go to the file.
const BLOCK: usize = 1 << 18;
/// Bytes of a value: whether there is one, and the value.
const FIELD: usize = 9;
/// Bytes before the first row: the number of rows in the row groups before it, and the number of
/// columns.
const HEAD: usize = 16;
/// Bytes behind the entries of a footer: its length and a mark.
const FOOT: usize = 8;

fn groups_path(path: &Path) -> PathBuf {
    partial_path(path).with_extension("groups")
}

fn rows_path(path: &Path) -> PathBuf {
    partial_path(path).with_extension("rows")
}

/// Removes the files beside the unfinished table `path` (the final name).
pub(super) fn remove(path: &Path) {
    for path in [groups_path(path), rows_path(path)] {
        // They do no harm where they stay.
        std::fs::remove_file(path).ok();
    }
}

/// A file that only grows by whole pieces.
#[derive(Debug)]
struct Pieces {
    file: File,
    bytes: u64,
}

impl Pieces {
    fn create(path: &Path) -> io::Result<Pieces> {
        let file = File::create(path)?;
        Ok(Pieces { file, bytes: 0 })
    }

    /// Goes on with the first `bytes` of a file.
    fn open(path: &Path, bytes: u64) -> io::Result<Pieces> {
        let file = File::options().write(true).open(path)?;
        let mut pieces = Pieces { file, bytes };
        pieces.cut(bytes)?;
        Ok(pieces)
    }

    fn push(&mut self, piece: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all(piece) {
            // The write error matters more than this one.
            self.cut(self.bytes).ok();
            return Err(error);
        }
        self.bytes += piece.len() as u64;
        Ok(())
    }

    fn cut(&mut self, bytes: u64) -> io::Result<()> {
        self.bytes = bytes;
        self.file.set_len(bytes)?;
        self.file.seek(SeekFrom::Start(bytes)).map(|_| ())
    }
}

/// The entries of the row groups in the file.
#[derive(Debug)]
pub(super) struct Groups(Pieces);

impl Groups {
    pub(super) fn create(path: &Path) -> io::Result<Groups> {
        Pieces::create(&groups_path(path)).map(Groups)
    }

    /// Goes on after entries that end at byte `end`.
    pub(super) fn open(path: &Path, end: u64) -> io::Result<Groups> {
        Pieces::open(&groups_path(path), end).map(Groups)
    }

    /// Adds a group, as the footer of a file with this group alone. Gives its entry as it will be
    /// read, so that a footer is the same whether or not its writer was stopped on the way.
    pub(super) fn push(&mut self, footer: &[u8]) -> io::Result<Vec<RowGroupMetaData>> {
        let entries = entries(footer)?;
        let mut piece = (footer.len() as u64).to_le_bytes().to_vec();
        piece.extend_from_slice(footer);
        self.0.push(&piece)?;
        Ok(entries)
    }

    /// The entries that are whole, each with the byte at which it ends.
    pub(super) fn read(path: &Path) -> io::Result<Vec<(RowGroupMetaData, u64)>> {
        let bytes = std::fs::read(groups_path(path))?;
        let (mut all, mut rest) = (Vec::new(), &bytes[..]);
        while let Some((length, after)) = rest.split_first_chunk() {
            let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
            let Some((footer, after)) = after.split_at_checked(length) else {
                break;
            };
            rest = after;
            let end = (bytes.len() - rest.len()) as u64;
            all.extend(entries(footer)?.into_iter().map(|group| (group, end)));
        }
        Ok(all)
    }
}

/// The entries in a footer.
fn entries(footer: &[u8]) -> io::Result<Vec<RowGroupMetaData>> {
    let end = footer.len().saturating_sub(FOOT);
    let metadata = ParquetMetaDataReader::decode_metadata(&footer[..end]);
    let metadata = metadata.map_err(io::Error::other)?;
    Ok(metadata.row_groups().to_vec())
}

/// The rows of the group that is not full yet.
#[derive(Debug)]
pub(super) struct Rows {
    pieces: Pieces,
    n_columns: usize,
    block: Vec<u8>,
}

impl Rows {
    /// No rows yet, of so many columns.
    pub(super) fn create(path: &Path, n_columns: usize) -> io::Result<Rows> {
        Rows::begin(&rows_path(path), n_columns, 0)
    }

    fn begin(path: &Path, n_columns: usize, first: u64) -> io::Result<Rows> {
        let mut rows = Rows {
            pieces: Pieces::create(path)?,
            n_columns,
            block: Vec::new(),
        };
        rows.restart(first)?;
        Ok(rows)
    }

    /// Goes on after the first `n` rows of `n_columns` columns.
    pub(super) fn open(path: &Path, n_columns: usize, n: u64) -> io::Result<Rows> {
        Ok(Rows {
            pieces: Pieces::open(&rows_path(path), end(n_columns, n))?,
            n_columns,
            block: Vec::new(),
        })
    }

    /// Replaces the file, at once as a whole, by one of these rows, which follow the first `first`.
    pub(super) fn replace(path: &Path, first: u64, rows: &Table) -> io::Result<Rows> {
        let fresh = rows_path(path).with_extension("rows.new");
        let mut written = Rows::begin(&fresh, rows.columns().len(), first)?;
        written.push(rows, 0..rows.n_rows())?;
        std::fs::rename(&fresh, rows_path(path))?;
        Ok(written)
    }

    /// Forgets the rows: they are in a row group now, as all of the first `first` are.
    pub(super) fn restart(&mut self, first: u64) -> io::Result<()> {
        self.pieces.cut(0)?;
        let mut head = first.to_le_bytes().to_vec();
        head.extend((self.n_columns as u64).to_le_bytes());
        self.pieces.push(&head)
    }

    /// Adds rows, all or none, and hands them to the operating system.
    pub(super) fn push(&mut self, rows: &Table, range: Range<usize>) -> io::Result<()> {
        let before = self.pieces.bytes;
        self.block.clear();
        for row in range {
            for column in rows.columns() {
                let value = match &column.data {
                    ColumnData::Float(values) => values[row].map(f64::to_le_bytes),
                    ColumnData::Integer(values) => values[row].map(u64::to_le_bytes),
                };
                self.block.push(u8::from(value.is_some()));
                self.block.extend(value.unwrap_or_default());
            }
            if self.block.len() >= BLOCK {
                self.flush(before)?;
            }
        }
        self.flush(before)
    }

    /// Writes the block; on failure goes back to `before`.
    fn flush(&mut self, before: u64) -> io::Result<()> {
        let written = self.pieces.push(&self.block);
        self.block.clear();
        if written.is_err() {
            self.pieces.cut(before).ok();
        }
        written
    }

    /// How many rows stand in row groups before those of the file, and how many whole rows the
    /// file has. None of either where its beginning is cut.
    pub(super) fn count(path: &Path) -> io::Result<(u64, u64)> {
        let mut file = File::open(rows_path(path))?;
        let bytes = file.metadata()?.len();
        let mut head = [0; HEAD];
        if bytes < HEAD as u64 {
            return Ok((0, 0));
        }
        file.read_exact(&mut head)?;
        let number = |bytes: &[u8]| bytes.try_into().map_or(0, u64::from_le_bytes);
        let (first, n_columns) = (number(&head[..8]), number(&head[8..]));
        let width = n_columns.saturating_mul(FIELD as u64).max(1);
        Ok((first, (bytes - HEAD as u64) / width))
    }

    /// The first `n` rows of the file as columns of `schema`.
    pub(super) fn read(path: &Path, schema: &Schema, n: u64) -> io::Result<Vec<ColumnData>> {
        let n_columns = schema.columns.len();
        let mut bytes = Vec::new();
        let file = File::open(rows_path(path))?;
        file.take(end(n_columns, n)).read_to_end(&mut bytes)?;
        let values = bytes.get(HEAD..).unwrap_or_default();
        let fields: Vec<&[u8]> = values.chunks(FIELD).collect();
        let rows = fields.chunks_exact(n_columns.max(1));
        let columns = schema.columns.iter().enumerate().map(|(i, spec)| {
            let values = rows.clone().map(|row| value(row[i]));
            match spec.kind {
                ColumnKind::Float => {
                    ColumnData::Float(values.map(|v| v.map(f64::from_le_bytes)).collect())
                }
                ColumnKind::Integer => {
                    ColumnData::Integer(values.map(|v| v.map(u64::from_le_bytes)).collect())
                }
            }
        });
        Ok(columns.collect())
    }
}

/// The byte at which the first `n` rows end.
fn end(n_columns: usize, n: u64) -> u64 {
    HEAD as u64 + n * (FIELD * n_columns) as u64
}

fn value(field: &[u8]) -> Option<[u8; 8]> {
    match field {
        [1, value @ ..] => value.try_into().ok(),
        _ => None,
    }
}
