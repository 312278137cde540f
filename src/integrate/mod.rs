//! Methods: how the equations become one step.
//!
//! Takes a model's [`Equations`] and the values of its states at t; gives their values at t + dt,
//! as values of the same builder. Each method is a rewriting written once, here, for every engine;
//! its order of convergence is tested. Conditional linearity and exact updates are derived by
//! symbolic differentiation, never declared.
//!
//! Must not know models, stimuli or engines: an input or parameter is a value that the caller
//! gives when the equations ask for it.

mod exponential;
mod runge_kutta;

use crate::ir::{Block, Builder, Slot, Type, Value, depends_on, derivative};

/// The right-hand sides of a model, with what differentiation says about them.
#[derive(Clone, Debug, PartialEq)]
pub struct Equations {
    /// Loads states, inputs, parameters and time; stores `State(i)` ← dxᵢ/dt (per ms) and
    /// `Temp(i)` ← ∂(dxᵢ/dt)/∂xᵢ.
    block: Block,
    /// For each state, how it enters its own equation.
    linearity: Vec<Linearity>,
    /// For each state: does its equation hold while the cell is refractory?
    held: Vec<bool>,
}

/// How a state enters its own equation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linearity {
    /// dx/dt = a·x + b where a and b depend on no state and not on t: solved exactly.
    Linear,
    /// dx/dt = a·x + b where a and b may depend on the other states.
    Conditional,
    /// Anything else.
    Nonlinear,
}

impl Equations {
    /// Analyses `rates`, a block that stores `State(i)` ← dxᵢ/dt for each state. `held[i]` says
    /// whether equation i is marked `(unless refractory)`.
    #[must_use]
    pub fn new(rates: &Block, held: Vec<bool>) -> Equations {
        let mut b = Builder::new("equations");
        let values = b.inline(rates, |b, slot, ty| b.load(slot, ty));
        let mut linearity = Vec::with_capacity(held.len());
        for i in 0..held.len() {
            let state = state(i);
            let zero = b.float(0.0);
            let rate = rates.stored(state).map_or(zero, |v| values[v.index()]);
            let slope = derivative(&mut b, rate, state);
            linearity.push(linearity_of(&b, rate, slope, i, held.len()));
            b.store(state, rate);
            b.store(slope_slot(i), slope);
        }
        Equations {
            block: b.finish(),
            linearity,
            held,
        }
    }

    /// Number of states.
    #[must_use]
    pub fn n_states(&self) -> usize {
        self.held.len()
    }

    /// How each state enters its own equation.
    #[must_use]
    pub fn linearity(&self) -> &[Linearity] {
        &self.linearity
    }
}

fn linearity_of(b: &Builder, rate: Value, slope: Value, own: usize, n_states: usize) -> Linearity {
    if depends_on(b.block(), slope, state(own)) {
        return Linearity::Nonlinear;
    }
    let others = (0..n_states).filter(|&j| j != own).map(state);
    let coupled = others
        .chain([Slot::Time])
        .any(|slot| depends_on(b.block(), rate, slot));
    let moving = (0..n_states)
        .map(state)
        .any(|slot| depends_on(b.block(), slope, slot));
    if coupled || moving {
        Linearity::Conditional
    } else {
        Linearity::Linear
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the checker bounds the number of states"
)]
fn state(i: usize) -> Slot {
    Slot::State(i as u16)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the checker bounds the number of states"
)]
fn slope_slot(i: usize) -> Slot {
    Slot::Temp(i as u16)
}

/// One step being written: where the method finds the equations and what they read.
pub struct Step<'a> {
    /// The block that is being built.
    pub b: &'a mut Builder,
    /// The equations.
    pub equations: &'a Equations,
    /// Values of the states at t.
    pub states: Vec<Value>,
    /// States that the threshold reads; `staggered` updates them last.
    pub thresholded: Vec<bool>,
    /// A bool: is the cell refractory in this step?
    pub refractory: Option<Value>,
    /// Length of the step, in ms.
    pub dt: f64,
    /// Value of a parameter, an input or the time, at stage `c` of the step (time t + c·dt).
    pub outside: &'a mut Outside<'a>,
}

