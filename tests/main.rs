//! All integration tests, one binary.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod cli;
mod codegen;
mod commands;
mod compiling;
mod experiments;
mod large_jobs;
mod layers;
mod making;
mod numbers;
mod pictures;
mod reading;
mod support;
