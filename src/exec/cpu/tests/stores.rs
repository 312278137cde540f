//! The stores of a block happen together, whatever they read of each other.

use super::plans::Slots;
use super::{cells, engines, reference, run};
use crate::exec::Engine;
use crate::ir::{Builder, CompareOp, Slot, Type};
use crate::plan::{Output, Plan, PlanParts, Schedule};

/// Three states that go round in a ring where x > 0, a fourth that follows the first, and a guard that
/// is written by what it guards.
fn plan() -> Plan {
    let mut slots = Slots::default();
    let param = slots.param("x");
    let states = ["a", "b", "c", "d"].map(|name| slots.state(name, Type::Float));
    let guards = ["p", "q"].map(|name| slots.temp(name, Type::Bool));
    let kept = ["p", "q"].map(|name| slots.accum(name, Type::Bool));
    let moves = slots.temp("moves", Type::Bool);
    let mut setup = Builder::new("set up");
    let x = setup.load(param, Type::Float);
    for (slot, k) in states.into_iter().zip([1.0, 2.0, 3.0, 4.0]) {
        let value = setup.scale(x, k);
        setup.store(slot, value);
    }
    let no = setup.bool(false);
    kept.iter().for_each(|&slot| setup.store(slot, no));
    let mut test = Builder::new("test");
    let (x, zero) = (test.load(states[0], Type::Float), test.float(0.0));
    let positive = test.compare(CompareOp::Gt, x, zero);
    test.store(moves, positive);
    let one = test.float(1.0);
    for (slot, op) in guards.into_iter().zip([CompareOp::Gt, CompareOp::Lt]) {
        let holds = test.compare(op, x, one);
        test.store(slot, holds);
    }
    let ring = |guard: Slot, label: &'static str, stores: &[(Slot, Slot)], ty: Type| {
        let mut b = Builder::new(label);
        b.guard(guard);
        for &(to, from) in stores {
            let value = b.load(from, ty);
            b.store(to, value);
        }
        b.finish()
    };
    let [a, b, c, d] = states;
    let [p, q] = guards;
    let turn = ring(
        moves,
        "turn",
        &[(a, b), (b, c), (c, a), (d, a)],
        Type::Float,
    );
    let swap = ring(p, "swap", &[(p, q), (q, p)], Type::Bool);
    let mut keep = Builder::new("keep");
    for (slot, guard) in kept.into_iter().zip(guards) {
        let holds = keep.load(guard, Type::Bool);
        keep.store(slot, holds);
    }
    let outputs = states.into_iter().chain(kept).map(Output::Slot).collect();
    Plan::new(PlanParts {
        name: "rings".into(),
        layout: slots.0,
        setup: setup.finish(),
        time: Builder::new("time").finish(),
        step: vec![test.finish(), turn, swap, keep.finish()],
        schedule: Schedule {
            dt: 1.0,
            n_steps: 5,
        },
        outputs,
        limits: crate::plan::Limits::default(),
    })
    .unwrap()
}

#[test]
fn values_that_go_round_in_a_ring_are_read_before_they_are_written() {
    let plan = plan();
    let cells = cells(vec![(0..300).map(|i| f64::from(i % 7) - 3.0).collect()]);
    let expected = reference(&plan, &cells);
    for engine in engines() {
        let found = run(&engine, &plan, &cells);
        assert_eq!(found.columns, expected.columns, "{}", engine.describe());
    }
}
