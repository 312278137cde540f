//! That comparisons fail when they should, which is what they are for.

use super::*;

fn tolerance(abs: f64, rel: f64) -> Tolerance {
    Tolerance::new(abs, rel).expect("a sensible tolerance")
}

fn table() -> Table {
    let n = 101;
    let cells: Vec<u64> = (0..n).collect();
    let voltage: Vec<f64> = (0..n).map(|i| -65.0 + 0.1 * i as f64).collect();
    let rate: Vec<Option<f64>> = (0..n).map(|i| (i % 7 != 3).then_some(i as f64)).collect();
    Table::new(vec![
        Column::new("cell", "", cells),
        Column::new("v", "mV", voltage),
        Column::new("rate", "Hz", rate),
    ])
    .expect("equal lengths")
}

/// The table with one value replaced; `None` makes it missing.
fn changed(column: usize, row: usize, value: Option<f64>) -> Table {
    let mut columns = table().columns().to_vec();
    match &mut columns[column].data {
        ColumnData::Float(values) => values[row] = value,
        ColumnData::Integer(values) => values[row] = value.map(|x| x as u64),
    }
    Table::new(columns).expect("equal lengths")
}

fn rules() -> Rules {
    Rules::all(tolerance(1e-6, 1e-3)).with("cell", Tolerance::EXACT)
}

/// Both ways round, and the same verdict.
fn agree(a: &Table, b: &Table) -> bool {
    let there = compare(a, b, &rules()).passed();
    assert_eq!(there, compare(b, a, &rules()).passed());
    there
}

#[test]
fn a_table_agrees_with_itself_and_within_the_tolerance() {
    assert!(agree(&table(), &table()));
    assert!(agree(&table(), &changed(1, 0, Some(-65.06))));
}

#[test]
fn one_changed_value_anywhere_is_found() {
    for column in 0..3 {
        for row in [0, 50, 100] {
            let old = table().columns()[column]
                .data
                .float(row)
                .expect("not missing");
            let other = changed(column, row, Some(old + 1.0));
            assert!(!agree(&table(), &other), "column {column} row {row}");
            let report = compare(&table(), &other, &rules());
            let worst = report.columns[column].worst[0];
            assert_eq!(
                (worst.row, worst.a, worst.b),
                (row, Some(old), Some(old + 1.0))
            );
            assert_eq!(report.columns[column].n_failed, 1);
        }
    }
}

#[test]
fn negative_data_are_judged_by_their_size() {
    for (a, b) in [(-65.0, 0.0), (-65.0, 65.0), (-70.0, 1000.0), (-65.0, -64.9)] {
        assert!(
            !tolerance(1e-6, 1e-3).accepts(Some(a), Some(b)),
            "{a} and {b}"
        );
        assert!(
            !tolerance(1e-6, 1e-3).accepts(Some(b), Some(a)),
            "{b} and {a}"
        );
    }
    assert!(tolerance(0.0, 1e-3).accepts(Some(-65.0), Some(-64.95)));
}

#[test]
fn what_is_no_number_agrees_with_nothing() {
    let loose = tolerance(1e300, 1e-2);
    let strange = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    for a in strange {
        for b in strange.into_iter().chain([0.0, 1.0, -1e300]) {
            assert!(!loose.accepts(Some(a), Some(b)), "{a} and {b}");
            assert!(!loose.accepts(Some(b), Some(a)), "{b} and {a}");
        }
        assert!(!loose.accepts(Some(a), None) && !loose.accepts(None, Some(a)));
        assert!(!agree(&table(), &changed(2, 1, Some(a))));
        assert!(!compare(&changed(2, 1, Some(a)), &changed(2, 1, Some(a)), &rules()).passed());
    }
    assert!(!Tolerance::EXACT.accepts(Some(f64::MAX), Some(f64::MIN)));
}

