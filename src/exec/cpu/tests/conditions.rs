//! Where a threshold is reached, the guarded blocks run: in a few cells, in all, in none.

use super::plans::Slots;
use super::{cells, engines, reference, run};
use crate::exec::Engine;
use crate::exec::cpu::lower::{Target, lower};
use crate::exec::cpu::program::Program;
use crate::exec::cpu::simd::Simd;
use crate::ir::{Builder, CompareOp, Type};
use crate::plan::{Output, Plan, PlanParts, Schedule};

/// v grows by x at each step; from 60 on it begins again, which is counted.
fn plan(reached: CompareOp) -> Plan {
    let mut slots = Slots::default();
    let (param, x) = (slots.param("x"), slots.derived("x"));
    let v = slots.state("v", Type::Float);
    let spike = slots.temp("spike", Type::Bool);
    let count = slots.accum("count", Type::U32);
    let mut setup = Builder::new("set up");
    let value = setup.load(param, Type::Float);
    setup.store(x, value);
    let (zero, none) = (setup.float(0.0), setup.u32(0));
    setup.store(v, zero);
    setup.store(count, none);
    let mut advance = Builder::new("advance");
    let (old, by) = (advance.load(v, Type::Float), advance.load(x, Type::Float));
    let new = advance.add(old, by);
    let level = advance.float(60.0);
    let beyond = advance.compare(reached, new, level);
    advance.store(v, new);
    advance.store(spike, beyond);
    let mut begin = Builder::new("begin");
    begin.guard(spike);
    let (one, zero) = (begin.u32(1), begin.float(0.0));
    let counted = begin.load(count, Type::U32);
    let counted = begin.add(counted, one);
    begin.store(count, counted);
    begin.store(v, zero);
    Plan::new(PlanParts {
        name: "counter".into(),
        layout: slots.0,
        setup: setup.finish(),
        time: Builder::new("time").finish(),
        step: vec![advance.finish(), begin.finish()],
        schedule: Schedule {
            dt: 1.0,
            n_steps: 500,
        },
        outputs: vec![Output::Slot(count), Output::Slot(v)],
        limits: crate::plan::Limits::default(),
    })
    .unwrap()
}

#[test]
fn cells_begin_again_when_they_reach_their_threshold_and_no_others() {
    // All at once; then each when it likes, and some never.
    let at_once = (0..250).map(|_| 6.0);
    let alone = (0..350).map(|i| f64::from(i % 31) - 2.0);
    let cells = cells(vec![at_once.chain(alone).collect()]);
    for reached in [CompareOp::Ge, CompareOp::Gt] {
        let plan = plan(reached);
        let expected = reference(&plan, &cells);
        for engine in engines() {
            let found = run(&engine, &plan, &cells);
            let name = engine.describe();
            assert_eq!(found.columns, expected.columns, "{reached:?}, {name}");
        }
    }
}

#[test]
fn the_threshold_is_a_condition() {
    let target = Target {
        simd: Simd::available()[0],
        leaps: true,
        curves: true,
    };
    let program: Program<f32> = lower(&plan(CompareOp::Ge), target).unwrap();
    let conditions = program.blocks.iter().map(|block| block.condition.is_some());
    assert!(conditions.eq([false, true]));
}
