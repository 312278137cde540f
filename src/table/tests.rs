//! CSV out and in together: what is written is read back, and how fast.

use std::path::Path;

use super::*;

#[test]
fn what_is_written_is_read_back() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let folder = tempfile::tempdir().expect("a temporary folder");
    for case in 0..200 {
        let table = random_table(&mut random);
        let path = folder.path().join(format!("{case}.csv"));
        write(&path, &table, &mut random);
        let read = read_csv(&path).expect("readable");
        assert_eq!(read.n_rows(), table.n_rows());
        for (a, b) in table.columns().iter().zip(read.columns()) {
            assert_eq!((&a.name, &a.unit), (&b.name, &b.unit));
            for row in 0..table.n_rows() {
                same(&a.data, &b.data, row);
            }
        }
    }
}

fn same(a: &ColumnData, b: &ColumnData, row: usize) {
    if let (ColumnData::Integer(a), ColumnData::Integer(b)) = (a, b) {
        return assert_eq!(a[row], b[row]);
    }
    match (a.float(row), b.float(row)) {
        (None, None) => {}
        (Some(a), Some(b)) if a.is_nan() => assert!(b.is_nan()),
        (Some(a), Some(b)) => {
            assert!(
                a == b || (a - b).abs() <= 0.51e-8 * a.abs(),
                "{a:e} and {b:e}"
            )
        }
        (a, b) => panic!("{a:?} and {b:?}"),
    }
}

fn random_table(random: &mut fastrand::Rng) -> Table {
    let n = random.usize(0..50);
    let mut columns = Vec::new();
    for i in 0..random.usize(1..6) {
        let data: ColumnData = if random.bool() {
            (0..n)
                .map(|_| random.bool().then(|| random.u64(..) >> random.u32(0..64)))
                .collect::<Vec<_>>()
                .into()
        } else {
            (0..n)
                .map(|_| (random.u8(..) > 60).then(|| random_float(random)))
                .collect::<Vec<_>>()
                .into()
        };
        let unit = ["", "mV", "uA/cm^2", "a,b"][random.usize(0..4)];
        columns.push(Column::new(format!("c{i}"), unit, data));
    }
    Table::new(columns).expect("equal lengths, distinct names")
}

fn random_float(random: &mut fastrand::Rng) -> f64 {
    match random.u8(0..20) {
        0 => f64::NAN,
        1 => f64::INFINITY,
        2 => f64::NEG_INFINITY,
        3 => 0.0,
        4 => f64::from(random.i8(..)),
        _ => (random.f64() - 0.5) * 10_f64.powi(random.i32(-300..300)),
    }
}

fn write(path: &Path, table: &Table, random: &mut fastrand::Rng) {
    let mut writer = CsvWriter::create(path, &table.schema(), Existing::Refuse).expect("created");
    // In two pieces, as a run of two tiles writes it.
    let cut = random.usize(0..=table.n_rows());
    for (from, to) in [(0, cut), (cut, table.n_rows())] {
        let part = |column: &Column| Column {
            data: match &column.data {
                ColumnData::Float(values) => ColumnData::Float(values[from..to].to_vec()),
                ColumnData::Integer(values) => ColumnData::Integer(values[from..to].to_vec()),
            },
            ..column.clone()
        };
        let part = Table::new(table.columns().iter().map(part).collect());
        writer
            .append(&part.expect("equal lengths"))
            .expect("written");
    }
    writer.finish().expect("renamed");
}

#[test]
fn a_lone_missing_value_is_still_a_row() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("one.csv");
    let table = Table::new(vec![Column::new("x", "", vec![Some(1.5), None, Some(2.0)])])
        .expect("one column");
    let mut writer = CsvWriter::create(&path, &table.schema(), Existing::Refuse).expect("created");
    writer.append(&table).expect("written");
    writer.finish().expect("renamed");
    assert_eq!(read_csv(&path).expect("readable"), table);
}

#[test]
fn names_with_commas_are_quoted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("names.csv");
    let table = Table::new(vec![Column::new("a, \"b\"", "m,s", vec![1.5])]).expect("valid");
    let mut writer = CsvWriter::create(&path, &table.schema(), Existing::Refuse).expect("created");
    writer.append(&table).expect("written");
    writer.finish().expect("renamed");
    assert_eq!(read_csv(&path).expect("readable"), table);
}

#[test]
fn other_columns_are_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("fi.csv");
    let schema = Schema {
        columns: vec![
            ColumnSpec::integer("cell"),
            ColumnSpec::float("rate", "kHz"),
        ],
    };
    let columns = vec![
        Column::new("cell", "", vec![0_u64, 1]),
        Column::new("rate", "Hz", vec![1.5, 2.5]),
    ];
    let mut writer = CsvWriter::create(&path, &schema, Existing::Refuse).expect("created");
    let error = writer
        .append(&Table::new(columns).expect("valid"))
        .expect_err("another unit");
    assert!(
        matches!(error, TableError::SchemaMismatch { .. }),
        "{error}"
    );
    assert_eq!(writer.n_rows(), 0);
}