#[test]
fn missing_agrees_with_missing_only_and_is_counted() {
    assert!(!agree(&table(), &changed(2, 0, None)), "0 against missing");
    assert!(
        !agree(&table(), &changed(2, 3, Some(0.0))),
        "missing against 0"
    );
    assert!(!agree(&table(), &changed(0, 5, None)), "a missing count");
    let report = compare(&table(), &table(), &rules());
    assert_eq!(report.columns[2].n_both_missing, 14);
    assert!(
        report.to_string().contains("14 missing in both"),
        "{report}"
    );
}

#[test]
fn other_shapes_are_failures() {
    let mut longer = table();
    longer.append(&table()).expect("same columns");
    assert!(!agree(&table(), &longer));
    let fewer = Table::new(table().columns()[..2].to_vec()).expect("equal lengths");
    assert!(!agree(&table(), &fewer));
    let mut columns = table().columns().to_vec();
    columns[1].unit = "V".to_string();
    assert!(!agree(
        &table(),
        &Table::new(columns).expect("equal lengths")
    ));
    let typo = rules().with("raet", Tolerance::EXACT);
    assert!(!compare(&table(), &table(), &typo).passed());
}

#[test]
fn a_comparison_of_nothing_fails() {
    let nothing = Rules::all(Tolerance::EXACT);
    assert!(!compare(&Table::default(), &Table::default(), &nothing).passed());
    let empty = Table::new(vec![Column::new("v", "mV", vec![None::<f64>; 3])]).expect("valid");
    assert!(!compare(&empty, &empty, &nothing).passed());
}

#[test]
fn counts_are_compared_as_counts() {
    let one = |n: u64| Table::new(vec![Column::new("n", "", vec![n])]).expect("one column");
    let exact = Rules::all(Tolerance::EXACT);
    assert!(!compare(&one(u64::MAX), &one(u64::MAX - 1), &exact).passed());
    let float = Table::new(vec![Column::new("n", "", vec![7.0])]).expect("one column");
    assert!(
        compare(&one(7), &float, &exact).passed(),
        "7 read back as a count"
    );
    assert!(compare(&one(7), &one(8), &Rules::all(tolerance(1.0, 0.0))).passed());
}

#[test]
fn senseless_tolerances_are_refused() {
    for (abs, rel) in [
        (-1.0, 0.0),
        (0.0, -1e-9),
        (f64::NAN, 0.0),
        (0.0, f64::NAN),
        (f64::INFINITY, 0.0),
        (0.0, 0.011),
        (0.0, f64::INFINITY),
    ] {
        assert!(Tolerance::new(abs, rel).is_err(), "{abs} and {rel}");
    }
    assert!(Tolerance::new(0.0, 1e-2).is_ok());
}

#[test]
fn the_rule_is_symmetric_and_monotonic() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..100_000 {
        let mut number = || (random.f64() - 0.5) * 10_f64.powi(random.i32(-5..5));
        let (a, b) = (number(), number());
        let abs = number().abs();
        let (narrow, wide) = (tolerance(abs, 1e-3), tolerance(2.0 * abs, 2e-3));
        assert_eq!(
            narrow.accepts(Some(a), Some(b)),
            narrow.accepts(Some(b), Some(a))
        );
        assert!(wide.accepts(Some(a), Some(b)) || !narrow.accepts(Some(a), Some(b)));
        assert_eq!(Tolerance::EXACT.accepts(Some(a), Some(b)), a == b);
    }
}

#[test]
fn the_report_names_the_worst_rows() {
    let mut columns = table().columns().to_vec();
    if let ColumnData::Float(values) = &mut columns[1].data {
        values[3] = Some(-60.0);
        values[70] = Some(0.0);
        values[9] = None;
        values[10] = Some(-63.0);
    }
    let other = Table::new(columns).expect("equal lengths");
    let expected = "\
ok        cell       exact: 101 rows, worst 0.00e0 in row 0
DIFFERENT v [mV]     within 1e-6 + 1e-3 relative: 4 of 101 rows
            row 9: -64.1 against missing
            row 70: -58 against 0
            row 3: -64.7 against -60
ok        rate [Hz]  within 1e-6 + 1e-3 relative: 87 rows, worst 0.00e0 in row 0, 14 missing in both
";
    assert_eq!(compare(&table(), &other, &rules()).to_string(), expected);
}
