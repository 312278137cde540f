//! Models that others have fitted, as model text.
//!
//! Takes the contents of their files; gives the text of a model, or all that is wrong with them. Reads
//! and writes no file.

mod allen;
mod json;

pub use allen::{Config, Wrong, allen};
