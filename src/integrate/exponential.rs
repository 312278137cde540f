//! Methods that solve dx/dt = a·x + b exactly over a step in which a and b are held.
//!
//! Takes a step; gives the states at t + dt. All three are written as increments,
//! x + dt·f(x)·(eᶻ − 1)/z with z = a·dt and f = a·x + b, which needs no division by a, loses no
//! digits where z is small, and is explicit Euler where a = 0. The operator `relax` of the middle is
//! this for dt = 1.

use super::{Method, Needs, Step};
use crate::ir::{UnaryOp, Value};

pub(super) const EXACT: Method = Method {
    name: "exact",
    doc: "exact solution of uncoupled linear equations (inputs held over a step)",
    cite: "Rotter & Diesmann, Biol Cybern 81:381 (1999), for one state",
    order: None,
    needs: Needs::Linear,
    step: exact,
};

pub(super) const EXPONENTIAL_EULER: Method = Method {
    name: "exponential_euler",
    doc: "each state exactly, with the others held at their values at t",
    cite: "MacGregor, Neural and Brain Modeling (1987); as Brian2's exponential_euler",
    order: Some(1),
    needs: Needs::ConditionallyLinear,
    step: |step| {
        let all = vec![true; step.states.len()];
        let states = step.states.clone();
        update(step, &states, &all)
    },
};

pub(super) const STAGGERED: Method = Method {
    name: "staggered",
    doc: "exponential Euler, first all states but the thresholded ones, then those with the new values",
    cite: "Hines, Int J Biomed Comput 15:69 (1984); Carnevale & Hines, The NEURON Book (2006), 4",
    order: Some(1),
    needs: Needs::ConditionallyLinear,
    step: |step| {
        let last = step.thresholded.clone();
        let first: Vec<bool> = last.iter().map(|last| !last).collect();
        let states = step.states.clone();
        let states = update(step, &states, &first);
        update(step, &states, &last)
    },
};

/// Updates the chosen states from `states`; the others stay.
fn update(step: &mut Step, states: &[Value], chosen: &[bool]) -> Vec<Value> {
    let stage = step.evaluate(states, 0.0, false);
    let mut next = states.to_vec();
    for i in (0..next.len()).filter(|&i| chosen[i]) {
        let (rate, decay) = (
            step.rate_at_zero(states, i),
            step.b.unary(UnaryOp::Neg, stage.slopes[i]),
        );
        let (a, r) = (step.b.scale(rate, step.dt), step.b.scale(decay, step.dt));
        let moved = step.b.relax(states[i], a, r);
        let moved = step.with_noise(i, &stage, moved);
        next[i] = step.unless_held(i, moved, states[i]);
    }
    next
}

/// x + (eᶻ − 1)·x + b·dt·(eᶻ − 1)/z. Both factors depend on no state, so they are hoisted to the
/// cell level, in f64: rounding once is what keeps f32 within 10⁻⁷ of the time constant.
fn exact(step: &mut Step) -> Vec<Value> {
    let zero = step.b.float(0.0);
    let nowhere = vec![zero; step.states.len()];
    let stage = step.evaluate(&nowhere, 0.0, false);
    let states = step.states.clone();
    let mut next = Vec::with_capacity(states.len());
    for (i, &before) in states.iter().enumerate() {
        let z = step.b.scale(stage.slopes[i], step.dt);
        let decay = step.b.unary(UnaryOp::Expm1, z);
        let phi = step.b.unary(UnaryOp::Exprel, z);
        let gain = step.b.scale(phi, step.dt);
        let drive = step.b.mul(stage.rates[i], gain);
        let pull = step.b.mul(before, decay);
        let change = step.b.add(pull, drive);
        let change = step.with_noise(i, &stage, change);
        let zero = step.b.float(0.0);
        let change = step.unless_held(i, change, zero);
        next.push(step.b.add(before, change));
    }
    next
}
