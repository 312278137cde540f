//! Protocols: what a command does with an experiment, from the plan to tables and pictures.
//!
//! Takes a checked experiment and an engine; gives files and what to tell the user. One file per
//! protocol; [`sweep`] is what they share: the flow through tiles, from cells to rows.
//!
//! Must not know the command line.

mod bench;
mod error;
mod fi;
mod gather;
mod picture;
mod rows;
mod space;
mod sweep;
mod verify;

pub use bench::{
    Bench, BenchOptions, BreakEven, Contestant, Format as BenchFormat, Kind, MOST_BENCH_CELLS, Row,
    bench,
};
pub use error::ProtocolError;
pub use fi::{FiOutcome, run_fi};
pub use picture::{Picture, PictureOptions, picture};
pub use sweep::{Progress, Silent, Swept, Target, sweep, table_bytes, table_size};
pub use verify::{
    DEFAULT_SAMPLE, FeatureError, MOST_SAMPLE, SpikeError, StateError, Verification, verify,
};
