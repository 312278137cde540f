//! `verify`, `compare`, `plot` and `bench`, through the program and through the library.

use rheobase::exec::cpu::{CpuEngine, Precision};
use rheobase::exec::{
    Cells, Column, Engine, EngineLabel, ExecError, Job, RunStats, Sink, Start, TileOutput,
};
use rheobase::experiment::{Experiment, FiOptions, fi};
use rheobase::model::load;
use rheobase::plan::Plan;
use rheobase::protocol::{Silent, Verification, verify};

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
