//! Operators that are one expression of WGSL together.
//!
//! Takes a block; gives, of an operator, what it is written as where that takes in its operands. What is
//! written from parts alone need not be computed.
//!
//! Must not know the text.

use std::f64::consts::LOG2_E;

use super::countdowns::{above_0, fewer};
use crate::ir::{BinaryOp, Block, Op, Slot, UnaryOp, Value};

/// What an operator is written as.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fused {
    /// e^(k·x + c), worked out as 2^(k·log2(e)·x + c·log2(e)): the constants absorb the factor, which saves a
    /// product and two roundings. `k` and `c` have it. The error is 3.5e-7 and 3·2^-24 of |k·x| + |c|.
    Power { x: Value, k: f64, c: f64 },
    /// n·x/(eˣ − 1) for a quotient n/((eˣ − 1)/x): one reciprocal and a short series where there
    /// were two and a long one.
    Over {
        n: Value,
        x: Value,
        /// eˣ, where it is there already.
        e: Option<Value>,
    },
    /// Whether a [countdown](super::countdowns) is above 0.
    Above0 { x: Value },
    /// One fewer of a countdown.
    Fewer { x: Value },
}

impl Fused {
    /// Of an operator of `block`, whose values are used so often, and which only count down `countdowns`.
    pub(super) fn of(
        block: &Block,
        uses: &[usize],
        countdowns: &[Slot],
        value: Value,
    ) -> Option<Fused> {
        let op = block.instrs[value.index()].op;
        let counts = |slot: Option<Slot>| slot.is_some_and(|slot| countdowns.contains(&slot));
        match op {
            Op::Compare(_, x, _) if counts(above_0(block, op)) => Some(Fused::Above0 { x }),
            Op::Select { yes, .. } if counts(fewer(block, value)) => {
                let x = block.instrs[yes.index()].op.operands().next()?;
                Some(Fused::Fewer { x })
            }
            Op::Unary(UnaryOp::Exp, argument) => power(block, argument),
            Op::Binary(BinaryOp::Div, n, d) if uses[d.index()] == 1 => {
                let (x, e) = match block.instrs[d.index()].op {
                    Op::Binary(BinaryOp::ExprelGiven, x, e) => (x, Some(e)),
                    Op::Unary(UnaryOp::Exprel, x) => (x, None),
                    _ => return None,
                };
                Some(Fused::Over { n, x, e })
            }
            _ => None,
        }
    }

    /// The values that it is written from.
    pub(super) fn operands(self) -> impl Iterator<Item = Value> {
        let list = match self {
            Fused::Power { x, .. } => [Some(x), None, None],
            Fused::Over { n, x, e } => [Some(n), Some(x), e],
            Fused::Above0 { x } | Fused::Fewer { x } => [Some(x), None, None],
        };
        list.into_iter().flatten()
    }
}

/// An exponential, if its argument is a multiple of something with a constant added.
fn power(block: &Block, argument: Value) -> Option<Fused> {
    let float = |v: Value| match block.instrs[v.index()].op {
        Op::Const(literal) => literal.float(),
        _ => None,
    };
    let (product, c) = match block.instrs[argument.index()].op {
        Op::Binary(BinaryOp::Add, product, c) => (product, float(c)?),
        _ => (argument, 0.0),
    };
    let Op::Binary(BinaryOp::Mul, x, k) = block.instrs[product.index()].op else {
        return None;
    };
    let (k, c) = (float(k)? * LOG2_E, c * LOG2_E);
    let fits = |x: f64| x.abs() < f64::from(f32::MAX);
    (k.is_normal() && fits(k) && fits(c)).then_some(Fused::Power { x, k, c })
}
