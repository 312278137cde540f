//! Stimuli × engines: each does what the reference does, and what its closed form says.

use rheobase::experiment::{
    Axis, Experiment, Grid, Samples, Setting, Stimulus, StimulusValue, Values,
};
use rheobase::plan::{PlanError, compile};
use rheobase::record::{Quantity, Recorder, Summary, Traces};
use rheobase::stimulus::{STIMULI, StimulusKind, find};
use rheobase::units::Unit;

use super::conformance::{agree_spike_by_spike, scattered};
use super::harness::{engines, experiment, floats, model, raw, run};

/// A stimulus from its properties by name.
fn stimulus(kind: &'static StimulusKind, given: &[(&str, StimulusValue)]) -> Stimulus {
    let value = |name: &str| {
        let found = given.iter().find(|(other, _)| *other == name);
        found
            .unwrap_or_else(|| panic!("{} needs {name}", kind.name))
            .1
    };
    Stimulus {
        kind,
        values: kind.properties.iter().map(|p| value(p.name)).collect(),
    }
}

/// A stimulus of every kind whose size the axis of that number varies; times in steps of `unit`.
fn sized_by(kind: &'static StimulusKind, axis: usize, unit: u32) -> Stimulus {
    let size = Setting::Axis(axis);
    let input = StimulusValue::Input;
    let number = |x| StimulusValue::Number(Setting::Fixed(x));
    let amplitude = match kind.name {
        "samples" => StimulusValue::Number(size),
        "sine" => input(Setting::Fixed(0.5)),
        _ => input(size),
    };
    stimulus(
        kind,
        &[
            ("amplitude", amplitude),
            ("from", input(Setting::Fixed(0.0))),
            ("to", input(size)),
            ("offset", input(size)),
            ("frequency", number(0.03)),
            ("phase", number(0.4)),
            ("count", number(7.0)),
            ("values", StimulusValue::Table(0)),
            ("column", number(0.0)),
            ("interval", StimulusValue::Time(3 * unit)),
            ("onset", StimulusValue::Time(5 * unit)),
            ("duration", StimulusValue::Time(120 * unit)),
            ("width", StimulusValue::Time(9 * unit)),
            ("period", StimulusValue::Time(20 * unit)),
        ],
    )
}

fn waveform() -> Samples {
    Samples {
        name: "waveform".into(),
        waveforms: vec![(0..40).map(|k| 1.0 + 0.3 * f64::from(k % 7)).collect()],
    }
}

/// As many samples of a random current for each of `n` waveforms.
fn noises(n: usize, random: &mut fastrand::Rng) -> Samples {
    let mut waveform = || (0..200).map(|_| 1.5 + 2.0 * random.f64()).collect();
    Samples {
        name: "noises".into(),
        waveforms: (0..n).map(|_| waveform()).collect(),
    }
}

/// HH is driven well above its threshold: where a ramp passes it slowly, the roundings of f32, which
/// are larger than the nudge that tells ill-conditioned cells, decide when the first spike comes.
#[test]
fn every_stimulus_on_every_engine_gives_the_spikes_of_the_reference() {
    let seed = 17;
    println!("seed {seed}");
    let models = [
        ("lif", "from=1.7 to=5 n=100 duration=150ms", 10, 100),
        (
            "hodgkin_huxley",
            "from=20 to=40 n=100 duration=150ms",
            100,
            25,
        ),
    ];
    for (name, options, steps_per_ms, cells) in models {
        for kind in STIMULI {
            let spikes = vec![Recorder::Spikes { capacity: 200 }];
            let mut e = experiment(model(name), options, spikes);
            e.tables = vec![waveform()];
            e.stimuli[0] = vec![sized_by(kind, 0, steps_per_ms)];
            let params = scattered(&e, cells, &mut fastrand::Rng::with_seed(seed));
            agree_spike_by_spike(&format!("{name} under {}", kind.name), &e, &params);
        }
    }
}

/// Two axes of a stimulus, by name and unit, in place of the amplitude's.
fn with_axes(e: &mut Experiment, axes: &[(&str, &str, f64, f64)]) {
    let axis = |&(name, unit, from, to): &(&str, &str, f64, f64)| Axis {
        name: name.into(),
        unit: Unit::named(unit).unwrap(),
        values: Values::List(vec![from, to]),
        joint_with: None,
    };
    e.grid = Grid::new(axes.iter().map(axis).collect()).unwrap();
}

