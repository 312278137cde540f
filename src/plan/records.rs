//! The recorders of an experiment, put into its plan.
//!
//! Takes the plan in the making; adds the recorders' slots, blocks and outputs. What a recorder
//! records is computed within its own blocks, so that it costs nothing at steps that it leaves out.

use std::ops::Range;

use super::compile::{AFTER, BEFORE, COUNTED, Compiler};
use super::outside::{input, number, read_outside};
use super::{Output, PlanError, SlotInfo, Stream};
use crate::experiment::Experiment;
use crate::ir::{Block, Builder, Slot, Type, Value};
use crate::model::lower::{DISTANCE, Dynamics, RESULT, expression};
use crate::record::{Events, Kept, Quantity, Recorder, Recording};

impl Compiler<'_> {
    /// Adds every recorder; gives each one's outputs among those of the plan.
    pub(super) fn record(&mut self, step: &mut Vec<Block>) -> Result<Vec<Range<usize>>, PlanError> {
        let mut recorded = Vec::new();
        for recorder in &self.experiment.recorders {
            self.check_recorder(recorder)?;
            let recording = self.recording(recorder);
            let begin = self.outputs.len();
            self.add(&recording);
            step.extend(recording.blocks);
            recorded.push(begin..self.outputs.len());
        }
        Ok(recorded)
    }

    fn check_recorder(&self, recorder: &Recorder) -> Result<(), PlanError> {
        if recorder.needs_threshold() && self.dynamics.threshold.is_none() {
            return Err(PlanError::NoThreshold {
                recorder: recorder.name(),
            });
        }
        let refused = |why: String| {
            Err(PlanError::Recorder {
                what: format!("the recorder '{}' {why}", recorder.name()),
            })
        };
        let model = &self.experiment.model;
        let expressions = &self.experiment.expressions;
        let exists = |quantity: &Quantity| match *quantity {
            Quantity::State(i) => i < model.states.len(),
            Quantity::Let(i) => i < model.lets.len(),
            Quantity::Input(i) => i < model.inputs.len(),
            Quantity::Expression(i) => i < expressions.len(),
        };
        if let Some(missing) = recorder.quantities().iter().find(|q| !exists(q)) {
            return refused(format!("asks for {missing:?}, which there is not"));
        }
        let n_steps = self.experiment.timing.n_steps();
        match *recorder {
            Recorder::Trace { every, .. } if every == 0 || every > n_steps => refused(format!(
                "takes no sample: one every {every} steps, of {n_steps}; take a shorter interval or a longer duration"
            )),
            _ => Ok(()),
        }
    }

    fn recording(&self, recorder: &Recorder) -> Recording {
        let (experiment, dynamics) = (self.experiment, self.dynamics);
        let compares = dynamics
            .threshold
            .as_ref()
            .is_some_and(|block| block.stored(DISTANCE).is_some());
        recorder.recording(&Events {
            spike: COUNTED,
            distances: compares.then_some((BEFORE, AFTER)),
            n_states: experiment.model.states.len(),
            first_accum: number(self.layout.accums.len()),
            first_stream: number(self.layout.streams.len()),
            first_temp: number(self.layout.temps.len()),
            n_steps: experiment.timing.n_steps(),
            window: &experiment.timing.window(),
            quantity: &|b, quantity| read_quantity(b, experiment, dynamics, quantity),
        })
    }

    fn add(&mut self, recording: &Recording) {
        for accum in &recording.accums {
            self.zero_accum(accum.name, accum.ty);
        }
        for name in &recording.temps {
            self.temp(name, Type::Bool);
        }
        let streams = recording.streams.iter().map(|list| Stream {
            name: list.name.into(),
            ty: list.ty,
            capacity: list.capacity,
        });
        self.layout.streams.extend(streams);
        let kept = recording.kept.iter().map(|kept| match *kept {
            Kept::Slot(slot) => Output::Slot(slot),
            Kept::Stream(i) => Output::Stream(i),
        });
        self.outputs.extend(kept);
    }

    fn zero_accum(&mut self, name: &str, ty: Type) {
        let zero = match ty {
            Type::Float => self.setup.float(0.0),
            Type::U32 => self.setup.u32(0),
            Type::Bool => self.setup.bool(false),
        };
        self.setup
            .store(Slot::Accum(number(self.layout.accums.len())), zero);
        self.layout.accums.push(SlotInfo {
            name: name.into(),
            ty,
        });
    }
}

/// A quantity as the step ends, in a block after the reset.
fn read_quantity(
    b: &mut Builder,
    experiment: &Experiment,
    dynamics: &Dynamics,
    quantity: Quantity,
) -> Value {
    match quantity {
        Quantity::State(i) => b.load(Slot::State(number(i)), Type::Float),
        Quantity::Input(i) => input(b, experiment, i, 1.0),
        Quantity::Let(i) => computed(b, experiment, &dynamics.lets, Slot::Temp(number(i))),
        Quantity::Expression(i) => {
            let (model, dt) = (&experiment.model, experiment.timing.dt);
            let block = expression(model, dt, &experiment.expressions[i].expr);
            computed(b, experiment, &block, RESULT)
        }
    }
}

/// What one of the model's own blocks stores in `slot`, as the step ends.
fn computed(b: &mut Builder, experiment: &Experiment, block: &Block, slot: Slot) -> Value {
    let values = b.inline(block, |b, slot, ty| match slot {
        Slot::State(_) => b.load(slot, ty),
        slot => read_outside(b, experiment, slot, 1.0),
    });
    let value = block.stored(slot);
    let value = value.map_or_else(|| b.float(f64::NAN), |v| values[v.index()]);
    as_float(b, value)
}

/// A condition is 1 or 0.
fn as_float(b: &mut Builder, value: Value) -> Value {
    if b.type_of(value) == Type::Bool {
        let (zero, one) = (b.float(0.0), b.float(1.0));
        b.select(value, one, zero)
    } else {
        value
    }
}
