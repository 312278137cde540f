//! Recorders: what is kept of a run, reduced on the device; no trace is read back to be reduced.
//!
//! Takes the events of a step (slots that the step sets); gives accumulators, streams and the
//! blocks that update them, and, after the run, turns what they hold into columns. Each recorder
//! is one file with one row in [`RECORDERS`]; each feature of a spike train is one row in
//! [`FEATURES`].
//!
//! Must not know models, engines or files.

mod features;
mod final_state;
mod spike_train;
mod spikes;

pub use features::{FEATURES, Feature, Timing, feature};
pub use spike_train::SpikeTrain;

use crate::ir::{Block, Builder, CompareOp, Slot, Type, Value};

/// A recorder for `list recorders`.
#[derive(Clone, Copy, Debug)]
pub struct RecorderKind {
    /// Its name.
    pub name: &'static str,
    /// What it keeps, in a line.
    pub doc: &'static str,
}

/// Every recorder.
pub const RECORDERS: &[RecorderKind] = &[
    RecorderKind {
        name: "features",
        doc: "spike count, first and last spike times, moments of the intervals",
    },
    RecorderKind {
        name: "spikes",
        doc: "times of the first spikes, up to a capacity per cell",
    },
    RecorderKind {
        name: "final_state",
        doc: "every state at the end of the run",
    },
];

/// What to record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorder {
    /// What the features of [`FEATURES`] are computed from.
    Features,
    /// The first spikes of each cell.
    Spikes {
        /// How many per cell; later ones are counted but not kept.
        capacity: u32,
    },
    /// Every state at the end.
    FinalState,
}

/// Where a recorder finds what happens in a step, and where its own slots begin.
#[derive(Clone, Debug)]
pub struct Events {
    /// Bool: a spike that counts (inside the window).
    pub spike: Slot,
    /// Floats: the threshold's distance (positive beyond it) before and after the step, if the
    /// condition is a comparison.
    pub distances: Option<(Slot, Slot)>,
    /// Number of states of the model.
    pub n_states: usize,
    /// Number of the recorder's first accumulator.
    pub first_accum: u16,
    /// Number of the recorder's first stream.
    pub first_stream: u16,
}

/// An accumulator and its value at the beginning of a run, which is zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accumulator {
    /// What it holds.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
}

/// A list that a recorder writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// What it holds.
    pub name: &'static str,
    /// Type of its entries.
    pub ty: Type,
    /// Entries per cell.
    pub capacity: u32,
}

/// Something to read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The last value of a slot.
    Slot(Slot),
    /// A stream.
    Stream(u16),
}

/// What a recorder adds to a plan.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Recording {
    /// Its accumulators, numbered from [`Events::first_accum`].
    pub accums: Vec<Accumulator>,
    /// Its streams, numbered from [`Events::first_stream`].
    pub streams: Vec<List>,
    /// Blocks that update them, run after the reset.
    pub blocks: Vec<Block>,
    /// What to read back at the end.
    pub kept: Vec<Kept>,
}

impl Recorder {
    /// Name of the recorder in [`RECORDERS`].
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Recorder::Features => "features",
            Recorder::Spikes { .. } => "spikes",
            Recorder::FinalState => "final_state",
        }
    }

    /// Writes the recorder's blocks.
    #[must_use]
    pub fn recording(&self, events: &Events) -> Recording {
        match *self {
            Recorder::Features => spike_train::recording(events),
            Recorder::Spikes { capacity } => spikes::recording(events, capacity),
            Recorder::FinalState => final_state::recording(events),
        }
    }

    /// Does the recorder need the model's threshold?
    #[must_use]
    pub fn needs_threshold(&self) -> bool {
        match self {
            Recorder::Features | Recorder::Spikes { .. } => true,
            Recorder::FinalState => false,
        }
    }
}

/// Numbers read back from an engine.
#[derive(Clone, Copy, Debug)]
pub enum Raw<'a> {
    /// Floats.
    Float(&'a [f64]),
    /// Integers.
    U32(&'a [u32]),
}

/// Number of whole steps before the spike, and the fraction of the step in which it falls.
fn spike_time(b: &mut Builder, events: &Events) -> (Value, Value) {
    let step = b.step();
    (step, crossing_fraction(b, events))
}

/// Where in the step the threshold is crossed, by linear interpolation of its distance: in [0, 1].
/// A condition that is no comparison crosses at the end of the step.
fn crossing_fraction(b: &mut Builder, events: &Events) -> Value {
    let Some((before, after)) = events.distances else {
        return b.float(1.0);
    };
    let before = b.load(before, Type::Float);
    let after = b.load(after, Type::Float);
    // A cell that begins beyond the threshold (after a refractory period) crosses at once.
    let zero = b.float(0.0);
    let beyond = b.compare(CompareOp::Gt, before, zero);
    let before = b.select(beyond, zero, before);
    let rise = b.sub(after, before);
    // Both distances may be 0 where the condition is `>=`; the fraction is 0 then.
    let tiny = b.float(1e-30);
    let rise = b.binary(crate::ir::BinaryOp::Max, rise, tiny);
    let way = b.unary(crate::ir::UnaryOp::Neg, before);
    b.div(way, rise)
}
