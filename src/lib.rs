//! Rheobase.
pub mod diag;
pub mod lang;
pub mod model;
pub mod units;
