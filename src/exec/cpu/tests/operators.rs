//! Every operator in every form of its operands, against the reference.

use super::plans::Slots;
use super::{cells, engines, reference, run};
use crate::exec::Column;
use crate::exec::cpu::Precision;
use crate::ir::{BinaryOp, Builder, CompareOp, Slot, Type, UnaryOp, Value};
use crate::plan::{Output, Plan, PlanParts, Schedule};

const TYPES: [Type; 3] = [Type::Float, Type::U32, Type::Bool];

/// A literal of a type, for the forms with one.
fn literal(b: &mut Builder, ty: Type) -> Value {
    match ty {
        Type::Float => b.float(1.25),
        Type::U32 => b.u32(7),
        Type::Bool => b.bool(true),
    }
}

/// A value of a type from the parameter of that number.
fn operand(b: &mut Builder, params: &[Slot], i: usize, ty: Type) -> Value {
    let x = b.load(params[i], Type::Float);
    match ty {
        Type::Float => x,
        Type::U32 => {
            let size = b.unary(UnaryOp::Abs, x);
            let n = b.unary(UnaryOp::ToU32, size);
            let one = b.u32(1);
            b.add(n, one)
        }
        Type::Bool => {
            let half = b.float(0.5);
            b.compare(CompareOp::Gt, x, half)
        }
    }
}

/// One step: `compute` of two values of type `ty`, into a slot of its own (`out`), over the first
/// (`a`), and under a guard (`guarded`).
fn plan(ty: Type, result: Type, compute: &dyn Fn(&mut Builder, Value, Value) -> Value) -> Plan {
    let mut slots = Slots::default();
    let params = [slots.param("p"), slots.param("q")];
    let (a, b) = (slots.state("a", ty), slots.state("b", ty));
    let out = slots.accum("out", result);
    let guarded = slots.accum("guarded", result);
    let guard = slots.temp("guard", Type::Bool);
    let mut setup = Builder::new("set up");
    for (i, slot) in [a, b].into_iter().enumerate() {
        let x = operand(&mut setup, &params, i, ty);
        setup.store(slot, x);
    }
    let mut first = Builder::new("first");
    let (x, y) = (first.load(a, ty), first.load(b, ty));
    let value = compute(&mut first, x, y);
    first.store(out, value);
    let step = first.step();
    let two = first.u32(2);
    let late = first.compare(CompareOp::Eq, step, two);
    let chosen = match ty {
        Type::Float => first.compare(CompareOp::Lt, x, y),
        Type::U32 => first.compare(CompareOp::Ne, x, y),
        Type::Bool => x,
    };
    let chosen = first.and(chosen, late);
    first.store(guard, chosen);
    let mut second = Builder::new("second");
    second.guard(guard);
    let (x, y) = (second.load(a, ty), second.load(b, ty));
    let value = compute(&mut second, x, y);
    second.store(guarded, value);
    let mut third = Builder::new("third");
    let (x, y) = (third.load(a, ty), third.load(b, ty));
    if ty == result {
        let value = compute(&mut third, x, y);
        third.store(a, value);
    }
    Plan::new(PlanParts {
        name: "operator".into(),
        layout: slots.0,
        setup: setup.finish(),
        step: vec![first.finish(), second.finish(), third.finish()],
        schedule: Schedule {
            dt: 1.0,
            n_steps: 3,
        },
        outputs: vec![Output::Slot(out), Output::Slot(guarded), Output::Slot(a)],
        ..PlanParts::default()
    })
    .unwrap()
}

/// Runs `compute` on every engine and on the reference.
fn check(
    what: &str,
    ty: Type,
    result: Type,
    compute: &dyn Fn(&mut Builder, Value, Value) -> Value,
) {
    let plan = plan(ty, result, compute);
    let p = (0..300).map(|i| f64::from(i % 41) * 0.25 - 4.0).collect();
    let q = (0..300).map(|i| f64::from(i % 17) * 0.5 - 3.5).collect();
    let cells = cells(vec![p, q]);
    let expected = reference(&plan, &cells);
    for engine in engines() {
        let found = run(&engine, &plan, &cells);
        let close = match engine.precision {
            Precision::F32 => 2e-4,
            Precision::F64 => 1e-12,
        };
        for (i, (found, expected)) in found.columns.iter().zip(&expected.columns).enumerate() {
            let name = engine_name(what, i, &engine);
            match (found, expected) {
                (Column::Float(a), Column::Float(b)) => {
                    for (a, b) in a.iter().zip(b) {
                        let bound = close * b.abs().max(1.0);
                        let near = (a - b).abs() <= bound || a.is_nan() && b.is_nan();
                        // Thrice applied, powers leave the range of f32.
                        assert!(near || a == b || b.abs() > 1e30, "{name}: {a} not {b}");
                    }
                }
                (a, b) => assert_eq!(a, b, "{name}"),
            }
        }
    }
}

fn engine_name(what: &str, column: usize, engine: &crate::exec::cpu::CpuEngine) -> String {
    use crate::exec::Engine;
    format!("{what}, output {column}, {}", engine.describe())
}

