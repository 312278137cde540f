//! Recorders × engines: what is reduced on the device is what the host makes of every step's trace.

use rheobase::exec::Column;
use rheobase::experiment::{Experiment, Setting, StimulusValue};
use rheobase::ir::Slot;
use rheobase::plan::{PlanError, compile};
use rheobase::record::{Quantity, Recorder, Summary, Traces};

use super::conformance::bits;
use super::harness::{Run, engines, experiment, floats, model, raw, run};

fn trace(of: &[Quantity], every: u32) -> Recorder {
    Recorder::Trace {
        of: of.to_vec(),
        every,
    }
}

/// Some cells of a model, with a window inside the run and a reset or spikes in it.
fn some(name: &str, recorders: Vec<Recorder>) -> Experiment {
    let options = match name {
        "lif" => "from=1 to=4 n=9 settle=6ms skip=20ms duration=300ms",
        _ => "from=2 to=30 n=9 settle=5ms skip=3ms duration=40ms",
    };
    experiment(model(name), options, recorders)
}

/// All samples of one quantity, cell by cell.
fn samples(run: &Run, output: usize, every: u32) -> Vec<Vec<f64>> {
    let traces = Traces::read(&raw(run, output..output + 1), 9, every);
    traces
        .cells
        .into_iter()
        .map(|mut cell| cell.remove(0))
        .collect()
}

/// Min and max to the bit. In f32 a part of 1024 samples rounds mean and squares a thousand times,
/// mostly to both sides: a hundred units of roundoff of the largest number, and of the variance.
#[test]
fn statistics_are_those_of_a_trace_of_every_step() {
    for name in ["lif", "hodgkin_huxley"] {
        let v = Quantity::State(0);
        let e = some(name, vec![trace(&[v], 1), Recorder::Statistics { of: v }]);
        let window = e.timing.window();
        for (subject, engine) in engines() {
            let found = run(engine.as_ref(), &e);
            let n = window.end - window.start;
            let summaries = Summary::read(&raw(&found, 1..7), n);
            for (cell, (all, s)) in samples(&found, 0, 1).iter().zip(summaries).enumerate() {
                let x = &all[window.start as usize..window.end as usize];
                let mean = x.iter().sum::<f64>() / x.len() as f64;
                let squares = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
                let variance = squares / x.len() as f64;
                let min = x.iter().copied().fold(f64::INFINITY, f64::min);
                let max = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let what = format!("{name} on {}, cell {cell}: {s:?}", subject.name);
                assert_eq!((s.min, s.max), (min, max), "{what}");
                // The host's own sums round, too.
                let bound = 100.0 * subject.roundoff + 1e-13;
                assert!((s.mean - mean).abs() < bound * 80.0, "{what}, not {mean}");
                let off = (s.variance - variance).abs();
                assert!(off < bound * (variance + 1.0), "{what}, not {variance}");
            }
        }
    }
}

#[test]
fn a_sparse_trace_is_the_full_one_with_gaps_and_ends_in_the_final_state() {
    for (name, last, every) in [
        ("lif", 0, 6),
        ("hodgkin_huxley", 3, 12),
        ("hodgkin_huxley", 3, 7),
    ] {
        let of = [Quantity::State(0), Quantity::State(last)];
        let recorders = vec![trace(&of, 1), trace(&of, every), Recorder::FinalState];
        let e = some(name, recorders);
        for (subject, engine) in engines() {
            let found = run(engine.as_ref(), &e);
            let what = format!("{name} every {every} on {}", subject.name);
            for i in 0..2 {
                let (all, some) = (samples(&found, i, 1), samples(&found, 2 + i, every));
                for (all, some) in all.iter().zip(&some) {
                    assert_eq!(some.len(), (e.timing.n_steps() / every) as usize);
                    let gaps = all.iter().skip(every as usize - 1).step_by(every as usize);
                    assert!(gaps.eq(some), "{what}");
                }
                let end = floats(&found.columns[4 + [0, last][i]]);
                let ends: Vec<f64> = all.iter().map(|x| x[x.len() - 1]).collect();
                assert_eq!(ends, end, "{what}");
            }
        }
    }
}