#[test]
fn times_and_frequencies_vary_from_cell_to_cell() {
    let seed = 23;
    println!("seed {seed}");
    let spikes = vec![Recorder::Spikes { capacity: 200 }];
    let mut e = experiment(model("lif"), "duration=150ms", spikes);
    with_axes(
        &mut e,
        &[("onset", "ms", 3.0, 40.0), ("frequency", "Hz", 5.0, 60.0)],
    );
    let fixed = |x| StimulusValue::Input(Setting::Fixed(x));
    e.stimuli[0] = vec![stimulus(
        find("sine").unwrap(),
        &[
            ("amplitude", fixed(1.0)),
            ("offset", fixed(2.0)),
            ("frequency", StimulusValue::Number(Setting::Axis(1))),
            ("phase", StimulusValue::Number(Setting::Fixed(0.0))),
            ("onset", StimulusValue::TimeAxis(0)),
            ("duration", StimulusValue::Time(u32::MAX)),
        ],
    )];
    let params = scattered(&e, 100, &mut fastrand::Rng::with_seed(seed));
    assert!(
        params[1].iter().all(|f| (0.005..0.06).contains(f)),
        "per ms"
    );
    agree_spike_by_spike("lif under a varied sine", &e, &params);
}

/// Onsets of 3.14 and 4.96 ms at steps of 0.1 ms; a step on top of a constant.
#[test]
fn a_varied_time_is_rounded_to_steps_and_stimuli_add_up() {
    let trace = Recorder::Trace {
        of: vec![Quantity::Input(0)],
        every: 1,
    };
    let mut e = experiment(model("lif"), "duration=6ms", vec![trace]);
    with_axes(&mut e, &[("onset", "ms", 3.13, 4.96)]);
    let fixed = |x| StimulusValue::Input(Setting::Fixed(x));
    let step = [
        ("amplitude", fixed(2.0)),
        ("onset", StimulusValue::TimeAxis(0)),
        ("duration", StimulusValue::Time(7)),
    ];
    e.stimuli[0] = vec![
        stimulus(find("constant").unwrap(), &[("amplitude", fixed(0.5))]),
        stimulus(find("step").unwrap(), &step),
    ];
    for (subject, engine) in engines() {
        let found = run(engine.as_ref(), &e);
        let cells = Traces::read(&raw(&found, 0..1), 2, 1).cells;
        for (cell, on) in cells.iter().zip([31..38, 50..57]) {
            let expected = |k| if on.contains(&k) { 2.5 } else { 0.5 };
            let expected: Vec<f64> = (0..60).map(expected).collect();
            assert_eq!(cell[0], expected, "{}", subject.name);
        }
    }
}

/// Samples of 0.7 ms at steps of 0.1 ms, from the step 30 on; one waveform per cell.
fn each_its_own(n: usize, recorder: Recorder, random: &mut fastrand::Rng) -> Experiment {
    let mut e = experiment(model("lif"), "duration=150ms", vec![recorder]);
    let column = Axis {
        name: "I.column".into(),
        unit: Unit::one(),
        values: Values::Linear {
            from: 0.0,
            to: (n - 1) as f64,
            n: n as u64,
        },
        joint_with: None,
    };
    e.grid = Grid::new(vec![column]).unwrap();
    e.tables = vec![waveform(), noises(n, random)];
    e.stimuli[0] = vec![stimulus(
        find("samples").unwrap(),
        &[
            ("values", StimulusValue::Table(1)),
            ("column", StimulusValue::Number(Setting::Axis(0))),
            ("amplitude", StimulusValue::Number(Setting::Fixed(1.0))),
            ("interval", StimulusValue::Time(7)),
            ("onset", StimulusValue::Time(30)),
        ],
    )];
    e
}

#[test]
fn every_cell_is_driven_by_the_waveform_of_its_column() {
    let seed = 29;
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let input = Recorder::Trace {
        of: vec![Quantity::Input(0)],
        every: 1,
    };
    let e = each_its_own(37, input, &mut random);
    let n_steps = e.timing.n_steps() as usize;
    for (subject, engine) in engines() {
        let found = run(engine.as_ref(), &e);
        let cells = Traces::read(&raw(&found, 0..1), 37, 1).cells;
        for (k, cell) in cells.iter().enumerate() {
            let samples = &e.tables[1].waveforms[k];
            assert_eq!(cell[0].len(), n_steps);
            for (step, found) in cell[0].iter().enumerate() {
                let on = step.checked_sub(30).map(|t| samples[(t / 7).min(199)]);
                let expected = on.unwrap_or(0.0);
                let off = (found - expected).abs();
                // A sample is at most 3.5, rounded to f32 once.
                assert!(
                    off <= 3.5 * 2f64.powi(-24),
                    "{}: cell {k}, step {step}",
                    subject.name
                );
            }
        }
    }
    let e = each_its_own(150, Recorder::Spikes { capacity: 200 }, &mut random);
    agree_spike_by_spike("lif under waveforms", &e, &e.columns(0..150));
}

