//! `verify`, `compare`, `plot` and `bench`, through the program and through the library.

use rheobase::exec::cpu::{CpuEngine, Precision};
use rheobase::exec::{
    Cells, Column, Engine, EngineLabel, ExecError, Job, RunStats, Sink, Start, TileOutput,
};
use rheobase::experiment::{Experiment, FiOptions, fi};
use rheobase::model::load;
use rheobase::plan::Plan;
use rheobase::protocol::{BenchCells, BenchOptions, Silent, Verification, bench, verify};

use crate::support::Folder;

/// The experiment of `fi` on a built-in model: so many amplitudes, so long.
fn experiment(model: &str, n: u64, duration: &str) -> Experiment {
    let options = FiOptions {
        n: Some(n),
        duration: Some(duration.into()),
        ..FiOptions::default()
    };
    fi(load(model).expect("built in"), &options).expect("an experiment")
}

/// The CPU engine with something wrong with its parameters or outputs.
struct Wrong {
    params: fn(&mut Vec<Vec<f64>>),
    output: fn(&mut TileOutput),
}

impl Engine for Wrong {
    fn describe(&self) -> String {
        "an engine with a fault".into()
    }

    fn label(&self) -> EngineLabel {
        EngineLabel {
            name: "wrong".into(),
            precision: "f64".into(),
            adapter: None,
        }
    }

    fn prepare(&self, plan: &Plan) -> Result<Box<dyn Job>, ExecError> {
        Ok(Box::new(WrongJob {
            job: CpuEngine::new(Precision::F64)?.prepare(plan)?,
            params: self.params,
            output: self.output,
        }))
    }
}

struct WrongJob {
    job: Box<dyn Job>,
    params: fn(&mut Vec<Vec<f64>>),
    output: fn(&mut TileOutput),
}

impl Job for WrongJob {
    fn tile_cells(&self) -> u64 {
        self.job.tile_cells()
    }

    fn run(
        &mut self,
        cells: &Cells,
        start: Start,
        sink: &mut dyn Sink,
    ) -> Result<RunStats, ExecError> {
        let mut cells = cells.clone();
        (self.params)(&mut cells.params);
        self.job
            .run(&cells, start, &mut WrongSink(sink, self.output))
    }
}

struct WrongSink<'a>(&'a mut dyn Sink, fn(&mut TileOutput));

impl Sink for WrongSink<'_> {
    fn tile(&mut self, mut output: TileOutput) -> Result<(), String> {
        (self.1)(&mut output);
        self.0.tile(output)
    }
}

fn verified(params: fn(&mut Vec<Vec<f64>>), output: fn(&mut TileOutput)) -> Verification {
    let experiment = experiment("lif", 101, "300 ms");
    verify(&experiment, &Wrong { params, output }, 40, &mut Silent).expect("a verdict")
}

fn unchanged(_: &mut TileOutput) {}

#[test]
fn verify_agrees_where_nothing_is_wrong() {
    let found = verified(|_| {}, unchanged);
    assert!(found.agrees(), "{found}");
    assert_eq!((found.cells.len(), found.n_grid), (40, 101));
    assert!(found.n_firing >= 20 && found.n_spikes > 100, "{found}");
    assert!(found.states[0].error < 1e-9 && found.states[0].n == 40);
    assert!(found.to_string().ends_with("verdict: agrees\n"));
}

#[test]
fn verify_finds_a_parameter_that_is_off_by_a_thousandth() {
    let found = verified(
        |params| params[0].iter_mut().for_each(|x| *x *= 1.001),
        unchanged,
    );
    assert!(!found.agrees(), "{found}");
    assert!(!found.states[0].agrees(), "{found}");
    assert!(found.to_string().contains("verdict: DIFFERENT"), "{found}");
}

#[test]
fn verify_finds_a_spike_that_is_missing_and_one_that_is_late() {
    /// The last three outputs are the count of listed spikes, their steps, their fractions.
    fn spikes(output: &mut TileOutput, change: fn(&mut [u32], &mut [u32])) {
        if let [
            ..,
            Column::U32(counts),
            Column::U32(steps),
            Column::Float(_),
        ] = output.columns.as_mut_slice()
        {
            change(counts, steps);
        }
    }
    let found = verified(
        |_| {},
        |output| {
            spikes(output, |counts, _| {
                counts.iter_mut().for_each(|n| *n = n.saturating_sub(1))
            })
        },
    );
    assert!(
        !found.agrees() && found.counts.len() == found.n_firing,
        "{found}"
    );
    let found = verified(
        |_| {},
        |output| {
            spikes(output, |_, steps| {
                steps.iter_mut().for_each(|step| *step += 2)
            })
        },
    );
    assert!(!found.agrees() && found.counts.is_empty(), "{found}");
    assert!(
        found
            .worst_spike
            .as_ref()
            .is_some_and(|w| w.error > found.tolerance)
    );
}

