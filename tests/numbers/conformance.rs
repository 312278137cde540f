//! One suite for all engines: each does what the reference does, and the same on every cut of the
//! work.

use rheobase::compare::Tolerance;
use rheobase::exec::reference::ReferenceEngine;
use rheobase::exec::{Cells, Column, Start};
use rheobase::experiment::Experiment;
use rheobase::integrate::METHODS;
use rheobase::ir::Passes;
use rheobase::model::Model;
use rheobase::plan::{Limits, compile, compile_with};
use rheobase::record::{Quantity, Recorder};

use super::harness::{
    Run, SUBJECTS, engines, experiment, floats, integers, model, models, reference, run, run_plan,
    run_with, spike_trains,
};

/// Columns of random parameters, each between the first and last value of its axis.
pub(crate) fn scattered(e: &Experiment, n: usize, random: &mut fastrand::Rng) -> Vec<Vec<f64>> {
    let last = e.grid.n_cells() - 1;
    let ends = e.columns(0..1).into_iter().zip(e.columns(last..last + 1));
    ends.map(|(low, high)| {
        (0..n)
            .map(|_| low[0] + (high[0] - low[0]) * random.f64())
            .collect()
    })
    .collect()
}

/// Options that vary every parameter by 5 %, or by 0.05 around 0, and every initial value over the range of its kind.
fn all_varied(model: &Model) -> String {
    let mut options = String::new();
    for param in &model.params {
        let value = param
            .default
            .map_or(1.0, |x| model.base.from_base(x, &param.unit));
        let by = if value == 0.0 {
            0.05
        } else {
            0.05 * value.abs()
        };
        let (low, high) = (value - by, value + by);
        options += &format!(" set:{}={low}:{high}:2", param.name);
    }
    for state in &model.states {
        let range = match state.unit.label.as_str() {
            "mV" => "-80:20:2",
            "1" => "0:1:2",
            _ => "0:100:2",
        };
        options += &format!(" set:init.{}={range}", state.name);
    }
    options
}

/// One step from the same random state. What f32 may lose in it: the rounding of the state itself
/// and of the terms that are added to it, which are as large as the states of the sample, and
/// exponentials that may be off by 3 + 2|x| ULP (WGSL), |x| ≤ 7, in rates that move a state by a
/// part of its range: in all less than 16 units of roundoff of the range.
#[test]
fn one_step_agrees_with_the_reference_on_every_engine() {
    let seed = 11;
    println!("seed {seed}");
    let mut n_pairs = 0;
    for (name, text) in models() {
        let model = Model::parse(&name, &text).unwrap().0;
        let schemes = model.schemes.iter().map(|scheme| scheme.name.as_str());
        for method in METHODS.iter().map(|method| method.name).chain(schemes) {
            // So short that what a step adds is not much more than the states.
            let dt = model.dt.unwrap_or(0.1).min(0.1);
            let options = format!("n=2 method={method} dt={dt}ms {}", all_varied(&model));
            let mut e = experiment(model.clone(), &options, vec![Recorder::FinalState]);
            e.timing.duration = 1;
            let Ok(compiled) = compile(&e) else { continue };
            n_pairs += 1;
            let params = scattered(&e, 64, &mut fastrand::Rng::with_seed(seed));
            let plain = compile_with(&e, Passes::NONE).unwrap().plan;
            let expected = run_plan(&ReferenceEngine, &plain, &params, 64);
            for (subject, engine) in engines() {
                let found = run_plan(engine.as_ref(), &compiled.plan, &params, 64);
                let what = format!("{name} by {method} on {}", subject.name);
                assert_close(&found, &expected, 16.0 * subject.roundoff, &what);
            }
        }
    }
    assert!(n_pairs > 15, "few pairs of model and method: {n_pairs}");
}

/// Each column within `bound` of the largest number in it; integers equal.
fn assert_close(found: &Run, expected: &Run, bound: f64, what: &str) {
    for (i, (a, b)) in found.columns.iter().zip(&expected.columns).enumerate() {
        let (Column::Float(a), Column::Float(b)) = (a, b) else {
            assert_eq!(a, b, "{what}: column {i}");
            continue;
        };
        let range = b.iter().fold(0.0f64, |range, x| range.max(x.abs()));
        let tolerance = Tolerance::new(bound * range, 0.0).unwrap();
        for (cell, (x, y)) in a.iter().zip(b).enumerate() {
            let accepted = tolerance.accepts(Some(*x), Some(*y));
            assert!(accepted, "{what}: column {i}, cell {cell}: {x} against {y}");
        }
    }
}

