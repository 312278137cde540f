//! Symbolic derivative of a value with respect to a slot, and dependence on a slot.
//!
//! Takes a builder and one of its values; gives the derivative as another value of the same
//! builder, simplified as everything built there. An integrator asks it whether an equation is
//! linear in its state (the derivative does not depend on it) and for the rate of that state.
//!
//! Must not know what the slots mean.

use super::{BinaryOp, Block, Builder, CompareOp, Op, Slot, UnaryOp, Value};

/// Does `value` depend on `slot`?
#[must_use]
pub fn depends_on(block: &Block, value: Value, slot: Slot) -> bool {
    let mut depends = vec![false; value.index() + 1];
    for index in 0..=value.index() {
        let op = block.instrs[index].op;
        depends[index] = op == Op::Load(slot) || op.operands().any(|v| depends[v.index()]);
    }
    depends[value.index()]
}

/// d`value`/d`slot`. Selections are differentiated branch by branch; `abs`, `min`, `max` by the
/// branch taken; `floor`, `ceil` and table look-ups count as constant.
pub fn derivative(b: &mut Builder, value: Value, slot: Slot) -> Value {
    // Values come in order, so one pass forwards over a snapshot suffices; no recursion.
    let end = value.index() + 1;
    let zero = b.float(0.0);
    let mut derivatives: Vec<Value> = Vec::with_capacity(end);
    for index in 0..end {
        let op = b.block().instrs[index].op;
        let moving = op == Op::Load(slot) || op.operands().any(|v| derivatives[v.index()] != zero);
        let d = if moving {
            rule(b, op, value_at(index), &derivatives, slot)
        } else {
            zero
        };
        derivatives.push(d);
    }
    derivatives[value.index()]
}

fn value_at(index: usize) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "bounded by memory")]
    Value(index as u32)
}

fn rule(b: &mut Builder, op: Op, own: Value, derivatives: &[Value], slot: Slot) -> Value {
    let of = |v: Value| derivatives[v.index()];
    match op {
        Op::Load(loaded) if loaded == slot => b.float(1.0),
        Op::Load(_)
        | Op::Const(_)
        | Op::Step
        | Op::Compare(..)
        | Op::LoadAt { .. }
        | Op::Random { .. } => b.float(0.0),
        Op::Unary(op, x) => unary_rule(b, op, x, own, of(x)),
        Op::Binary(op, x, y) => binary_rule(b, op, (x, y), own, (of(x), of(y))),
        Op::Select { cond, yes, no } => b.select(cond, of(yes), of(no)),
        Op::Relax { x, a, r } => relax_rule(b, (x, a, r), (of(x), of(a), of(r))),
    }
}

fn unary_rule(b: &mut Builder, op: UnaryOp, x: Value, own: Value, dx: Value) -> Value {
    let outer = match op {
        UnaryOp::Neg => return b.unary(UnaryOp::Neg, dx),
        UnaryOp::Exp => own,
        UnaryOp::Expm1 => b.unary(UnaryOp::Exp, x),
        UnaryOp::Exprel => exprel_slope(b, x, own),
        UnaryOp::Log => return b.div(dx, x),
        UnaryOp::Sqrt => {
            let twice = b.scale(own, 2.0);
            return b.div(dx, twice);
        }
        UnaryOp::Sin => b.unary(UnaryOp::Cos, x),
        UnaryOp::Cos => {
            let sin = b.unary(UnaryOp::Sin, x);
            b.unary(UnaryOp::Neg, sin)
        }
        UnaryOp::Tanh => {
            let square = b.mul(own, own);
            let one = b.float(1.0);
            b.sub(one, square)
        }
        UnaryOp::Abs => {
            let zero = b.float(0.0);
            let negative = b.compare(CompareOp::Lt, x, zero);
            let flipped = b.unary(UnaryOp::Neg, dx);
            return b.select(negative, flipped, dx);
        }
        UnaryOp::Floor | UnaryOp::Ceil | UnaryOp::Not | UnaryOp::ToFloat | UnaryOp::ToU32 => {
            return b.float(0.0);
        }
    };
    b.mul(outer, dx)
}

/// d exprel(x)/dx = (eˣ − exprel(x))/x, by its series 1/2 + x/3 + x²/8 for |x| < 0.01, where the
/// quotient loses its digits (truncation below 4·10⁻⁸).
fn exprel_slope(b: &mut Builder, x: Value, own: Value) -> Value {
    let exp = b.unary(UnaryOp::Exp, x);
    let difference = b.sub(exp, own);
    let size = b.unary(UnaryOp::Abs, x);
    let limit = b.float(0.01);
    let near = b.compare(CompareOp::Lt, size, limit);
    let one = b.float(1.0);
    let safe = b.select(near, one, x);
    let quotient = b.div(difference, safe);
    let eighth = b.scale(x, 0.125);
    let third = b.float(1.0 / 3.0);
    let inner = b.add(eighth, third);
    let linear = b.mul(inner, x);
    let half = b.float(0.5);
    let series = b.add(linear, half);
    b.select(near, series, quotient)
}

