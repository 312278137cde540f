//! Experiments from files, end to end.

use std::path::{Path, PathBuf};

use rheobase::exec::reference::ReferenceEngine;
use rheobase::experiment::{Experiment, from_toml};
use rheobase::plan::compile;
use rheobase::protocol::{Silent, Target, run};
use rheobase::table::{Existing, Table, read_csv};

fn read(text: &str) -> Experiment {
    from_toml("test.toml", text, Path::new(".")).unwrap_or_else(|error| panic!("{error}"))
}

/// Every table that a run of `text` writes, by name.
fn tables(text: &str) -> Vec<(String, Table)> {
    let folder = tempfile::tempdir().unwrap();
    let target = Target {
        folder: folder.path().to_owned(),
        name: "table.csv".into(),
        existing: Existing::Refuse,
        resume: false,
    };
    let outcome = run(&read(text), &ReferenceEngine, &target, &[], &mut Silent).unwrap();
    let csv = outcome.files.iter().filter(|name| name.ends_with(".csv"));
    csv.map(|name| (name.clone(), read_csv(&folder.path().join(name)).unwrap()))
        .collect()
}

fn value(table: &Table, column: &str, row: usize) -> f64 {
    let column = table
        .column(column)
        .unwrap_or_else(|| panic!("no column {column}"));
    column
        .data
        .float(row)
        .unwrap_or_else(|| panic!("nothing in row {row}"))
}

#[test]
fn the_examples_are_sound() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    assert!(files.len() >= 2);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let e = from_toml(&file.display().to_string(), &text, &folder)
            .unwrap_or_else(|error| panic!("{error}"));
        compile(&e).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}

/// A step of current onto a passive membrane: v follows E_L + RI(1 - exp(-t/tau)), and its extremes
/// over the window are at its ends.
#[test]
fn traces_statistics_and_final_states_agree_with_the_closed_form() {
    let tables = tables(
        "model = \"lif\"\ndt = \"0.1 ms\"\nduration = \"60 ms\"\n\
         [stimulus.I]\nkind = \"step\"\nonset = \"10 ms\"\nduration = \"30 ms\"\namplitude = \"1 nA\"\n\
         [sweep]\ntau = [5, 10]\n\
         [record]\nfinal_state = true\nstatistics = [\"v\"]\ntrace = { variables = [\"v\", \"I\"], every = \"1 ms\" }\n",
    );
    let names: Vec<&str> = tables.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["table.csv", "traces.csv"]);
    let (table, traces) = (&tables[0].1, &tables[1].1);
    assert_eq!((table.n_rows(), traces.n_rows()), (2, 120));
    for (cell, tau) in [5.0f64, 10.0].into_iter().enumerate() {
        let top = -65.0 + 10.0 * (1.0 - (-30.0 / tau).exp());
        let end = -65.0 + (top + 65.0) * (-20.0 / tau).exp();
        assert!((value(table, "v_end", cell) - end).abs() < 1e-6);
        assert!((value(table, "v_max", cell) - top).abs() < 1e-6);
        assert!(
            (value(table, "v_min", cell) + 65.0 - 10.0 * (1.0 - (-0.1 / tau).exp())).abs() < 1e-6
        );
        for row in 60 * cell..60 * (cell + 1) {
            let t = value(traces, "time", row);
            let on = (t - 10.0).clamp(0.0, 30.0);
            let rise = 10.0 * (1.0 - (-on / tau).exp()) * (-(t - 10.0 - on).max(0.0) / tau).exp();
            assert!(
                (value(traces, "v", row) + 65.0 - rise).abs() < 1e-6,
                "cell {cell} at {t} ms"
            );
            let driven = t > 10.0 && t <= 40.0;
            assert_eq!(
                value(traces, "I", row),
                f64::from(u8::from(driven)),
                "at {t} ms"
            );
        }
    }
}

