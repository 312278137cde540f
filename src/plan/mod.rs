//! The plan: all that an engine needs, and nothing else.
//!
//! Takes (through [`Plan::new`]) checked blocks, their slots and a schedule; gives plain data that
//! can be printed, compared and cut into tiles and chunks. An engine accepts only a `Plan`.
//!
//! A run of a plan means, for each cell:
//!
//! 1. `setup` once, in f64 on the host: parameters in, derived values, initial states and initial
//!    accumulators out (with [`Start::Carry`](crate::exec::Start) the states are left as they are);
//! 2. for each step 0 .. `n_steps`: the `time` block (the same for all cells), then the blocks of
//!    `step` in order, each seeing what the ones before it stored;
//! 3. the slots and streams of `outputs` are handed to the sink.
//!
//! Must not know equations, units or files: numbers here are in the model's base units.

mod compile;
mod constants;
mod noise;
mod outside;
mod print;
mod records;
mod roles;
mod schedule;

pub use compile::{Compiled, compile, compile_with};
pub use print::print;
pub use schedule::{Limits, Schedule};

use crate::ir::{Block, CheckError, OpCounts, Slot, SlotTypes, Type, check};

/// A slot's name, for printing, and its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotInfo {
    /// What the slot holds, in the field's word ("v", "spike_count").
    pub name: String,
    /// Type of its values.
    pub ty: Type,
}

/// A list that each cell writes during a run, such as its spike times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// What is listed.
    pub name: String,
    /// Type of the entries.
    pub ty: Type,
    /// Entries per cell; later writes are dropped.
    pub capacity: u32,
}

/// A table shared by all cells, such as a sampled waveform.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What is tabulated.
    pub name: String,
    /// The entries.
    pub values: Vec<f64>,
}

/// Everything a cell, a step or the run keeps.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Layout {
    /// Quantities that the grid varies: one column of f64 per cell, in the order of the axes.
    pub params: Vec<SlotInfo>,
    /// Computed once per cell by the set-up block.
    pub derived: Vec<SlotInfo>,
    /// Dynamical state, carried from run to run on request.
    pub states: Vec<SlotInfo>,
    /// Recorder state, set anew at each run.
    pub accums: Vec<SlotInfo>,
    /// Values passed between the blocks of one step.
    pub temps: Vec<SlotInfo>,
    /// Values of the step that are the same for all cells.
    pub uniforms: Vec<SlotInfo>,
    /// Lists written during the run.
    pub streams: Vec<Stream>,
    /// Tables read during the run.
    pub tables: Vec<Table>,
}

impl Layout {
    /// The types, as the checker wants them.
    #[must_use]
    pub fn types(&self) -> SlotTypes {
        let of = |infos: &[SlotInfo]| infos.iter().map(|info| info.ty).collect();
        SlotTypes {
            params: of(&self.params),
            derived: of(&self.derived),
            states: of(&self.states),
            accums: of(&self.accums),
            temps: of(&self.temps),
            uniforms: of(&self.uniforms),
            streams: self.streams.iter().map(|s| s.ty).collect(),
            n_tables: self.tables.len(),
        }
    }

    /// Name of a slot, for printing.
    #[must_use]
    pub fn name(&self, slot: Slot) -> Option<String> {
        let at = |infos: &[SlotInfo], i: u16| infos.get(usize::from(i)).map(|s| s.name.clone());
        match slot {
            Slot::Param(i) => at(&self.params, i),
            Slot::Derived(i) => at(&self.derived, i),
            Slot::State(i) => at(&self.states, i),
            Slot::Accum(i) => at(&self.accums, i),
            Slot::Temp(i) => at(&self.temps, i),
            Slot::Uniform(i) => at(&self.uniforms, i),
            Slot::Input(_) | Slot::Noise(_) | Slot::Time => None,
        }
        .filter(|name| !name.is_empty())
    }
}

/// What a run hands to the sink for each cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Last value of a slot ([`Slot::State`] or [`Slot::Accum`]).
    Slot(Slot),
    /// A stream, with as many entries as its capacity (unwritten ones are 0).
    Stream(u16),
}

/// What [`Plan::new`] puts together.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PlanParts {
    /// Name of the model, for labels.
    pub name: String,
    /// Slots, streams and tables.
    pub layout: Layout,
    /// Parameters in; derived values, initial states and accumulators out.
    pub setup: Block,
    /// The step number in, uniforms out.
    pub time: Block,
    /// One step, in order.
    pub step: Vec<Block>,
    /// Steps and their length.
    pub schedule: Schedule,
    /// What is read back.
    pub outputs: Vec<Output>,
    /// Bounds on what an engine may hold at once.
    pub limits: Limits,
}

/// All that an engine needs. Plain data, made only from checked blocks.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    parts: PlanParts,
}