#[test]
fn every_unary_operator_is_the_reference_s() {
    for op in UnaryOp::ALL {
        for ty in TYPES {
            if let Some(result) = op.result(ty) {
                check(op.name(), ty, result, &|b, x, _| b.unary(op, x));
            }
        }
    }
}

#[test]
fn every_binary_operator_is_the_reference_s_with_registers_and_literals() {
    // What is given to `exprel_given` is no free choice; it has a test of its own.
    let free = BinaryOp::ALL
        .into_iter()
        .filter(|op| *op != BinaryOp::ExprelGiven);
    for op in free {
        for ty in TYPES {
            if let Some(result) = op.result(ty) {
                check(op.name(), ty, result, &|b, x, y| b.binary(op, x, y));
                check(op.name(), ty, result, &|b, x, _| b.binary(op, x, x));
                check(op.name(), ty, result, &|b, x, _| {
                    let k = literal(b, ty);
                    b.binary(op, x, k)
                });
                check(op.name(), ty, result, &|b, _, y| {
                    let k = literal(b, ty);
                    b.binary(op, k, y)
                });
            }
        }
    }
}

#[test]
fn every_comparison_is_the_reference_s_with_registers_and_literals() {
    for op in CompareOp::ALL {
        for ty in [Type::Float, Type::U32] {
            check(op.name(), ty, Type::Bool, &|b, x, y| b.compare(op, x, y));
            check(op.name(), ty, Type::Bool, &|b, x, _| {
                let k = literal(b, ty);
                b.compare(op, x, k)
            });
            check(op.name(), ty, Type::Bool, &|b, _, y| {
                let k = literal(b, ty);
                b.compare(op, k, y)
            });
        }
    }
}

#[test]
fn every_selection_is_the_reference_s_with_registers_and_literals() {
    for ty in TYPES {
        for form in 0..4 {
            check("select", ty, ty, &|b, x, y| {
                let cond = match ty {
                    Type::Bool => x,
                    _ => b.compare(CompareOp::Le, x, y),
                };
                let k = literal(b, ty);
                let (yes, no) = [(x, y), (k, y), (x, k), (y, x)][form];
                b.select(cond, yes, no)
            });
        }
    }
}

/// s/(3 + 2·exp(1 − 0.3x)).
fn logistic(b: &mut Builder, x: Value, s: f64) -> Value {
    let [one, two, three, s] = [1.0, 2.0, 3.0, s].map(|k| b.float(k));
    let p = b.scale(x, 0.3);
    let z = b.sub(one, p);
    let e = b.unary(UnaryOp::Exp, z);
    let e = b.mul(e, two);
    let below = b.add(e, three);
    b.div(s, below)
}

