//! Parquet out and in together, and what is left when a writer ends anyhow.

use std::path::{Path, PathBuf};

use super::parquet_read::read_parquet;
use super::parquet_resume::whole_rows;
use super::parquet_write::ParquetWriter;
use super::{
    Column, ColumnData, ColumnSpec, Existing, Schema, Table, TableError, TableWriter, clear,
    partial_path, read_table,
};

const GROUP: usize = 5;
const N: u64 = 23;

/// Counts, axes of few values, reals with all that can be strange about them.
fn rows(cells: std::ops::Range<u64>) -> Table {
    let strange = [f64::NAN, f64::INFINITY, -0.0, 0.0, f64::MIN_POSITIVE];
    let rate = |i: u64| match i % 4 {
        0 => None,
        1 => Some(strange[(i / 4) as usize % strange.len()]),
        _ => Some(f64::from(i as f32 / 7.0)),
    };
    let count = |i: u64| (!i.is_multiple_of(5)).then_some(i % 3);
    let of = cells.clone();
    Table::new(vec![
        Column::new("cell", "", cells.clone().collect::<Vec<u64>>()),
        Column::new(
            "I.x",
            "uA/cm^2",
            of.map(|i| (i / 10) as f64).collect::<Vec<_>>(),
        ),
        Column::new("n", "", cells.clone().map(count).collect::<Vec<_>>()),
        Column::new("rate", "Hz", cells.map(rate).collect::<Vec<_>>()),
    ])
    .expect("equal lengths")
}

fn facts() -> Vec<(String, String)> {
    vec![("units".into(), "{}".into())]
}

fn create(path: &Path) -> ParquetWriter {
    let created = ParquetWriter::create(path, &rows(0..0).schema(), Existing::Refuse);
    let mut writer = created.expect("created");
    writer.group_rows = GROUP;
    writer
}

/// The first `n` rows, in pieces of `piece`.
fn write(path: &Path, n: u64, piece: u64) -> ParquetWriter {
    let mut writer = create(path);
    append(&mut writer, 0, n, piece);
    writer
}

fn append(writer: &mut ParquetWriter, from: u64, to: u64, piece: u64) {
    for first in (from..to).step_by(piece as usize) {
        let appended = writer.append(&rows(first..to.min(first + piece)));
        appended.expect("written");
    }
}

fn finish(writer: ParquetWriter, path: &Path) -> Vec<u8> {
    assert_eq!(writer.finish(&facts()).expect("renamed"), N);
    clear(path);
    std::fs::read(path).expect("readable")
}

/// The bytes of all `N` rows.
fn whole(folder: &Path) -> Vec<u8> {
    let path = folder.join("whole.parquet");
    finish(write(&path, N, N), &path)
}

fn same(a: &Table, b: &Table) {
    assert_eq!(a.schema(), b.schema());
    for (a, b) in a.columns().iter().zip(b.columns()) {
        match (&a.data, &b.data) {
            (ColumnData::Float(a), ColumnData::Float(b)) => {
                let bits = |x: &Option<f64>| x.map(f64::to_bits);
                assert!(a.iter().map(bits).eq(b.iter().map(bits)), "{a:?} {b:?}");
            }
            (a, b) => assert_eq!(a, b),
        }
    }
}

#[test]
fn what_is_written_is_read_back_to_the_bit_in_any_pieces() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let expected = whole(folder.path());
    for piece in [1, 3, 5, 6, 23] {
        let path = folder.path().join(format!("{piece}.parquet"));
        let writer = write(&path, N, piece);
        assert_eq!(
            writer.groups.len(),
            4,
            "of 5 rows each, and 3 rows are open"
        );
        assert!(!path.exists());
        assert_eq!(finish(writer, &path), expected);
        same(&read_table(&path).expect("readable"), &rows(0..N));
        let unnamed = folder.path().join("table");
        std::fs::rename(&path, &unnamed).expect("renamed");
        same(
            &read_table(&unnamed).expect("known by its mark"),
            &rows(0..N),
        );
    }
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("a folder").count(),
        2
    );
}

#[test]
fn groups_of_the_usual_size_are_read_back_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("fi.parquet");
    let all = rows(0..600_000);
    let mut writer = TableWriter::create(&path, &all.schema(), Existing::Refuse).expect("created");
    writer.append(&all).expect("written");
    assert_eq!(writer.finish(&facts()).expect("renamed"), 600_000);
    same(&read_table(&path).expect("readable"), &all);
}

#[test]
fn a_table_without_rows_is_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("none.parquet");
    create(&path).finish(&facts()).expect("renamed");
    assert_eq!(read_parquet(&path).expect("readable").n_rows(), 0);
}

fn side_files(path: &Path) -> [PathBuf; 3] {
    let partial = partial_path(path);
    let (groups, rows) = (
        partial.with_extension("groups"),
        partial.with_extension("rows"),
    );
    [partial, groups, rows]
}

/// Goes on after `kept` rows, in pieces of 3.
fn go_on(path: &Path, kept: u64) -> Vec<u8> {
    let (mut shown, schema) = (Vec::new(), rows(0..0).schema());
    let mut show = |table: &Table| {
        shown.extend((0..table.n_rows()).map(|row| table.columns()[0].data.float(row)))
    };
    let resumed = ParquetWriter::resume(path, &schema, Existing::Replace, kept, &mut show);
    let mut writer = resumed.expect("resumed");
    writer.group_rows = GROUP;
    assert_eq!(writer.n_rows(), kept);
    assert!(
        shown
            .into_iter()
            .eq((0..kept).map(|cell| Some(cell as f64)))
    );
    append(&mut writer, kept, N, 3);
    finish(writer, path)
}

