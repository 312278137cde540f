//! Noise: the same random numbers on every engine, and the statistics that they must have.

use rheobase::exec::reference::ReferenceEngine;
use rheobase::experiment::from_toml_with;
use rheobase::model::Model;
use rheobase::protocol::{Prepared, Results};
use rheobase::random::step_word;

use super::harness::{SUBJECTS, Subject, engines};

/// Two independent sources, an Ornstein–Uhlenbeck process, and events.
const TEXT: &str = "
param tau = 5 ms
param rate = 200 Hz
input I : nA
dw/dt = xi*1 mV/sqrt(1 ms) : mV
du/dt = xi_other*1 mV/sqrt(1 ms) : mV
dx/dt = -x/tau + sqrt(2/tau)*xi_third*1 mV : mV
dn/dt = poisson(rate) : 1
init w = 0 mV
init u = 0 mV
init x = 0 mV
init n = 0
threshold x > 1000 mV
";

fn run(engine: &dyn rheobase::exec::Engine, experiment: &str) -> Results {
    let model = Model::parse("noise", TEXT).unwrap().0;
    let text = format!(
        "model = \"noise\"\nstimulus.I = {{ kind = \"constant\", amplitude = 0 }}\n{experiment}"
    );
    let experiment = from_toml_with(model, "noise", &text, std::path::Path::new(".")).unwrap();
    let mut prepared = Prepared::new(&experiment, engine).unwrap();
    prepared.run().unwrap()
}

fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (
        mean,
        values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0),
    )
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let ((mean_a, var_a), (mean_b, var_b)) = (moments(a), moments(b));
    let sum: f64 = a
        .iter()
        .zip(b)
        .map(|(x, y)| (x - mean_a) * (y - mean_b))
        .sum();
    sum / (a.len() as f64 - 1.0) / (var_a * var_b).sqrt()
}

/// One step of `dw/dt = xi` is √dt times a normal number; the numbers of all engines come from the same
/// words, and differ by the rounding of a logarithm and a polynomial of nine terms.
#[test]
fn every_engine_draws_the_same_numbers() {
    let one_step = "dt = \"0.25 ms\"\nduration = \"0.25 ms\"\nmethod = \"euler\"\nseed = 7\nrepeats = 1000\n\
                    record = { final_state = true }";
    let expected = run(&ReferenceEngine, one_step).values("w_end").unwrap();
    for (cell, found) in expected.iter().enumerate().take(10) {
        // The distribution function of the normal number is the uniform number that it was made from.
        let word = step_word(7, 0, [cell as u32, 0], 0);
        let uniform = (f64::from(word >> 9) + 0.5) / 8_388_608.0;
        let normal = found / 0.5;
        let back = 0.5 * libm::erfc(-normal / std::f64::consts::SQRT_2);
        assert!(
            (back - uniform).abs() < 1e-6,
            "cell {cell}: {normal}, {back}, {uniform}"
        );
    }
    for (Subject { name, roundoff, .. }, engine) in engines() {
        let found = run(engine.as_ref(), one_step).values("w_end").unwrap();
        for (cell, (a, b)) in found.iter().zip(&expected).enumerate() {
            assert!(
                (a - b).abs() < 64.0 * roundoff,
                "{name}, cell {cell}: {a}, not {b}"
            );
        }
    }
}