#[test]
fn a_column_that_is_not_there_is_refused() {
    let mut random = fastrand::Rng::with_seed(1);
    let mut e = each_its_own(3, Recorder::features(), &mut random);
    e.tables[1].waveforms.pop();
    let Err(PlanError::Stimulus { what }) = compile(&e) else {
        panic!("a waveform that is not there was taken")
    };
    assert!(what.contains("`column`"), "{what}");
}

#[test]
fn what_must_be_the_same_for_all_cells_is_not_varied() {
    let mut e = experiment(model("lif"), "", vec![Recorder::features()]);
    let mut pulses = sized_by(find("pulses").unwrap(), 0, 1);
    pulses.values[3] = StimulusValue::TimeAxis(0);
    e.stimuli[0] = vec![pulses];
    let Err(PlanError::Stimulus { what }) = compile(&e) else {
        panic!("a period varied by an axis was taken")
    };
    assert!(what.contains("`period`"), "{what}");
}

/// The linear membrane under A sin(ωt): E_L + RA/√(1 + ω²τ²)·(sin(ωt − φ) + sin φ·e^(−t/τ)), with
/// tan φ = ωτ (Koch, Biophysics of Computation (1999), §1.4). Four orders of dt are left out, and in
/// f32 the roundings of v (4·10⁻⁶ mV each, forgotten within τ).
#[test]
fn a_sine_below_threshold_has_the_amplitude_and_phase_of_the_closed_form() {
    let (tau, r, current, per_ms) = (10.0, 10.0, 1.0, 0.02);
    let omega = std::f64::consts::TAU * per_ms;
    let trace = Recorder::Trace {
        of: vec![Quantity::State(0)],
        every: 10,
    };
    let mut e = experiment(
        model("lif"),
        "n=1 from=1 to=1 duration=300ms method=rk4",
        vec![trace],
    );
    e.stimuli[0] = vec![wave(current, per_ms)];
    let size = r * current / (1.0 + omega * omega * tau * tau).sqrt();
    let lag = (omega * tau).atan();
    for (subject, engine) in engines() {
        let found = run(engine.as_ref(), &e);
        let bound = if subject.roundoff > 1e-10 { 1e-3 } else { 1e-6 };
        for (j, v) in floats(&found.columns[0]).iter().enumerate() {
            let t = (j + 1) as f64;
            let decay = lag.sin() * (-t / tau).exp();
            let expected = -65.0 + size * ((omega * t - lag).sin() + decay);
            let off = (v - expected).abs();
            assert!(
                off < bound,
                "{} at {t} ms: {v}, not {expected}",
                subject.name
            );
        }
    }
}

fn wave(current: f64, per_ms: f64) -> Stimulus {
    let fixed = |x| StimulusValue::Input(Setting::Fixed(x));
    let number = |x| StimulusValue::Number(Setting::Fixed(x));
    stimulus(
        find("sine").unwrap(),
        &[
            ("amplitude", fixed(current)),
            ("offset", fixed(0.0)),
            ("frequency", number(per_ms)),
            ("phase", number(0.0)),
            ("onset", StimulusValue::Time(0)),
            ("duration", StimulusValue::Time(u32::MAX)),
        ],
    )
}

/// Two million steps: the statistics of a sine, and its phase at the end, where a running mean or
/// a growing t·ω in f32 would be lost.
#[test]
fn the_statistics_of_a_long_run_are_those_of_the_closed_form() {
    let (tau, r, current, per_ms) = (10.0, 10.0, 1.0, 0.008);
    let omega = std::f64::consts::TAU * per_ms;
    let recorders = vec![
        Recorder::Statistics {
            of: Quantity::State(0),
        },
        Recorder::FinalState,
    ];
    let options = "n=1 from=1 to=1 duration=200s skip=1s method=rk4";
    let mut e = experiment(model("lif"), options, recorders);
    e.stimuli[0] = vec![wave(current, per_ms)];
    let window = e.timing.window();
    let size = r * current / (1.0 + omega * omega * tau * tau).sqrt();
    let lag = (omega * tau).atan();
    for (subject, engine) in engines() {
        let found = run(engine.as_ref(), &e);
        let bound = if subject.roundoff > 1e-10 { 2e-3 } else { 1e-5 };
        let s = Summary::read(&raw(&found, 0..6), window.end - window.start)[0];
        let end = floats(&found.columns[6])[0];
        let seen = [s.min, s.max, s.mean, (2.0 * s.variance).sqrt(), end];
        let expected = [
            -65.0 - size,
            -65.0 + size,
            -65.0,
            size,
            -65.0 - size * lag.sin(),
        ];
        for (x, y) in seen.iter().zip(expected) {
            assert!(
                (x - y).abs() < bound,
                "{}: {seen:?}, not {expected:?}",
                subject.name
            );
        }
    }
}
