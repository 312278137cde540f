//! The Hodgkin–Huxley model at 6.3 °C against the tables of `tests/oracle/` (SciPy DOP853).

use rheobase::record::Recorder;

use super::harness::{experiment, floats, model, reference, spike_trains};

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