#[test]
fn verify_finds_a_wrong_summary_and_a_lost_cell() {
    let found = verified(
        |_| {},
        |output| {
            if let [Column::U32(counts), .., Column::Float(_)] = output.columns.as_mut_slice()
                && counts.len() == 40
            {
                counts.iter_mut().for_each(|n| *n += 1);
            }
        },
    );
    assert!(found.features.iter().any(|f| f.n_off_list > 0), "{found}");
    assert!(!found.agrees());
    let found = verified(
        |_| {},
        |output| output.non_finite.iter_mut().for_each(|x| *x = true),
    );
    assert!(!found.agrees() && found.non_finite.len() == 40, "{found}");
}

#[test]
fn verify_refuses_a_verdict_where_the_reference_itself_cannot_tell() {
    // So long a run right at the onset that 1e-6 moves its spikes by more than is allowed.
    let options = FiOptions {
        from: Some("1.5000001 nA".into()),
        to: Some("1.50001 nA".into()),
        n: Some(8),
        duration: Some("300 ms".into()),
        ..FiOptions::default()
    };
    let experiment = fi(load("lif").expect("built in"), &options).expect("an experiment");
    let engine = CpuEngine::new(Precision::F64).expect("an engine");
    let found = verify(&experiment, &engine, 8, &mut Silent).expect("a verdict");
    assert!(
        found.ill_conditioned.len() > found.most_ill_conditioned(),
        "{found}"
    );
    assert!(!found.agrees() && found.to_string().contains("ill-conditioned"));
}

/// The noise of a cell is the same on every engine, in a sample of the grid and where other parameters
/// are nudged.
#[test]
fn noise_is_verified_and_measured_like_all_else() {
    let folder = Folder::new();
    let run = |command: &str| {
        let words: Vec<&str> = command.split(' ').collect();
        folder.run(&words)
    };
    let verified = run("verify lif_noise --duration 200ms --cells 20 --engine cpu");
    verified.expect(0);
    assert!(verified.stdout.contains("20 of 301 cells"));
    assert!(verified.stdout.contains("verdict: agrees"));
    run("bench lif_noise --cells 20 --repeats 1 --duration 20ms").expect(0);
}

#[test]
fn verify_is_a_command() {
    let folder = Folder::new();
    let ended = folder.run(&[
        "verify",
        "lif",
        "--duration",
        "200 ms",
        "--cells",
        "20",
        "--engine",
        "cpu",
    ]);
    ended.expect(0);
    for words in [
        "20 of 301 cells",
        "v [mV]",
        "spike_count",
        "verdict: agrees",
    ] {
        assert!(
            ended.stdout.contains(words),
            "{words} is not in {}",
            ended.stdout
        );
    }
    folder
        .run(&["verify", "lif", "--cells", "0"])
        .expect(2)
        .says(&["--cells is 0", "help"]);
    folder
        .run(&["verify", "lif", "--engine", "magic"])
        .expect(2)
        .says(&["magic", "reference"]);
    folder
        .run(&["verify", "lof"])
        .expect(2)
        .says(&["lof", "lif"]);
}

