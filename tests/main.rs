//! All integration tests, one binary.

mod bad_input;
mod cli;
mod codegen;
mod layers;
mod numbers;
mod support;
