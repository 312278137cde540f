//! Tables in Parquet: the same of them as of CSV, and what such a file says of itself.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use parquet::file::metadata::ParquetMetaDataReader;
use rheobase::experiment::{Experiment, FiOptions};
use rheobase::protocol::{ProtocolError, Silent, Target, Written, run_fi, sweep};
use rheobase::record::Recorder;
use rheobase::table::{Existing, Table, read_table};

use super::faulty::{Fault, Faulty};
use super::{Until, bytes, experiment, names, status, with};

fn target(folder: &Path, resume: bool) -> Target {
    Target {
        name: "fi.parquet".into(),
        ..super::target(folder, resume)
    }
}

fn engine() -> Faulty {
    Faulty::new(130, Fault::NonFinite(100))
}

fn recording() -> Experiment {
    Experiment {
        recorders: vec![Recorder::features(), Recorder::Spikes { capacity: 4 }],
        ..with(500, FiOptions::default())
    }
}

fn facts(path: &Path) -> Vec<(String, serde_json::Value)> {
    let file = File::open(path).expect("readable");
    let read = ParquetMetaDataReader::new().parse_and_finish(&file);
    let metadata = read.expect("Parquet");
    let pairs = metadata.file_metadata().key_value_metadata();
    let pairs = pairs.expect("there are some").iter().map(|pair| {
        let text = pair.value.as_deref().expect("a text");
        let value = serde_json::from_str(text).expect("valid JSON");
        (pair.key.clone(), value)
    });
    pairs.collect()
}

#[test]
fn the_tables_are_those_of_csv_with_units_and_run_in_their_metadata() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for target in [
        target(folder.path(), false),
        super::target(folder.path(), false),
    ] {
        sweep(&recording(), &engine(), &target, &mut Silent, &mut |_| {}).expect("complete");
    }
    assert_eq!(
        names(folder.path()),
        ["fi.csv", "fi.parquet", "spikes.csv", "spikes.parquet"]
    );
    for name in ["fi", "spikes"] {
        let read = |end: &str| {
            let path = folder.path().join(format!("{name}.{end}"));
            read_table(&path).expect("readable")
        };
        let (csv, parquet) = (read("csv"), read("parquet"));
        assert_eq!(csv.n_rows(), parquet.n_rows());
        for (a, b) in csv.columns().iter().zip(parquet.columns()) {
            assert_eq!(a.header(), b.header());
            for row in 0..csv.n_rows() {
                match (a.data.float(row), b.data.float(row)) {
                    (Some(a), Some(b)) => assert!((a - b).abs() <= 1e-8 * b.abs(), "{a} {b}"),
                    (a, b) => assert_eq!(a, b),
                }
            }
        }
    }
    let found = facts(&folder.path().join("spikes.parquet"));
    assert_eq!(found[1].0, "units");
    assert_eq!(found[1].1["spike_time [ms]"], "ms");
    let (name, run) = &found[0];
    assert_eq!(name, "run.json");
    assert_eq!(run["status"], "complete");
    assert_eq!(run["model_text"], recording().model.text.as_str());
    assert_eq!(run["counts"]["non_finite"], 5);
    assert!(run["counts"]["dropped_spikes"].as_u64() > Some(100));
    assert_eq!(run["dt [ms]"], 0.1);
}

#[test]
fn a_run_interrupted_anywhere_can_be_read_and_ends_with_the_same_files() {
    let plain = tempfile::tempdir().expect("a temporary folder");
    let whole = sweep(
        &recording(),
        &engine(),
        &target(plain.path(), false),
        &mut Silent,
        &mut |_| {},
    )
    .expect("complete");
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (runs, done) in [0, 1, 200, 201, 400].into_iter().enumerate() {
        let engine = Faulty::new(90 + done / 9, Fault::NonFinite(100));
        let cut = sweep(
            &recording(),
            &engine,
            &target(folder.path(), runs > 0),
            &mut Until(done * 1000),
            &mut |_| {},
        )
        .expect("interrupted, which is no error here");
        assert_eq!(cut.files, ["fi.partial.parquet", "spikes.partial.parquet"]);
        let path = folder.path().join("fi.partial.parquet");
        let read = read_table(&path).expect("it can be read");
        assert_eq!(read.n_rows() as u64, cut.n_rows);
        assert_eq!(facts(&path)[0].1["status"], "interrupted");
    }
    let mut n_shown = 0;
    let ended = sweep(
        &recording(),
        &engine(),
        &target(folder.path(), true),
        &mut Silent,
        &mut |rows| {
            if let Written::Main(rows) = rows {
                n_shown += rows.n_rows();
            }
        },
    )
    .expect("complete");
    assert_eq!(n_shown, 500);
    assert!(ended.n_resumed >= 300, "{}", ended.n_resumed);
    assert_eq!(ended.n_non_finite, whole.n_non_finite);
    assert_eq!(names(folder.path()), ["fi.parquet", "spikes.parquet"]);
    for name in ["fi.parquet", "spikes.parquet"] {
        let same = bytes(folder.path(), name) == bytes(plain.path(), name);
        assert!(same, "{name}");
    }
}