/// A sub-expression is that of the states beside it; an input is as the step ends, so that an edge
/// shows in the sample after it.
#[test]
fn sub_expressions_and_inputs_belong_to_the_end_of_the_step() {
    let m = model("hodgkin_huxley");
    let beta_n = m.lets.iter().position(|l| l.name == "beta_n").unwrap();
    let of = [
        Quantity::State(0),
        Quantity::Let(beta_n),
        Quantity::Input(0),
    ];
    let mut e = some("hodgkin_huxley", vec![trace(&of, 1)]);
    let onset = e.timing.settle as usize;
    let ramp = rheobase::stimulus::find("ramp").unwrap();
    let value = |x| StimulusValue::Input(Setting::Fixed(x));
    let times = [500, 1000].map(StimulusValue::Time);
    let values = [value(2.0), value(12.0)].into_iter().chain(times).collect();
    e.stimuli[0] = vec![rheobase::experiment::Stimulus { kind: ramp, values }];
    assert_eq!(onset, 500);
    for (subject, engine) in engines() {
        let found = run(engine.as_ref(), &e);
        let bound = 100.0 * subject.roundoff;
        let column = |i| samples(&found, i, 1).swap_remove(4);
        for (v, beta) in column(0).iter().zip(column(1)) {
            let expected = 0.125 * (-(v + 65.0) / 80.0).exp();
            assert!((beta / expected - 1.0).abs() < bound, "{}", subject.name);
        }
        let input = column(2);
        assert_eq!((input[499], input[1500]), (0.0, 0.0), "{}", subject.name);
        assert!((input[500] - 2.01).abs() < 20.0 * bound, "{}", subject.name);
        assert!(
            (input[1499] - 12.0).abs() < 20.0 * bound,
            "{}",
            subject.name
        );
    }
}

#[test]
fn what_is_not_asked_for_is_not_there() {
    let plan = |recorders| compile(&some("hodgkin_huxley", recorders)).unwrap().plan;
    let features = plan(vec![Recorder::features()]);
    assert!(features.layout().streams.is_empty());
    assert_eq!(features.layout().accums.len(), 11);
    let labels: Vec<&str> = features.step().iter().map(|b| b.label).collect();
    assert_eq!(labels, ["advance", "summarise spikes"]);

    let v = Quantity::State(0);
    let observed = plan(vec![Recorder::Statistics { of: v }, trace(&[v], 10)]);
    let blocks: Vec<_> = observed.step().iter().map(|b| (b.label, b.guard)).collect();
    assert_eq!(blocks[0], ("advance", None), "{blocks:?}");
    let labels: Vec<&str> = blocks.iter().map(|b| b.0).collect();
    assert_eq!(labels, ["advance", "sample", "join part", "trace"]);
    for (label, guard) in &blocks[1..] {
        assert!(
            matches!(guard, Some(Slot::Uniform(_))),
            "{label}: {guard:?}"
        );
    }
    assert!(observed.layout().temps.is_empty());
}

#[test]
fn what_cannot_be_recorded_is_refused() {
    for recorder in [
        trace(&[Quantity::State(0)], 0),
        trace(&[Quantity::State(0)], u32::MAX),
        trace(&[Quantity::State(7)], 1),
        Recorder::Statistics {
            of: Quantity::Input(1),
        },
    ] {
        let e = some("lif", vec![recorder]);
        assert!(matches!(compile(&e), Err(PlanError::Recorder { .. })));
    }
}

/// A recorder beside others does not change them. On a GPU that is another kernel, whose compiler
/// may contract other sums.
#[test]
fn recording_more_changes_nothing_else() {
    let v = Quantity::State(0);
    let few = some("lif", vec![Recorder::features(), Recorder::FinalState]);
    let more = vec![
        Recorder::features(),
        Recorder::FinalState,
        Recorder::Statistics { of: v },
        trace(&[v, Quantity::Input(0)], 5),
    ];
    let more = some("lif", more);
    for (subject, engine) in engines().filter(|(subject, _)| subject.name != "gpu") {
        let (few, more) = (run(engine.as_ref(), &few), run(engine.as_ref(), &more));
        assert!(matches!(few.columns[0], Column::U32(_)));
        let n = few.columns.len();
        assert_eq!(bits(&few)[..], bits(&more)[..n], "{}", subject.name);
    }
}
