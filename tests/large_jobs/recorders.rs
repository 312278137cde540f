//! Any recorders: which tables there are, and what they hold.

use rheobase::experiment::{Experiment, FiOptions, Traced};
use rheobase::protocol::{ProtocolError, Silent, Swept, Target, Written, sweep};
use rheobase::record::{Quantity, Recorder};
use rheobase::table::{Existing, Table, read_csv};

use super::faulty::{Fault, Faulty};
use super::{SVG, Until, bytes, names, target, with};

fn recording(recorders: Vec<Recorder>) -> Experiment {
    let options = FiOptions {
        settle: Some("20 ms".into()),
        ..FiOptions::default()
    };
    Experiment {
        recorders,
        ..with(500, options)
    }
}

fn all() -> Experiment {
    recording(vec![
        Recorder::Spikes { capacity: 4 },
        Recorder::features(),
        Recorder::FinalState,
    ])
}

fn swept(experiment: &Experiment, folder: &std::path::Path) -> Swept {
    let engine = Faulty::new(130, Fault::NonFinite(100));
    let target = target(folder, false);
    sweep(experiment, &engine, &target, &mut Silent, &mut |_| {}).expect("complete")
}

fn value(table: &Table, name: &str, row: usize) -> Option<f64> {
    table.column(name).expect("a column").data.float(row)
}

#[test]
fn every_recorder_finds_its_table() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let outcome = swept(&all(), folder.path());
    assert_eq!(outcome.files, ["fi.csv", "spikes.csv"]);
    let main = read_csv(&folder.path().join("fi.csv")).expect("readable");
    let spikes = read_csv(&folder.path().join("spikes.csv")).expect("readable");
    let headers: Vec<String> = spikes.columns().iter().map(|c| c.header()).collect();
    assert_eq!(headers, ["cell", "spike_time [ms]"]);
    assert_eq!(
        main.columns().last().expect("columns").header(),
        "v_end [mV]"
    );
    let (mut row, mut dropped) = (0, 0.0);
    for cell in 0..500 {
        let Some(count) = value(&main, "spike_count", cell) else {
            assert!(cell % 100 == 0 && value(&main, "v_end", cell).is_none());
            continue;
        };
        assert!(value(&main, "v_end", cell).is_some());
        for k in 0..count.min(4.0) as usize {
            assert_eq!(value(&spikes, "cell", row), Some(cell as f64));
            if k == 0 {
                let first = value(&main, "time_to_first_spike", cell).expect("it spikes");
                assert_eq!(value(&spikes, "spike_time", row), Some(first));
            }
            row += 1;
        }
        dropped += (count - 4.0).max(0.0);
    }
    assert_eq!(spikes.n_rows(), row);
    assert!(row > 100 && dropped > 100.0);
    assert_eq!(outcome.n_dropped_spikes as f64, dropped);
}

#[test]
fn a_table_without_features_has_cells_and_axes_only() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    swept(
        &recording(vec![Recorder::Spikes { capacity: 2 }]),
        folder.path(),
    );
    let main = read_csv(&folder.path().join("fi.csv")).expect("readable");
    assert_eq!((main.columns().len(), main.n_rows()), (2, 500));
}

#[test]
fn all_tables_are_gone_on_with_together() {
    let (plain, folder) = (tempfile::tempdir(), tempfile::tempdir());
    let plain = plain.expect("a temporary folder");
    let folder = folder.expect("a temporary folder");
    let whole = swept(&all(), plain.path());
    let engine = Faulty::new(130, Fault::NonFinite(100));
    let mut stop = Until(300 * 1200);
    let cut = sweep(
        &all(),
        &engine,
        &target(folder.path(), false),
        &mut stop,
        &mut |_| {},
    )
    .expect("interrupted, which is no error here");
    assert_eq!(cut.files, ["fi.partial.csv", "spikes.partial.csv"]);
    assert!(cut.n_rows >= 130 && cut.n_rows < 500);
    let mut n_shown = 0;
    let ended = sweep(
        &all(),
        &engine,
        &target(folder.path(), true),
        &mut Silent,
        &mut |rows| {
            if let Written::Main(rows) = rows {
                n_shown += rows.n_rows();
            }
        },
    )
    .expect("complete");
    assert_eq!((n_shown, ended.n_resumed), (500, cut.n_rows));
    assert_eq!(
        (ended.n_non_finite, ended.n_dropped_spikes),
        (whole.n_non_finite, whole.n_dropped_spikes)
    );
    assert_eq!(names(folder.path()), names(plain.path()));
    for name in ["fi.csv", "spikes.csv"] {
        assert_eq!(
            bytes(folder.path(), name),
            bytes(plain.path(), name),
            "{name}"
        );
    }
}

/// Traces of all cells, or of some that are run by themselves.
fn tracing(cells: Option<&[u64]>) -> Experiment {
    let mut experiment = all();
    let (of, every) = (vec![Quantity::State(0), Quantity::Input(0)], 100);
    match cells {
        None => experiment.recorders.push(Recorder::Trace { of, every }),
        Some(cells) => {
            let cells = experiment.grid.choose(cells).expect("there");
            experiment.traced = Some(Traced { cells, of, every });
        }
    }
    experiment
}

/// A sweep that is stopped after so many cell-steps.
fn ran(experiment: &Experiment, target: &Target, stop: u64) -> Result<Swept, ProtocolError> {
    let engine = Faulty::new(130, Fault::Nothing);
    sweep(experiment, &engine, target, &mut Until(stop), &mut |_| {})
}

