//! Explicit Runge–Kutta methods: tableaus as data, one routine.
//!
//! Takes a step; gives the states at t + dt. A stimulus holds its value of the step's beginning
//! through all stages, and noise its draw; only explicit time dependence is evaluated at t + c·dt. With
//! noise, `euler` is the Euler–Maruyama method (Itô), `heun` and `rk4` solve in Stratonovich's sense
//! (Kloeden & Platen, Numerical Solution of Stochastic Differential Equations (1992), 10.2 and 15.5).

use super::{Method, Needs, Step};
use crate::ir::Value;

/// Butcher's tableau of an explicit method: stage times, lower triangle, weights.
struct Tableau {
    c: &'static [f64],
    a: &'static [&'static [f64]],
    b: &'static [f64],
}

const EULER_TABLEAU: Tableau = Tableau {
    c: &[0.0],
    a: &[&[]],
    b: &[1.0],
};

const HEUN_TABLEAU: Tableau = Tableau {
    c: &[0.0, 1.0],
    a: &[&[], &[1.0]],
    b: &[0.5, 0.5],
};

const RK4_TABLEAU: Tableau = Tableau {
    c: &[0.0, 0.5, 0.5, 1.0],
    a: &[&[], &[0.5], &[0.0, 0.5], &[0.0, 0.0, 1.0]],
    b: &[1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0],
};

pub(super) const EULER: Method = Method {
    name: "euler",
    doc: "explicit Euler: x + dt f(x)",
    cite: "Hairer, Norsett & Wanner, Solving Ordinary Differential Equations I (1993), I.7",
    order: Some(1),
    needs: Needs::Nothing,
    step: |step| advance(step, &EULER_TABLEAU),
};

pub(super) const HEUN: Method = Method {
    name: "heun",
    doc: "Heun's trapezoidal rule: the mean of the slopes at t and at an Euler step",
    cite: "Hairer, Norsett & Wanner, Solving Ordinary Differential Equations I (1993), II.1",
    order: Some(2),
    needs: Needs::Nothing,
    step: |step| advance(step, &HEUN_TABLEAU),
};

pub(super) const RK4: Method = Method {
    name: "rk4",
    doc: "the classical Runge-Kutta method with four stages",
    cite: "Kutta, Z Math Phys 46:435 (1901)",
    order: Some(4),
    needs: Needs::Nothing,
    step: |step| advance(step, &RK4_TABLEAU),
};

fn advance(step: &mut Step, tableau: &Tableau) -> Vec<Value> {
    let begin = step.states.clone();
    let mut slopes: Vec<Vec<Value>> = Vec::with_capacity(tableau.c.len());
    for (&c, row) in tableau.c.iter().zip(tableau.a) {
        let states = combine(step, &begin, &slopes, row);
        let mut rates = step.evaluate(&states, c, true).rates;
        let zero = step.b.float(0.0);
        for (i, rate) in rates.iter_mut().enumerate() {
            *rate = step.unless_held(i, *rate, zero);
        }
        slopes.push(rates);
    }
    combine(step, &begin, &slopes, tableau.b)
}

/// x + dt·Σ wⱼ kⱼ for each state.
fn combine(step: &mut Step, begin: &[Value], slopes: &[Vec<Value>], weights: &[f64]) -> Vec<Value> {
    let dt = step.dt;
    let mut states = begin.to_vec();
    for (i, state) in states.iter_mut().enumerate() {
        let mut sum: Option<Value> = None;
        for (slope, &weight) in slopes.iter().zip(weights).filter(|(_, w)| **w != 0.0) {
            let term = step.b.scale(slope[i], weight * dt);
            sum = Some(match sum {
                Some(sum) => step.b.add(sum, term),
                None => term,
            });
        }
        if let Some(sum) = sum {
            *state = step.b.add(*state, sum);
        }
    }
    states
}
