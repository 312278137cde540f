//! CSV in: our own tables, and any other of numbers with one header line.
//! Takes a path, gives a table or an error with the line number. Must not know what is in it.

use std::path::Path;

use super::{Column, ColumnData, Table, TableError};

/// Reads a table. Headers `name [unit]` are taken apart, empty fields are missing values.
///
/// A column whose values are all plain digits holds counts ([`ColumnData::Integer`]), any other
/// real numbers, `NaN` and `inf` included; so a column of real numbers that happen to be whole
/// comes back as counts, and one with no value at all as real numbers.
///
/// # Errors
/// [`TableError`] with the file, and the line where there is one: unreadable or empty file,
/// two columns of one name, a row of another length, a field that is no number.
pub fn read_csv(path: &Path) -> Result<Table, TableError> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(path)
        .map_err(|error| read_error(path, error))?;
    let headers = reader
        .byte_headers()
        .map_err(|error| read_error(path, error))?;
    let headers: Vec<String> = headers.iter().map(text).collect();
    if headers.is_empty() {
        let path = path.to_path_buf();
        return Err(TableError::NoHeader { path });
    }
    let mut columns: Vec<Reading> = headers.iter().map(|_| Reading::default()).collect();
    let mut record = csv::ByteRecord::new();
    while reader
        .read_byte_record(&mut record)
        .map_err(|error| read_error(path, error))?
    {
        if record.len() != headers.len() {
            return Err(TableError::Ragged {
                path: path.to_path_buf(),
                line: line_of(path, record.position()),
                found: record.len(),
                expected: headers.len(),
            });
        }
        for ((field, column), header) in record.iter().zip(&mut columns).zip(&headers) {
            if !column.push(field) {
                return Err(TableError::NotANumber {
                    path: path.to_path_buf(),
                    line: line_of(path, record.position()),
                    column: header.clone(),
                    text: text(field),
                });
            }
        }
    }
    let column = |(header, reading): (&String, Reading)| {
        let (name, unit) = split_header(header);
        Column::new(name, unit, reading.finish())
    };
    let table = Table::new(headers.iter().zip(columns).map(column).collect());
    table.map_err(|error| match error {
        TableError::DuplicateColumn { name } => TableError::DuplicateHeader {
            path: path.to_path_buf(),
            name,
        },
        other => other,
    })
}

/// `rate [Hz]` is (`rate`, `Hz`); without brackets the unit is empty.
pub(super) fn split_header(header: &str) -> (&str, &str) {
    match header
        .strip_suffix(']')
        .and_then(|rest| rest.rsplit_once(" ["))
    {
        Some((name, unit)) => (name, unit),
        None => (header, ""),
    }
}

/// A column being read: counts until a value shows otherwise.
#[derive(Default)]
struct Reading {
    counts: Vec<Option<u64>>,
    floats: Option<Vec<Option<f64>>>,
}

impl Reading {
    /// Adds a field; false if it is no number.
    fn push(&mut self, field: &[u8]) -> bool {
        let field = field.trim_ascii();
        if self.floats.is_none() {
            match count(field) {
                Some(n) => {
                    self.counts.push(n);
                    return true;
                }
                None => self.become_floats(),
            }
        }
        let value = match std::str::from_utf8(field).map(str::parse) {
            _ if field.is_empty() => None,
            Ok(Ok(x)) => Some(x),
            Ok(Err(_)) | Err(_) => return false,
        };
        if let Some(floats) = &mut self.floats {
            floats.push(value);
        }
        true
    }

    fn become_floats(&mut self) {
        let counts = std::mem::take(&mut self.counts);
        let floats = counts.into_iter().map(|n| n.map(|n| n as f64));
        self.floats = Some(floats.collect());
    }

    fn finish(mut self) -> ColumnData {
        if self.counts.iter().all(Option::is_none) && self.floats.is_none() {
            self.become_floats();
        }
        match self.floats {
            Some(floats) => ColumnData::Float(floats),
            None => ColumnData::Integer(self.counts),
        }
    }
}

