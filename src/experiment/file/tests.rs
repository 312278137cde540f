//! Experiments as text.

use std::path::Path;

use super::from_toml;
use crate::experiment::{Experiment, Setting, StimulusValue};
use crate::record::{Quantity, Recorder, feature};

fn read(text: &str) -> Experiment {
    from_toml("test.toml", text, Path::new(".")).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(text: &str) -> String {
    from_toml("test.toml", text, Path::new("."))
        .map(|_| ())
        .unwrap_err()
        .to_string()
}

const WHOLE: &str = r#"
model = "hodgkin_huxley"
dt = "0.02 ms"
method = "rk4"
duration = "1 s"
skip = "50 ms"
seed = 3
repeats = 2

[set]
E_L = "-54.4 mV"
"init.v" = -70

[stimulus.I]
kind = "step"
onset = "100 ms"
duration = "800 ms"

[sweep]
g_Na = { from = "100 mS/cm^2", to = "140 mS/cm^2", n = 5 }
g_K = [30, 36]
"I.amplitude" = { from = 1, to = "100 uA/cm^2", n = 3, spacing = "log" }

[sweep.sample]
n = 4
design = "sobol"
E_K = { normal = ["-77 mV", "1 mV"], between = [-80, -74] }
C = { log_normal = ["1 uF/cm^2", 0.1] }

[record]
features = true
spikes = { capacity = 10 }
statistics = ["v", "alpha_m"]
trace = { variables = ["v", "I"], every = "0.1 ms" }
"#;

#[test]
fn a_whole_experiment_is_read() {
    let e = read(WHOLE);
    assert_eq!(e.grid.n_cells(), 5 * 2 * 3 * 4 * 2);
    let names: Vec<&str> = e
        .grid
        .axes()
        .iter()
        .map(|axis| axis.name.as_str())
        .collect();
    assert_eq!(names, ["g_Na", "g_K", "I.amplitude", "E_K", "C", "repeat"]);
    assert_eq!(e.params[6], Setting::Fixed(-54.4));
    assert_eq!(e.initial[0], Some(Setting::Fixed(-70.0)));
    assert_eq!(e.params[1], Setting::Axis(0));
    assert_eq!(
        (
            e.timing.settle,
            e.timing.duration,
            e.timing.tail,
            e.timing.skip
        ),
        (5000, 40_000, 5000, 2500)
    );
    assert_eq!(
        e.stimuli[0][0].values[0],
        StimulusValue::Input(Setting::Axis(2))
    );
    let expected = [
        Recorder::features(),
        Recorder::Spikes { capacity: 10 },
        Recorder::Statistics {
            of: Quantity::State(0),
        },
        Recorder::Statistics {
            of: Quantity::Let(2),
        },
        Recorder::Trace {
            of: vec![Quantity::State(0), Quantity::Input(0)],
            every: 5,
        },
    ];
    assert_eq!(e.recorders, expected);
    assert_eq!(e.seed, 3);
    let amplitudes = e.grid.column(2, 0..24);
    assert!((amplitudes[8] - 10.0).abs() < 1e-12, "{amplitudes:?}");
    let reversal = e.grid.column(3, 0..240);
    assert!(reversal.iter().all(|x| (-80.0..=-74.0).contains(x)));
}

const CHOICES: &str = r#"
model = "hodgkin_huxley"
duration = "10 ms"
[sweep]
g_Na = [100, 120, 140]
[record]
features = ["rate", "spike_count"]
statistics = ["I_Na = g_Na*m^3*h*(v - E_Na)", "v", "alpha_m*m"]
trace = { variables = ["I_Na = g_Na*m^3*h*(v - E_Na)", "v"], every = "0.1 ms", cells = [2, 0, 2] }
"#;

#[test]
fn features_expressions_and_cells_are_chosen() {
    let e = read(CHOICES);
    let of = |i| Recorder::Statistics {
        of: Quantity::Expression(i),
    };
    let v = Quantity::State(0);
    let features = ["rate", "spike_count"].map(|name| feature(name).unwrap());
    let expected = [
        Recorder::Features(features.to_vec()),
        of(0),
        Recorder::Statistics { of: v },
        of(1),
    ];
    assert_eq!(e.recorders, expected);
    let named: Vec<(&str, &str)> = e
        .expressions
        .iter()
        .map(|one| (one.name.as_str(), one.unit.label.as_str()))
        .collect();
    assert_eq!(named, [("I_Na", "uA/cm^2"), ("alpha_m*m", "Hz")]);
    let traced = e.tracing().unwrap();
    let trace = Recorder::Trace {
        of: vec![Quantity::Expression(0), v],
        every: 10,
    };
    assert_eq!(traced.recorders, [trace]);
    assert_eq!(traced.grid.numbers(0..2), [0, 2]);
    assert_eq!(traced.columns(0..2), [[100.0, 140.0]]);
}

#[test]
fn where_only_chosen_cells_are_traced_only_they_are_run() {
    let e = read(
        "model = \"lif\"\n[sweep]\nR = { from = 1, to = 2, n = 1000000 }\n\
         \"I.amplitude\" = { from = 0, to = 2, n = 1000000 }\n\
         [record]\ntrace = { variables = [\"v\"], cells = [999999999999, 1000000] }\n",
    );
    assert!(e.traced.is_none());
    assert_eq!(e.grid.n_cells(), 2);
    assert_eq!(e.grid.numbers(0..2), [1_000_000, 999_999_999_999]);
    assert_eq!(e.grid.column(0, 0..2)[1], 2.0);
    assert_eq!(e.grid.column(1, 0..2), [0.0, 2.0]);
}

#[test]
fn what_cannot_be_recorded_is_shown_at_its_place() {
    for (entry, expected) in [
        (r#"features = ["rte"]"#, "did you mean `rate`?"),
        (r#"features = ["rte"]"#, "3:13"),
        ("features = []", "the list is empty"),
        (r#"features = ["rate", "rate"]"#, "recorded twice"),
        (r#"statistics = ["v", "v*2 + 1"]"#, "3:27"),
        (r#"statistics = ["v", "v*2 + 1"]"#, "write the unit: `1 mV`"),
        ("statistics = ['v', '''v*2 + 1''']", "3:29"),
        (r#"statistics = ["v\u0020+ 1"]"#, "3:15"),
        (r#"statistics = ["v", " v"]"#, "3:22"),
        (r#"statistics = ["v", " v"]"#, "recorded twice"),
        (r#"statistics = ["a = v", "a = 2*v"]"#, "two expressions"),
        (r#"statistics = ["tau_x"]"#, "no `tau_x` to record"),
        (
            r#"statistics = ["exp(conductance)"]"#,
            "write names of the model",
        ),
        (
            r#"trace = { variables = ["v"], cells = [0, 1] }"#,
            "there is no cell 1",
        ),
        (r#"trace = { variables = ["v"], cells = [0, 1] }"#, "3:42"),
        (r#"trace = { variables = ["v"], cells = [-1] }"#, "whole"),
        (
            r#"trace = { variables = ["v"], cells = [] }"#,
            "the list is empty",
        ),
    ] {
        let found = refused(&format!("model = \"lif\"\n[record]\n{entry}\n"));
        assert!(
            found.contains(expected),
            "{expected:?} is missing in\n{found}"
        );
    }
    let constants = "model = \"lif\"\n[record]\nstatistics = [\"tau\", \"t\"]\n";
    assert_eq!(read(constants).expressions.len(), 2);
}

#[test]
fn a_sweep_alone_drives_the_input_constantly() {
    let e = read("model = \"lif\"\n[sweep]\n\"I.amplitude\" = [1, 2, 3]\n");
    assert_eq!(e.grid.n_cells(), 3);
    assert_eq!(e.timing.n_steps(), 10_000);
    assert_eq!(e.stimuli[0].len(), 1);
}

#[test]
fn stimuli_add_up() {
    let e = read(
        "model = \"lif\"\nduration = 100\n[[stimulus.I]]\nkind = \"constant\"\namplitude = 1\n\
         [[stimulus.I]]\nkind = \"sine\"\namplitude = \"0.5 nA\"\nfrequency = \"10 Hz\"\nduration = 100\n\
         [[stimulus.I]]\nkind = \"samples\"\nvalues = [1, 2, \"3 pA\"]\ninterval = 1\n",
    );
    assert_eq!(e.stimuli[0].len(), 3);
}

#[test]
fn every_mistake_is_shown_with_its_line() {
    let text = refused(
        "model = \"hodgkin_huxley\"\nmehtod = \"rk4\"\ndt = \"0.01 mV\"\n[set]\ngNa = 3\n\
         [stimulus.I]\nkind = \"stpe\"\n[sweep]\ng_K = { from = 3, to = 1, n = 2 }\ng_L = []\n\
         [record]\nfeatures = 1\n",
    );
    for expected in [
        "no entry `mehtod`",
        "did you mean `method`?",
        "wrong unit",
        "no parameter `gNa`",
        "did you mean `g_Na`?",
        "no stimulus `stpe`",
        "did you mean `step`?",
        "inverted",
        "the list is empty",
        "expected true or false",
        "test.toml:9:",
    ] {
        assert!(text.contains(expected), "{expected} is missing in\n{text}");
    }
}

#[test]
fn single_mistakes_name_their_remedy() {
    for (text, expected) in [
        ("", "names no model"),
        ("model = ", "this is not TOML"),
        ("model = 3", "expected a text in quotes"),
        ("model = \"hodgkin\"", "there is no model `hodgkin`"),
        ("model = \"lif\"\nrepeats = 0", "0 repeats"),
        (
            "model = \"lif\"\n[stimulus.J]\nkind = \"step\"",
            "no input `J`",
        ),
        (
            "model = \"lif\"\n[stimulus.I]\namplitude = 1",
            "the stimulus has no kind",
        ),
        (
            "model = \"lif\"\n[stimulus.I]\nkind = \"step\"\nonset = 1\nduration = 5",
            "has no amplitude",
        ),
        (
            "model = \"lif\"\n[stimulus.I]\nkind = \"constant\"\namplitude = 1\n[sweep]\n\"I.amplitude\" = [1, 2]",
            "leaves `amplitude` open",
        ),
        (
            "model = \"lif\"\n[sweep]\ncells = \"/no/such.csv\"",
            "such.csv",
        ),
        (
            "model = \"lif\"\n[sweep.sample]\nR = { uniform = [1, 2] }",
            "the sample has no size",
        ),
        (
            "model = \"lif\"\n[sweep.sample]\nn = 3\nR = { uniform = [2, 1] }",
            "below the second",
        ),
        (
            "model = \"lif\"\n[sweep.sample]\nn = 3\nR = { normal = [2, -1] }",
            "above 0",
        ),
        (
            "model = \"lif\"\n[sweep.sample]\nn = 3\ndesign = \"grid\"\nR = { normal = [2, 1] }",
            "no design `grid`",
        ),
        (
            "model = \"lif\"\n[record]\nspikes = { capacity = 0 }",
            "no capacity",
        ),
        (
            "model = \"lif\"\n[record]\nfeatures = false",
            "nothing is recorded",
        ),
        (
            "model = \"lif\"\n[record]\nstatistics = [\"w\"]",
            "no `w` to record",
        ),
        (
            "model = \"lif\"\n[record]\ntrace = { every = 1 }",
            "the trace has no variables",
        ),
        (
            "model = \"lif\"\n[record]\ntrace = { variables = [\"v\"], every = 0 }",
            "no such interval",
        ),
        ("model = \"lif\"\ndt = -1", "dt must be a positive time"),
        (
            "model = \"lif\"\n[sweep]\nR = { from = 1, to = 2, n = 3 }\n[sweep.sample]\nn = 2\nR = { normal = [2, 1] }",
            "varied twice",
        ),
    ] {
        let found = refused(text);
        assert!(
            found.contains(expected),
            "{expected:?} is missing in\n{found}"
        );
        assert!(found.starts_with("error"), "{found}");
    }
}

#[test]
fn a_table_of_cells_is_one_axis() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("cells.csv"),
        "cell,R [kohm],tau [ms]\n0,1000,5\n1,2000,6\n",
    )
    .unwrap();
    let text = "model = \"lif\"\n[sweep]\ncells = \"cells.csv\"\n\"I.amplitude\" = [1, 2, 3]\n";
    let e = from_toml("test.toml", text, folder.path()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(e.grid.n_cells(), 6);
    assert_eq!(e.grid.column(0, 0..6), [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]);
    assert_eq!(e.grid.column(1, 0..6), [5.0, 5.0, 5.0, 6.0, 6.0, 6.0]);
}

#[test]
fn mutated_experiments_never_panic() {
    let seed = 41;
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    for i in 0..600 {
        let mut text: Vec<u8> = [WHOLE, CHOICES][i % 2].bytes().collect();
        for _ in 0..1 + random.usize(0..4) {
            let at = random.usize(0..text.len());
            match random.u8(0..3) {
                0 => text[at] = b" \n=[]{}\"'.,-0x#"[random.usize(0..15)],
                1 => drop(text.remove(at)),
                _ => {
                    let from = random.usize(0..text.len());
                    let piece: Vec<u8> = text[from..text.len().min(from + 20)].to_vec();
                    text.splice(at..at, piece);
                }
            }
        }
        if let Ok(text) = std::str::from_utf8(&text) {
            let _ = from_toml("test.toml", text, Path::new("."));
        }
    }
}

#[test]
fn samples_of_an_uneven_interval_are_written_out_step_by_step() {
    let text = |interval: &str| {
        format!(
            "model = \"lif\"\ndt = \"0.01 ms\"\nduration = \"1 ms\"\n[stimulus.I]\nkind = \"samples\"\n\
             values = [1, 2, 3, 4]\ninterval = \"{interval}\"\n"
        )
    };
    let e = read(&text("0.025 ms"));
    let twice_and_thrice = [1.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 3.0, 4.0, 4.0];
    assert_eq!(e.tables[0].waveforms[0], twice_and_thrice);
    assert_eq!(e.warnings, Vec::<String>::new());
    let whole = read(&text("0.02 ms"));
    assert_eq!(whole.tables[0].waveforms[0], [1.0, 2.0, 3.0, 4.0]);
    let endless = refused(&text("1000000.005 ms"));
    assert!(endless.contains("a multiple of dt, 0.01 ms"), "{endless}");
}

#[test]
fn each_cell_may_have_a_waveform_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let csv = "time [ms],a [nA],b [pA]\n0,1,4000\n1,2,5000\n2,3,6000\n";
    std::fs::write(folder.path().join("waves.csv"), csv).unwrap();
    let head = "model = \"lif\"\n[stimulus.I]\nkind = \"samples\"\ninterval = 1\nvalues = ";
    let read = |rest: &str| from_toml("test.toml", &format!("{head}{rest}"), folder.path());
    let all = "\"waves.csv\"\n[sweep]\ntau = [5, 6]\n\"I.column\" = \"all\"\n";
    let e = read(all).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(e.tables[0].waveforms, [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    assert_eq!(e.grid.n_cells(), 4);
    assert_eq!(e.grid.column(1, 0..4), [0.0, 1.0, 0.0, 1.0]);
    let lists = read("[[1, 2], [3, 4]]\ncolumn = 1\n").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(lists.tables[0].waveforms, [[1.0, 2.0], [3.0, 4.0]]);
    std::fs::write(
        folder.path().join("cells.csv"),
        "tau,I.column\n5,1\n6,0\n7,1\n",
    )
    .unwrap();
    let joint = read("\"waves.csv\"\n[sweep]\ncells = \"cells.csv\"\n");
    let joint = joint.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(joint.grid.column(1, 0..3), [1.0, 0.0, 1.0]);
}
