//! Rheobase.

pub mod exec;
pub mod integrate;
pub mod ir;
pub mod plan;
pub mod record;
pub mod stimulus;
