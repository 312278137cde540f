//! Rheobase.

pub mod diag;
pub mod exec;
pub mod experiment;
pub mod integrate;
pub mod ir;
pub mod lang;
pub mod model;
pub mod plan;
pub mod plot;
pub mod record;
pub mod stimulus;
pub mod table;
pub mod units;
