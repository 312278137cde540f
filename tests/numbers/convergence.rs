//! Each method converges at its declared order: over four halvings of dt, the error at a fixed time
//! falls at least as fast as dt to the power order − 0.15, on the reference engine.

use rheobase::integrate::METHODS;
use rheobase::plan::compile;
use rheobase::record::Recorder;

use super::harness::{experiment, floats, model, reference};

/// States at the end of `duration`, by `method` with `dt`.
fn states(name: &str, method: &str, dt: f64, options: &str) -> Option<Vec<f64>> {
    let options = format!("{options} method={method} dt={dt}ms n=1");
    let e = experiment(model(name), &options, vec![Recorder::FinalState]);
    compile(&e).ok()?;
    let run = reference(&e);
    Some(run.columns.iter().map(|column| floats(column)[0]).collect())
}

fn error(a: &[f64], b: &[f64]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(x, y)| (x - y).abs())
        .fold(0.0, f64::max)
}

/// Models whose right-hand sides are smooth along the way, and a coarsest step in ms within the
/// range where the error expansion holds.
const SMOOTH: &[(&str, &str, f64)] = &[
    ("hodgkin_huxley", "from=20 to=20 duration=1.6ms", 0.1),
    ("morris_lecar_example", "from=120 to=120 duration=16ms", 1.0),
    ("fitzhugh_nagumo", "from=0.5 to=0.5 duration=8ms", 0.5),
    ("lif", "from=1 to=1 duration=16ms", 1.0),
];

#[test]
fn methods_converge_at_their_declared_order() {
    for &(name, options, coarsest) in SMOOTH {
        let truth = states(name, "rk4", coarsest / 256.0, options).unwrap();
        for method in METHODS {
            let Some(order) = method.order else { continue };
            let dts: Vec<f64> = (0..5).map(|k| coarsest / f64::from(1 << k)).collect();
            let errors: Option<Vec<f64>> = dts
                .iter()
                .map(|&dt| states(name, method.name, dt, options).map(|s| error(&s, &truth)))
                .collect();
            let Some(errors) = errors else { continue };
            // Exponential methods solve one linear equation without error.
            if errors[0] < 1e-11 {
                continue;
            }
            let observed = (errors[0] / errors[4]).log2() / 4.0;
            assert!(
                observed > f64::from(order) - 0.15,
                "{name} by {}: order {observed:.2} of {order}, errors {errors:?}",
                method.name
            );
        }
    }
}

#[test]
fn the_exact_method_is_exact_for_any_step() {
    let truth = -65.0 + 10.0 * (1.0 - (-1.6f64).exp());
    for dt in [0.1, 1.0, 16.0] {
        let v = states("lif", "exact", dt, "from=1 to=1 duration=16ms").unwrap()[0];
        assert!((v - truth).abs() < 1e-12, "{v} against {truth}");
    }
}