/// Gives the value of a slot that is no state, at a stage of the step.
pub type Outside<'a> = dyn FnMut(&mut Builder, Slot, Type, f64) -> Value + 'a;

/// Rates and slopes of all states at one stage.
struct Stage {
    rates: Vec<Value>,
    slopes: Vec<Value>,
}

impl Step<'_> {
    /// Evaluates the equations for `states` at time t + `c`·dt; held equations have rate 0 while
    /// the cell is refractory.
    fn evaluate(&mut self, states: &[Value], c: f64) -> Stage {
        let block = &self.equations.block;
        let outside = &mut *self.outside;
        let values = self.b.inline(block, |b, slot, ty| match slot {
            Slot::State(i) => states[usize::from(i)],
            _ => outside(b, slot, ty, c),
        });
        let at = |b: &mut Builder, slot: Slot| match block.stored(slot) {
            Some(v) => values[v.index()],
            None => b.float(0.0),
        };
        let n = self.equations.n_states();
        let rates = (0..n).map(|i| at(self.b, state(i))).collect();
        let slopes = (0..n).map(|i| at(self.b, slope_slot(i))).collect();
        Stage { rates, slopes }
    }

    /// Rate of state `i` at the beginning of the step if that state were 0 and the others as in
    /// `states`: b of a·x + b.
    fn rate_at_zero(&mut self, states: &[Value], i: usize) -> Value {
        let mut states = states.to_vec();
        states[i] = self.b.float(0.0);
        self.evaluate(&states, 0.0).rates[i]
    }

    /// `moving`, or `held` where equation `i` is held.
    fn unless_held(&mut self, i: usize, moving: Value, held: Value) -> Value {
        match self.refractory {
            Some(refractory) if self.equations.held[i] => self.b.select(refractory, held, moving),
            _ => moving,
        }
    }
}

/// A method: one row of [`METHODS`].
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// Its name in model text, options and `run.json`.
    pub name: &'static str,
    /// What it does, in a line.
    pub doc: &'static str,
    /// Where it is defined.
    pub cite: &'static str,
    /// Declared order of convergence; `None` if it is exact.
    pub order: Option<u32>,
    /// Which equations it can step.
    pub needs: Needs,
    /// Writes the step: gives the states at t + dt.
    pub step: fn(&mut Step) -> Vec<Value>,
}

/// Which equations a method can step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Any.
    Nothing,
    /// Every state at least conditionally linear.
    ConditionallyLinear,
    /// Every state linear and uncoupled.
    Linear,
}

impl Method {
    /// Can the method step `equations`? If not, the index of the first state that it cannot.
    #[must_use]
    pub fn first_obstacle(&self, equations: &Equations) -> Option<usize> {
        equations
            .linearity
            .iter()
            .position(|&linearity| match self.needs {
                Needs::Nothing => false,
                Needs::ConditionallyLinear => linearity == Linearity::Nonlinear,
                Needs::Linear => linearity != Linearity::Linear,
            })
    }
}

/// Every method.
pub const METHODS: &[Method] = &[
    runge_kutta::EULER,
    runge_kutta::HEUN,
    runge_kutta::RK4,
    exponential::EXACT,
    exponential::EXPONENTIAL_EULER,
    exponential::STAGGERED,
];

/// The method of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.name == name)
}

/// The method for equations that name none: `exact` if all are linear and uncoupled, else
/// `staggered` if all are conditionally linear, else `rk4`.
#[must_use]
pub fn default_for(equations: &Equations) -> &'static Method {
    let preferred = [&exponential::EXACT, &exponential::STAGGERED];
    preferred
        .into_iter()
        .find(|m| m.first_obstacle(equations).is_none())
        .unwrap_or(&runge_kutta::RK4)
}
