//! Question: how many cell-steps per second does each engine do on `fi`'s own work, features on?
//!
//! `cargo bench --bench throughput [-- MODEL] [-- CELLS]` prints one CSV row per engine, model,
//! method and number of cells: the median, least and most of five runs of about a second.

mod common;

use common::{engines, experiment, seconds};
use rheobase::exec::Engine;
use rheobase::exec::cpu::Precision;
use rheobase::plan::compile;

const RUNS: usize = 5;

/// Model, method, and cell-steps of one run on the CPU.
const WORK: [(&str, &str, f64); 4] = [
    ("hodgkin_huxley", "staggered", 3e8),
    ("hodgkin_huxley", "exponential_euler", 3e8),
    ("hodgkin_huxley", "rk4", 1e8),
    ("lif", "exact", 3e9),
];

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let sizes: Vec<u64> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let sizes = if sizes.is_empty() {
        vec![1_000, 10_000, 100_000]
    } else {
        sizes
    };
    let models: Vec<&String> = words
        .iter()
        .filter(|word| word.parse::<u64>().is_err())
        .collect();
    println!(
        "engine,model,method,cells,steps,median [cell-steps/s],least [cell-steps/s],most [cell-steps/s]"
    );
    for engine in engines(&[Precision::F32, Precision::F64]) {
        for (name, method, work) in WORK {
            if !models.is_empty() && !models.iter().any(|m| *m == name) {
                continue;
            }
            for &n in &sizes {
                measure(engine.as_ref(), name, method, n, work);
            }
        }
    }
}

fn measure(engine: &dyn Engine, name: &str, method: &str, n: u64, work: f64) {
    let n_steps = ((work / n as f64) as u64).clamp(100, 1_000_000);
    let e = experiment(name, Some(method), n, n_steps);
    let plan = compile(&e).unwrap_or_else(|error| panic!("{error}")).plan;
    let times = seconds(engine, &e, &plan, RUNS);
    let rate = |seconds: f64| (n * n_steps) as f64 / seconds;
    println!(
        "\"{}\",{name},{method},{n},{n_steps},{:.3e},{:.3e},{:.3e}",
        engine.describe(),
        rate(times[RUNS / 2]),
        rate(times[RUNS - 1]),
        rate(times[0])
    );
}
