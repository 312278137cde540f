//! Rheobase.

pub mod table;