#[test]
fn a_file_killed_anywhere_is_completed_to_the_same_bytes_from_any_row() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let expected = whole(folder.path());
    let path = folder.path().join("fi.parquet");
    for n in [0, 1, 4, 5, 6, 9, 10, 11, N] {
        for kept in 0..=n {
            std::fs::remove_file(&path).ok();
            drop(write(&path, n, 5));
            assert_eq!(whole_rows(&path).expect("readable"), Some(n));
            assert_eq!(go_on(&path, kept), expected, "{kept} of {n}");
        }
    }
}

#[test]
fn pieces_torn_off_in_the_middle_are_passed_over() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let expected = whole(folder.path());
    let path = folder.path().join("fi.parquet");
    let n = 18;
    for (file, name) in ["table", "groups", "rows"].into_iter().enumerate() {
        for cut in (0..60).step_by(7) {
            std::fs::remove_file(&path).ok();
            drop(write(&path, n, 5));
            let torn = &side_files(&path)[file];
            let mut bytes = std::fs::read(torn).expect("readable");
            match file {
                // A group that was being written, or its entry.
                0 | 1 => bytes.extend(std::iter::repeat_n(b'\x01', cut)),
                _ => bytes.truncate(bytes.len() - cut.min(bytes.len())),
            }
            std::fs::write(torn, bytes).expect("written");
            let kept = whole_rows(&path).expect("readable").expect("it is there");
            assert!(kept >= 15 && kept <= n, "{kept}");
            assert_eq!(go_on(&path, kept), expected, "{name}, {cut}");
        }
    }
}

#[test]
fn a_kill_between_a_group_and_the_end_of_its_rows_loses_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let expected = whole(folder.path());
    let path = folder.path().join("fi.parquet");
    let mut writer = write(&path, 14, 5);
    let rows_file = &side_files(&path)[2];
    let before = std::fs::read(rows_file).expect("readable");
    append(&mut writer, 14, 15, 1);
    drop(writer);
    // The group is written, its rows still stand beside it.
    std::fs::write(rows_file, before).expect("written");
    assert_eq!(whole_rows(&path).expect("readable"), Some(15));
    assert_eq!(go_on(&path, 15), expected);
}

#[test]
fn what_is_kept_early_can_be_read_and_gone_on_with() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let expected = whole(folder.path());
    let path = folder.path().join("fi.parquet");
    for n in [0, 3, 5, 12, 20] {
        std::fs::remove_file(&path).ok();
        let mut writer = write(&path, n, 5);
        writer.keep(&facts()).expect("there is room");
        drop(writer);
        same(
            &read_table(&partial_path(&path)).expect("whole"),
            &rows(0..n),
        );
        assert_eq!(go_on(&path, n), expected, "{n}");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("fi.parquet");
    assert_eq!(whole_rows(&path).expect("no file is no error"), None);
    drop(write(&path, 10, 5));
    let resume = |schema: &Schema, rows| {
        let resumed = ParquetWriter::resume(&path, schema, Existing::Refuse, rows, &mut |_| {});
        resumed.expect_err("refused")
    };
    let error = resume(&rows(0..0).schema(), 11);
    assert!(error.to_string().contains("10 whole rows, 11"), "{error}");
    let other = Schema {
        columns: vec![ColumnSpec::integer("cell")],
    };
    let error = resume(&other, 10);
    assert!(
        matches!(error, TableError::SchemaMismatch { .. }),
        "{error}"
    );
    let error = ParquetWriter::create(&path, &other, Existing::Refuse).expect_err("it exists");
    assert!(
        error.to_string().contains("fi.partial.parquet exists"),
        "{error}"
    );
    let large = Table::new(vec![Column::new("cell", "", vec![u64::MAX])]).expect("valid");
    let mut writer = ParquetWriter::create(&path, &other, Existing::Replace).expect("created");
    let error = writer.append(&large).expect_err("too large");
    assert!(
        error.to_string().contains("18446744073709551615"),
        "{error}"
    );
    let error = writer.append(&rows(0..1)).expect_err("other columns");
    assert!(
        matches!(error, TableError::SchemaMismatch { .. }),
        "{error}"
    );
    assert_eq!(writer.n_rows(), 0);
}

#[test]
fn damaged_files_are_errors_and_nothing_worse() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let good = whole(folder.path());
    let path = folder.path().join("bad.parquet");
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..3000 {
        let mut bytes = good.clone();
        for _ in 0..random.usize(1..4) {
            let at = random.usize(..bytes.len());
            bytes[at] = random.u8(..);
        }
        if random.u8(..) < 32 {
            bytes.truncate(random.usize(..bytes.len()));
        }
        std::fs::write(&path, bytes).expect("written");
        // Some damage cannot be seen; none may end the program.
        read_table(&path).ok();
    }
    std::fs::write(&path, "cell,rate\n").expect("written");
    let error = read_table(&path).expect_err("no Parquet").to_string();
    assert!(error.contains("bad.parquet as Parquet"), "{error}");
}
