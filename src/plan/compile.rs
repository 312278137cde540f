//! From an experiment to a plan.
//!
//! Takes a checked [`Experiment`]; gives the [`Plan`] that engines run, the method chosen, and
//! where each recorder finds its outputs. The order within a step is written here, once:
//!
//! stimulus at the step's times → integrate to t + dt → hold what is refractory → test the
//! threshold → reset → record (which sees t + dt, after the reset). A recorder that reads nothing of
//! what the reset writes may run before it.
//!
//! Parameters that no axis varies become literals; what depends on a cell's parameters alone moves
//! to the set-up, what depends on the step number alone to the time block.

use std::ops::Range;

use super::outside::{check_stimuli, number, parameter, quantity, read_outside, whole_steps};
use super::{Layout, Limits, Output, Plan, PlanError, PlanParts, Schedule, SlotInfo, Table};
use super::{constants, noise};
use crate::experiment::{Experiment, Stepping};
use crate::integrate::{Draw, Equations, Step, default_for};
use crate::ir::{
    Block, Builder, CompareOp, Passes, Slot, Type, Value, depends_on, guard_by_uniforms,
    hoist_cell_level, hoist_time_level, sink_into_guarded,
};
use crate::model::lower::{DISTANCE, Dynamics, RESULT, lower};
use crate::record::inside;

/// A plan and what was decided on the way to it.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// What the engines run.
    pub plan: Plan,
    /// Name of the method, or of the model's scheme, that steps the equations.
    pub method: String,
    /// For each recorder of the experiment, its outputs among those of the plan.
    pub recorded: Vec<Range<usize>>,
}

/// Did the cell spike in this step?
pub(super) const SPIKE: Slot = Slot::Temp(0);
/// Distance beyond the threshold at t.
pub(super) const BEFORE: Slot = Slot::Temp(1);
/// Distance beyond the threshold at t + dt.
pub(super) const AFTER: Slot = Slot::Temp(2);
/// Is the spike inside the window?
pub(super) const COUNTED: Slot = Slot::Temp(3);

/// Compiles `experiment`.
///
/// # Errors
/// A method that cannot step the equations, a recorder without what it needs, or a constant
/// expression without a finite value.
pub fn compile(experiment: &Experiment) -> Result<Compiled, PlanError> {
    compile_with(experiment, Passes::ALL)
}

/// As [`compile`], with some of the optimiser's passes only.
///
/// # Errors
/// As [`compile`].
pub fn compile_with(experiment: &Experiment, passes: Passes) -> Result<Compiled, PlanError> {
    check_stimuli(experiment)?;
    constants::check(experiment).map_err(|what| PlanError::Constant { what })?;
    let dynamics = lower(&experiment.model, experiment.timing.dt);
    let n_noises = experiment.model.noises.len();
    let equations = Equations::new(&dynamics.rates, dynamics.held.clone(), n_noises);
    let method = choose(experiment, &equations)?;
    let mut c = Compiler::new(experiment, &dynamics);
    let mut step = vec![c.advance(&equations, method)];
    let method = match method {
        Stepping::Method(method) => method.name.to_owned(),
        Stepping::Scheme(number) => experiment.model.schemes[number].name.clone(),
    };
    step.extend(c.reset());
    let recorded = c.record(&mut step)?;
    let step = step.iter().map(|block| passes.apply(block)).collect();
    let plan = c.finish(step)?;
    Ok(Compiled {
        plan,
        method,
        recorded,
    })
}

fn choose(experiment: &Experiment, equations: &Equations) -> Result<Stepping, PlanError> {
    let method = match experiment.method {
        None => return Ok(Stepping::Method(default_for(equations))),
        Some(Stepping::Method(method)) => method,
        Some(scheme) => return Ok(scheme),
    };
    let Some(state) = method.first_obstacle(equations) else {
        return Ok(Stepping::Method(method));
    };
    let name = &experiment.model.states[state].name;
    Err(PlanError::Method {
        what: format!(
            "method '{}' cannot step this model: the equation of '{name}' is not linear as it needs; \
             '{}' can (see `rheobase list methods`)",
            method.name,
            default_for(equations).name
        ),
    })
}

/// A plan in the making.
pub(super) struct Compiler<'a> {
    pub(super) experiment: &'a Experiment,
    pub(super) dynamics: &'a Dynamics,
    pub(super) setup: Builder,
    pub(super) layout: Layout,
    pub(super) outputs: Vec<Output>,
}

