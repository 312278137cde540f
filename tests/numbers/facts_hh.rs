//! Facts of the Hodgkin–Huxley model at 6.3 °C: converged step-current rates and thresholds
//! (SciPy DOP853, and NEST 3.10 `hh_psc_alpha`), and the tables of `tests/oracle/`.

use rheobase::record::Recorder;

use super::harness::{
    Subject, engines, experiment, floats, integers, model, reference, run, spike_trains,
};

/// Current (µA/cm²), rate (Hz) and the relative error allowed, for E_L = −54.4 mV from rest, 1 s,
/// the first 300 ms left out.
const RATES: [(f64, f64, f64); 6] = [
    (6.27, 51.11, 0.02),
    (6.5, 55.02, 0.005),
    (8.0, 62.456, 0.005),
    (10.0, 68.314, 0.005),
    (20.0, 86.465, 0.005),
    (50.0, 117.033, 0.005),
];

#[test]
fn rates_are_those_of_the_converged_solution() {
    let mut e = experiment(
        model("hodgkin_huxley"),
        "from=6 to=50 n=6 set:E_L=-54.4 duration=1000ms skip=300ms",
        vec![Recorder::features()],
    );
    let currents = RATES.iter().map(|r| r.0).collect();
    let mut axis = e.grid.axes()[0].clone();
    axis.values = rheobase::experiment::Values::List(currents);
    e.grid = rheobase::experiment::Grid::new(vec![axis]).unwrap();
    for (subject, engine) in engines() {
        let found = run(engine.as_ref(), &e);
        for (cell, (current, expected, allowed)) in RATES.iter().enumerate() {
            let rate = rate(&found, cell, e.timing.dt);
            assert!(
                (rate / expected - 1.0).abs() < *allowed,
                "{} at {current}: {rate} Hz, not {expected}",
                subject.name
            );
        }
    }
}

fn rate(run: &super::harness::Run, cell: usize, dt: f64) -> f64 {
    let n = integers(&run.columns[0])[cell];
    let time =
        |i: usize| f64::from(integers(&run.columns[i])[cell]) + floats(&run.columns[i + 1])[cell];
    f64::from(n - 1) * 1000.0 / ((time(7) - time(1)) * dt)
}

/// The smallest current of a step from rest that makes one spike is 2.24095 µA/cm², the smallest
/// that makes spikes without end 6.26378 (both for E_L = −54.4 mV).
#[test]
fn threshold_currents_are_those_of_the_converged_solution() {
    let first_with_spikes =
        |subject: &Subject, engine: &dyn rheobase::exec::Engine, middle: f64, times: &str| {
            // 41 currents within 0.2 % of the fact, 10⁻⁴ of it apart.
            let options = format!(
                "from={} to={} n=41 set:E_L=-54.4 {times}",
                middle * 0.998,
                middle * 1.002
            );
            let e = experiment(
                model("hodgkin_huxley"),
                &options,
                vec![Recorder::features()],
            );
            let counts = integers(&run(engine, &e).columns[0]).to_vec();
            let first = counts.iter().position(|n| *n > 0);
            let first = first.unwrap_or_else(|| panic!("{}: no spikes at all", subject.name));
            assert!(first > 0, "{}: spikes at every current", subject.name);
            e.grid.column(0, 0..41)[first]
        };
    for (subject, engine) in engines() {
        let single = first_with_spikes(subject, engine.as_ref(), 2.24095, "duration=100ms");
        assert!(
            (single / 2.24095 - 1.0).abs() < 1e-3,
            "{}: {single}",
            subject.name
        );
        let endless = first_with_spikes(
            subject,
            engine.as_ref(),
            6.26378,
            "duration=2000ms skip=1800ms",
        );
        assert!(
            (endless / 6.26378 - 1.0).abs() < 1e-3,
            "{}: {endless}",
            subject.name
        );
    }
}

/// Spike times of the converged solution over 1 s (`tests/oracle/hh1952_spikes.csv`, DOP853 to
/// 1e-11): RK4 at dt 0.01 ms is within 3·10⁻⁴ ms of each, of which the linear interpolation of the
/// crossing is the larger part.
#[test]
fn rk4_meets_the_oracle_spike_times() {
    for current in ["6.5", "10", "20"] {
        let expected: Vec<f64> = include_str!("../oracle/hh1952_spikes.csv")
            .lines()
            .filter(|line| line.split(',').next() == Some(current))
            .map(|line| line.rsplit(',').next().unwrap().parse().unwrap())
            .collect();
        assert!(expected.len() > 50);
        let options = format!("from={current} to={current} n=1 method=rk4 duration=1000ms");
        let e = experiment(
            model("hodgkin_huxley"),
            &options,
            vec![Recorder::Spikes { capacity: 100 }],
        );
        let found = &spike_trains(&reference(&e))[0];
        assert_eq!(found.len(), expected.len(), "at {current}");
        let worst = found
            .iter()
            .zip(&expected)
            .map(|(a, b)| (a * e.timing.dt - b).abs())
            .fold(0.0, f64::max);
        assert!(worst < 3e-4, "at {current}: {worst} ms");
    }
}

/// States every 0.5 ms (`tests/oracle/hh1952_trace.csv`, to 1e-8): RK4 at dt 0.0025 ms has an error
/// of 10⁻⁸ of v's range by its order; 10⁻⁶ mV leaves room for the steepest part of the spikes.
#[test]
fn rk4_meets_the_oracle_trace() {
    let rows: Vec<Vec<f64>> = include_str!("../oracle/hh1952_trace.csv")
        .lines()
        .filter(|line| !line.starts_with(['#', 't']))
        .map(|line| line.split(',').map(|x| x.parse().unwrap()).collect())
        .collect();
    assert!(rows.len() > 90);
    for row in rows.iter().step_by(9).skip(1) {
        let options = format!(
            "from=10 to=10 n=1 method=rk4 dt=0.0025ms duration={}ms",
            row[0]
        );
        let e = experiment(
            model("hodgkin_huxley"),
            &options,
            vec![Recorder::FinalState],
        );
        let found: Vec<f64> = reference(&e)
            .columns
            .iter()
            .map(|column| floats(column)[0])
            .collect();
        for (i, (a, b)) in found.iter().zip(&row[1..]).enumerate() {
            assert!(
                (a - b).abs() < 1e-6,
                "state {i} at {} ms: {a}, not {b}",
                row[0]
            );
        }
    }
}
