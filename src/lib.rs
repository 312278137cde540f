//! Rheobase.

pub mod cli;
pub mod compare;
pub mod diag;
pub mod exec;
pub mod experiment;
pub mod integrate;
pub mod ir;
pub mod lang;
pub mod model;
pub mod plan;
pub mod plot;
pub mod protocol;
pub mod record;
pub mod report;
pub mod stimulus;
pub mod table;
pub mod units;
