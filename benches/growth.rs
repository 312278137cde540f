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
use rheobase::experiment::Experiment;
use rheobase::ir::OpCounts;
use rheobase::plan::{Compiled, compile};

const CELLS: u64 = 10_000;
const ROUNDS: usize = 5;
/// About how long one run is [s].
const TARGET: f64 = 0.2;
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

/// A model with a method on an engine, and what its runs took.
struct Case<'a> {
    engine: &'a dyn Engine,
    name: &'static str,
    method: String,
    n_steps: u64,
    /// Of a cell-step, one number a round.
    ns: Vec<f64>,
}

fn main() -> std::io::Result<()> {
    let file = std::env::args()
        .skip(1)
        .find(|word| !word.starts_with("--"));
    let engines = engines(&[Precision::F32]);
    let mut cases: Vec<Case> = engines.iter().flat_map(|e| cases(e.as_ref())).collect();
    // All in turns, so that what else the machine does meets no model more than another.
    for _ in 0..ROUNDS {
        cases.iter_mut().for_each(run);
    }
    let mut table = String::from(
        "engine,model,method,states,add,multiply,divide,exponential,choose,weighted,cells,steps,\
         least [ns/cell-step],median,most,least [ns/weighted operation]\n",
    );
    let mut marks = Vec::new();
    for case in &mut cases {
        let (line, mark) = result(case);
        table += &line;
        marks.push(mark);
    }
    print!("{table}");
    if let Some(file) = file {
        std::fs::write(format!("{file}.csv"), table)?;
        std::fs::write(format!("{file}.svg"), picture(&marks))?;
    }
    Ok(())
}

fn cases(engine: &dyn Engine) -> Vec<Case<'_>> {
    let mut cases = Vec::new();
    for name in MODELS {
        let own = plan(name, None, FIRST_STEPS).1.method;
        let rk4 = (own != "rk4").then(|| "rk4".to_string());
        for method in [Some(own), rk4].into_iter().flatten() {
            let (e, compiled) = plan(name, Some(&method), FIRST_STEPS);
            let first = seconds(engine, &e, &compiled.plan, 1)[0];
            let n_steps = (FIRST_STEPS as f64 * TARGET / first) as u64;
            cases.push(Case {
                engine,
                name,
                method,
                n_steps: n_steps.clamp(FIRST_STEPS, 1_000_000),
                ns: Vec::new(),
            });
        }
    }
    cases
}

fn plan(name: &str, method: Option<&str>, n_steps: u64) -> (Experiment, Compiled) {
    let e = experiment(name, method, CELLS, n_steps);
    let compiled = compile(&e).unwrap_or_else(|error| panic!("{name}, {method:?}: {error}"));
    (e, compiled)
}

fn run(case: &mut Case) {
    let (e, compiled) = plan(case.name, Some(&case.method), case.n_steps);
    let seconds = seconds(case.engine, &e, &compiled.plan, 1)[0];
    case.ns.push(1e9 * seconds / (CELLS * case.n_steps) as f64);
}

/// The case's line of the table and its mark in the picture: the fastest round, since other
/// processes only add to it.
fn result(case: &mut Case) -> (String, Mark) {
    let Case {
        name,
        method,
        n_steps,
        ..
    } = case;
    let (_, compiled) = plan(name, Some(method), FIRST_STEPS);
    let (c, states) = (
        compiled.plan.operations(),
        compiled.plan.layout().states.len(),
    );
    let weighted = weight(&c) as f64;
    case.ns.sort_by(f64::total_cmp);
    let (least, median, most) = (case.ns[0], case.ns[ROUNDS / 2], case.ns[ROUNDS - 1]);
    let OpCounts {
        adds,
        muls,
        divs,
        exps,
        choices,
    } = c;
    let engine = case.engine.describe();
    let line = format!(
        "\"{engine}\",{name},{method},{states},{adds},{muls},{divs},{exps},{choices},{weighted},{CELLS},{n_steps},\
         {least:.4},{median:.4},{most:.4},{:.5}\n",
        least / weighted
    );
    let mark = Mark {
        engine,
        name: format!("{name}, {method}"),
        operations: weighted,
        ns: least,
    };
    (line, mark)
}