fn binary_rule(
    b: &mut Builder,
    op: BinaryOp,
    (x, y): (Value, Value),
    own: Value,
    (dx, dy): (Value, Value),
) -> Value {
    match op {
        BinaryOp::Add => b.add(dx, dy),
        BinaryOp::Sub => b.sub(dx, dy),
        BinaryOp::Mul => {
            let left = b.mul(dx, y);
            let right = b.mul(x, dy);
            b.add(left, right)
        }
        BinaryOp::Div => {
            let left = b.div(dx, y);
            let quotient = b.div(own, y);
            let right = b.mul(quotient, dy);
            b.sub(left, right)
        }
        BinaryOp::Min => {
            let first = b.compare(CompareOp::Lt, x, y);
            b.select(first, dx, dy)
        }
        BinaryOp::Max => {
            let first = b.compare(CompareOp::Gt, x, y);
            b.select(first, dx, dy)
        }
        BinaryOp::Pow => power_rule(b, (x, y), own, (dx, dy)),
        BinaryOp::ExprelGiven => {
            let slope = exprel_slope(b, x, own);
            b.mul(slope, dx)
        }
        BinaryOp::Rem | BinaryOp::And | BinaryOp::Or => b.float(0.0),
    }
}

/// The derivative of x + (a − r·x)·p(−r) with p = exprel.
fn relax_rule(
    b: &mut Builder,
    (x, a, r): (Value, Value, Value),
    (dx, da, dr): (Value, Value, Value),
) -> Value {
    let z = b.unary(UnaryOp::Neg, r);
    let p = b.unary(UnaryOp::Exprel, z);
    let slope = exprel_slope(b, z, p);
    let rx = b.mul(r, x);
    let rate = b.sub(a, rx);
    let by_r = b.mul(dr, x);
    let by_x = b.mul(r, dx);
    let moved = b.add(by_r, by_x);
    let change = b.sub(da, moved);
    let first = b.mul(change, p);
    let bend = b.mul(rate, slope);
    let second = b.mul(bend, dr);
    let sum = b.add(dx, first);
    b.sub(sum, second)
}

/// d xʸ = y·xʸ⁻¹ dx + xʸ ln x dy; the second term only where the exponent moves.
fn power_rule(
    b: &mut Builder,
    (x, y): (Value, Value),
    own: Value,
    (dx, dy): (Value, Value),
) -> Value {
    let one = b.float(1.0);
    let lower = b.sub(y, one);
    let power = b.binary(BinaryOp::Pow, x, lower);
    let slope = b.mul(y, power);
    let left = b.mul(slope, dx);
    let zero = b.float(0.0);
    if dy == zero {
        return left;
    }
    let log = b.unary(UnaryOp::Log, x);
    let rate = b.mul(own, log);
    let right = b.mul(rate, dy);
    b.add(left, right)
}

#[cfg(test)]
mod tests {
    use super::super::{Environment, Literal, Type, evaluate};
    use super::*;

    const X: Slot = Slot::State(0);

    fn value_of(block: &Block, x: f64) -> f64 {
        let load = |slot| (slot == X).then_some(Literal::Float(x));
        let values = evaluate(
            block,
            &Environment {
                load: &load,
                step: 0,
                tables: &[],
            },
        );
        block
            .stored(Slot::State(1))
            .and_then(|v| values[v.index()].float())
            .unwrap()
    }

    /// The derivative by the builder against the central difference, at several points.
    fn check(make: impl Fn(&mut Builder, Value) -> Value) {
        let build = |differentiate: bool| {
            let mut b = Builder::new("test");
            let x = b.load(X, Type::Float);
            let mut y = make(&mut b, x);
            if differentiate {
                y = derivative(&mut b, y, X);
            }
            b.store(Slot::State(1), y);
            b.finish()
        };
        let (plain, derived) = (build(false), build(true));
        for x in [0.3, 0.004, 1.7, 2.5] {
            let h = 1e-5;
            let expected = (value_of(&plain, x + h) - value_of(&plain, x - h)) / (2.0 * h);
            let found = value_of(&derived, x);
            assert!(
                (found - expected).abs() < 1e-5 * (1.0 + expected.abs()),
                "at {x}: {found} against {expected}"
            );
        }
    }

    #[test]
    fn derivatives_agree_with_central_differences() {
        for op in [
            UnaryOp::Exp,
            UnaryOp::Expm1,
            UnaryOp::Exprel,
            UnaryOp::Log,
            UnaryOp::Sqrt,
            UnaryOp::Tanh,
        ] {
            check(|b, x| {
                let y = b.unary(op, x);
                b.mul(y, x)
            });
        }
        for op in [UnaryOp::Sin, UnaryOp::Cos, UnaryOp::Neg, UnaryOp::Abs] {
            check(|b, x| b.unary(op, x));
        }
        for op in [
            BinaryOp::Div,
            BinaryOp::Pow,
            BinaryOp::Min,
            BinaryOp::Max,
            BinaryOp::Sub,
            BinaryOp::ExprelGiven,
        ] {
            check(|b, x| {
                let one = b.float(1.0);
                let y = b.add(x, one);
                let z = b.mul(x, x);
                b.binary(op, z, y)
            });
        }
    }

    #[test]
    fn the_derivative_of_a_relaxation_agrees_with_central_differences() {
        check(|b, x| {
            let square = b.mul(x, x);
            let root = b.unary(UnaryOp::Sqrt, x);
            b.relax(x, square, root)
        });
    }

    #[test]
    fn the_derivative_of_a_linear_form_does_not_depend_on_the_state() {
        let mut b = Builder::new("test");
        let x = b.load(X, Type::Float);
        let rest = b.load(Slot::Param(0), Type::Float);
        let g = b.load(Slot::State(1), Type::Float);
        let away = b.sub(x, rest);
        let current = b.mul(g, away);
        let d = derivative(&mut b, current, X);
        assert!(!depends_on(b.block(), d, X));
        let square = b.mul(current, x);
        let d = derivative(&mut b, square, X);
        assert!(depends_on(b.block(), d, X));
    }
}
