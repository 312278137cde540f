//! Protocols: what a command does with an experiment, from the plan to tables and pictures.
//!
//! Takes a checked experiment and an engine; gives files and what to tell the user. One file per
//! protocol; [`sweep`] is what they share: the flow through tiles, from cells to rows.
//!
//! Must not know the command line.

mod drawing;
mod error;
mod fi;
mod journal;
mod marks;
mod pace;
mod rows;
mod space;
mod spikes;
mod summary;
mod sweep;
mod tables;
mod target;
mod tiles;
mod writer;

pub use error::ProtocolError;
pub use fi::{FiOutcome, run_fi};
pub use sweep::{Progress, Silent, Swept, sweep, table_bytes, table_size};
pub use target::Target;
