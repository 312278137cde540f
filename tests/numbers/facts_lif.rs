//! Facts of the leaky integrate-and-fire neuron, in closed form (Stein 1965).
//!
//! T is the time from reset to threshold, τ ln(RI/(RI − (v_th − E_L))); a period on the grid is
//! ceil(T/dt) steps of rise and round(t_ref/dt) of refractoriness.

use rheobase::record::Recorder;

use super::harness::{engines, experiment, model, run, spike_trains};

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
