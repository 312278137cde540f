//! The smallest step current that makes a neuron spike, for many neurons at once: a bisection in
//! which every cell has its own current, on a plan that is compiled once.
//!
//! `cargo run --release --example threshold_map` prints the threshold of the Hodgkin–Huxley model
//! against its sodium conductance.

use rheobase::exec::cpu::{CpuEngine, Precision};
use rheobase::exec::{Cells, Column, Engine, Sink, Start, TileOutput};
use rheobase::experiment::{FiOptions, fi};
use rheobase::plan::compile;

/// Neurons: sodium conductances from 80 to 160 mS/cm².
const N: usize = 17;
/// Halvings of the interval of currents.
const ROUNDS: usize = 16;

/// Keeps the spike count of each cell.
#[derive(Default)]
struct Counts(Vec<u32>);

impl Sink for Counts {
    fn tile(&mut self, output: TileOutput) -> Result<(), String> {
        match output.columns.into_iter().next() {
            Some(Column::U32(counts)) => self.0.extend(counts),
            _ => return Err("the first output of the features is the spike count".into()),
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Two axes, so that both the conductance and the current are parameters of the plan.
    let options = FiOptions {
        set: vec![format!("g_Na=80:160:{N}")],
        duration: Some("50 ms".into()),
        ..FiOptions::default()
    };
    let experiment = fi(rheobase::model::load("hodgkin_huxley")?, &options)?;
    let plan = compile(&experiment)?.plan;
    let engine = CpuEngine::new(Precision::F32)?;
    let mut job = engine.prepare(&plan)?;

    let g_na: Vec<f64> = (0..N)
        .map(|k| 80.0 + 80.0 * k as f64 / (N - 1) as f64)
        .collect();
    let (mut silent, mut firing) = (vec![0.0; N], vec![50.0; N]);
    for _ in 0..ROUNDS {
        let current: Vec<f64> = silent
            .iter()
            .zip(&firing)
            .map(|(a, b)| (a + b) / 2.0)
            .collect();
        let cells = Cells {
            first: 0,
            n: N,
            params: vec![g_na.clone(), current.clone()],
        };
        let mut counts = Counts::default();
        job.run(&cells, Start::Initial, &mut counts)?;
        for (cell, count) in counts.0.iter().enumerate() {
            let end = if *count > 0 { &mut firing } else { &mut silent };
            end[cell] = current[cell];
        }
    }
    println!("g_Na [mS/cm^2]  threshold [uA/cm^2]");
    for (g, current) in g_na.iter().zip(&firing) {
        println!("{g:>14}  {current:>19.4}");
    }
    Ok(())
}
