//! Question: how many cell-steps per second does each engine do on `fi`'s own work, features on?
//!
//! `cargo bench --bench throughput [-- MODEL] [-- CELLS]` prints one CSV row per engine, model,
//! method and number of cells: the median, least and most of five runs of about a second.

use std::time::Instant;

use rheobase::exec::cpu::{CpuEngine, Precision};
use rheobase::exec::gpu::{DeviceChoice, GpuEngine};
use rheobase::exec::{Cells, Engine, Sink, Start, TileOutput};
use rheobase::experiment::{Experiment, FiOptions, fi};
use rheobase::model::load;
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
    for engine in engines() {
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

fn engines() -> Vec<Box<dyn Engine>> {
    let mut engines: Vec<Box<dyn Engine>> = Vec::new();
    for precision in [Precision::F32, Precision::F64] {
        match CpuEngine::new(precision) {
            Ok(engine) => engines.push(Box::new(engine)),
            Err(error) => eprintln!("left out: {error}"),
        }
    }
    match GpuEngine::new(&DeviceChoice::Any) {
        Ok(engine) => engines.push(Box::new(engine)),
        Err(error) => eprintln!("left out: {error}"),
    }
    engines
}

fn experiment(name: &str, method: &str, n: u64, n_steps: u64) -> Experiment {
    let model = load(name).unwrap_or_else(|error| panic!("{error}"));
    let dt = model.dt.unwrap_or(FiOptions::DEFAULT_DT);
    let options = FiOptions {
        n: Some(n),
        method: Some(method.into()),
        duration: Some(format!("{} ms", dt * n_steps as f64)),
        ..FiOptions::default()
    };
    fi(model, &options).unwrap_or_else(|error| panic!("{error}"))
}

struct Discard;

impl Sink for Discard {
    fn tile(&mut self, _: TileOutput) -> Result<(), String> {
        Ok(())
    }
}

fn measure(engine: &dyn Engine, name: &str, method: &str, n: u64, work: f64) {
    let n_steps = ((work / n as f64) as u64).clamp(100, 1_000_000);
    let e = experiment(name, method, n, n_steps);
    let plan = compile(&e).unwrap_or_else(|error| panic!("{error}")).plan;
    let mut job = engine
        .prepare(&plan)
        .unwrap_or_else(|error| panic!("{error}"));
    let tile = job.tile_cells().min(n);
    let tiles: Vec<Cells> = (0..n)
        .step_by(tile as usize)
        .map(|first| {
            let end = n.min(first + tile);
            Cells {
                first,
                n: (end - first) as usize,
                params: e.columns(first..end),
            }
        })
        .collect();
    let mut rates: Vec<f64> = (0..=RUNS)
        .map(|_| {
            let begin = Instant::now();
            for cells in &tiles {
                job.run(cells, Start::Initial, &mut Discard)
                    .unwrap_or_else(|error| panic!("{error}"));
            }
            (n * n_steps) as f64 / begin.elapsed().as_secs_f64()
        })
        .skip(1)
        .collect();
    rates.sort_by(f64::total_cmp);
    println!(
        "\"{}\",{name},{method},{n},{n_steps},{:.3e},{:.3e},{:.3e}",
        engine.describe(),
        rates[RUNS / 2],
        rates[0],
        rates[RUNS - 1]
    );
}
