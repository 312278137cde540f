//! The journal of an unfinished sweep, `NAME.partial.jsonl`: what is being run, in its first line,
//! then what is safe in the tables, a line for every few thousand cells. With it a run goes on
//! where an interrupted or killed one left off; it is removed when the tables are complete.
//!
//! Takes the marks of a run and its progress; gives lines of JSON and, of an earlier run, its last
//! entry. Must not know tables beyond their numbers of rows.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::ProtocolError;
use crate::table::{FileError, partial_path};

/// What decides a run's results to the last digit: names and values.
pub(super) type Marks = Vec<(&'static str, String)>;

/// How far a run is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// Cells whose rows are all written.
    pub(super) cells: u64,
    /// Rows of each table, the main one first.
    pub(super) rows: Vec<u64>,
    /// Cells of these whose results are no finite numbers.
    pub(super) n_non_finite: u64,
    /// Spikes of these cells that found no room.
    pub(super) n_dropped: u64,
}

impl Entry {
    /// The beginning of a run with so many tables.
    pub(super) fn begin(n_tables: usize) -> Entry {
        Entry {
            rows: vec![0; n_tables],
            ..Entry::default()
        }
    }
}

/// A journal being written.
pub(super) struct Journal {
    path: PathBuf,
    file: File,
}

/// The journal of the table `path`.
pub(super) fn journal_path(path: &Path) -> PathBuf {
    partial_path(path).with_extension("jsonl")
}

impl Journal {
    /// Begins the journal of the table `table` of a run that is at `entry`. An earlier journal is
    /// replaced at once as a whole, so that a run killed here is where it was.
    pub(super) fn create(table: &Path, marks: &Marks, entry: &Entry) -> Result<Journal, FileError> {
        let path = journal_path(table);
        let fresh = path.with_extension("jsonl.new");
        let created = File::create(&fresh);
        let file = created.map_err(|source| FileError::Create {
            path: fresh.clone(),
            source,
        })?;
        let mut journal = Journal { path, file };
        let marks = marks.iter();
        journal.line(marks.map(|(name, value)| ((*name).to_owned(), json!(value))))?;
        journal.write(entry)?;
        let named = std::fs::rename(&fresh, &journal.path);
        named.map_err(|source| journal.failed(source))?;
        Ok(journal)
    }

    /// Writes that so much is safe in the tables.
    pub(super) fn write(&mut self, entry: &Entry) -> Result<(), FileError> {
        self.line([
            ("cells".to_owned(), json!(entry.cells)),
            ("rows".to_owned(), json!(entry.rows)),
            ("non_finite".to_owned(), json!(entry.n_non_finite)),
            ("dropped_spikes".to_owned(), json!(entry.n_dropped)),
        ])
    }

    fn line(&mut self, fields: impl IntoIterator<Item = (String, Value)>) -> Result<(), FileError> {
        let line = Value::Object(fields.into_iter().collect());
        let written = self.file.write_all(format!("{line}\n").as_bytes());
        written.map_err(|source| self.failed(source))
    }

    fn failed(&self, source: std::io::Error) -> FileError {
        FileError::write(
            &self.path,
            "the tables keep their whole rows".into(),
            source,
        )
    }

    /// The tables are complete.
    pub(super) fn remove(self) {
        // A journal without a table does no harm.
        std::fs::remove_file(&self.path).ok();
    }
}

/// The last entry of the journal of `table` that its tables bear out; `rows` are their whole rows.
/// The beginning if none is. A cut last line is passed over.
///
/// # Errors
/// There is no journal, or it is of a run with other marks.
pub(super) fn read(table: &Path, marks: &Marks, rows: &[u64]) -> Result<Entry, ProtocolError> {
    let path = journal_path(table);
    let refuse = |why: String| ProtocolError::Resume {
        path: partial_path(table),
        why,
    };
    let text = std::fs::read_to_string(&path)
        .map_err(|error| refuse(format!("its journal {} is needed: {error}", path.display())))?;
    let mut lines = text
        .lines()
        .map_while(|line| serde_json::from_str(line).ok());
    let first: Map<String, Value> = lines
        .next()
        .ok_or_else(|| refuse(format!("its journal {} is empty", path.display())))?;
    let differences = differences(&first, marks);
    if !differences.is_empty() {
        return Err(refuse(differences.join("; ")));
    }
    let fits = |entry: &Entry| {
        entry.rows.len() == rows.len() && entry.rows.iter().zip(rows).all(|(a, b)| a <= b)
    };
    let entries = lines.map(|line| entry(&line));
    let last = entries.filter(fits).last();
    Ok(last.unwrap_or_else(|| Entry::begin(rows.len())))
}