#[test]
fn compare_says_which_rows_differ_and_ends_with_0_1_or_2() {
    let folder = Folder::new();
    let a = folder.write("a.csv", "cell,rate [Hz]\n0,10\n1,20\n2,\n");
    let b = folder.write("b.csv", "cell,rate [Hz]\n0,10\n1,20.01\n2,\n");
    let same = folder.run(&["compare", &a, &a]);
    same.expect(0);
    assert!(same.stdout.contains("verdict: agree"), "{same:?}");
    let different = folder.run(&["compare", &a, &b]);
    different.expect(1).says(&["differ"]);
    for words in ["DIFFERENT", "row 1: 20 against 20.01", "rate [Hz]"] {
        assert!(
            different.stdout.contains(words),
            "{words} is not in {different:?}"
        );
    }
    for options in [
        ["--rel", "1e-3"],
        ["--abs", "0.02"],
        ["--column", "rate=1e-3"],
        ["--column", "rate [Hz]=1e-3"],
    ] {
        folder
            .run(&[&["compare", &a, &b][..], &options].concat())
            .expect(0);
    }
    folder
        .run(&["compare", &a, &b, "--column", "cell=1e-3"])
        .expect(1);
    for (options, words) in [
        (["--rel", "0.5"], ["0.01", "help"]),
        (["--abs", "-1"], ["negative", "help"]),
        (["--column", "rate"], ["NAME=REL", "help"]),
    ] {
        folder
            .run(&[&["compare", &a, &b][..], &options].concat())
            .expect(2)
            .says(&words);
    }
    folder
        .run(&["compare", &a, "none.csv"])
        .expect(2)
        .says(&["none.csv"]);
}

#[test]
fn plot_draws_curves_a_map_or_a_raster_as_the_columns_tell() {
    let folder = Folder::new();
    folder.fi(&["lif", "--set", "tau=8,10"]).expect(0);
    folder
        .run(&["plot", "fi.csv", "--out", "again.svg"])
        .expect(0)
        .says(&["wrote again.svg"]);
    assert_eq!(
        folder.read("again.svg"),
        folder.read("fi.svg"),
        "the picture of fi itself"
    );
    folder
        .run(&["plot", "fi.csv", "--y", "spike_count"])
        .expect(0);
    assert!(folder.read("fi.svg").contains("spike_count"));

    folder
        .fi(&["lif", "--set", "tau=8:12:9", "--set", "R=9,10"])
        .expect(0);
    folder.run(&["plot", "fi.csv"]).expect(0);
    assert!(folder.read("fi.svg").contains("R (Mohm)"));
    let map = [
        "plot", "fi.csv", "--x", "I", "--y", "tau", "--z", "rate", "--out", "map.svg",
    ];
    folder
        .run(&map)
        .expect(0)
        .says(&["drawn at R [Mohm] = 9 only"]);
    let map = folder.read("map.svg");
    for words in ["tau (ms)", "I (nA)", "rate (Hz)"] {
        assert!(map.contains(words), "{words}");
    }

    folder.write("spikes.csv", "cell,spike_time [ms]\n0,1.5\n0,20\n3,7\n");
    folder.run(&["plot", "spikes.csv"]).expect(0);
    let raster = folder.read("spikes.svg");
    let ticks = raster
        .lines()
        .find(|line| line.contains("stroke=\"#0072B2\""));
    let moves = ticks.map(|path| path.matches('M').count());
    assert_eq!(moves, Some(3), "{raster}");
    folder.write(
        "trace.csv",
        "cell,t [ms],v [mV],w\n0,0,-65,0\n0,1,-60,0\n1,0,-65,0\n1,1,-50,0\n",
    );
    folder.run(&["plot", "trace.csv"]).expect(0);
    let trace = folder.read("trace.svg");
    for words in ["t (ms)", "v (mV)", "cell"] {
        assert!(trace.contains(words), "{words}");
    }
    folder.write(
        "own.csv",
        folder.read("trace.csv").replacen("t [ms]", "time [ms]", 1),
    );
    folder.run(&["plot", "own.csv"]).expect(0);
    let own = folder.read("own.svg");
    assert_eq!(own, trace.replacen(">t (ms)<", ">time (ms)<", 1));
}

#[test]
fn plot_refuses_what_it_cannot_draw_and_says_what_there_is() {
    let folder = Folder::new();
    folder.write("a.csv", "I [nA],rate [Hz]\n0,1\n1,2\n");
    folder
        .run(&["plot", "a.csv", "--y", "rat"])
        .expect(2)
        .says(&["no column `rat`", "did you mean `rate`", "I, rate"]);
    folder
        .run(&["plot", "a.csv", "--out", "a.jpg"])
        .expect(2)
        .says(&["a.jpg", ".svg", ".png"]);
    folder
        .run(&["plot", "a.csv", "--out", "a.png", "--dpi", "9000"])
        .expect(2)
        .says(&["9000", "50 to 1200"]);
    assert!(!folder.has("a.png"));
    folder
        .run(&["plot", "none.csv"])
        .expect(2)
        .says(&["none.csv"]);
    folder.write("empty.csv", "I,rate\n");
    folder
        .run(&["plot", "empty.csv"])
        .expect(2)
        .says(&["no rows"]);
    folder
        .run(&["plot", "a.csv", "--z", "rate", "--by", "I"])
        .expect(2);
}