/// Below threshold nothing amplifies rounding: 20 ms of HH at currents that do not fire stay within
/// 2·10⁻³ mV in f32 (the drift of a thousand roundings of v, each 4·10⁻⁶ mV), and 10⁻¹⁰ in f64.
#[test]
fn a_run_below_threshold_stays_beside_the_reference() {
    let e = experiment(
        model("hodgkin_huxley"),
        "from=-5 to=2 n=32 duration=20ms",
        vec![Recorder::FinalState],
    );
    let expected = reference(&e);
    for (subject, engine) in engines() {
        let found = run(engine.as_ref(), &e);
        let bound = if subject.roundoff > 1e-10 {
            2e-3
        } else {
            1e-10
        };
        let v = floats(&found.columns[0])
            .iter()
            .zip(floats(&expected.columns[0]));
        let worst = v.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(worst < bound, "{}: {worst} mV", subject.name);
    }
}

/// Counts equal, and each spike within dt + 5·10⁻³ ms per simulated second. A cell whose reference
/// result itself moves by more when its parameters change by 10⁻⁶ is ill-conditioned and left out;
/// at most 1 % may be.
#[test]
fn spiking_runs_agree_spike_by_spike() {
    let spikes = Recorder::Spikes { capacity: 400 };
    let sweeps = [
        (
            "hodgkin_huxley",
            "from=8 to=40 n=100 duration=400ms set:g_Na=110:130:2 set:g_K=33:39:2",
        ),
        (
            "hodgkin_huxley",
            "from=8 to=40 n=100 duration=200ms method=rk4 settle=20ms",
        ),
        (
            "hodgkin_huxley",
            "from=8 to=40 n=100 duration=200ms method=exponential_euler",
        ),
        (
            "lif",
            "from=1.6 to=4 n=100 duration=300ms set:tau=8:12:2 settle=5ms",
        ),
        ("escape", "from=300 to=900 n=100 duration=300ms"),
        (
            "morris_lecar_example",
            "from=100 to=200 n=100 duration=400ms",
        ),
        ("fitzhugh_nagumo", "from=0.4 to=1.2 n=100 duration=300ms"),
    ];
    let seed = 5;
    println!("seed {seed}");
    for (name, options) in sweeps {
        let e = experiment(model(name), options, vec![spikes.clone()]);
        let params = scattered(&e, 100, &mut fastrand::Rng::with_seed(seed));
        agree_spike_by_spike(&format!("{name} ({options})"), &e, &params);
    }
}

/// Compares every engine with the reference, as said above. At least half the cells must fire.
pub(crate) fn agree_spike_by_spike(what: &str, e: &Experiment, params: &[Vec<f64>]) {
    let plan = compile(e).unwrap().plan;
    let n = params[0].len();
    let nudged: Vec<Vec<f64>> = params
        .iter()
        .map(|c| c.iter().map(|x| x * (1.0 + 1e-6)).collect())
        .collect();
    let plain = compile_with(e, Passes::NONE).unwrap().plan;
    let expected = spike_trains(&run_plan(&ReferenceEngine, &plain, params, n));
    let moved = spike_trains(&run_plan(&ReferenceEngine, &plain, &nudged, n));
    let firing = expected.iter().filter(|train| train.len() > 2).count();
    assert!(2 * firing >= n, "{what} is silent");
    let dt = e.timing.dt;
    let bound = dt + 5e-3 * f64::from(e.timing.n_steps()) * dt / 1000.0;
    let conditioned: Vec<bool> = expected
        .iter()
        .zip(&moved)
        .map(|(a, b)| differ(a, b, dt, bound).is_none())
        .collect();
    let ill = conditioned.iter().filter(|good| !**good).count();
    assert!(100 * ill <= n, "{what} is ill-conditioned in {ill} cells");
    for (subject, engine) in engines() {
        let found = spike_trains(&run_plan(engine.as_ref(), &plan, params, n));
        for cell in (0..n).filter(|&cell| conditioned[cell]) {
            if let Some(how) = differ(&found[cell], &expected[cell], dt, bound) {
                panic!("{what} on {}, cell {cell}: {how}", subject.name);
            }
        }
    }
}

