//! A fit: which conductances give a neuron the f–I curve that was measured? A random search that
//! narrows around the best candidate, a whole population in each run, compiled once.
//!
//! `cargo run --release --example fit` finds the sodium and potassium conductances of a
//! Hodgkin–Huxley neuron from its rates at eight currents.

use std::time::Instant;

use rheobase::exec::engine;
use rheobase::simulation::{Prepared, Simulation};

/// The currents of the measurement, in µA/cm².
const CURRENTS: [f64; 8] = [4.0, 7.0, 10.0, 14.0, 18.0, 24.0, 32.0, 40.0];
/// What the "measured" neuron has, in mS/cm²; the search does not know it.
const TRUTH: [f64; 2] = [113.0, 34.0];
/// Candidates in each round, and rounds.
const POPULATION: usize = 128;
const ROUNDS: usize = 12;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut neuron = Simulation::of("hodgkin_huxley")?
        .open("g_Na", 120)
        .open("g_K", 36)
        .open("I.amplitude", 0)
        .duration("200 ms")
        .skip("50 ms")
        .record_features()
        .prepare(&engine("auto")?)?;
    let measured = rates(&mut neuron, &[TRUTH])?.swap_remove(0);

    let mut random = fastrand::Rng::with_seed(1);
    let (mut best, mut error) = ([100.0, 30.0], f64::INFINITY);
    let mut width = [50.0, 20.0];
    let begin = Instant::now();
    for round in 1..=ROUNDS {
        let mut draw = |k: usize| best[k] + width[k] * (2.0 * random.f64() - 1.0);
        let candidates: Vec<[f64; 2]> = (0..POPULATION).map(|_| [draw(0), draw(1)]).collect();
        for (candidate, rates) in candidates.iter().zip(rates(&mut neuron, &candidates)?) {
            let squares = rates.iter().zip(&measured).map(|(a, b)| (a - b).powi(2));
            let found = (squares.sum::<f64>() / CURRENTS.len() as f64).sqrt();
            if found < error {
                (best, error) = (*candidate, found);
            }
        }
        width = width.map(|w| 0.7 * w);
        let [g_na, g_k] = best;
        println!("round {round:2}: g_Na {g_na:.2}, g_K {g_k:.2} mS/cm^2, off by {error:.3} Hz");
    }
    let cells = ROUNDS * POPULATION * CURRENTS.len();
    println!("{cells} cells in {:.2} s", begin.elapsed().as_secs_f64());
    Ok(())
}

/// The f–I curve of each candidate, in Hz: one cell per candidate and current.
fn rates(
    neuron: &mut Prepared,
    candidates: &[[f64; 2]],
) -> Result<Vec<Vec<f64>>, Box<dyn std::error::Error>> {
    let column = |k: usize| -> Vec<f64> {
        let each = candidates.iter().map(|candidate| candidate[k]);
        each.flat_map(|g| [g; CURRENTS.len()]).collect()
    };
    let currents = CURRENTS.repeat(candidates.len());
    let results = neuron.rerun(&[
        ("g_Na", &column(0)),
        ("g_K", &column(1)),
        ("I.amplitude", &currents),
    ])?;
    let rates = results.values("rate")?;
    Ok(rates.chunks(CURRENTS.len()).map(<[f64]>::to_vec).collect())
}
