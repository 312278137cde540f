//! All integration tests, one binary.

mod codegen;
mod numbers;