#[test]
fn fused_forms_are_what_they_fuse() {
    type Compute = &'static dyn Fn(&mut Builder, Value, Value) -> Value;
    let forms: [(&str, Compute); 29] = [
        ("x*y + x", &|b, x, y| {
            let p = b.mul(x, y);
            b.add(p, x)
        }),
        ("x - x*y", &|b, x, y| {
            let p = b.mul(x, y);
            b.sub(x, p)
        }),
        ("x*y - y", &|b, x, y| {
            let p = b.mul(x, y);
            b.sub(p, y)
        }),
        ("0.3x - y", &|b, x, y| {
            let p = b.scale(x, 0.3);
            b.sub(p, y)
        }),
        ("y - 0.3x", &|b, x, y| {
            let p = b.scale(x, 0.3);
            b.sub(y, p)
        }),
        ("1.25 - x*y", &|b, x, y| {
            let p = b.mul(x, y);
            let k = b.float(1.25);
            b.sub(k, p)
        }),
        ("x*y + 1.25", &|b, x, y| {
            let p = b.mul(x, y);
            let k = b.float(1.25);
            b.add(p, k)
        }),
        ("(1.25 - x)*y", &|b, x, y| {
            let k = b.float(1.25);
            let p = b.sub(k, x);
            b.mul(p, y)
        }),
        ("(x + 1.25)*y", &|b, x, y| {
            let k = b.float(1.25);
            let p = b.add(x, k);
            b.mul(y, p)
        }),
        ("0.3*x*y", &|b, x, y| {
            let p = b.mul(x, y);
            b.scale(p, 0.3)
        }),
        ("x*y*(x + y)", &|b, x, y| {
            let p = b.mul(x, y);
            let s = b.add(x, y);
            b.mul(p, s)
        }),
        ("0.3*exp(1.25 - 0.1x)", &|b, x, _| {
            let p = b.scale(x, 0.1);
            let k = b.float(1.25);
            let p = b.sub(k, p);
            let e = b.unary(UnaryOp::Exp, p);
            b.scale(e, 0.3)
        }),
        ("0.3*exprel(0.1*(x + 1.25))", &|b, x, _| {
            let k = b.float(1.25);
            let p = b.add(x, k);
            let p = b.scale(p, 0.1);
            let e = b.unary(UnaryOp::Exprel, p);
            b.scale(e, 0.3)
        }),
        ("1.25/exprel(-2*y) + 1.25/(3 + 0.3*y)", &|b, _, y| {
            let k = b.float(1.25);
            let p = b.scale(y, -2.0);
            let e = b.unary(UnaryOp::Exprel, p);
            let left = b.div(k, e);
            let p = b.scale(y, 0.3);
            let three = b.float(3.0);
            let s = b.add(p, three);
            let right = b.div(k, s);
            b.add(left, right)
        }),
        ("1/(1 + 2*exp(x))", &|b, x, _| {
            let e = b.unary(UnaryOp::Exp, x);
            let e = b.scale(e, 2.0);
            let one = b.float(1.0);
            let s = b.add(e, one);
            b.div(one, s)
        }),
        ("exprel(y) given exp(y)", &|b, _, y| {
            let e = b.unary(UnaryOp::Exp, y);
            b.binary(BinaryOp::ExprelGiven, y, e)
        }),
        (
            "0.7/exprel(0.1*(x - 1)) given 2*(exp((x - 1)/20)/sqrt 2)^2",
            &|b, x, _| {
                let one = b.float(1.0);
                let z = b.sub(x, one);
                let half = b.scale(z, 0.05);
                let e = b.unary(UnaryOp::Exp, half);
                let e = b.scale(e, std::f64::consts::FRAC_1_SQRT_2);
                let e = b.mul(e, e);
                let e = b.scale(e, 2.0);
                let z = b.scale(z, 0.1);
                let p = b.binary(BinaryOp::ExprelGiven, z, e);
                let k = b.float(0.7);
                b.div(k, p)
            },
        ),
        ("x^4 + 0.3y + 1.25", &|b, x, y| {
            let square = b.mul(x, x);
            let fourth = b.mul(square, square);
            let part = b.scale(y, 0.3);
            let sum = b.add(fourth, part);
            let k = b.float(1.25);
            b.add(sum, k)
        }),
        ("2 - 0.7/(3 + 2*exp(1 - 0.3x))", &|b, x, _| {
            let q = logistic(b, x, 0.7);
            let two = b.float(2.0);
            b.sub(two, q)
        }),
        ("1.5*(0.7/(3 + 2*exp(1 - 0.3x))) + y", &|b, x, y| {
            let q = logistic(b, x, 0.7);
            let q = b.scale(q, 1.5);
            b.add(q, y)
        }),
        ("exp(0.1*(x + 400) - 41)", &|b, x, _| {
            let far = b.float(400.0);
            let z = b.add(x, far);
            let z = b.scale(z, 0.1);
            let k = b.float(41.0);
            let z = b.sub(z, k);
            b.unary(UnaryOp::Exp, z)
        }),
        ("(x - y)/(x*x + 1)", &|b, x, y| {
            let one = b.float(1.0);
            let square = b.mul(x, x);
            let below = b.add(square, one);
            let above = b.sub(x, y);
            b.div(above, below)
        }),
        ("0.3x - 0.7y + 1.25", &|b, x, y| {
            let (p, q) = (b.scale(x, 0.3), b.scale(y, 0.7));
            let k = b.float(1.25);
            let sum = b.sub(p, q);
            b.add(sum, k)
        }),
        ("x*x + (0.317y - x) - (y - 0.713x)", &|b, x, y| {
            let (p, q) = (b.scale(y, 0.317), b.scale(x, 0.713));
            let (p, q) = (b.sub(p, x), b.sub(y, q));
            let square = b.mul(x, x);
            let sum = b.add(square, p);
            b.sub(sum, q)
        }),
        ("x + (y - 1.25) - (x - 0.3y)", &|b, x, y| {
            let k = b.float(1.25);
            let (p, q) = (b.sub(y, k), b.scale(y, 0.3));
            let (sum, rest) = (b.add(x, p), b.sub(x, q));
            b.sub(sum, rest)
        }),
        ("relaxation, slow and fast and growing", &|b, x, y| {
            let a = b.scale(x, 0.3);
            let r = b.scale(y, 0.9);
            b.relax(x, a, r)
        }),
        ("relaxation of another", &|b, x, y| {
            let r = b.unary(UnaryOp::Abs, y);
            b.relax(y, x, r)
        }),
        ("gate within 1/2", &|b, x, y| {
            let (opening, closing) = (b.unary(UnaryOp::Tanh, x), b.unary(UnaryOp::Abs, y));
            let opening = b.unary(UnaryOp::Abs, opening);
            let sum = b.add(closing, opening);
            let (a, r) = (b.scale(opening, 0.02), b.scale(sum, 0.02));
            b.relax(x, a, r)
        }),
        ("gate of a difference, beyond 2", &|b, x, y| {
            let closing = b.unary(UnaryOp::Abs, y);
            let minus = b.scale(x, -0.5);
            let sum = b.sub(closing, minus);
            let (a, r) = (b.scale(x, 0.5), sum);
            b.relax(y, a, r)
        }),
    ];
    for (name, compute) in forms {
        check(name, Type::Float, Type::Float, compute);
    }
}
