//! Rheobase.

pub mod compare;
pub mod plot;
pub mod report;
pub mod table;
