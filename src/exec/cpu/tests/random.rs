//! Random programs in f64 against the reference: selection, registers, guards and stores.

use fastrand::Rng;

use super::plans::Slots;
use super::{cells, engines, floats, reference, run};
use crate::exec::cpu::Precision;
use crate::exec::{Column, Engine};
use crate::ir::{BinaryOp, Builder, CompareOp, Slot, Type, UnaryOp, Value};
use crate::plan::{Output, Plan, PlanParts, Schedule};

/// Values of a block by type.
struct Values {
    floats: Vec<Value>,
    words: Vec<Value>,
    bools: Vec<Value>,
}

fn any(rng: &mut Rng, from: &[Value]) -> Value {
    from[rng.usize(..from.len())]
}

/// Adds a computation that neither overflows nor magnifies rounding.
fn grow(b: &mut Builder, rng: &mut Rng, values: &mut Values) {
    let (x, y) = (any(rng, &values.floats), any(rng, &values.floats));
    let (p, q) = (any(rng, &values.words), any(rng, &values.words));
    let (c, d) = (any(rng, &values.bools), any(rng, &values.bools));
    let value = match rng.u8(..24) {
        0 => b.add(x, y),
        1 => b.sub(x, y),
        2 => {
            let (x, y) = (b.unary(UnaryOp::Tanh, x), b.unary(UnaryOp::Sin, y));
            b.mul(x, y)
        }
        3 => {
            let k = rng.f64() * 4.0 - 2.0;
            let t = b.unary(UnaryOp::Tanh, x);
            b.scale(t, k)
        }
        4 => {
            let k = b.float(rng.f64() * 4.0 - 2.0);
            if rng.bool() { b.add(x, k) } else { b.sub(k, x) }
        }
        5 => {
            let t = b.unary(UnaryOp::Tanh, y);
            let three = b.float(3.0);
            let below = b.add(t, three);
            b.div(x, below)
        }
        6 => {
            let ops = [UnaryOp::Exp, UnaryOp::Expm1, UnaryOp::Exprel];
            let t = b.unary(UnaryOp::Tanh, x);
            let t = b.scale(t, rng.f64() * 3.0);
            b.unary(ops[rng.usize(..3)], t)
        }
        7 => b.binary([BinaryOp::Min, BinaryOp::Max][rng.usize(..2)], x, y),
        8 => b.select(c, x, y),
        9 => b.unary([UnaryOp::Neg, UnaryOp::Abs][rng.usize(..2)], x),
        10 => {
            let p = b.unary(UnaryOp::ToFloat, p);
            b.unary(UnaryOp::Sin, p)
        }
        11 => b.compare(CompareOp::ALL[rng.usize(..6)], x, y),
        12 => b.compare(CompareOp::ALL[rng.usize(..6)], p, q),
        13 => {
            let not = b.not(d);
            b.binary([BinaryOp::And, BinaryOp::Or][rng.usize(..2)], c, not)
        }
        14 => b.select(d, p, q),
        16 => current(b, rng, values),
        17..20 => gate(b, rng, x, y),
        20..23 => {
            let t = b.unary(UnaryOp::Tanh, x);
            let (slope, weight) = (rng.f64() * 2.0, rng.f64() - 0.5);
            let t = b.scale(t, slope);
            let e = b.unary(UnaryOp::Exp, t);
            let (e, y) = (b.scale(e, weight), b.scale(y, 0.25));
            let sum = b.add(y, e);
            let z = any(rng, &values.floats);
            b.add(sum, z)
        }
        // Of numbers that change from step to step, too.
        15 => b.random([p, q], rng.u32(..2), 5),
        _ => {
            let k = b.u32(rng.u32(..5));
            let q = if rng.bool() { q } else { k };
            let ops = [
                BinaryOp::Add,
                BinaryOp::Sub,
                BinaryOp::Mul,
                BinaryOp::Min,
                BinaryOp::Max,
            ];
            b.binary(ops[rng.usize(..5)], p, q)
        }
    };
    match b.type_of(value) {
        Type::Float => values.floats.push(value),
        Type::U32 => values.words.push(value),
        Type::Bool => values.bools.push(value),
    }
}

/// What a current adds: a power of one value and perhaps another, with a weight somewhere, times a driving
/// force.
fn current(b: &mut Builder, rng: &mut Rng, values: &mut Values) -> Value {
    let [x, y, v, rest] = [(); 4].map(|()| any(rng, &values.floats));
    let (gate, other) = (b.unary(UnaryOp::Tanh, x), b.unary(UnaryOp::Sin, y));
    let square = b.mul(gate, gate);
    if rng.u8(..4) == 0 {
        values.floats.push(square);
    }
    let k = rng.f64() * 4.0 - 2.0;
    let early = rng.bool();
    let weighted = if early { b.scale(square, k) } else { square };
    let mut conductance = match rng.u8(..4) {
        0 => b.mul(weighted, square),
        1 => b.mul(weighted, gate),
        2 => {
            let cube = b.mul(square, gate);
            let cube = if early { b.scale(cube, k) } else { cube };
            b.mul(cube, other)
        }
        _ => {
            let cube = b.mul(gate, square);
            b.mul(other, cube)
        }
    };
    if !early {
        conductance = b.scale(conductance, k);
    }
    let (v, reversal) = (b.unary(UnaryOp::Sin, v), b.float(rng.f64() - 0.5));
    let force = if rng.bool() { b.add(v, reversal) } else { v };
    let flow = if rng.bool() {
        b.mul(conductance, force)
    } else {
        b.mul(force, conductance)
    };
    if rng.bool() {
        b.add(rest, flow)
    } else {
        b.sub(rest, flow)
    }
}

