//! An experiment's text: read, with the files that it names, and compiled.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use rheobase::experiment::from_toml;
use rheobase::plan::{compile, print};

fuzz_target!(|text: &str| {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("beside");
    let experiment = match from_toml("fuzz.toml", text, &beside) {
        Ok(experiment) => experiment,
        Err(problem) => return assert!(!problem.to_string().is_empty()),
    };
    match compile(&experiment) {
        Ok(compiled) => assert!(!print(&compiled.plan).is_empty()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let n = experiment.grid.n_cells().min(3);
    let _ = experiment.columns(0..n);
});
