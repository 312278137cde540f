//! Units: dimensions, unit names, quantities, and the units a model is computed in.
//!
//! Takes text such as `uA/cm^2` or `300 ms`; gives dimensions and numbers. Scales are kept as powers
//! of ten, so that 120 mS/cm^2 is exactly 120 wherever mS/cm^2 is the unit of computation. Knows
//! nothing of models or files.

mod base;
mod dim;
mod names;
mod quantity;
mod unit;

pub use base::BaseSystem;
pub use dim::Dim;
pub use names::{is_unit_name, nearest_unit};
pub use quantity::{parse_quantity, split_quantity};
pub use unit::{Unit, UnitError, scale_by_ten};