/// How two spike trains (in steps) differ by more than `bound` ms, if they do.
fn differ(a: &[f64], b: &[f64], dt: f64, bound: f64) -> Option<String> {
    if a.len() != b.len() {
        return Some(format!("{} spikes against {}", a.len(), b.len()));
    }
    let far = a
        .iter()
        .zip(b)
        .position(|(x, y)| (x - y).abs() * dt > bound)?;
    Some(format!(
        "spike {far} at {} against {} ms",
        a[far] * dt,
        b[far] * dt
    ))
}

#[test]
fn the_comparison_of_trains_can_fail() {
    let train = [10.0, 20.0, 30.0];
    assert!(differ(&train, &train, 0.1, 0.15).is_none());
    assert!(differ(&train, &[10.0, 20.0], 0.1, 0.15).is_some());
    for i in 0..3 {
        let mut other = train;
        other[i] -= 2.0;
        assert!(differ(&train, &other, 0.1, 0.15).is_some());
    }
}

/// The features of a run are those of its spike list, on every engine.
#[test]
fn features_on_the_device_are_those_of_the_spike_list() {
    let options = "from=0 to=30 n=64 duration=300ms skip=50ms settle=10ms";
    let features = experiment(model("hodgkin_huxley"), options, vec![Recorder::features()]);
    let spikes = experiment(
        model("hodgkin_huxley"),
        options,
        vec![Recorder::Spikes { capacity: 100 }],
    );
    for (subject, engine) in engines() {
        let summary = run(engine.as_ref(), &features);
        let trains = spike_trains(&run(engine.as_ref(), &spikes));
        let time = |i: usize, cell: usize| {
            f64::from(integers(&summary.columns[i])[cell]) + floats(&summary.columns[i + 1])[cell]
        };
        for (cell, train) in trains.iter().enumerate() {
            let n = train.len();
            assert_eq!(
                integers(&summary.columns[0])[cell] as usize,
                n,
                "{}",
                subject.name
            );
            if n >= 2 {
                let seen = [time(1, cell), time(3, cell), time(5, cell), time(7, cell)];
                assert_eq!(
                    seen,
                    [train[0], train[1], train[n - 2], train[n - 1]],
                    "{}",
                    subject.name
                );
                let mean = (train[n - 1] - train[0]) / (n - 1) as f64;
                let found = floats(&summary.columns[9])[cell];
                assert!(
                    (found - mean).abs() < 1e-5 * mean,
                    "{}: {found} {mean}",
                    subject.name
                );
            }
        }
    }
}

/// Bits, not tolerances: how the work is cut must not show.
#[test]
fn tiles_chunks_and_threads_do_not_change_a_bit() {
    let cuts = [
        Limits {
            tile_cells: 7,
            ..Limits::default()
        },
        Limits {
            chunk_steps: 13,
            ..Limits::default()
        },
        Limits {
            threads: 1,
            ..Limits::default()
        },
        Limits {
            tile_cells: 64,
            chunk_steps: 1000,
            threads: 2,
            ..Limits::default()
        },
    ];
    for name in ["hodgkin_huxley", "lif", "escape", "functions"] {
        let options = "n=300 duration=40ms settle=3ms";
        let e = experiment(
            model(name),
            options,
            vec![
                Recorder::features(),
                Recorder::FinalState,
                Recorder::Statistics {
                    of: Quantity::State(0),
                },
                Recorder::Trace {
                    of: vec![Quantity::State(0), Quantity::Input(0)],
                    every: 7,
                },
            ],
        );
        for (subject, engine) in engines() {
            let whole = run(engine.as_ref(), &e);
            for limits in cuts {
                let cut = run_with(engine.as_ref(), &e, limits);
                assert_eq!(
                    bits(&cut),
                    bits(&whole),
                    "{name} on {} under {limits:?}",
                    subject.name
                );
            }
        }
    }
}

pub(crate) fn bits(run: &Run) -> Vec<Vec<u64>> {
    run.columns
        .iter()
        .map(|column| match column {
            Column::Float(values) => values.iter().map(|x| x.to_bits()).collect(),
            Column::U32(values) => values.iter().map(|n| u64::from(*n)).collect(),
        })
        .collect()
}

