//! Question: does the time of a step grow with its operations alone, from `lif` to `prinz_stg`, or is
//! there a size of model from which each operation costs more?
//!
//! `cargo bench --bench growth [-- FILE]` times `fi` of 10,000 cells, features on, for each model with
//! its own method and with `rk4`, on the CPU in f32 and on the best GPU; it prints CSV and, given
//! FILE, writes it to FILE.csv and a picture to FILE.svg. Operations are those that a step of the
//! compiled plan does where no cell spikes, weighted: see [`weight`].

mod common;
#[path = "growth/picture.rs"]
mod picture;

use common::{engines, experiment, seconds};
use picture::{Mark, picture};
use rheobase::exec::Engine;
use rheobase::exec::cpu::Precision;
use rheobase::ir::OpCounts;
use rheobase::plan::{Compiled, compile};

const CELLS: u64 = 10_000;
const RUNS: usize = 5;
/// About how long one run is [s].
const TARGET: f64 = 0.3;
/// Steps of the run that tells how many make up a run of that length.
const FIRST_STEPS: u64 = 200;

const MODELS: [&str; 15] = [
    "lif",
    "eif",
    "adex",
    "izhikevich",
    "fitzhugh_nagumo",
    "morris_lecar",
    "hodgkin_huxley",
    "wang_buzsaki",
    "traub_miles",
    "connor_stevens",
    "pospischil",
    "thalamic_relay",
    "rothman_manis",
    "pinsky_rinzel",
    "prinz_stg",
];

/// Additions, multiplications and choices count 1, divisions 4, exponentials 12: about what they
/// cost on a vector of an AVX-512 core.
fn weight(c: &OpCounts) -> usize {
    c.adds + c.muls + c.choices + 4 * c.divs + 12 * c.exps
}

fn main() -> std::io::Result<()> {
    let file = std::env::args()
        .skip(1)
        .find(|word| !word.starts_with("--"));
    let mut table = String::from(
        "engine,model,method,states,add,multiply,divide,exponential,choose,weighted,cells,steps,\
         median [ns/cell-step],least,most,median [ns/weighted operation]\n",
    );
    print!("{table}");
    let mut marks = Vec::new();
    for engine in engines(&[Precision::F32]) {
        for name in MODELS {
            let own = plan(name, None, FIRST_STEPS).1.method;
            let rk4 = (own != "rk4").then_some("rk4");
            for method in [Some(own.as_str()), rk4].into_iter().flatten() {
                let (line, mark) = measure(engine.as_ref(), name, method);
                print!("{line}");
                table += &line;
                marks.push(mark);
            }
        }
    }
    if let Some(file) = file {
        std::fs::write(format!("{file}.csv"), table)?;
        std::fs::write(format!("{file}.svg"), picture(&marks))?;
    }
    Ok(())
}

fn plan(
    name: &str,
    method: Option<&str>,
    n_steps: u64,
) -> (rheobase::experiment::Experiment, Compiled) {
    let e = experiment(name, method, CELLS, n_steps);
    let compiled = compile(&e).unwrap_or_else(|error| panic!("{name}, {method:?}: {error}"));
    (e, compiled)
}

fn measure(engine: &dyn Engine, name: &str, method: &str) -> (String, Mark) {
    let (e, compiled) = plan(name, Some(method), FIRST_STEPS);
    let first = seconds(engine, &e, &compiled.plan, 1)[0];
    let n_steps = (FIRST_STEPS as f64 * TARGET / first) as u64;
    let n_steps = n_steps.clamp(FIRST_STEPS, 1_000_000);
    let (e, compiled) = plan(name, Some(method), n_steps);
    let ns: Vec<f64> = seconds(engine, &e, &compiled.plan, RUNS)
        .iter()
        .map(|s| 1e9 * s / (CELLS * n_steps) as f64)
        .collect();
    let (c, states) = (
        compiled.plan.operations(),
        compiled.plan.layout().states.len(),
    );
    let (weighted, median) = (weight(&c) as f64, ns[RUNS / 2]);
    let line = format!(
        "\"{}\",{name},{method},{states},{},{},{},{},{},{weighted},{CELLS},{n_steps},{median:.4},{:.4},{:.4},{:.5}\n",
        engine.describe(),
        c.adds,
        c.muls,
        c.divs,
        c.exps,
        c.choices,
        ns[0],
        ns[RUNS - 1],
        median / weighted
    );
    let mark = Mark {
        engine: engine.describe(),
        name: format!("{name}, {method}"),
        operations: weighted,
        ns: median,
    };
    (line, mark)
}
