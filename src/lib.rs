//! Rheobase steps thousands to billions of independent neuron models (one *cell* is one parameter
//! set with one stimulus) on any GPU through wgpu, or on the CPU in the same binary, and checks
//! every engine against a double-precision reference.
//!
//! # The flow
//!
//! Data goes one way; every arrow can be printed (`rheobase show MODEL [--ir | --plan | --wgsl]`).
//!
//! ```text
//! text ── lang ──> model ── lower ──> ir ─────────────┐
//!               integrate, stimulus, record ──> plan ──> exec (gpu | cpu | reference) ──> table ──> csv, parquet, svg
//! options ──> experiment ─────────────────────────────┘
//! ```
//!
//! # The house
//!
//! | level | module | job | may use |
//! |---|---|---|---|
//! | 0 | [`units`], [`diag`], [`random`], [`caught`] | quantities and dimensions; errors with a caret; counter-based random numbers; panics of libraries as errors | nothing of ours |
//! | 1 | [`table`] | columns with units; CSV and Parquet | caught |
//! | 1 | [`lang`] | text to tree, all errors at once | units, diag |
//! | 1 | [`ir`] | typed straight-line blocks: build, simplify, differentiate, classify, check | nothing of ours |
//! | 2 | [`model`] | tree to checked model; lowering to `ir`; the library of `.eqn` files | lang, ir, units, diag |
//! | 2 | [`integrate`], [`stimulus`], [`record`] | each a rewriting or expression of `ir`; one file and one registry row each | ir |
//! | 3 | [`export`] | a model written out for readers: a page, LaTeX, Brian2 | model, lang, integrate, level 0 |
//! | 3 | [`import`] | fitted models of others as model text | model, units |
//! | 3 | [`experiment`] | options or TOML to a checked experiment; grids | model, level 2, level 0 |
//! | 4 | [`plan`] | all that an engine needs, as plain data | experiment, level 2, ir |
//! | 5 | [`exec`] | engines: a plan in, columns out | plan, ir, caught |
//! | 5 | [`compare`], [`plot`], [`report`] | tables in; verdict, picture or `run.json` out | table |
//! | 6 | [`protocol`] | one file per command that is a protocol | everything above |
//! | 7 | [`simulation`] | experiments built in code, run, their results in memory | model, experiment, exec, protocol |
//! | 7 | [`cli`] | arguments, messages, exit status | everything above |
//!
//! # What always holds
//!
//! - No module imports to its right. Up to and including the plan all is pure: no device, no thread,
//!   no file but the model's text. After the plan nothing knows equations, units or files.
//! - `ir` knows no model, unit, file or device. The engines never import each other. `wgpu` is named
//!   only in `exec::gpu`, `clap` only in `cli`, `csv` and `parquet` only in `table`, `tiny_skia` only
//!   in `plot`.
//! - A [`plan::Plan`] is plain data, comparable and printable, made only from checked blocks; an
//!   engine accepts nothing else.
//! - Time is a whole number of steps: `t = step·dt`, never a running sum.
//! - On one engine and one kernel the results are the same to the bit for any cut into tiles, chunks
//!   and threads. Between engines floats agree within stated bounds, counts exactly.
//! - `unsafe` stands in two places: the CPU engine's calls of code for the processor's vector unit, and the
//!   making of the GPU engine's pipeline cache.
//!
//! A test (`tests/layers.rs`) reads the sources and holds all of this to its word.
//!
//! # In a program
//!
//! ```
//! use rheobase::exec::engine;
//! use rheobase::simulation::{Simulation, linear};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut prepared = Simulation::of("lif")?
//!     .sweep("I.amplitude", linear(0, "4 nA", 100))
//!     .open("tau", "10 ms")
//!     .duration("200 ms")
//!     .prepare(&engine("cpu")?)?;
//! let results = prepared.run()?;
//! assert_eq!(results.stats.cell_steps, 100 * 2000);
//! let rate = results.table.column("rate").expect("a feature");
//! assert_eq!(rate.header(), "rate [Hz]");
//!
//! // Other values, and another number of cells, without compiling again.
//! let rerun = prepared.rerun(&[("I.amplitude", &[2.0, 2.0]), ("tau", &[5.0, 20.0])])?;
//! assert_eq!(rerun.values("rate")?.len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! [`simulation`] goes on: grids, stimuli of one's own, spikes and traces, fitting. An
//! experiment file ([`experiment::from_toml`]) or `fi`'s ([`experiment::fi`]) is prepared by
//! [`simulation::Prepared::new`]; [`protocol::sweep`] writes tables of any size to files; below them
//! are [`plan::compile`], [`exec::Engine::prepare`] and [`exec::Job::run`], which hands tiles of
//! outputs to a [`exec::Sink`]. `examples/threshold_map.rs` and `examples/fit.rs` are whole programs.
//!
//! # Where a new thing goes
//!
//! | to add | write | and one line in |
//! |---|---|---|
//! | model | `src/model/library/NAME.eqn` | [`model::library::MODELS`] |
//! | method | a tableau, or one file in `integrate/` | [`integrate::METHODS`] |
//! | stimulus | one file in `stimulus/` | [`stimulus::STIMULI`] |
//! | feature | one row | [`record::FEATURES`] |
//! | recorder | one file in `record/` | [`record::RECORDERS`] |
//! | engine | one folder in `exec/` | [`exec::ENGINES`] and `SUBJECTS` of the tests |
//!
//! The suites, `--help` and `rheobase list` iterate over the registries, so each is covered at once.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test fails by panicking"))]

pub mod caught;
pub mod cli;
pub mod compare;
pub mod diag;
pub mod exec;
pub mod experiment;
pub mod export;
pub mod import;
pub mod integrate;
pub mod ir;
pub mod lang;
pub mod model;
pub mod plan;
pub mod plot;
pub mod protocol;
pub mod random;
pub mod record;
pub mod report;
pub mod simulation;
pub mod stimulus;
pub mod table;
pub mod units;