impl<'a> Compiler<'a> {
    fn new(experiment: &'a Experiment, dynamics: &'a Dynamics) -> Self {
        let float = |name: &str| SlotInfo {
            name: name.into(),
            ty: Type::Float,
        };
        let mut layout = Layout {
            params: experiment
                .grid
                .axes()
                .iter()
                .map(|axis| float(&axis.name))
                .collect(),
            states: experiment
                .model
                .states
                .iter()
                .map(|state| float(&state.name))
                .collect(),
            tables: experiment
                .tables
                .iter()
                .map(|samples| Table {
                    name: samples.name.clone(),
                    values: samples.waveforms.concat(),
                })
                .collect(),
            ..Layout::default()
        };
        if !experiment.model.noises.is_empty() {
            layout.params.push(float("cell"));
        }
        if dynamics.refractory.is_some() {
            layout.states.push(SlotInfo {
                name: "refractory_steps".into(),
                ty: Type::U32,
            });
        }
        let mut c = Compiler {
            experiment,
            dynamics,
            setup: Builder::new("set-up"),
            layout,
            outputs: Vec::new(),
        };
        c.initial_states();
        c
    }

    /// Number of the state that counts the steps for which the cell is still refractory.
    fn countdown(&self) -> Slot {
        Slot::State(number(self.experiment.model.states.len()))
    }

    fn initial_states(&mut self) {
        let experiment = self.experiment;
        let mut known: Vec<Option<Value>> = vec![None; experiment.model.states.len()];
        for (state, block) in &self.dynamics.initial {
            let value = match experiment.initial(*state) {
                Some(setting) => quantity(&mut self.setup, setting),
                None => {
                    let values = self.setup.inline(block, |b, slot, _| match slot {
                        Slot::State(i) => {
                            known[usize::from(i)].unwrap_or_else(|| b.float(f64::NAN))
                        }
                        slot => parameter(b, experiment, slot),
                    });
                    stored(&mut self.setup, block, &values, Slot::State(number(*state)))
                }
            };
            known[*state] = Some(value);
            self.setup.store(Slot::State(number(*state)), value);
        }
        if self.dynamics.refractory.is_some() {
            let zero = self.setup.u32(0);
            self.setup.store(self.countdown(), zero);
        }
    }

    /// The block that every step runs: stimulus, equations, threshold.
    fn advance(&mut self, equations: &Equations, stepping: Stepping) -> Block {
        let experiment = self.experiment;
        let mut b = Builder::new("advance");
        let before: Vec<Value> = (0..equations.n_states())
            .map(|i| b.load(Slot::State(number(i)), Type::Float))
            .collect();
        let refractory = self.count_down(&mut b, &before);
        let noise = self.draw(&mut b, &before);
        let mut outside =
            |b: &mut Builder, slot: Slot, _: Type, c: f64| read_outside(b, experiment, slot, c);
        let after = match stepping {
            Stepping::Method(method) => (method.step)(&mut Step {
                b: &mut b,
                equations,
                states: before.clone(),
                thresholded: self.thresholded(equations.n_states()),
                refractory,
                noise,
                dt: experiment.timing.dt,
                outside: &mut outside,
            }),
            Stepping::Scheme(number) => self.scheme(&mut b, number, &before, refractory),
        };
        for (i, &value) in after.iter().enumerate() {
            b.store(Slot::State(number(i)), value);
        }
        self.test_threshold(&mut b, &before, &after, refractory);
        b.finish()
    }

    /// What each source of noise gives in this step.
    fn draw(&self, b: &mut Builder, before: &[Value]) -> Vec<Draw> {
        let (experiment, dt) = (self.experiment, self.experiment.timing.dt);
        if experiment.model.noises.is_empty() {
            return Vec::new();
        }
        let own_number = Slot::Param(number(experiment.grid.axes().len()));
        let own_number = b.load(own_number, Type::Float);
        let cell = noise::halves(b, own_number);
        let mut draws = Vec::new();
        for (stream, rate) in (0..).zip(&self.dynamics.noise_rates) {
            let bits = b.random(cell, stream, experiment.seed);
            draws.push(match rate {
                None => {
                    let normal = noise::normal(b, bits);
                    Draw::White(b.scale(normal, 1.0 / dt.sqrt()))
                }
                Some(block) => {
                    let values = b.inline(block, |b, slot, _| match slot {
                        Slot::State(i) => before[usize::from(i)],
                        slot => read_outside(b, experiment, slot, 0.0),
                    });
                    let rate = stored(b, block, &values, RESULT);
                    let mean = b.scale(rate, dt);
                    let events = noise::events(b, bits, mean);
                    Draw::Events(b.scale(events, 1.0 / dt))
                }
            });
        }
        draws
    }

