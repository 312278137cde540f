//! Any recorders: which tables there are, and what they hold.

use rheobase::experiment::{Experiment, FiOptions};
use rheobase::protocol::{Silent, Swept, sweep};
use rheobase::record::Recorder;
use rheobase::table::{Table, read_csv};

use super::faulty::{Fault, Faulty};
use super::{Until, bytes, names, target, with};

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
        &mut |rows| n_shown += rows.n_rows(),
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