#[test]
fn a_run_in_another_format_is_neither_gone_on_with_nor_lost() {
    for (first, second) in [("fi.csv", "fi.parquet"), ("fi.parquet", "fi.csv")] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let of = |name: &str, resume| Target {
            name: name.into(),
            ..super::target(folder.path(), resume)
        };
        let mut stop = Until(300_000);
        run_fi(
            &experiment(1000),
            &engine(),
            &of(first, false),
            &[],
            &mut stop,
        )
        .expect_err("interrupted");
        let before = names(folder.path());
        let begin = |resume| {
            run_fi(
                &experiment(1000),
                &engine(),
                &of(second, resume),
                &[],
                &mut Silent,
            )
            .expect_err("refused")
        };
        let partial = first.replace('.', ".partial.");
        let error = begin(true);
        assert!(matches!(error, ProtocolError::Resume { .. }), "{error}");
        assert!(error.to_string().contains(&partial), "{error}");
        let error = begin(false).to_string();
        assert!(error.contains(&format!("{partial} exists")), "{error}");
        assert_eq!(names(folder.path()), before);
        run_fi(
            &experiment(1000),
            &engine(),
            &of(first, true),
            &[],
            &mut Silent,
        )
        .expect("complete");
    }
}

#[test]
fn a_run_killed_between_the_final_names_of_two_tables_is_gone_on_with() {
    for name in ["fi.csv", "fi.parquet"] {
        let plain = tempfile::tempdir().expect("a temporary folder");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let of = |folder: &Path, existing, resume| Target {
            name: name.into(),
            existing,
            ..super::target(folder, resume)
        };
        let run = |target: &Target| {
            let swept = sweep(&recording(), &engine(), target, &mut Silent, &mut |_| {});
            swept.map(|swept| swept.n_rows)
        };
        run(&of(plain.path(), Existing::Refuse, false)).expect("complete");
        // A folder in the place of the main table, whose name is given last, stops the run there.
        let obstacle = folder.path().join(name);
        std::fs::create_dir_all(obstacle.join("full")).expect("created");
        run(&of(folder.path(), Existing::Replace, false)).expect_err("the name is taken");
        std::fs::remove_dir_all(obstacle).expect("removed");
        let spikes = name.replace("fi", "spikes");
        assert!(names(folder.path()).contains(&spikes), "it has its name");
        assert_eq!(
            run(&of(folder.path(), Existing::Refuse, true)).expect("complete"),
            500
        );
        assert_eq!(names(folder.path()), names(plain.path()));
        for name in [name, &spikes] {
            assert_eq!(bytes(folder.path(), name), bytes(plain.path(), name));
        }
    }
}

#[test]
fn above_a_million_rows_parquet_is_chosen_if_asked_for_and_else_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let fi = |n: &str, format: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rheobase"));
        command
            .args([
                "fi",
                "lif",
                "--engine",
                "cpu",
                "--dt",
                "1",
                "--duration",
                "3",
            ])
            .args(["--n", n, "--force", "--out"])
            .arg(folder.path())
            .args(format);
        let output = command.output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{text}");
        text
    };
    let hint = "--format parquet";
    let text = fi("1000001", &[]);
    assert!(
        text.contains("wrote fi.csv") && text.matches(hint).count() == 1,
        "{text}"
    );
    let text = fi("1000001", &["--format", "auto"]);
    assert!(
        text.contains("wrote fi.parquet") && !text.contains(hint),
        "{text}"
    );
    let text = fi("1000000", &["--format", "auto"]);
    assert!(
        text.contains("wrote fi.csv") && !text.contains(hint),
        "{text}"
    );
    assert_eq!(status(folder.path()), "complete");
}

#[test]
fn a_trace_is_the_same_table_in_either_format() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for format in ["csv", "parquet"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rheobase"));
        command
            .args(["trace", "hodgkin_huxley", "--engine", "cpu", "--all"])
            .args(["--amplitude", "6,12", "--duration", "20", "--every", "0.5"])
            .args(["--force", "--format", format, "--out"])
            .arg(folder.path());
        let output = command.output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}");
        assert!(text.contains(&format!("trace.{format}")), "{text}");
    }
    let read = |end: &str| read_table(&folder.path().join(format!("trace.{end}")));
    let (csv, parquet) = (read("csv").expect("CSV"), read("parquet").expect("Parquet"));
    assert_eq!(csv.n_rows(), 80);
    let headers = |table: &Table| {
        let columns = table.columns().iter();
        columns
            .map(rheobase::table::Column::header)
            .collect::<Vec<_>>()
    };
    assert_eq!(headers(&csv), headers(&parquet));
    assert!(headers(&csv).contains(&"v [mV]".to_owned()));
    for (a, b) in csv.columns().iter().zip(parquet.columns()) {
        for row in 0..csv.n_rows() {
            let (a, b) = (a.data.float(row), b.data.float(row));
            let (a, b) = (a.expect("a number"), b.expect("a number"));
            // CSV has nine digits.
            assert!((a - b).abs() <= 1e-8 * b.abs(), "{a} {b}");
        }
    }
}

/// Rust's own words about a panic would be all that a user remembers.
#[test]
fn a_damaged_file_is_told_in_one_message() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rheobase"));
        let output = command.args(arguments).current_dir(folder.path()).output();
        let output = output.expect("it runs");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    run(&[
        "fi", "lif", "--engine", "cpu", "--n", "5", "--format", "parquet",
    ]);
    let good = std::fs::read(folder.path().join("fi.parquet")).expect("written");
    let bad = folder.path().join("bad.parquet");
    let panics = (4..good.len()).rev().any(|at| {
        let mut bytes = good.clone();
        // A length of -1, as the format writes it, where a length stands.
        bytes[at] = 1;
        std::fs::write(&bad, bytes).expect("written");
        read_table(&bad).is_err_and(|error| error.to_string().contains("it is damaged"))
    });
    assert!(panics, "the library has learnt to tell this damage itself");
    let told = run(&["compare", "bad.parquet", "bad.parquet"]);
    assert!(
        told.contains("bad.parquet as Parquet: it is damaged"),
        "{told}"
    );
    assert_eq!(told.trim_end().lines().count(), 1, "{told}");
}