#[test]
fn traces_of_chosen_cells_are_those_of_all_for_these() {
    let (every, some) = (tempfile::tempdir(), tempfile::tempdir());
    let every = every.expect("a temporary folder");
    let some = some.expect("a temporary folder");
    ran(&tracing(None), &target(every.path(), false), u64::MAX).expect("complete");
    let experiment = tracing(Some(&[400, 3, 77]));
    let outcome = ran(&experiment, &target(some.path(), false), u64::MAX).expect("complete");
    assert_eq!(outcome.files, ["fi.csv", "spikes.csv", "traces.csv"]);
    assert_eq!(outcome.stats.cell_steps, 503 * 1200);
    for name in ["fi.csv", "spikes.csv"] {
        assert_eq!(
            bytes(some.path(), name),
            bytes(every.path(), name),
            "{name}"
        );
    }
    let text = String::from_utf8(bytes(every.path(), "traces.csv")).expect("text");
    let of_chosen = |line: &&str| {
        let cell = line.split(',').next().unwrap_or("");
        ["cell", "3", "77", "400"].contains(&cell)
    };
    let expected: Vec<&str> = text.lines().filter(of_chosen).collect();
    assert_eq!(expected.len(), 1 + 3 * 12);
    let found = String::from_utf8(bytes(some.path(), "traces.csv")).expect("text");
    assert_eq!(found.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn a_run_with_chosen_traces_is_gone_on_with_from_anywhere() {
    let experiment = tracing(Some(&[400, 3, 77]));
    let plain = tempfile::tempdir().expect("a temporary folder");
    ran(&experiment, &target(plain.path(), false), u64::MAX).expect("complete");
    // Before the traces, within the table, and with the traces lost between the two runs.
    for (stop, is_lost) in [(0, false), (200 * 1200, false), (200 * 1200, true)] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let cut = ran(&experiment, &target(folder.path(), false), stop).expect("cut");
        assert!(cut.failure.is_some() && cut.n_rows < 500);
        let traces = folder.path().join("traces.csv");
        assert_eq!(traces.exists(), stop > 0);
        assert_eq!(cut.files[2] == "traces.csv", stop > 0, "{:?}", cut.files);
        if is_lost {
            std::fs::remove_file(&traces).expect("removed");
        }
        let ended = ran(&experiment, &target(folder.path(), true), u64::MAX).expect("complete");
        assert_eq!((ended.n_resumed, ended.n_rows), (cut.n_rows, 500));
        let again = if stop > 0 && !is_lost { 0 } else { 3 };
        let expected = (500 - cut.n_rows + again) * 1200;
        assert_eq!(ended.stats.cell_steps, expected, "stopped at {stop}");
        assert_eq!(names(folder.path()), names(plain.path()));
        for name in names(plain.path()) {
            assert_eq!(
                bytes(folder.path(), &name),
                bytes(plain.path(), &name),
                "{name}"
            );
        }
    }
}

#[test]
fn traces_of_another_run_are_neither_replaced_unasked_nor_taken_for_its_own() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let old = folder.path().join("traces.csv");
    std::fs::write(&old, "old").expect("written");
    let experiment = tracing(Some(&[1]));
    let first = target(folder.path(), false);
    let error = ran(&experiment, &first, u64::MAX).expect_err("refused");
    assert!(error.to_string().contains("traces.csv"), "{error}");
    let replace = Target {
        existing: Existing::Replace,
        ..first
    };
    ran(&experiment, &replace, 0).expect("cut");
    assert_eq!(std::fs::read_to_string(&old).expect("there"), "old");
    ran(&experiment, &target(folder.path(), true), u64::MAX).expect("complete");
    assert_eq!(read_csv(&old).expect("readable").n_rows(), 12);
}

#[test]
fn a_run_with_other_traces_is_another_run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let first = target(folder.path(), false);
    ran(&tracing(Some(&[1])), &first, 200 * 1200).expect("cut");
    let again = target(folder.path(), true);
    let error = ran(&tracing(Some(&[2])), &again, u64::MAX).expect_err("another run");
    let expected = "its trace of chosen cells differs";
    assert!(error.to_string().contains(expected), "{error}");
}

/// The picture of chosen traces is drawn from their file by the run that goes on, which does not
/// make them again.
#[test]
fn a_run_that_goes_on_draws_the_traces_of_its_earlier_part() {
    let mut experiment = tracing(Some(&[400, 3, 77]));
    experiment.recorders.clear();
    let run = |folder: &std::path::Path, goes_on, stop| {
        let engine = Faulty::new(130, Fault::Nothing);
        let target = target(folder, goes_on);
        rheobase::protocol::run(&experiment, &engine, &target, &SVG, &mut Until(stop))
    };
    let plain = tempfile::tempdir().expect("a temporary folder");
    run(plain.path(), false, u64::MAX).expect("complete");
    let folder = tempfile::tempdir().expect("a temporary folder");
    run(folder.path(), false, 200 * 1200).expect_err("interrupted");
    assert!(folder.path().join("traces.csv").exists());
    run(folder.path(), true, u64::MAX).expect("complete");
    let picture = bytes(folder.path(), "fi.svg");
    assert_eq!(picture, bytes(plain.path(), "fi.svg"));
    let curves = String::from_utf8(picture).expect("text");
    assert!(
        curves.matches("stroke=\"#009E73\"").count() >= 2,
        "{curves}"
    );
}