/// Variance, and correlation over a time constant, of an Ornstein–Uhlenbeck process: 1 and 1/e by the
/// exact update for any step; 1/(1 − dt/2τ) by Euler–Maruyama. 20,000 cells: a standard error of 1 %
/// of the variance, 0.7 % of a mean or correlation; four of them are allowed.
#[test]
fn an_ornstein_uhlenbeck_process_has_its_variance_and_correlation() {
    for (Subject { name, .. }, engine) in engines() {
        for (method, dt, variance) in [
            ("exact", 2.5_f64, 1.0),
            ("euler", 1.0, 1.0 / 0.9),
            ("heun", 0.5, 1.0),
        ] {
            let text = format!(
                "dt = \"{dt} ms\"\nduration = \"65 ms\"\nmethod = \"{method}\"\nrepeats = 20000\n\
                 record = {{ trace = {{ variables = [\"x\"], every = \"5 ms\" }} }}"
            );
            let results = run(engine.as_ref(), &text);
            let all: Vec<Vec<f64>> = (0..20_000)
                .map(|cell| results.trace(cell, "x").unwrap())
                .collect();
            let at = |k: usize| {
                all.iter()
                    .map(|trace| trace[trace.len() - k])
                    .collect::<Vec<f64>>()
            };
            let (last, before) = (at(1), at(2));
            let (mean, found) = moments(&last);
            let steps = (5.0 / dt) as i32;
            let decay = match method {
                "exact" => (-1.0f64).exp(),
                "euler" => (1.0 - dt / 5.0).powi(steps),
                _ => (1.0 - dt / 5.0 + (dt / 5.0).powi(2) / 2.0).powi(steps),
            };
            assert!(mean.abs() < 0.028, "{name}, {method}: mean {mean}");
            assert!(
                (found / variance - 1.0).abs() < 0.04,
                "{name}, {method}: variance {found}"
            );
            let c = correlation(&last, &before);
            assert!(
                (c - decay).abs() < 0.028,
                "{name}, {method}: correlation {c}, not {decay}"
            );
        }
    }
}

/// Mean and variance of a Poisson count are rate times time: 20 here, of 20,000 cells.
#[test]
fn events_have_the_mean_and_variance_of_a_poisson_process() {
    for (Subject { name, .. }, engine) in engines() {
        for method in ["exact", "euler"] {
            let text = format!(
                "dt = \"2 ms\"\nduration = \"100 ms\"\nmethod = \"{method}\"\nrepeats = 20000\nseed = 3\n\
                 record = {{ final_state = true }}"
            );
            let counts = run(engine.as_ref(), &text).values("n_end").unwrap();
            let (mean, variance) = moments(&counts);
            assert!((mean - 20.0).abs() < 0.13, "{name}, {method}: mean {mean}");
            assert!(
                (variance - 20.0).abs() < 0.8,
                "{name}, {method}: variance {variance}"
            );
        }
    }
}

/// Sources, cells, steps and seeds are uncorrelated: |r| below four standard errors of 20,000 pairs.
#[test]
fn streams_cells_and_seeds_are_independent() {
    let text = |seed: u64| {
        format!(
            "dt = \"1 ms\"\nduration = \"8 ms\"\nmethod = \"euler\"\nrepeats = 20000\nseed = {seed}\n\
             record = {{ final_state = true }}"
        )
    };
    let engine = (SUBJECTS[0].make)().unwrap();
    let first = run(engine.as_ref(), &text(1));
    let (w, u) = (
        first.values("w_end").unwrap(),
        first.values("u_end").unwrap(),
    );
    let other = run(engine.as_ref(), &text(2)).values("w_end").unwrap();
    for (what, r) in [
        ("sources", correlation(&w, &u)),
        (
            "neighbouring cells",
            correlation(&w[1..], &w[..w.len() - 1]),
        ),
        ("seeds", correlation(&w, &other)),
    ] {
        assert!(r.abs() < 0.028, "{what}: {r}");
    }
    let (mean, variance) = moments(&w);
    assert!(
        mean.abs() < 0.08 && (variance / 8.0 - 1.0).abs() < 0.04,
        "{mean}, {variance}"
    );
}

/// A cell keeps its numbers when it is traced by itself.
#[test]
fn a_cell_traced_by_itself_has_its_own_noise() {
    let text = "dt = \"1 ms\"\nduration = \"8 ms\"\nmethod = \"euler\"\nrepeats = 500\n\
                record = { final_state = true, trace = { variables = [\"w\"], every = \"1 ms\", cells = [3, 400] } }";
    let engine = (SUBJECTS[1].make)().unwrap();
    let results = run(engine.as_ref(), text);
    let ends = results.values("w_end").unwrap();
    for cell in [3u64, 400] {
        let trace = results.trace(cell, "w").unwrap();
        assert!(
            (trace[trace.len() - 1] - ends[cell as usize]).abs() < 1e-12,
            "cell {cell}"
        );
    }
}