#[test]
fn bench_measures_every_engine_and_their_agreement() {
    let options = BenchOptions {
        cells: vec![200, 20, 200],
        which: BenchCells::Spread,
        repeats: 2,
        precision: Precision::F64,
        seconds: Some(0.1),
    };
    let measured = bench(&experiment("lif", 3, "100 ms"), &options, &mut Silent).expect("a bench");
    let labels: Vec<&str> = measured
        .contestants
        .iter()
        .map(|c| c.label.as_str())
        .collect();
    assert!(labels.contains(&"CPU f32, 1 thread") && labels.contains(&"CPU f64, 1 thread"));
    assert_eq!(labels.last(), Some(&"reference"));
    assert_eq!(
        measured.rows.len(),
        2 * labels.len(),
        "two numbers of cells"
    );
    for row in &measured.rows {
        assert!(
            row.total_s > 0.0 && row.run_s > 0.0 && row.total_s >= row.run_s * 0.5,
            "{row:?}"
        );
        assert_eq!(row.n_differ, Some(0), "{row:?}");
        let n_run = if labels[row.contestant] == "reference" {
            16
        } else {
            row.n_cells
        };
        assert_eq!(row.n_run, n_run);
    }
    assert!((100..=1000).contains(&measured.n_steps));
    let short = bench(&experiment("lif", 3, "5 ms"), &options, &mut Silent).expect("a bench");
    assert_eq!(short.n_steps, 50, "never more than the experiment has");
}

#[test]
fn bench_is_a_command_with_exports() {
    let folder = Folder::new();
    let run = |file: &str| {
        folder
            .run(&[
                "bench",
                "lif",
                "--cells",
                "20,40",
                "--repeats",
                "1",
                "--duration",
                "20 ms",
                "--export",
                file,
            ])
            .expect(0)
            .says(&["wrote", "bench.svg"])
            .stdout
            .clone()
    };
    let text = run("b.json");
    for words in [
        "200 steps",
        "cell-steps/s",
        "CPU f32, 1 thread",
        "reference",
    ] {
        assert!(text.contains(words), "{words} is not in {text}");
    }
    let json: serde_json::Value = serde_json::from_str(&folder.read("b.json")).expect("valid JSON");
    assert_eq!(json[0]["n_cells"], 20);
    assert!(
        json[0]["cell_steps [1/s]"]
            .as_f64()
            .is_some_and(|x| x > 0.0)
    );
    run("b.csv");
    assert!(
        folder
            .read("b.csv")
            .lines()
            .nth(1)
            .is_some_and(|line| line.starts_with("\"CPU f32, 1 thread\","))
    );
    run("b.md");
    assert!(
        folder
            .read("b.md")
            .lines()
            .all(|line| line.starts_with("| ") && line.ends_with(" |"))
    );
    assert!(folder.read("bench.svg").contains("cells"));
    folder
        .run(&["bench", "--export", "b.xlsx"])
        .expect(2)
        .says(&[".csv", ".json"]);
    for (option, value) in [
        ("--cells", "0"),
        ("--cells", "10000000000"),
        ("--repeats", "0"),
        ("--seconds", "nan"),
    ] {
        let ended = folder.run(&["bench", option, value]);
        ended.expect(2).says(&[value, "help"]);
    }
}