/// The field as a count or a missing one; `None` if it is neither.
fn count(field: &[u8]) -> Option<Option<u64>> {
    if field.is_empty() {
        return Some(None);
    }
    field
        .iter()
        .try_fold(0_u64, |n, byte| {
            let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
            n.checked_mul(10)?.checked_add(digit)
        })
        .map(Some)
}

/// The line a record stands on. The reader's position is where the one before it ended, so blank
/// lines in between are counted here; this is only done for an error.
fn line_of(path: &Path, position: Option<&csv::Position>) -> u64 {
    let Some(position) = position else { return 0 };
    let mut bytes = std::fs::read(path).unwrap_or_default();
    bytes.drain(..bytes.len().min(position.byte() as usize));
    let blank = bytes
        .iter()
        .take_while(|byte| matches!(**byte, b'\r' | b'\n'));
    position.line() + blank.filter(|byte| **byte == b'\n').count() as u64
}

fn text(field: &[u8]) -> String {
    String::from_utf8_lossy(field).into_owned()
}

fn read_error(path: &Path, error: csv::Error) -> TableError {
    let text = error.to_string();
    let source = match error.into_kind() {
        csv::ErrorKind::Io(source) => source,
        _ => std::io::Error::new(std::io::ErrorKind::InvalidData, text),
    };
    TableError::Read {
        path: path.to_path_buf(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &str) -> Result<Table, String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("t.csv");
        std::fs::write(&path, content).expect("written");
        let shown = |error: TableError| {
            error
                .to_string()
                .replace(&path.display().to_string(), "t.csv")
        };
        read_csv(&path).map_err(shown)
    }

    #[test]
    fn headers_kinds_and_missing_values_are_understood() {
        let table =
            read("cell,I [uA/cm^2],odd [x] [y],none\r\n0,1.5,-3,\r\n1,,NaN,\r\n").expect("valid");
        assert_eq!(table.columns()[0], Column::new("cell", "", vec![0_u64, 1]));
        assert_eq!(
            table.columns()[1],
            Column::new("I", "uA/cm^2", vec![Some(1.5), None])
        );
        assert_eq!(
            (&*table.columns()[2].name, &*table.columns()[2].unit),
            ("odd [x]", "y")
        );
        assert!(table.columns()[2].data.float(1).expect("a value").is_nan());
        assert_eq!(
            table.columns()[3],
            Column::new("none", "", vec![None::<f64>, None])
        );
    }

    #[test]
    fn counts_that_turn_out_real_or_huge_become_real() {
        let table = read("a,b\n1,18446744073709551615\n2.5,1\n").expect("valid");
        assert_eq!(table.columns()[0].data, vec![1.0, 2.5].into());
        assert_eq!(table.columns()[1].data, vec![u64::MAX, 1].into());
        let table = read("b\n18446744073709551616\n").expect("valid");
        assert_eq!(table.columns()[0].data, vec![18446744073709551616.0].into());
    }

    #[test]
    fn mistakes_are_named_with_file_line_and_column() {
        for (content, expected) in [
            ("", "t.csv is empty: expected a line of column names"),
            (
                "a,b\n1,2\n3\n",
                "t.csv, line 3: 1 fields, but the header has 2",
            ),
            (
                "a,b\n1,2\n\n3,4,5\n",
                "t.csv, line 4: 3 fields, but the header has 2",
            ),
            (
                "a,b [mV]\n1,2\n3,high\n",
                "t.csv, line 3, column `b [mV]`: `high` is not a number (a missing value is an empty field)",
            ),
            ("a,a\n1,2\n", "t.csv, line 1: two columns are named `a`"),
        ] {
            assert_eq!(read(content).expect_err("invalid"), expected);
        }
        let error = read_csv(Path::new("no/such.csv"))
            .expect_err("no such file")
            .to_string();
        assert!(error.starts_with("cannot read no/such.csv: "), "{error}");
    }
}
