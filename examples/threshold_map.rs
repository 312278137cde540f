//! The smallest step current that makes a neuron spike, for many neurons at once: a bisection in
//! which every cell has its own current, on a plan that is compiled once.
//!
//! `cargo run --release --example threshold_map` prints the threshold of the Hodgkin–Huxley model
//! against its sodium conductance.

use rheobase::exec::engine;
use rheobase::simulation::Simulation;

/// Neurons: sodium conductances from 80 to 160 mS/cm².
const N: usize = 17;
/// Halvings of the interval of currents.
const ROUNDS: usize = 16;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut prepared = Simulation::of("hodgkin_huxley")?
        .open("g_Na", 120)
        .open("I.amplitude", 0)
        .duration("50 ms")
        .prepare(&engine("auto")?)?;
    let g_na: Vec<f64> = (0..N)
        .map(|k| 80.0 + 80.0 * k as f64 / (N - 1) as f64)
        .collect();
    let (mut silent, mut firing) = (vec![0.0; N], vec![50.0; N]);
    for _ in 0..ROUNDS {
        let ends = silent.iter().zip(&firing);
        let current: Vec<f64> = ends.map(|(a, b)| (a + b) / 2.0).collect();
        let results = prepared.rerun(&[("g_Na", &g_na), ("I.amplitude", &current)])?;
        for (cell, count) in results.values("spike_count")?.iter().enumerate() {
            let end = if *count > 0.0 {
                &mut firing
            } else {
                &mut silent
            };
            end[cell] = current[cell];
        }
    }
    println!("g_Na [mS/cm^2]  threshold [uA/cm^2]");
    for (g, current) in g_na.iter().zip(&firing) {
        println!("{g:>14}  {current:>19.4}");
    }
    Ok(())
}