    /// The states after the updates of one of the model's schemes, at the inputs of the step's
    /// beginning.
    fn scheme(
        &self,
        b: &mut Builder,
        scheme: usize,
        before: &[Value],
        refractory: Option<Value>,
    ) -> Vec<Value> {
        let block = &self.dynamics.schemes[scheme];
        let values = b.inline(block, |b, slot, _| match slot {
            Slot::State(i) => before[usize::from(i)],
            slot => read_outside(b, self.experiment, slot, 0.0),
        });
        let states = before.iter().zip(&self.dynamics.held).enumerate();
        states
            .map(|(i, (&before, &held))| {
                let Some(after) = block.stored(Slot::State(number(i))) else {
                    return before;
                };
                let after = values[after.index()];
                match refractory {
                    Some(refractory) if held => b.select(refractory, before, after),
                    _ => after,
                }
            })
            .collect()
    }

    /// Is the cell refractory in this step? Stores the countdown's next value, which stays 1 while a
    /// condition goes on.
    fn count_down(&self, b: &mut Builder, before: &[Value]) -> Option<Value> {
        let block = self.dynamics.refractory.as_ref()?;
        let left = b.load(self.countdown(), Type::U32);
        let (zero, one) = (b.u32(0), b.u32(1));
        let mut refractory = b.compare(CompareOp::Gt, left, zero);
        if is_condition(block) {
            let (goes_on, _) = self.condition(b, block, before, 0.0);
            refractory = b.and(refractory, goes_on);
            let left = b.select(refractory, one, zero);
            b.store(self.countdown(), left);
            return Some(refractory);
        }
        let less = b.sub(left, one);
        let left = b.select(refractory, less, zero);
        b.store(self.countdown(), left);
        Some(refractory)
    }

    fn thresholded(&self, n_states: usize) -> Vec<bool> {
        let reads = |block: &Block, i| {
            block
                .stored(RESULT)
                .is_some_and(|value| depends_on(block, value, Slot::State(number(i))))
        };
        (0..n_states)
            .map(|i| {
                self.dynamics
                    .threshold
                    .as_ref()
                    .is_some_and(|block| reads(block, i))
            })
            .collect()
    }

    /// With a reset, a spike is the condition true at t + dt; without, false at t and true at
    /// t + dt. Never while refractory.
    fn test_threshold(
        &mut self,
        b: &mut Builder,
        before: &[Value],
        after: &[Value],
        refractory: Option<Value>,
    ) {
        let Some(block) = &self.dynamics.threshold else {
            return;
        };
        let (was, distance_before) = self.condition(b, block, before, 0.0);
        let (is, distance_after) = self.condition(b, block, after, 1.0);
        let mut spike = is;
        if self.dynamics.reset.is_none() {
            let was_not = b.not(was);
            spike = b.and(spike, was_not);
        }
        if let Some(refractory) = refractory {
            let free = b.not(refractory);
            spike = b.and(spike, free);
        }
        b.store(SPIKE, spike);
        self.temp("spike", Type::Bool);
        if let (Some(before), Some(after)) = (distance_before, distance_after) {
            b.store(BEFORE, before);
            b.store(AFTER, after);
        }
        self.temp("distance_before", Type::Float);
        self.temp("distance_after", Type::Float);
        let counted = self.inside_window(b, spike);
        b.store(COUNTED, counted);
        self.temp("counted_spike", Type::Bool);
    }

    /// The spike, if the step is one of the window's.
    fn inside_window(&self, b: &mut Builder, spike: Value) -> Value {
        let timing = &self.experiment.timing;
        let inside = inside(b, &timing.window(), timing.n_steps());
        b.and(spike, inside)
    }