#[test]
fn bench_takes_an_experiment_file_with_its_recorders() {
    let folder = Folder::new();
    let silent = "model = \"lif\"\nduration = \"20 ms\"\n[sweep]\ntau = [5, 10, 20]\n[record]\nfinal_state = true";
    folder.write("silent.toml", silent);
    let spikes = silent.replace("final_state = true", "spikes = { capacity = 4 }");
    folder.write("spikes.toml", &spikes);
    let run = |file: &str, more: &[&str]| {
        let fixed = [
            "bench",
            file,
            "--cells",
            "2,7",
            "--repeats",
            "1",
            "--seconds",
            "0.1",
        ];
        folder.run(&[&fixed[..], more].concat())
    };
    let counted = run("spikes.toml", &["--export", "spikes.json"]);
    assert!(
        counted.expect(0).stdout.contains("200 steps"),
        "{counted:?}"
    );
    let json: serde_json::Value = serde_json::from_str(&folder.read("spikes.json")).expect("JSON");
    assert_eq!(
        (
            json[0]["n_cells"].as_u64(),
            json[0]["n_cells_that_differ"].as_u64()
        ),
        (Some(2), Some(0))
    );
    assert!(json[0]["upload [s]"].is_number());
    // Where no spikes are counted, agreement is unknown and not claimed.
    run("silent.toml", &["--export", "silent.json"]).expect(0);
    let json: serde_json::Value = serde_json::from_str(&folder.read("silent.json")).expect("JSON");
    assert!(json[0]["n_cells_that_differ"].is_null());
    run("silent.toml", &["--dt", "1"])
        .expect(2)
        .says(&["silent.toml", "--dt"]);
}

/// A settled passive membrane under a step of 1 nA follows its closed form, sample by sample, and
/// the stimulus is in the table, too.
#[test]
fn trace_writes_the_time_course_and_its_picture() {
    let folder = Folder::new();
    let arguments = "trace lif --amplitude 1,-1 --duration 40ms --settle 10ms --every 1ms";
    let words: Vec<&str> = arguments.split(' ').collect();
    folder
        .run(&words)
        .expect(0)
        .says(&["wrote trace.csv, trace.svg"]);
    assert_eq!(folder.names(), ["trace.csv", "trace.svg"]);
    let text = folder.read("trace.csv");
    assert_eq!(text.lines().next(), Some("cell,time [ms],v [mV],I [nA]"));
    assert_eq!(text.lines().count(), 101);
    for line in text.lines().skip(1) {
        let row: Vec<f64> = line
            .split(',')
            .map(|x| x.parse().expect("a number"))
            .collect();
        let sign = if row[0] == 0.0 { 1.0 } else { -1.0 };
        let on = (row[1] - 10.0).max(0.0);
        let expected = -65.0 + sign * 10.0 * (1.0 - (-on / 10.0).exp());
        assert!((row[2] - expected).abs() < 1e-3, "{line}");
        assert_eq!(row[3], if row[1] > 10.0 { sign } else { 0.0 }, "{line}");
    }
}

#[test]
fn trace_refuses_what_it_cannot_record() {
    for (arguments, expected) in [
        (
            &["trace", "lif", "--variables", "w"][..],
            "there is no `w` to record",
        ),
        (
            &["trace", "lif", "--variables", "v,min(v, 3)"],
            "--variables:1:10",
        ),
        (&["trace", "lif", "--every", "0"], "shorter than a step"),
        (&["trace", "lif", "--amplitude", "1 mV"], "wrong unit"),
        (&["trace", "lif", "--set", "tau=5:10:2000"], "too many"),
        (
            &["trace", "lif", "--every", "0.1", "--duration", "100000 s"],
            "take a longer --every",
        ),
    ] {
        let folder = Folder::new();
        folder.run(arguments).expect(2).says(&[expected]);
        assert!(folder.names().is_empty(), "{arguments:?}");
    }
}

#[test]
fn trace_takes_expressions_and_fi_chosen_features() {
    let folder = Folder::new();
    let variables = "v,min(v, -60 mV), I_leak = (v - E_L)/R";
    let mut arguments = vec!["trace", "lif", "--engine", "reference"];
    arguments.extend(["--duration", "20 ms", "--variables", variables]);
    folder.run(&arguments).expect(0);
    let text = folder.read("trace.csv");
    let expected = "cell,time [ms],v [mV],\"min(v, -60 mV) [mV]\",I_leak [nA],I [nA]\n";
    assert!(text.starts_with(expected), "{text}");

    let ended = folder.fi(&["lif", "--features", "ISI_CV,spike_count"]);
    ended.expect(0);
    let text = folder.read("fi.csv");
    assert!(
        text.starts_with("cell,I [nA],ISI_CV,spike_count\n"),
        "{text}"
    );
    assert!(folder.read("fi.svg").contains("ISI_CV"));
    let ended = folder.fi(&["lif", "--features", "ISI_CW"]);
    let expected = ["no feature `ISI_CW`", "did you mean `ISI_CV`?"];
    ended.expect(2).says(&expected);
}