/// Does the journal of `table` say that a run of these marks has written its first `cells` cells?
pub(super) fn is_at(table: &Path, marks: &Marks, cells: u64) -> bool {
    let Ok(text) = std::fs::read_to_string(journal_path(table)) else {
        return false;
    };
    let mut lines = text
        .lines()
        .map_while(|line| serde_json::from_str(line).ok());
    let same = |first: Map<String, Value>| differences(&first, marks).is_empty();
    lines.next().is_some_and(same) && lines.last().is_some_and(|line| entry(&line).cells == cells)
}

fn entry(line: &Map<String, Value>) -> Entry {
    let number = |name: &str| line.get(name).and_then(Value::as_u64).unwrap_or(0);
    let rows = line.get("rows").and_then(Value::as_array);
    Entry {
        cells: number("cells"),
        rows: rows
            .map(|rows| rows.iter().filter_map(Value::as_u64).collect())
            .unwrap_or_default(),
        n_non_finite: number("non_finite"),
        n_dropped: number("dropped_spikes"),
    }
}

/// What the earlier run had otherwise, in words.
fn differences(earlier: &Map<String, Value>, marks: &Marks) -> Vec<String> {
    let mut found = Vec::new();
    for (name, now) in marks {
        let then = earlier.get(*name).and_then(Value::as_str).unwrap_or("");
        if then != now {
            // A hash says nothing to a reader.
            found.push(match now.starts_with("fnv1a64:") {
                true => format!("its {name} differs"),
                false => format!("its {name} was `{then}`, now it is `{now}`"),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(seed: &str) -> Marks {
        vec![("seed", seed.into()), ("model's text", "fnv1a64:1".into())]
    }

    fn entry(cells: u64) -> Entry {
        Entry {
            cells,
            rows: vec![cells, 3 * cells],
            n_non_finite: cells / 10,
            n_dropped: cells / 5,
        }
    }

    #[test]
    fn the_last_entry_that_the_tables_bear_out_is_found() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let table = folder.path().join("fi.csv");
        let mut journal = Journal::create(&table, &marks("1"), &Entry::begin(2)).expect("created");
        journal.write(&entry(10)).expect("written");
        journal.write(&entry(20)).expect("written");
        let whole = std::fs::read(journal_path(&table)).expect("readable");
        let found = |rows: [u64; 2]| read(&table, &marks("1"), &rows).expect("the same run");
        assert_eq!(found([25, 61]), entry(20));
        assert_eq!(found([25, 59]), entry(10), "the second table lags");
        assert_eq!(found([9, 99]), Entry::begin(2));
        std::fs::write(journal_path(&table), &whole[..whole.len() - 5]).expect("written");
        assert_eq!(found([25, 61]), entry(10), "the last line is cut");
        journal.remove();
        let error = read(&table, &marks("1"), &[0, 0]).expect_err("no journal");
        assert!(error.to_string().contains("is needed"), "{error}");
    }

    #[test]
    fn another_run_is_refused_by_what_differs() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let table = folder.path().join("fi.csv");
        Journal::create(&table, &marks("1"), &entry(1)).expect("created");
        let mut other = marks("2");
        other[1].1 = "fnv1a64:2".into();
        let error = read(&table, &other, &[1, 3]).expect_err("another run");
        let text = error.to_string();
        let differences = "its seed was `1`, now it is `2`; its model's text differs";
        assert!(text.ends_with(differences), "{text}");
    }
}
