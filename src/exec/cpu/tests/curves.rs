//! Curves give what they stand for.

use super::plans::{Slots, hodgkin_huxley};
use super::{cells, currents, floats, integers, last_spike_distance, reference, run};
use crate::exec::cpu::lower::{Target, lower};
use crate::exec::cpu::program::{Code, Program};
use crate::exec::cpu::real::Real;
use crate::exec::cpu::{CpuEngine, Precision, Simd};
use crate::ir::{Builder, Type, UnaryOp, Value};
use crate::plan::{Output, Plan, PlanParts, Schedule};

/// A gate at the potential x, a step from 0.4, with a linoid rate of opening and an exponential one of closing;
/// and a sigmoid of x.
fn plan() -> Plan {
    let mut slots = Slots::default();
    let (param, x) = (slots.param("x"), slots.state("x", Type::Float));
    let gate = slots.state("gate", Type::Float);
    let outs = ["gate", "sigmoid"].map(|name| slots.accum(name, Type::Float));
    let mut setup = Builder::new("set up");
    let value = setup.load(param, Type::Float);
    setup.store(x, value);
    let begin = setup.float(0.4);
    setup.store(gate, begin);
    let zero = setup.float(0.0);
    outs.iter().for_each(|&out| setup.store(out, zero));

    let mut b = Builder::new("gate");
    let x = b.load(x, Type::Float);
    let affine = |b: &mut Builder, slope: f64, shift: f64| {
        let (product, shift) = (b.scale(x, slope), b.float(shift));
        b.add(product, shift)
    };
    let falling = affine(&mut b, -0.1, -4.0);
    let relative = b.unary(UnaryOp::Exprel, falling);
    let one = b.float(1.0);
    let opening = b.div(one, relative);
    let exponent = affine(&mut b, -1.0 / 18.0, -65.0 / 18.0);
    let closing = b.unary(UnaryOp::Exp, exponent);
    let sum = b.add(opening, closing);
    let old = b.load(gate, Type::Float);
    let per_step = |b: &mut Builder, v: Value| b.scale(v, 0.005);
    let (a, r) = (per_step(&mut b, opening), per_step(&mut b, sum));
    let new = b.relax(old, a, r);
    b.store(gate, new);
    b.store(outs[0], new);
    let steep = affine(&mut b, 0.2, 8.0);
    let steep = b.unary(UnaryOp::Exp, steep);
    let below = b.add(steep, one);
    let sigmoid = b.div(one, below);
    b.store(outs[1], sigmoid);
    Plan::new(PlanParts {
        name: "gate".into(),
        layout: slots.0,
        setup: setup.finish(),
        time: Builder::new("time").finish(),
        step: vec![b.finish()],
        schedule: Schedule {
            dt: 0.005,
            n_steps: 1,
        },
        outputs: outs.map(Output::Slot).to_vec(),
        limits: crate::plan::Limits::default(),
    })
    .unwrap()
}

/// The engine that has curves, where there is one.
fn wide() -> Option<CpuEngine> {
    let simd = Simd::available().into_iter().find(|s| s.has_curves())?;
    Some(CpuEngine::with(Precision::F32, simd))
}

fn program(plan: &Plan, simd: Simd, curves: bool) -> Program<f32> {
    let target = Target {
        simd,
        leaps: true,
        curves,
    };
    lower(plan, target).unwrap()
}

#[test]
fn a_gate_and_a_sigmoid_are_looked_up() {
    for simd in Simd::available() {
        let program = program(&plan(), simd, true);
        let insts = program.blocks.iter().flat_map(|block| &block.insts);
        let n = insts.filter(|inst| inst.code == Code::Curve).count();
        assert_eq!(n, if simd.has_curves() { 2 } else { 0 }, "{}", simd.name());
        assert_eq!(program.curves.len(), n);
    }
}

