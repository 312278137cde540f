//! Leaps of the CPU engine: the same bits as step by step, and only where a step is of their kind.

use rheobase::exec::cpu::{CpuEngine, Precision, Simd};
use rheobase::exec::{Cells, Engine, Sink, Start, TileOutput};
use rheobase::experiment::{Experiment, FiOptions, fi, from_toml};
use rheobase::ir::Passes;
use rheobase::model::{from_text, load};
use rheobase::plan::{Plan, compile_with};

fn plan(e: &Experiment) -> Plan {
    compile_with(e, Passes::ALL).unwrap().plan
}

fn options(n: u64, duration: &str) -> FiOptions {
    FiOptions {
        n: Some(n),
        duration: Some(duration.into()),
        ..FiOptions::default()
    }
}

/// Keeps all outputs, which are one tile.
#[derive(Default)]
struct Keep(Option<TileOutput>);

impl Sink for Keep {
    fn tile(&mut self, output: TileOutput) -> Result<(), String> {
        self.0 = Some(output);
        Ok(())
    }
}

fn outputs(engine: CpuEngine, plan: &Plan, cells: &Cells) -> TileOutput {
    let mut keep = Keep::default();
    let mut job = engine.prepare(plan).unwrap();
    job.run(cells, Start::Initial, &mut keep).unwrap();
    keep.0.unwrap()
}

/// All outputs of `e`, to the bit, in both precisions and on all vector instructions.
fn same(e: &Experiment) {
    let plan = plan(e);
    let n = e.grid.n_cells();
    let cells = Cells {
        first: 0,
        n: usize::try_from(n).unwrap(),
        params: e.columns(0..n),
    };
    for simd in Simd::available() {
        for precision in [Precision::F32, Precision::F64] {
            let engine = CpuEngine::with(precision, simd);
            assert!(engine.leaps(&plan), "the step is of the kind");
            let leapt = outputs(engine, &plan, &cells);
            let walked = outputs(engine.step_by_step(), &plan, &cells);
            assert_eq!(leapt.columns, walked.columns, "{}", engine.describe());
        }
    }
}

#[test]
fn leaps_give_the_bits_of_single_steps() {
    let lif = || load("lif").unwrap();
    same(&fi(lif(), &options(300, "311.3 ms")).unwrap());
    let late = FiOptions {
        skip: Some("33.3 ms".into()),
        settle: Some("7.7 ms".into()),
        set: vec!["tau=5,10,20".into(), "v_th=-52:-48:3".into()],
        ..options(31, "200 ms")
    };
    same(&fi(lif(), &late).unwrap());
    // Periods of which no even number of steps holds a whole number, and one longer than any leap.
    for period in ["t_ref=2.7", "t_ref=0.5", "t_ref=31.7"] {
        let held = FiOptions {
            set: vec![period.into(), "v_r=-65,-60".into()],
            ..options(40, "150 ms")
        };
        same(&fi(lif(), &held).unwrap());
    }
    let beyond = "model beyond\nparam tau = 10 ms\ninput I : mV\nrange I = 0 : 60 mV\n\
                  dv/dt = (I - v)/tau : mV (unless refractory)\ninit v = 0 mV\nthreshold v > 15 mV\n\
                  reset v = 0 mV\nrefractory 2 ms\n";
    let beyond = from_text("beyond", beyond).unwrap_or_else(|e| panic!("{e}"));
    same(&fi(beyond, &options(300, "200 ms")).unwrap());
    let text = "model = \"lif\"\nduration = 150\n[stimulus.I]\nkind = \"pulses\"\ncount = 9\nwidth = 7.3\n\
                period = 11.9\nonset = 3\n[sweep]\n\"I.amplitude\" = { from = 0, to = 9, n = 300 }\n\
                [record]\nfeatures = true\nspikes = { capacity = 3 }\n";
    same(&from_toml("test.toml", text, std::path::Path::new(".")).unwrap());
}

#[test]
fn only_steps_of_their_kind_leap() {
    let leaps = |e: &Experiment| {
        let engine = CpuEngine::with(Precision::F32, Simd::available()[0]);
        engine.leaps(&plan(e))
    };
    let short = options(3, "10 ms");
    assert!(leaps(&fi(load("lif").unwrap(), &short).unwrap()));
    assert!(!leaps(
        &fi(load("hodgkin_huxley").unwrap(), &short).unwrap()
    ));
    let swept = |set: &str| FiOptions {
        set: vec![set.into()],
        ..short.clone()
    };
    // The refractory period must be known; three steps are too few.
    for set in ["t_ref=1,2", "t_ref=0.3"] {
        assert!(
            !leaps(&fi(load("lif").unwrap(), &swept(set)).unwrap()),
            "{set}"
        );
    }
    let reads = |record: &str| {
        let text = format!("model = \"lif\"\nduration = 10\n[record]\n{record}\n");
        from_toml("test.toml", &text, std::path::Path::new(".")).unwrap()
    };
    assert!(leaps(&reads("final_state = true")));
    assert!(!leaps(&reads("statistics = [\"v\"]")));
    assert!(!leaps(&reads("trace = { variables = [\"v\"], every = 1 }")));
    let adaptive = "model adaptive\nparam tau = 10 ms\ninput I : mV\nrange I = 0 : 30 mV\n\
                    dv/dt = (I - v - w)/tau : mV (unless refractory)\ndw/dt = -w/(100 ms) : mV\n\
                    init v = 0 mV\ninit w = 0 mV\nthreshold v > 15 mV\nreset v = 0 mV; w = w + 2 mV\n\
                    refractory 2 ms\n";
    let adaptive = from_text("adaptive", adaptive).unwrap_or_else(|e| panic!("{e}"));
    assert!(!leaps(&fi(adaptive, &short).unwrap()));
}
