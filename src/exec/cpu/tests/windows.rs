//! Powers of two that share a window give what they gave without.

use super::plans::Slots;
use super::{cells, engines, floats, reference, run};
use crate::exec::Engine;
use crate::exec::cpu::Precision;
use crate::ir::{Builder, Type, UnaryOp, Value};
use crate::plan::{Output, Plan, PlanParts, Schedule};

/// e^(x/10), e^(1 − x/20), 1/(1 + e^(x/5 − 3)) and e^((x + 4)/40) of the parameter x.
fn plan() -> Plan {
    let mut slots = Slots::default();
    let (param, x) = (slots.param("x"), slots.state("x", Type::Float));
    let outs = ["a", "b", "c", "d"].map(|name| slots.accum(name, Type::Float));
    let mut setup = Builder::new("set up");
    let value = setup.load(param, Type::Float);
    setup.store(x, value);
    let zero = setup.float(0.0);
    outs.iter().for_each(|&out| setup.store(out, zero));
    let mut b = Builder::new("powers");
    let x = b.load(x, Type::Float);
    let exp = |b: &mut Builder, slope: f64, shift: f64| {
        let (product, shift) = (b.scale(x, slope), b.float(shift));
        let sum = b.add(product, shift);
        b.unary(UnaryOp::Exp, sum)
    };
    let (rising, falling) = (exp(&mut b, 0.1, 0.0), exp(&mut b, -0.05, 1.0));
    let steep = exp(&mut b, 0.2, -3.0);
    let one = b.float(1.0);
    let below = b.add(steep, one);
    let logistic = b.div(one, below);
    let flat = exp(&mut b, 0.025, 0.1);
    let values: [Value; 4] = [rising, falling, logistic, flat];
    for (&out, value) in outs.iter().zip(values) {
        b.store(out, value);
    }
    Plan::new(PlanParts {
        name: "powers".into(),
        layout: slots.0,
        setup: setup.finish(),
        time: Builder::new("time").finish(),
        step: vec![b.finish()],
        schedule: Schedule {
            dt: 1.0,
            n_steps: 1,
        },
        outputs: outs.map(Output::Slot).to_vec(),
        limits: crate::plan::Limits::default(),
    })
    .unwrap()
}

#[test]
fn a_neighbour_beyond_the_window_changes_no_bit() {
    let near: Vec<f64> = (0..300).map(|i| f64::from(i) - 150.0).collect();
    let mut mixed = near.clone();
    let far = [1e5, -1e5, 3e30, f64::INFINITY];
    for (i, x) in far.into_iter().enumerate() {
        mixed[7 + 70 * i] = x;
    }
    let plan = plan();
    let expected = reference(&plan, &cells(vec![near.clone()]));
    for engine in engines() {
        let alone = run(&engine, &plan, &cells(vec![near.clone()]));
        let beside = run(&engine, &plan, &cells(vec![mixed.clone()]));
        let most = match engine.precision {
            Precision::F32 => 1e-5,
            Precision::F64 => 1e-13,
        };
        for (i, column) in alone.columns.iter().enumerate() {
            let (a, b) = (floats(column), floats(&beside.columns[i]));
            for (cell, &x) in near.iter().enumerate() {
                if mixed[cell] == x {
                    assert_eq!(a[cell].to_bits(), b[cell].to_bits(), "output {i} at {x}");
                } else {
                    let at_end = b[cell] >= 1e30 || b[cell].abs() <= 1e-30 || b[cell] == 1.0;
                    assert!(at_end, "output {i} at {} is {}", mixed[cell], b[cell]);
                }
                let truth = floats(&expected.columns[i])[cell];
                let error = (a[cell] / truth - 1.0).abs();
                assert!(
                    error <= most,
                    "output {i} at {x}: {error}, {}",
                    engine.describe()
                );
            }
        }
    }
}
