//! All integration tests, one binary.

mod codegen;
mod large_jobs;
mod numbers;