/// A gate's step: a linoid rate of opening that shares its exponential with a sigmoid rate of closing.
fn gate(b: &mut Builder, rng: &mut Rng, x: Value, y: Value) -> Value {
    let bounded = b.unary(UnaryOp::Sin, x);
    let slope = rng.f64() * 6.0 - 3.0;
    let t = b.scale(bounded, slope);
    let e = b.unary(UnaryOp::Exp, t);
    let relative = b.binary(BinaryOp::ExprelGiven, t, e);
    let one = b.float(1.0);
    let opening = b.div(one, relative);
    let below = b.add(e, one);
    let closing = b.div(one, below);
    let closing = b.scale(closing, 0.7);
    let sum = b.add(opening, closing);
    let dt = [0.01, 0.1, 1.0][rng.usize(..3)];
    let (a, r) = (b.scale(opening, dt), b.scale(sum, dt));
    let before = b.unary(UnaryOp::Tanh, y);
    b.relax(before, a, r)
}

/// A plan of three blocks, the last two guarded, over shared slots.
fn plan(rng: &mut Rng) -> Plan {
    let mut slots = Slots::default();
    let param = slots.param("p");
    let states: [Slot; 4] = std::array::from_fn(|_| slots.state("x", Type::Float));
    let words: [Slot; 2] = std::array::from_fn(|_| slots.accum("n", Type::U32));
    let flags: [Slot; 2] = std::array::from_fn(|_| slots.temp("c", Type::Bool));
    let mut setup = Builder::new("set up");
    let p = setup.load(param, Type::Float);
    for (i, slot) in states.into_iter().enumerate() {
        let x = setup.scale(p, 0.3 + f64::from(u32::try_from(i).unwrap()));
        let x = setup.unary(UnaryOp::Sin, x);
        setup.store(slot, x);
    }
    let mut step = Vec::new();
    for guard in [None, Some(flags[0]), Some(flags[1])] {
        let mut b = Builder::new("random");
        let mut values = Values {
            floats: states
                .iter()
                .map(|&slot| b.load(slot, Type::Float))
                .collect(),
            words: words.iter().map(|&slot| b.load(slot, Type::U32)).collect(),
            bools: Vec::new(),
        };
        values.words.push(b.step());
        values
            .bools
            .push(b.compare(CompareOp::Lt, values.floats[0], values.floats[1]));
        for _ in 0..rng.usize(5..60) {
            grow(&mut b, rng, &mut values);
        }
        if let Some(slot) = guard {
            b.guard(slot);
        }
        for slot in states {
            if rng.u8(..3) > 0 {
                let x = any(rng, &values.floats);
                let x = if rng.bool() {
                    x
                } else {
                    b.unary(UnaryOp::Tanh, x)
                };
                b.store(slot, x);
            }
        }
        for slot in words {
            b.store(slot, any(rng, &values.words));
        }
        for slot in flags {
            if guard.is_none() || rng.bool() {
                b.store(slot, any(rng, &values.bools));
            }
        }
        step.push(b.finish());
    }
    let outputs = states.into_iter().chain(words).map(Output::Slot).collect();
    Plan::new(PlanParts {
        name: "random".into(),
        layout: slots.0,
        setup: setup.finish(),
        step,
        schedule: Schedule {
            dt: 1.0,
            n_steps: 7,
        },
        outputs,
        ..PlanParts::default()
    })
    .unwrap()
}

#[test]
fn random_programs_give_what_the_reference_gives() {
    let cells = cells(vec![(0..300).map(|i| f64::from(i) * 0.11).collect()]);
    for seed in 0..160 {
        let plan = plan(&mut Rng::with_seed(seed));
        let expected = reference(&plan, &cells);
        for engine in engines().iter().filter(|e| e.precision == Precision::F64) {
            let found = run(engine, &plan, &cells);
            let name = format!("seed {seed}, {}", engine.describe());
            for (a, b) in found.columns.iter().zip(&expected.columns) {
                if let Column::U32(_) = a {
                    assert_eq!(a, b, "{name}");
                } else {
                    for (a, b) in floats(a).iter().zip(floats(b)) {
                        assert!(
                            (a - b).abs() <= 1e-9 * b.abs().max(1.0),
                            "{name}: {a} not {b}"
                        );
                    }
                }
            }
        }
    }
}
