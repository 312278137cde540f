//! Facts of the leaky integrate-and-fire neuron, in closed form (Stein 1965).
//!
//! T is the time from reset to threshold, τ ln(RI/(RI − (v_th − E_L))); a period on the grid is
//! ceil(T/dt) steps of rise and round(t_ref/dt) of refractoriness.

use rheobase::record::Recorder;

use super::harness::{engines, experiment, model, reference, run, spike_trains};

const TAU: f64 = 10.0;
const R: f64 = 10.0;
const RISE: f64 = 15.0;
const T_REF: f64 = 2.0;

fn rise_time(current: f64) -> f64 {
    TAU * (R * current / (R * current - RISE)).ln()
}

#[test]
fn every_interval_is_a_whole_number_of_steps_in_closed_form() {
    let dt = 0.1;
    let e = experiment(
        model("lif"),
        "from=1.55 to=4.49 n=50 duration=300ms",
        vec![Recorder::Spikes { capacity: 200 }],
    );
    let currents = e.grid.column(0, 0..50);
    for (subject, engine) in engines() {
        let trains = spike_trains(&run(engine.as_ref(), &e));
        for (current, train) in currents.iter().zip(&trains) {
            let expected = (rise_time(*current) / dt).ceil() + (T_REF / dt).round();
            assert!(train.len() >= 4, "{} at {current} nA", subject.name);
            for pair in train.windows(2) {
                let interval = pair[1] - pair[0];
                // The fraction within the step is the same at every spike, to its rounding.
                assert!(
                    (interval - expected).abs() < 1e-3,
                    "{} at {current} nA: {interval} steps, not {expected}",
                    subject.name
                );
            }
        }
    }
}

#[test]
fn rates_at_a_fine_step_are_those_of_the_closed_form() {
    let e = experiment(
        model("lif"),
        "from=1.6 to=4.6 n=16 dt=0.001ms duration=1000ms",
        vec![Recorder::Spikes { capacity: 250 }],
    );
    let currents = e.grid.column(0, 0..16);
    for (subject, engine) in engines() {
        let trains = spike_trains(&run(engine.as_ref(), &e));
        for (current, train) in currents.iter().zip(&trains) {
            let found = 1e6 * (train.len() - 1) as f64 / (train[train.len() - 1] - train[0]);
            let expected = 1000.0 / (T_REF + rise_time(*current));
            assert!(
                (found / expected - 1.0).abs() < 1e-3,
                "{} at {current} nA: {found} Hz, not {expected}",
                subject.name
            );
        }
    }
}

/// Counts in 10,000 steps where 20 steps are skipped after each spike, as NEST and BrainPy do
/// (`tests/oracle/lif_fi.csv`, column `n_grid20`).
#[test]
fn counts_are_those_of_the_oracle_table() {
    let rows: Vec<Vec<f64>> = include_str!("../oracle/lif_fi.csv")
        .lines()
        .filter(|line| !line.starts_with(['#', 'I']))
        .map(|line| line.split(',').map(|x| x.parse().unwrap()).collect())
        .collect();
    assert!(rows.len() > 30);
    for row in rows {
        let options = format!("from={0} to={0} n=1 duration=1000ms dt=0.1ms", row[0]);
        let e = experiment(
            model("lif"),
            &options,
            vec![Recorder::Spikes { capacity: 400 }],
        );
        assert_eq!(
            spike_trains(&reference(&e))[0].len() as f64,
            row[6],
            "at {} nA",
            row[0]
        );
    }
}

/// Exact subthreshold response to 1 nA from 10 to 40 ms (`tests/oracle/lif_subthreshold.csv`).
#[test]
fn the_subthreshold_response_is_that_of_the_oracle_table() {
    let rows = include_str!("../oracle/lif_subthreshold.csv")
        .lines()
        .filter(|line| !line.starts_with(['#', 't']));
    let mut n = 0;
    for row in rows {
        let (t, v) = row.split_once(',').unwrap();
        let (t, expected): (f64, f64) = (t.parse().unwrap(), v.parse().unwrap());
        if t <= 10.0 || t > 40.0 {
            continue;
        }
        let options = format!("from=1 to=1 n=1 settle=10ms duration={}ms", t - 10.0);
        let e = experiment(model("lif"), &options, vec![Recorder::FinalState]);
        let found = super::harness::floats(&reference(&e).columns[0])[0];
        assert!(
            (found - expected).abs() < 1e-9,
            "at {t} ms: {found} mV, not {expected}"
        );
        n += 1;
    }
    assert!(n >= 20, "{n} rows");
}
