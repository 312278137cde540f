//! Protocols: what a command does with an experiment, from the plan to tables and pictures.
//!
//! Takes a checked experiment and an engine; gives files and what to tell the user. One file per
//! protocol; [`sweep`] is what they share: the flow through tiles, from cells to rows.
//!
//! Must not know the command line.

mod bench;
mod chosen;
mod cost;
mod drawing;
mod error;
mod fi;
mod flow;
mod gather;
mod journal;
mod marks;
mod pace;
mod picture;
mod pictures;
mod prepared;
mod results;
mod rows;
mod run;
mod shown;
mod space;
mod spikes;
mod summary;
mod sweep;
mod tables;
mod target;
mod tiles;
mod trace;
mod traces;
mod verify;
mod writer;

pub use bench::{
    Bench, BenchCells, BenchOptions, BreakEven, Contestant, Format as BenchFormat, Kind,
    MOST_BENCH_CELLS, Row, bench,
};
pub use cost::{Cost, FileCost, cost, most_rows};
pub use error::ProtocolError;
pub use fi::run_fi;
pub use picture::{Picture, PictureOptions, picture};
pub use pictures::write_pictures;
pub use prepared::Prepared;
pub use results::Results;
pub use run::{RunOutcome, run};
pub use sweep::{Progress, Silent, Swept, Written, sweep};
pub use target::Target;
pub use trace::run_trace;
pub use verify::{
    DEFAULT_SAMPLE, FeatureError, MOST_SAMPLE, SpikeError, StateError, Verification, verify,
};
