//! Recorders × engines: what is reduced on the device is what the host makes of every step's trace.

use rheobase::exec::reference::ReferenceEngine;
use rheobase::exec::{Column, Engine};
use rheobase::experiment::{Experiment, Setting, StimulusValue};
use rheobase::ir::Slot;
use rheobase::plan::{PlanError, compile};
use rheobase::record::{
    FEATURES, Feature, Quantity, Recorder, SpikeTrain, Summary, Timing, Traces,
};

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

/// An expression is computed from the states, the input and the time beside it in the trace, from
/// parameters of the cell and from sub-expressions.
#[test]
fn an_expression_is_what_its_text_says_at_the_end_of_the_step() {
    let texts = [
        "I_Na = g_Na*m^3*h*(v - E_Na)",
        "I/C - v/ms",
        "v > -60 mV",
        "beta_n*n*t",
        "min(v, -66 mV)",
    ];
    let [v, m, h, n] = [0, 1, 2, 3].map(Quantity::State);
    let mut of = vec![v, m, h, n, Quantity::Input(0)];
    of.extend((0..texts.len()).map(Quantity::Expression));
    let options = "from=2 to=30 n=3 set:g_Na=100,120,140 settle=5ms duration=20ms";
    let extremes = Recorder::Statistics {
        of: Quantity::Expression(0),
    };
    let mut e = experiment(
        model("hodgkin_huxley"),
        options,
        vec![trace(&of, 1), extremes],
    );
    let expressions = texts.map(|text| e.model.expression(text).unwrap());
    e.expressions = expressions.to_vec();
    let reference: Box<dyn Engine> = Box::new(ReferenceEngine);
    let all = engines().map(|(subject, engine)| (subject.name, subject.roundoff, engine));
    for (name, roundoff, engine) in all.chain([("reference", 1.11e-16, reference)]) {
        let found = run(engine.as_ref(), &e);
        let columns: Vec<Vec<Vec<f64>>> = (0..of.len()).map(|i| samples(&found, i, 1)).collect();
        let extremes = Summary::read(&raw(&found, of.len()..of.len() + 6), 2000);
        for (cell, extremes) in extremes.iter().enumerate() {
            let g_na = [100.0, 120.0, 140.0][cell / 3];
            let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
            let sample = |i: usize, step: usize| columns[i][cell][step];
            for step in 0..2500 {
                let at = |i| sample(i, step);
                let (v, m, h, n) = (at(0), at(1), at(2), at(3));
                let t = (step + 1) as f64 * 0.01;
                let beta_n = 0.125 * (-(v + 65.0) / 80.0).exp();
                let expected = [
                    g_na * m.powi(3) * h * (v - 50.0),
                    at(4) - v,
                    f64::from(u8::from(v > -60.0)),
                    beta_n * n * t,
                    v.min(-66.0),
                ];
                for (i, expected) in expected.into_iter().enumerate() {
                    let off = (at(5 + i) - expected).abs();
                    let what = format!("{} on {name}, cell {cell}, step {step}", texts[i]);
                    // Some are differences of numbers of about 100.
                    let bound = 100.0 * roundoff * (expected.abs() + 10.0);
                    assert!(off <= bound, "{what}: {} not {expected}", at(5 + i));
                }
                if step >= 500 {
                    (min, max) = (min.min(at(5)), max.max(at(5)));
                }
            }
            if name != "gpu" {
                assert_eq!((extremes.min, extremes.max), (min, max), "{name}, {cell}");
            }
        }
        let least = extremes.iter().fold(0.0, |least: f64, x| least.min(x.min));
        assert!(least < -500.0, "{name}: the sodium current is {least}");
    }
}

#[test]
fn a_chosen_feature_is_the_same_as_among_all() {
    let all: Vec<&Feature> = FEATURES.iter().collect();
    let timing = Timing { dt: 0.1, onset: 60 };
    let values = |run: &Run, which: &[&Feature], feature: &Feature| -> Vec<Option<f64>> {
        let trains = SpikeTrain::read(&raw(run, 0..run.columns.len()), which);
        let values = trains.iter().map(|train| (feature.value)(train, timing));
        values.collect()
    };
    for (subject, engine) in engines() {
        let whole = run(
            engine.as_ref(),
            &some("hodgkin_huxley", vec![Recorder::features()]),
        );
        for feature in FEATURES {
            let which = vec![feature];
            let e = some("hodgkin_huxley", vec![Recorder::Features(which.clone())]);
            let alone = run(engine.as_ref(), &e);
            let (a, b) = (
                values(&alone, &which, feature),
                values(&whole, &all, feature),
            );
            let what = format!("{} on {}", feature.name, subject.name);
            assert!(a.iter().any(|x| x.is_some_and(|x| x != 0.0)), "{what}");
            for (a, b) in a.into_iter().zip(b) {
                let same = match (a, b) {
                    // Another kernel, whose compiler may contract other sums.
                    (Some(a), Some(b)) if subject.name == "gpu" => (a - b).abs() <= 1e-3 * b.abs(),
                    (a, b) => a == b,
                };
                assert!(same, "{what}: {a:?}, {b:?}");
            }
        }
    }
}

#[test]
fn only_what_the_chosen_features_need_is_kept() {
    let first = ["first_step", "first_fraction"];
    let second = ["second_step", "second_fraction"];
    let previous = ["previous_step", "previous_fraction"];
    let last = ["last_step", "last_fraction"];
    let moments = ["interval_mean", "interval_squares"];
    let plan = |name| {
        let feature = rheobase::record::feature(name).unwrap();
        let e = some("hodgkin_huxley", vec![Recorder::Features(vec![feature])]);
        compile(&e).unwrap().plan
    };
    for (name, parts) in [
        ("spike_count", vec![]),
        ("rate", vec![first, last]),
        ("time_to_first_spike", vec![first]),
        ("inv_first_ISI", vec![first, second]),
        ("inv_last_ISI", vec![previous, last]),
        ("ISI_CV", vec![last, moments]),
    ] {
        let plan = plan(name);
        let accums = plan.layout().accums.iter();
        let accums: Vec<&str> = accums.map(|a| a.name.as_str()).collect();
        let expected = [vec!["spike_count"], parts.concat()].concat();
        assert_eq!(accums, expected, "{name}");
    }
    // Where in the step the threshold is crossed takes a division; nobody asks for it here.
    let divisions = |name| rheobase::ir::OpCounts::of([&plan(name).step()[1]]).divs;
    assert_eq!((divisions("spike_count"), divisions("rate")), (0, 1));
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

    let of = vec![trace(&[Quantity::Expression(0)], 10)];
    let mut e = some("hodgkin_huxley", of);
    e.expressions = vec![e.model.expression("g_Na*m^3*h*(v - E_Na)").unwrap()];
    let with = compile(&e).unwrap().plan;
    let labels: Vec<&str> = with.step().iter().map(|b| b.label).collect();
    assert_eq!(labels, ["advance", "trace"]);
    let without = plan(vec![trace(&[v], 10)]);
    assert_eq!(with.step()[0], without.step()[0], "the step is as it was");
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
        trace(&[Quantity::Expression(0)], 1),
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
