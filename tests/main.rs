//! All integration tests, one binary.

mod numbers;
