//! What the benches of engines share: the engines of this machine, and timed runs of an experiment.

use std::time::Instant;

use rheobase::exec::cpu::{CpuEngine, Precision};
use rheobase::exec::gpu::{DeviceChoice, GpuEngine};
use rheobase::exec::{Cells, Engine, Sink, Start, TileOutput};
use rheobase::experiment::{Experiment, FiOptions, fi};
use rheobase::model::load;
use rheobase::plan::Plan;

/// The CPU in these precisions, and the best GPU or software driver; what is missing is named.
pub(crate) fn engines(precisions: &[Precision]) -> Vec<Box<dyn Engine>> {
    let mut engines: Vec<Box<dyn Engine>> = Vec::new();
    for &precision in precisions {
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

/// `fi` of a built-in model, all its features on; without a method, the model's own.
pub(crate) fn experiment(name: &str, method: Option<&str>, n: u64, n_steps: u64) -> Experiment {
    let model = load(name).unwrap_or_else(|error| panic!("{error}"));
    let dt = model.dt.unwrap_or(FiOptions::DEFAULT_DT);
    let options = FiOptions {
        n: Some(n),
        method: method.map(Into::into),
        duration: Some(format!("{} ms", dt * n_steps as f64)),
        ..FiOptions::default()
    };
    fi(model, &options).unwrap_or_else(|error| panic!("{name}, {method:?}: {error}"))
}

struct Discard;

impl Sink for Discard {
    fn tile(&mut self, _: TileOutput) -> Result<(), String> {
        Ok(())
    }
}

/// Seconds of each of `runs` runs after one that is not counted, from the fastest.
pub(crate) fn seconds(engine: &dyn Engine, e: &Experiment, plan: &Plan, runs: usize) -> Vec<f64> {
    let mut job = engine
        .prepare(plan)
        .unwrap_or_else(|error| panic!("{error}"));
    let n = e.grid.n_cells();
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
    let mut times: Vec<f64> = (0..=runs)
        .map(|_| {
            let begin = Instant::now();
            for cells in &tiles {
                job.run(cells, Start::Initial, &mut Discard)
                    .unwrap_or_else(|error| panic!("{error}"));
            }
            begin.elapsed().as_secs_f64()
        })
        .skip(1)
        .collect();
    times.sort_by(f64::total_cmp);
    times
}