#[test]
fn curves_are_as_near_the_reference_as_what_they_stand_for() {
    let potentials = (0..2000).map(|i| f64::from(i) * 0.079_99 - 102.4);
    let potentials = cells(vec![potentials.map(|x| f64::from(x as f32)).collect()]);
    let expected = reference(&plan(), &cells(vec![potentials.params[0][..1000].to_vec()]));
    let Some(engine) = wide() else {
        return;
    };
    let found = run(&engine, &plan(), &potentials);
    for (i, column) in expected.columns.iter().enumerate() {
        for (cell, truth) in floats(column).iter().enumerate() {
            let error = (floats(&found.columns[i])[cell] - truth).abs() / truth;
            // Eight units of roundoff of the largest value of a segment, which is 2.7 times the least.
            assert!(error < 1.3e-6, "output {i} of {cell}: {error}");
        }
    }
}

#[test]
fn a_neighbour_beyond_the_domain_changes_no_bit() {
    let Some(engine) = wide() else {
        return;
    };
    let near: Vec<f64> = (0..300).map(|i| f64::from(i) * 0.5 - 100.0).collect();
    let mut mixed = near.clone();
    let far = [60.0, -103.0, 3e30, f64::NEG_INFINITY, f64::NAN, -250.0];
    for (i, x) in far.into_iter().enumerate() {
        mixed[7 + 45 * i] = x;
    }
    let alone = run(&engine, &plan(), &cells(vec![near.clone()]));
    let beside = run(&engine, &plan(), &cells(vec![mixed.clone()]));
    let exact = run(
        &engine.without_curves(),
        &plan(),
        &cells(vec![mixed.clone()]),
    );
    for (i, column) in alone.columns.iter().enumerate() {
        let bits = |column| floats(column).iter().map(|x| x.to_bits());
        let [a, b, c] = [column, &beside.columns[i], &exact.columns[i]].map(bits);
        for (cell, ((a, b), c)) in a.zip(b).zip(c).enumerate() {
            let is_far = !(-102.4..57.4).contains(&mixed[cell]);
            let same = if is_far { c } else { a };
            assert_eq!(b, same, "output {i} at {}", mixed[cell]);
        }
    }
}

#[test]
fn the_gates_of_one_potential_are_looked_up_together() {
    let Some(simd) = Simd::available().into_iter().find(|s| s.has_curves()) else {
        return;
    };
    let target = Target {
        simd,
        leaps: true,
        curves: true,
    };
    let program: Program<f32> = lower(&hodgkin_huxley(0.02, 10), target).unwrap();
    let insts = &program.blocks[0].insts;
    let curves = insts.iter().filter(|inst| inst.code == Code::Curve);
    let [own, whole] = [1, 2].map(|i| {
        let stood_for = curves.clone().map(|inst| inst.k[i].to_word());
        stood_for.collect::<Vec<u32>>()
    });
    // The first stands for the other two and what is behind them.
    assert_eq!(own.len(), 3);
    assert_eq!(whole[0], own.iter().sum::<u32>() + 2);
    assert_eq!(whole[2], own[2]);
}

#[test]
fn squid_axons_spike_alike_with_curves_and_without() {
    let dt = 0.02;
    let plan = hodgkin_huxley(dt, 5000);
    let Some(engine) = wide() else {
        return;
    };
    // The strongest leave the domain: −60 µA/cm² and far worse.
    for (least, most) in [(0.0, 30.0), (-60.0, 0.0), (-2000.0, 0.0)] {
        let mut cells = currents(300, most - least);
        cells.params[0].iter_mut().for_each(|x| *x += least);
        let with = run(&engine, &plan, &cells);
        let without = run(&engine.without_curves(), &plan, &cells);
        assert_eq!(with.columns[0], without.columns[0], "{least}: counts");
        let spikes = integers(&with.columns[0]).iter().any(|&n| n > 0);
        assert_eq!(spikes, most > 0.0, "{least}");
        let distance = last_spike_distance(&with, &without, dt);
        assert!(distance < 1e-2, "{least}: {distance} ms apart");
    }
}