/// Why parts do not make a plan.
#[derive(Clone, Debug, PartialEq)]
pub enum PlanError {
    /// A block is malformed.
    Block {
        /// Label of the block.
        label: &'static str,
        /// What is wrong with it.
        error: CheckError,
    },
    /// A block uses a slot where it may not, or an output does not exist.
    Misplaced {
        /// What, in words.
        what: String,
    },
    /// The method cannot step these equations.
    Method {
        /// What, in words, and which method can.
        what: String,
    },
    /// A constant part of the model has no finite value.
    Constant {
        /// Where, why, and what to change, in words.
        what: String,
    },
    /// A stimulus has not the properties that it needs.
    Stimulus {
        /// Which, and which property, in words.
        what: String,
    },
    /// A recorder that cannot record what it is asked for.
    Recorder {
        /// Which, and why, in words.
        what: String,
    },
    /// A recorder of spikes, and a model that has none.
    NoThreshold {
        /// Name of the recorder.
        recorder: &'static str,
    },
    /// Steps or their length are out of range.
    Schedule {
        /// What, in words.
        what: String,
    },
}

impl std::fmt::Display for PlanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PlanError::Block {
                label,
                error: CheckError::NotFinite { .. },
            } => write!(
                f,
                "a constant expression of the model ({label}) has no finite value; look for a division by zero or \
                 an overflow among its parameters"
            ),
            PlanError::Block { label, error } => write!(f, "block '{label}' is malformed: {error}"),
            PlanError::NoThreshold { recorder } => write!(
                f,
                "the recorder '{recorder}' needs spikes, and the model has no threshold; add a line such as \
                 `threshold v > 0 mV` to it"
            ),
            PlanError::Misplaced { what }
            | PlanError::Method { what }
            | PlanError::Constant { what }
            | PlanError::Stimulus { what }
            | PlanError::Recorder { what }
            | PlanError::Schedule { what } => f.write_str(what),
        }
    }
}

impl std::error::Error for PlanError {}

impl Plan {
    /// Checks the parts and seals them.
    ///
    /// # Errors
    /// A malformed block, a slot used where it may not be, an output that does not exist, or a
    /// schedule out of range.
    pub fn new(parts: PlanParts) -> Result<Plan, PlanError> {
        parts
            .schedule
            .check()
            .map_err(|what| PlanError::Schedule { what })?;
        let types = parts.layout.types();
        for block in [&parts.setup, &parts.time].into_iter().chain(&parts.step) {
            check(block, &types).map_err(|error| PlanError::Block {
                label: block.label,
                error,
            })?;
        }
        roles::check(&parts)?;
        Ok(Plan { parts })
    }

    /// Name of the model.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.parts.name
    }

    /// Slots, streams and tables.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.parts.layout
    }

    /// Set-up of a cell: unguarded; loads parameters, stores derived values, states, accumulators.
    #[must_use]
    pub fn setup(&self) -> &Block {
        &self.parts.setup
    }

    /// What each step needs once for all cells: unguarded; stores uniforms.
    #[must_use]
    pub fn time(&self) -> &Block {
        &self.parts.time
    }

    /// The blocks of one step, in order.
    #[must_use]
    pub fn step(&self) -> &[Block] {
        &self.parts.step
    }

    /// Steps and their length.
    #[must_use]
    pub fn schedule(&self) -> &Schedule {
        &self.parts.schedule
    }

    /// What is read back, in the order in which the sink gets it.
    #[must_use]
    pub fn outputs(&self) -> &[Output] {
        &self.parts.outputs
    }

    /// Bounds on what an engine may hold at once.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.parts.limits
    }

    /// The same plan under other limits (results do not change).
    #[must_use]
    pub fn with_limits(&self, limits: Limits) -> Plan {
        let mut parts = self.parts.clone();
        parts.limits = limits;
        Plan { parts }
    }

    /// What one step costs where no guard holds.
    #[must_use]
    pub fn operations(&self) -> OpCounts {
        OpCounts::of(self.step().iter().filter(|block| block.guard.is_none()))
    }

    /// Bytes that one cell takes on a device with floats of `float_bytes`: derived values, states,
    /// accumulators, streams and one status word.
    #[must_use]
    pub fn bytes_per_cell(&self, float_bytes: u64) -> u64 {
        let layout = &self.parts.layout;
        let size = |ty: Type| if ty == Type::Float { float_bytes } else { 4 };
        let slots = layout
            .derived
            .iter()
            .chain(&layout.states)
            .chain(&layout.accums)
            .map(|s| size(s.ty))
            .sum::<u64>();
        let streams = layout
            .streams
            .iter()
            .map(|s| size(s.ty) * u64::from(s.capacity))
            .sum::<u64>();
        slots + streams + 4
    }
}