/// Two runs, the second carrying on, end where one run of both lengths ends, to the bit.
#[test]
fn a_carried_run_goes_on_where_it_stopped() {
    for name in ["hodgkin_huxley", "lif", "escape"] {
        let half = experiment(
            model(name),
            "n=50 duration=30ms",
            vec![Recorder::FinalState],
        );
        let whole = experiment(
            model(name),
            "n=50 duration=60ms",
            vec![Recorder::FinalState],
        );
        for (subject, engine) in engines() {
            let mut job = engine.prepare(&compile(&half).unwrap().plan).unwrap();
            let cells = Cells {
                first: 0,
                n: 50,
                params: half.columns(0..50),
            };
            job.run(&cells, Start::Initial, &mut Run::default())
                .unwrap();
            let mut second = Run::default();
            job.run(&cells, Start::Carry, &mut second).unwrap();
            let once = run(engine.as_ref(), &whole);
            assert_eq!(bits(&second), bits(&once), "{name} on {}", subject.name);
            let other = Cells {
                first: 0,
                n: 49,
                params: half.columns(0..49),
            };
            assert!(
                job.run(&other, Start::Carry, &mut Run::default()).is_err(),
                "{}",
                subject.name
            );
        }
    }
}

/// A cell that leaves the finite numbers is marked, and its neighbours do not notice.
#[test]
fn a_lost_cell_is_marked_and_alone() {
    let e = experiment(
        model("fitzhugh_nagumo"),
        "from=0.4 to=1 n=40 duration=50ms",
        vec![Recorder::FinalState],
    );
    let plan = compile(&e).unwrap().plan;
    let good = e.columns(0..40);
    let mut bad = good.clone();
    bad[0][17] = 1e30;
    for (subject, engine) in engines() {
        let clean = run_plan(engine.as_ref(), &plan, &good, 40);
        let lost = run_plan(engine.as_ref(), &plan, &bad, 40);
        assert!(
            clean.non_finite.iter().all(|lost| !lost),
            "{}",
            subject.name
        );
        let marked: Vec<usize> = (0..40).filter(|&cell| lost.non_finite[cell]).collect();
        assert_eq!(marked, [17], "{}", subject.name);
        for (a, b) in bits(&clean).iter().zip(bits(&lost)) {
            assert!(
                (0..40)
                    .filter(|&cell| cell != 17)
                    .all(|cell| a[cell] == b[cell]),
                "{}",
                subject.name
            );
        }
    }
}

#[test]
fn every_engine_of_the_registry_is_under_test() {
    let tested = ["auto", "reference", "cpu", "gpu"];
    for engine in rheobase::exec::ENGINES {
        assert!(
            tested.contains(&engine.name),
            "{} has no line in SUBJECTS",
            engine.name
        );
    }
    assert_eq!(SUBJECTS.len(), 3);
}

/// Far below rest the rates leave every range that a short polynomial or a power of an exponential
/// was made for: no spike, no NaN, and v beside the reference's. There v relaxes by g_L·dt/C = 0.003
/// of its distance per step, and stands still where that is less than half a unit of its last place:
/// within roundoff/0.003 of its size, and twice that allows for the rounding of the current.
#[test]
fn strong_hyperpolarisation_neither_fires_nor_is_lost() {
    let recorders = vec![Recorder::features(), Recorder::FinalState];
    let options = "from=-300 to=-60 n=40 duration=50ms";
    let e = experiment(model("hodgkin_huxley"), options, recorders);
    // The accumulators of the features come first.
    let v = 11;
    let expected = reference(&e);
    for (subject, engine) in engines() {
        let found = run(engine.as_ref(), &e);
        assert_eq!(integers(&found.columns[0]), [0; 40], "{}", subject.name);
        assert!(!found.non_finite.contains(&true), "{}", subject.name);
        let pairs = floats(&found.columns[v]).iter();
        let bound = 2.0 * subject.roundoff / 0.003;
        for (a, b) in pairs.zip(floats(&expected.columns[v])) {
            assert!(
                (a - b).abs() <= bound * b.abs(),
                "{}: {a} mV, not {b}",
                subject.name
            );
        }
    }
}