#[test]
fn the_window_ends_with_the_stimulus_and_spikes_are_listed() {
    let tables = tables(
        "model = \"lif\"\nduration = \"200 ms\"\n[stimulus.I]\nkind = \"pulses\"\nonset = \"10 ms\"\n\
         width = \"1 ms\"\nperiod = \"20 ms\"\ncount = 5\namplitude = \"40 nA\"\n\
         [record]\nfeatures = true\nspikes = { capacity = 3 }\n",
    );
    let (table, spikes) = (&tables[0].1, &tables[1].1);
    assert_eq!(value(table, "spike_count", 0), 5.0);
    assert!((value(table, "rate", 0) - 50.0).abs() < 1e-6);
    assert_eq!(spikes.n_rows(), 3, "only as many as there is room for");
}

#[test]
fn a_sample_is_the_same_in_any_run() {
    let text = |n: u32| {
        format!(
            "model = \"lif\"\nduration = \"5 ms\"\nseed = 9\n[sweep.sample]\nn = {n}\n\
             R = {{ normal = [10, 1] }}\ntau = {{ uniform = [5, 15] }}\n[record]\nfinal_state = true\n"
        )
    };
    let (few, many) = (tables(&text(5)), tables(&text(50)));
    for row in 0..5 {
        for column in ["R", "tau", "v_end"] {
            assert_eq!(
                value(&few[0].1, column, row),
                value(&many[0].1, column, row)
            );
        }
    }
}

/// What a file can say of recording, with few cells and steps.
const RECORDED: &str = r#"
model = "hodgkin_huxley"
dt = "0.01 ms"
method = "staggered"

[stimulus.I]
kind = "step"
onset = "10 ms"
duration = "50 ms"

[sweep]
g_Na = { from = "100 mS/cm^2", to = "140 mS/cm^2", n = 3 }
"I.amplitude" = { from = "0 uA/cm^2", to = "30 uA/cm^2", n = 11 }

[record]
features = ["spike_count", "rate", "time_to_first_spike", "ISI_CV"]
spikes = { capacity = 64 }
statistics = ["g_Na*m^3*h*(v - E_Na)"]
trace = { variables = ["v", "I_K = g_K*n^4*(v - E_K)"], every = "0.1 ms", cells = [0, 10, 20] }
"#;

fn headers(table: &Table) -> Vec<String> {
    table.columns().iter().map(|c| c.header()).collect()
}

#[test]
fn features_expressions_and_chosen_traces_have_their_columns() {
    let tables = tables(RECORDED);
    let names: Vec<&str> = tables.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["table.csv", "spikes.csv", "traces.csv"]);
    let main = &tables[0].1;
    let current = "(g_Na*m^3*h*(v - E_Na))";
    assert_eq!(
        headers(main),
        [
            "cell",
            "g_Na [mS/cm^2]",
            "I.amplitude [uA/cm^2]",
            "spike_count",
            "rate [Hz]",
            "time_to_first_spike [ms]",
            "ISI_CV",
            &format!("{current}_min [uA/cm^2]"),
            &format!("{current}_max [uA/cm^2]"),
            &format!("{current}_mean [uA/cm^2]"),
            &format!("{current}_variance [(uA/cm^2)^2]"),
        ]
    );
    assert!(value(main, &format!("{current}_min"), 32) < -100.0);
    let traces = &tables[2].1;
    let expected = ["cell", "time [ms]", "v [mV]", "I_K [uA/cm^2]"];
    assert_eq!(headers(traces), expected);
    assert_eq!(traces.n_rows(), 3 * 600);
    assert_eq!(value(traces, "cell", 600), 10.0);
}

/// A thousand million cells, of which three are traced and nothing else is asked for.
#[test]
fn traces_alone_cost_no_more_than_their_cells() {
    let (begin, end) = RECORDED.split_once("features").unwrap();
    let (_, trace) = end.split_once("trace").unwrap();
    let text = format!("{begin}trace{trace}").replace("n = 3 ", "n = 100000000 ");
    assert_eq!(read(&text).grid.n_cells(), 3);
    let (alone, among) = (tables(&text), tables(RECORDED));
    assert_eq!(alone[0].1.n_rows(), 3);
    assert_eq!(value(&alone[0].1, "cell", 2), 20.0);
    // The first cell is the same in both grids.
    for row in 0..600 {
        assert_eq!(
            value(&alone[1].1, "I_K", row),
            value(&among[2].1, "I_K", row)
        );
    }
}
