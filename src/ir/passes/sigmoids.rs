//! Sigmoids written with a hyperbolic tangent, from an exponential.
//!
//! 1 + tanh y is 2/(1 + e^(−2y)), and 1 − tanh y is 2/(1 + e^(2y)). The exponential may be a power of one that the
//! step needs anyhow, and an engine has an instruction for the whole quotient; near the foot of the sigmoid, where
//! 1 + tanh y cancels, the quotient is the more exact. Morris and Lecar (1981) and many population models write their
//! activations so.

use super::super::{BinaryOp, Block, Builder, Op, UnaryOp, Value};
use super::Pass;

pub(super) const SIGMOIDS: Pass = Pass {
    name: "sigmoids",
    doc: "1 + tanh y is 2/(1 + e^(-2y))",
    bound: "off by 3 units in the last place of 1; at its foot, where 1 + tanh y cancels, by 2 + |y| units of itself",
    run: rewrite,
};

fn rewrite(block: &Block) -> Block {
    let uses = block.uses();
    let mut b = Builder::new(block.label);
    let mut here: Vec<Value> = Vec::with_capacity(block.instrs.len());
    for instr in &block.instrs {
        let value = match sigmoid(block, &uses, instr.op) {
            Some((y, sign)) => {
                let (one, two, slope) = (b.float(1.0), b.float(2.0), b.float(-2.0 * sign));
                let argument = b.mul(here[y.index()], slope);
                let exponential = b.unary(UnaryOp::Exp, argument);
                let below = b.add(exponential, one);
                b.div(two, below)
            }
            None => b.emit(instr.op.map_operands(|v| here[v.index()]), instr.ty),
        };
        here.push(value);
    }
    b.store_as(block, |v| here[v.index()]);
    b.finish()
}

/// y and the sign of 1 ± tanh y, where nothing else reads the tangent.
fn sigmoid(block: &Block, uses: &[usize], op: Op) -> Option<(Value, f64)> {
    let (a, b, sign) = match op {
        Op::Binary(BinaryOp::Add, a, b) => (a, b, 1.0),
        Op::Binary(BinaryOp::Sub, a, b) => (a, b, -1.0),
        _ => return None,
    };
    let is_one = |v: Value| match block.instrs[v.index()].op {
        Op::Const(literal) => literal.float() == Some(1.0),
        _ => false,
    };
    let tangent = |v: Value| match block.instrs[v.index()].op {
        Op::Unary(UnaryOp::Tanh, y) if uses[v.index()] == 1 => Some(y),
        _ => None,
    };
    match (tangent(a), tangent(b)) {
        (_, Some(y)) if is_one(a) => Some((y, sign)),
        (Some(y), _) if is_one(b) && sign > 0.0 => Some((y, sign)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Slot, Type};
    use super::super::tests::stored;
    use super::*;

    const Y: Slot = Slot::State(0);

    /// Stores 1 + tanh y, tanh y + 1, 1 − tanh y and tanh y − 1.
    fn sigmoids() -> Block {
        let mut b = Builder::new("test");
        let y = b.load(Y, Type::Float);
        let one = b.float(1.0);
        for (i, (op, is_first)) in [
            (BinaryOp::Add, false),
            (BinaryOp::Add, true),
            (BinaryOp::Sub, false),
            (BinaryOp::Sub, true),
        ]
        .into_iter()
        .enumerate()
        {
            // A tangent of its own for each: equal instructions are one.
            let shift = b.float(i as f64);
            let shifted = b.add(y, shift);
            let tangent = b.unary(UnaryOp::Tanh, shifted);
            let (a, c) = if is_first {
                (tangent, one)
            } else {
                (one, tangent)
            };
            let value = b.binary(op, a, c);
            b.store(Slot::State(1 + i as u16), value);
        }
        b.finish()
    }

    fn n_tangents(block: &Block) -> usize {
        let ops = block.instrs.iter().map(|instr| instr.op);
        ops.filter(|op| matches!(op, Op::Unary(UnaryOp::Tanh, _)))
            .count()
    }

    #[test]
    fn sigmoids_are_what_they_were() {
        let (plain, rewritten) = (sigmoids(), rewrite(&sigmoids()));
        // tanh y − 1 is the negative of a sigmoid, and left alone.
        assert_eq!((n_tangents(&plain), n_tangents(&rewritten)), (4, 1));
        for i in -4000..4000 {
            let y = f64::from(i) * 0.1;
            let results = |block: &Block| stored(block, |slot| (slot == Y).then_some(y));
            for (a, b) in results(&plain).iter().zip(results(&rewritten)) {
                assert!((a - b).abs() <= 3.0 * f64::EPSILON, "{a} and {b} at {y}");
            }
        }
        // At the foot, where the plain form has nothing left.
        for i in 10..300 {
            let y = -f64::from(i);
            let foot = stored(&rewritten, |slot| (slot == Y).then_some(y))[0];
            let (rise, bound) = ((2.0 * y).exp(), (2.0 - y) * f64::EPSILON);
            let exact = 2.0 * rise / (1.0 + rise);
            assert!(
                (foot / exact - 1.0).abs() <= bound,
                "{foot} and {exact} at {y}"
            );
        }
    }

    #[test]
    fn a_tangent_that_others_read_is_left_alone() {
        let mut b = Builder::new("test");
        let y = b.load(Y, Type::Float);
        let one = b.float(1.0);
        let tangent = b.unary(UnaryOp::Tanh, y);
        let sum = b.add(tangent, one);
        b.store(Slot::State(1), sum);
        b.store(Slot::State(2), tangent);
        let block = b.finish();
        assert_eq!(rewrite(&block), block);
    }
}
