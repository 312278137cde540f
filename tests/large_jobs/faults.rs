//! Faults of an engine on the way.

use rheobase::exec::ExecError;
use rheobase::protocol::ProtocolError;
use rheobase::table::read_csv;

use super::faulty::{Fault, Faulty};
use super::{bytes, experiment, names, run, status};

#[test]
fn faults_that_pass_leave_no_trace_in_the_files() {
    let experiment = experiment(1000);
    let plain = tempfile::tempdir().expect("a temporary folder");
    run(
        &experiment,
        &Faulty::new(1 << 20, Fault::Nothing),
        plain.path(),
    )
    .expect("undisturbed");
    for fault in [
        Fault::Nothing,
        Fault::Above(40),
        Fault::Above(1),
        Fault::Once(0),
        Fault::Once(3),
        Fault::Halfway(0),
        Fault::Halfway(5),
    ] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let engine = Faulty::new(130, fault);
        run(&experiment, &engine, folder.path()).expect("recovered");
        if fault == Fault::Nothing {
            assert_eq!((engine.runs.get(), engine.announced.get()), (8, 7));
        }
        assert_eq!(names(folder.path()), ["fi.csv", "fi.svg", "run.json"]);
        for name in ["fi.csv", "fi.svg"] {
            assert_eq!(
                bytes(folder.path(), name),
                bytes(plain.path(), name),
                "{fault:?}"
            );
        }
    }
}

#[test]
fn a_device_that_stays_lost_is_given_up_with_its_rows_kept() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = Faulty::new(100, Fault::From(3));
    let error = run(&experiment(1000), &engine, folder.path()).expect_err("lost");
    assert!(
        matches!(
            error,
            ProtocolError::Stopped {
                error: ExecError::Device(_),
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(
        error.to_string(),
        "the device is lost (tiles were made smaller, down to 6 cells); 300 of 1000 rows are kept \
         in fi.partial.csv"
    );
    assert_eq!(engine.runs.get(), 8, "three tiles, five faults");
    assert_eq!(status(folder.path()), "failed");
    let kept = read_csv(&folder.path().join("fi.partial.csv")).expect("whole rows");
    assert_eq!(kept.n_rows(), 300);
}

#[test]
fn what_never_fits_is_tried_down_to_one_cell() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = Faulty::new(100, Fault::Above(0));
    let error = run(&experiment(1000), &engine, folder.path()).expect_err("too large");
    assert!(error.to_string().contains("down to 1 cells"), "{error}");
    assert_eq!(engine.runs.get(), 7, "100, 50, 25, 12, 6, 3, 1");
}

#[test]
fn cells_without_finite_values_are_counted_and_left_empty() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = Faulty::new(64, Fault::NonFinite(7));
    let outcome = run(&experiment(200), &engine, folder.path()).expect("complete");
    assert_eq!(outcome.swept.n_non_finite, 29);
    let table = read_csv(&folder.path().join("fi.csv")).expect("readable");
    let counts = table.column("spike_count").expect("a feature");
    for cell in 0..200 {
        assert_eq!(counts.data.float(cell).is_none(), cell % 7 == 0);
    }
}
