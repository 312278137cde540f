//! Rheobase.

pub mod exec;
pub mod ir;
pub mod plan;