    /// The threshold's condition for `states`, and the distance beyond it where it has one.
    fn condition(
        &self,
        b: &mut Builder,
        block: &Block,
        states: &[Value],
        c: f64,
    ) -> (Value, Option<Value>) {
        let values = b.inline(block, |b, slot, _| match slot {
            Slot::State(i) => states[usize::from(i)],
            slot => read_outside(b, self.experiment, slot, c),
        });
        let distance = block.stored(DISTANCE).map(|v| values[v.index()]);
        (stored(b, block, &values, RESULT), distance)
    }

    pub(super) fn temp(&mut self, name: &str, ty: Type) {
        self.layout.temps.push(SlotInfo {
            name: name.into(),
            ty,
        });
    }

    /// What a spike does to the states, and the beginning of the refractory period.
    fn reset(&mut self) -> Option<Block> {
        let experiment = self.experiment;
        if self.dynamics.reset.is_none() && self.dynamics.refractory.is_none() {
            return None;
        }
        self.dynamics.threshold.as_ref()?;
        let mut b = Builder::new("reset");
        b.guard(SPIKE);
        let mut read = |b: &mut Builder, slot: Slot, ty: Type| match slot {
            Slot::State(_) => b.load(slot, ty),
            slot => read_outside(b, experiment, slot, 1.0),
        };
        if let Some(block) = &self.dynamics.reset {
            let values = b.inline(block, &mut read);
            for &(slot, value) in &block.stores {
                b.store(slot, values[value.index()]);
            }
        }
        if let Some(block) = &self.dynamics.refractory {
            let steps = if is_condition(block) {
                b.u32(1)
            } else {
                let values = b.inline(block, &mut read);
                let period = stored(&mut b, block, &values, RESULT);
                whole_steps(&mut b, period, experiment.timing.dt)
            };
            b.store(self.countdown(), steps);
        }
        Some(b.finish())
    }

    /// The recorders' temps, which come last, are unused once uniforms guard their blocks.
    fn drop_last_unused_temps(&mut self, step: &[Block]) {
        let stored = step.iter().flat_map(|block| &block.stores);
        let used: Vec<Slot> = stored.map(|(slot, _)| *slot).collect();
        let temps = &mut self.layout.temps;
        while !temps.is_empty() && !used.contains(&Slot::Temp(number(temps.len() - 1))) {
            temps.pop();
        }
    }

    /// Hoists, drops what nothing reads, checks and seals.
    fn finish(mut self, mut step: Vec<Block>) -> Result<Plan, PlanError> {
        drop_unread_temps(&mut step);
        let unnamed = |ty: Type| SlotInfo {
            name: String::new(),
            ty,
        };
        let derived = hoist_cell_level(&mut self.setup, &mut step);
        self.layout.derived = derived.into_iter().map(unnamed).collect();
        let mut time = Builder::new("time");
        let uniforms = hoist_time_level(&mut time, &mut step, 0);
        self.layout.uniforms = uniforms.into_iter().map(unnamed).collect();
        guard_by_uniforms(&mut step);
        drop_unread_temps(&mut step);
        sink_into_guarded(&mut step);
        step.retain(|block| block.results().next().is_some());
        self.drop_last_unused_temps(&step);
        Plan::new(PlanParts {
            name: self.experiment.model.name.clone(),
            layout: self.layout,
            setup: self.setup.finish(),
            time: time.finish(),
            step,
            schedule: Schedule {
                dt: self.experiment.timing.dt,
                n_steps: self.experiment.timing.n_steps(),
            },
            outputs: self.outputs,
            limits: Limits::default(),
        })
    }
}

/// Is the refractory period of `block` one that a condition ends?
fn is_condition(block: &Block) -> bool {
    let result = block.stored(RESULT);
    result.is_some_and(|value| block.type_of(value) == Type::Bool)
}

/// The value that `block` stores in `slot`, among its inlined `values`.
fn stored(b: &mut Builder, block: &Block, values: &[Value], slot: Slot) -> Value {
    match block.stored(slot) {
        Some(value) => values[value.index()],
        None => b.float(f64::NAN),
    }
}

/// Removes stores to temps that no later block reads or is guarded by.
fn drop_unread_temps(step: &mut [Block]) {
    let read: Vec<Slot> = step
        .iter()
        .flat_map(|block| block.loads().into_iter().chain(block.guard))
        .collect();
    for block in step.iter_mut() {
        block
            .stores
            .retain(|(slot, _)| !matches!(slot, Slot::Temp(_)) || read.contains(slot));
        *block = crate::ir::remove_dead_code(block);
    }
}
