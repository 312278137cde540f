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
mod statistics;
mod trace;

pub use features::{FEATURES, Feature, Timing, feature};
pub use spike_train::{Part, SpikeTrain};
pub use spikes::SpikeList;
pub use statistics::Summary;
pub use trace::Traces;

use std::ops::Range;

use crate::ir::{BinaryOp, Block, Builder, CompareOp, Slot, Type, Value};

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
        doc: "features of the spike train in the window (`rheobase list features`), all or some",
    },
    RecorderKind {
        name: "spikes",
        doc: "times of the first spikes, up to a capacity per cell",
    },
    RecorderKind {
        name: "final_state",
        doc: "every state at the end of the run",
    },
    RecorderKind {
        name: "statistics",
        doc: "minimum, maximum, mean and variance of quantities, or expressions of them, over the window",
    },
    RecorderKind {
        name: "trace",
        doc: "quantities, or expressions of them, every few steps, in all cells or chosen ones",
    },
];

/// A quantity of the model, by its number there. A recorder sees it at the end of a step, t + dt,
/// after the reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// A state, at t + dt.
    State(usize),
    /// A named sub-expression of the states, inputs and time at t + dt; a condition is 1 or 0.
    Let(usize),
    /// An expression of the model's names that the experiment gives, by its number there; at t + dt
    /// like a sub-expression.
    Expression(usize),
    /// An input as the step ends: what is smooth in it at t + dt, what has edges or is held as it
    /// was throughout the step. An edge at t + dt shows in the next sample.
    Input(usize),
}

/// What to record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorder {
    /// What these features are computed from, and nothing else; read by [`SpikeTrain`].
    Features(Vec<&'static Feature>),
    /// The first spikes of each cell.
    Spikes {
        /// How many per cell; later ones are counted but not kept.
        capacity: u32,
    },
    /// Every state at the end.
    FinalState,
    /// Minimum, maximum, mean and variance over the window; read by [`Summary`].
    Statistics {
        /// Of what.
        of: Quantity,
    },
    /// Quantities at the end of every `every`-th step of the run; read by [`Traces`].
    Trace {
        /// Which, in this order.
        of: Vec<Quantity>,
        /// Steps from one sample to the next.
        every: u32,
    },
}

/// Where a recorder finds what happens in a step, and where its own slots begin.
#[derive(Clone, Copy)]
pub struct Events<'a> {
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
    /// Number of the recorder's first temp.
    pub first_temp: u16,
    /// Steps of the run.
    pub n_steps: u32,
    /// Steps of the window.
    pub window: &'a Range<u32>,
    /// Computes a quantity at the end of the step, in a block that runs after the reset.
    pub quantity: &'a dyn Fn(&mut Builder, Quantity) -> Value,
}

impl Events<'_> {
    fn accum(&self, i: u16) -> Slot {
        Slot::Accum(self.first_accum + i)
    }

    fn temp(&self, i: u16) -> Slot {
        Slot::Temp(self.first_temp + i)
    }

    fn value(&self, b: &mut Builder, quantity: Quantity) -> Value {
        (self.quantity)(b, quantity)
    }

    /// Is the step one of the window's?
    fn inside_window(&self, b: &mut Builder) -> Value {
        inside(b, self.window, self.n_steps)
    }
}

/// Is the step in `window`, of a run of `n_steps`? A literal where it always is.
pub(crate) fn inside(b: &mut Builder, window: &Range<u32>, n_steps: u32) -> Value {
    if *window == (0..n_steps) {
        return b.bool(true);
    }
    let step = b.step();
    let (start, length) = (b.u32(window.start), b.u32(window.end - window.start));
    let elapsed = b.sub(step, start);
    b.compare(CompareOp::Lt, elapsed, length)
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
    /// Its temps, bools numbered from [`Events::first_temp`].
    pub temps: Vec<&'static str>,
    /// Blocks that update them, run after the reset.
    pub blocks: Vec<Block>,
    /// What to read back at the end.
    pub kept: Vec<Kept>,
}

impl Recorder {
    /// Every feature of [`FEATURES`].
    #[must_use]
    pub fn features() -> Recorder {
        Recorder::Features(FEATURES.iter().collect())
    }

    /// Name of the recorder in [`RECORDERS`].
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Recorder::Features(_) => "features",
            Recorder::Spikes { .. } => "spikes",
            Recorder::FinalState => "final_state",
            Recorder::Statistics { .. } => "statistics",
            Recorder::Trace { .. } => "trace",
        }
    }

    /// Writes the recorder's blocks.
    #[must_use]
    pub fn recording(&self, events: &Events) -> Recording {
        match self {
            Recorder::Features(which) => spike_train::recording(events, which),
            Recorder::Spikes { capacity } => spikes::recording(events, *capacity),
            Recorder::FinalState => final_state::recording(events),
            Recorder::Statistics { of } => statistics::recording(events, *of),
            Recorder::Trace { of, every } => trace::recording(events, of, *every),
        }
    }

    /// Does the recorder need the model's threshold?
    #[must_use]
    pub fn needs_threshold(&self) -> bool {
        match self {
            Recorder::Features(_) | Recorder::Spikes { .. } => true,
            Recorder::FinalState | Recorder::Statistics { .. } | Recorder::Trace { .. } => false,
        }
    }

    /// The quantities that the recorder asks for.
    #[must_use]
    pub fn quantities(&self) -> &[Quantity] {
        match self {
            Recorder::Statistics { of } => std::slice::from_ref(of),
            Recorder::Trace { of, .. } => of,
            Recorder::Features(_) | Recorder::Spikes { .. } | Recorder::FinalState => &[],
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

/// Integers of output `i`; none where it holds none.
fn integers<'a>(raw: &[Raw<'a>], i: usize) -> &'a [u32] {
    match raw.get(i) {
        Some(Raw::U32(values)) => values,
        Some(Raw::Float(_)) | None => &[],
    }
}

/// Floats of output `i`; none where it holds none.
fn floats<'a>(raw: &[Raw<'a>], i: usize) -> &'a [f64] {
    match raw.get(i) {
        Some(Raw::Float(values)) => values,
        Some(Raw::U32(_)) | None => &[],
    }
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
    let before = b.binary(BinaryOp::Min, before, zero);
    // Both distances may be 0 where the condition is `>=`; the fraction is 0 then.
    let tiny = b.float(-1e-30);
    let fall = b.sub(before, after);
    let fall = b.binary(BinaryOp::Min, fall, tiny);
    b.div(before, fall)
}
