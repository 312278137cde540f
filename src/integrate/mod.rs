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

use crate::ir::{Block, Builder, Slot, Type, UnaryOp, Value, depends_on, derivative};

/// The right-hand sides of a model, with what differentiation says about them.
#[derive(Clone, Debug, PartialEq)]
pub struct Equations {
    /// Loads states, inputs, parameters and time; stores `State(i)` ← dxᵢ/dt (per ms) and
    /// `Temp(i)` ← ∂(dxᵢ/dt)/∂xᵢ without noise; and for noise k that enters equation i, `Temp((k + 1)·n + i)` ←
    /// the factor before it.
    block: Block,
    /// For each state, how it enters its own equation.
    linearity: Vec<Linearity>,
    /// For each state: does its equation hold while the cell is refractory?
    held: Vec<bool>,
    /// How many sources of noise there are.
    n_noises: usize,
    /// Whether a factor before a noise depends on a state.
    multiplicative: bool,
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
    /// `n_noises` sources of noise enter them.
    #[must_use]
    pub fn new(rates: &Block, held: Vec<bool>, n_noises: usize) -> Equations {
        let mut b = Builder::new("equations");
        let values = b.inline(rates, |b, slot, ty| b.load(slot, ty));
        let quiet = b.inline(rates, |b, slot, ty| match slot {
            Slot::Noise(_) => b.float(0.0),
            _ => b.load(slot, ty),
        });
        let mut linearity = Vec::with_capacity(held.len());
        let mut multiplicative = false;
        for i in 0..held.len() {
            let state = state(i);
            let zero = b.float(0.0);
            let of = |values: &[Value]| rates.stored(state).map_or(zero, |v| values[v.index()]);
            let (rate, quiet) = (of(&values), of(&quiet));
            let slope = derivative(&mut b, quiet, state);
            let mut how = linearity_of(&b, quiet, slope, i, held.len());
            b.store(state, rate);
            b.store(slope_slot(i), slope);
            for k in 0..n_noises {
                let gain = derivative(&mut b, rate, noise(k));
                if gain != zero {
                    b.store(slope_slot((k + 1) * held.len() + i), gain);
                }
                let moving = moves(&b, gain, held.len());
                multiplicative |= moving;
                if moving && how == Linearity::Linear {
                    how = Linearity::Conditional;
                }
            }
            linearity.push(how);
        }
        Equations {
            block: b.finish(),
            linearity,
            held,
            n_noises,
            multiplicative,
        }
    }

    /// Is there noise in them?
    #[must_use]
    pub fn noisy(&self) -> bool {
        self.n_noises > 0
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
    if coupled || moves(b, slope, n_states) {
        Linearity::Conditional
    } else {
        Linearity::Linear
    }
}

/// Does `value` depend on a state?
fn moves(b: &Builder, value: Value, n_states: usize) -> bool {
    let mut states = (0..n_states).map(state);
    states.any(|slot| depends_on(b.block(), value, slot))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the checker bounds the number of sources"
)]
fn noise(k: usize) -> Slot {
    Slot::Noise(k as u16)
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
    /// The sources of noise.
    pub noise: Vec<Draw>,
    /// Length of the step, in ms.
    pub dt: f64,
    /// Value of a parameter, an input or the time, at stage `c` of the step (time t + c·dt).
    pub outside: &'a mut Outside<'a>,
}

/// What a source of noise gives in a step.
#[derive(Clone, Copy, Debug)]
pub enum Draw {
    /// White noise: a standard normal number over √dt. Held over the step, its integral is √dt times the
    /// number.
    White(Value),
    /// Events in the step over dt.
    Events(Value),
}

/// Gives the value of a slot that is no state, at a stage of the step.
pub type Outside<'a> = dyn FnMut(&mut Builder, Slot, Type, f64) -> Value + 'a;

/// Rates and slopes of all states at one stage.
struct Stage {
    rates: Vec<Value>,
    slopes: Vec<Value>,
    /// For each noise, the factor before it in each equation that it enters.
    gains: Vec<Vec<Option<Value>>>,
}

impl Step<'_> {
    /// Evaluates the equations for `states` at time t + `c`·dt; held equations have rate 0 while
    /// the cell is refractory. Noise is held at its draw, or left out.
    fn evaluate(&mut self, states: &[Value], c: f64, with_noise: bool) -> Stage {
        let block = &self.equations.block;
        let (outside, noise) = (&mut *self.outside, &self.noise);
        let values = self.b.inline(block, |b, slot, ty| match slot {
            Slot::State(i) => states[usize::from(i)],
            Slot::Noise(k) if with_noise => match noise[usize::from(k)] {
                Draw::White(value) | Draw::Events(value) => value,
            },
            Slot::Noise(_) => b.float(0.0),
            _ => outside(b, slot, ty, c),
        });
        let at = |b: &mut Builder, slot: Slot| match block.stored(slot) {
            Some(v) => values[v.index()],
            None => b.float(0.0),
        };
        let n = self.equations.n_states();
        let rates = (0..n).map(|i| at(self.b, state(i))).collect();
        let slopes = (0..n).map(|i| at(self.b, slope_slot(i))).collect();
        let gains = (0..noise.len()).map(|k| {
            let slots = (0..n).map(|i| slope_slot((k + 1) * n + i));
            let stored = slots.map(|slot| block.stored(slot).map(|v| values[v.index()]));
            stored.collect()
        });
        Stage {
            rates,
            slopes,
            gains: gains.collect(),
        }
    }

    /// Rate of state `i` at the beginning of the step if that state were 0 and the others as in
    /// `states`: b of a·x + b.
    fn rate_at_zero(&mut self, states: &[Value], i: usize) -> Value {
        let mut states = states.to_vec();
        states[i] = self.b.float(0.0);
        self.evaluate(&states, 0.0, false).rates[i]
    }

    /// What the noise of a step adds to state `i`, at the end of it, where dx/dt = slope·x + ... is solved
    /// exactly: white noise through the decay has the variance dt·(e²ᶻ − 1)/(2z), z = slope·dt, which is
    /// that of the Ornstein–Uhlenbeck process (Gillespie, Phys Rev E 54:2084 (1996)); events are
    /// jumps.
    fn with_noise(&mut self, i: usize, stage: &Stage, quiet: Value) -> Value {
        let mut sum = quiet;
        for (draw, gains) in self.noise.clone().into_iter().zip(&stage.gains) {
            let Some(gain) = gains[i] else { continue };
            let term = match draw {
                Draw::Events(value) => self.b.mul(gain, value),
                Draw::White(value) => {
                    let twice = self.b.scale(stage.slopes[i], 2.0 * self.dt);
                    let variance = self.b.unary(UnaryOp::Exprel, twice);
                    let deviation = self.b.unary(UnaryOp::Sqrt, variance);
                    let strength = self.b.mul(gain, deviation);
                    self.b.mul(strength, value)
                }
            };
            let term = self.b.scale(term, self.dt);
            sum = self.b.add(sum, term);
        }
        sum
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
/// `staggered` if all are conditionally linear, else `rk4`, or `heun` if there is noise. Also `heun` where noise
/// is multiplied by a state.
#[must_use]
pub fn default_for(equations: &Equations) -> &'static Method {
    if equations.multiplicative {
        return &runge_kutta::HEUN;
    }
    let preferred = [&exponential::EXACT, &exponential::STAGGERED];
    preferred
        .into_iter()
        .find(|m| m.first_obstacle(equations).is_none())
        .unwrap_or(if equations.noisy() {
            &runge_kutta::HEUN
        } else {
            &runge_kutta::RK4
        })
}
