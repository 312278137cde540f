//! Instruction selection: which vector instruction computes each value of a block.
//!
//! Takes a block of the IR; gives a list of [`Pick`]s in the order in which they are carried out,
//! with values for operands. A computation that one instruction alone reads is drawn into it where
//! there is a fused form.
//!
//! | file | job |
//! |---|---|
//! | `sums` | sums and differences |
//! | `products` | products and quotients |
//! | `relaxations` | what an exponential step does to a state |
//! | `logic` | integers, truth values, comparisons, choices |
//! | `order` | the order in which few values are alive, and pairs are side by side |
//!
//! Must not know registers.

mod logic;
mod order;
mod products;
mod relaxations;
mod sums;

use std::collections::BTreeSet;

use super::curves::{Looked, LookedUp};
use super::program::{Code, IMMEDIATES};
use crate::ir::{BinaryOp, Block, Literal, Op, Type, UnaryOp, Value};

/// One vector instruction, its operands still values.
#[derive(Clone, Debug)]
pub(in crate::exec::cpu) struct Pick {
    /// The value computed.
    pub(in crate::exec::cpu) value: usize,
    /// How.
    pub(in crate::exec::cpu) code: Code,
    /// The values read.
    pub(in crate::exec::cpu) src: Vec<Value>,
    /// The immediates.
    pub(in crate::exec::cpu) k: [Literal; IMMEDIATES],
    /// The table read.
    pub(in crate::exec::cpu) list: u16,
    /// What a curve stands for.
    pub(in crate::exec::cpu) exact: Vec<Pick>,
}

/// An affine argument folds into a function if its constant term is at most this: the fold costs
/// an absolute error of the term's size times the machine epsilon.
const LARGEST_SHIFT: f64 = 16.0;

/// The instructions for `block`. Values that are only stored literals have none. What is `pinned` has
/// an instruction of its own: it rounds as it does elsewhere.
#[must_use]
pub(super) fn select(block: &Block, pinned: Option<Value>, looked_up: &LookedUp) -> Vec<Pick> {
    let mut selector = Selector::new(block);
    if let Some(value) = pinned {
        selector.uses[value.index()] += 1;
    }
    let mut needed = vec![false; block.instrs.len()];
    let literal = |v: Value| matches!(block.instrs[v.index()].op, Op::Const(_));
    for &(_, value) in &block.stores {
        needed[value.index()] |= !literal(value);
    }
    for s in &block.store_ats {
        needed[s.index.index()] = true;
        needed[s.value.index()] = true;
    }
    let mut picks = Vec::new();
    for index in (0..block.instrs.len()).rev() {
        let pick = || match looked_up.get(index) {
            Some(looked) => Some(selector.curve(index, looked)),
            None => selector.pick(index),
        };
        if needed[index]
            && let Some(pick) = pick()
        {
            pick.src.iter().for_each(|v| needed[v.index()] = true);
            picks.push(pick);
        }
    }
    picks.reverse();
    order::side_by_side(block, order::order(block, picks))
}

struct Selector<'a> {
    block: &'a Block,
    uses: Vec<usize>,
}

/// A code with its sources; immediates default to 0.
type Form = (Code, Vec<Value>, Vec<Literal>);

fn form(code: Code, src: &[Value]) -> Form {
    (code, src.to_vec(), Vec::new())
}

fn form_k(code: Code, src: &[Value], k: &[f64]) -> Form {
    let k = k.iter().map(|&x| Literal::Float(x)).collect();
    (code, src.to_vec(), k)
}

impl<'a> Selector<'a> {
    fn new(block: &'a Block) -> Self {
        Selector {
            block,
            uses: block.uses(),
        }
    }

    fn op(&self, v: Value) -> Op {
        self.block.instrs[v.index()].op
    }

    /// The operator of a value that nothing else reads.
    fn inner(&self, v: Value) -> Option<Op> {
        (self.uses[v.index()] == 1).then(|| self.op(v))
    }

    fn literal(&self, v: Value) -> Option<Literal> {
        match self.op(v) {
            Op::Const(literal) => Some(literal),
            _ => None,
        }
    }

    fn float(&self, v: Value) -> Option<f64> {
        self.literal(v)?.float()
    }

    fn pick(&self, index: usize) -> Option<Pick> {
        let instr = self.block.instrs[index];
        let mut list = 0;
        let (code, src, k) = match instr.op {
            Op::Load(_) => return None,
            Op::Const(literal) => (Code::Splat, Vec::new(), vec![literal]),
            Op::Step => form(Code::Step, &[]),
            Op::Unary(op, a) => self.unary(op, a),
            Op::Binary(op, a, b) => match instr.ty {
                Type::Float => self.floats(op, a, b),
                Type::U32 => self.integers(op, a, b),
                Type::Bool => self.bools(op, a, b),
            },
            Op::Compare(op, a, b) => self.compare(op, a, b),
            Op::Select { cond, yes, no } => self.choice(cond, yes, no),
            Op::Relax { x, a, r } => self.relaxation(x, a, r),
            Op::Random { cell, stream, seed } => {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "the words of a 64-bit number"
                )]
                let words = [seed as u32, (seed >> 32) as u32, stream];
                (
                    Code::Random,
                    cell.to_vec(),
                    words.map(Literal::U32).to_vec(),
                )
            }
            Op::LoadAt { table, index } => {
                list = table;
                form(Code::LoadAt, &[index])
            }
        };
        let at = |i: usize| k.get(i).copied().unwrap_or(Literal::Float(0.0));
        let k = std::array::from_fn(at);
        Some(Pick {
            value: index,
            code,
            src,
            k,
            list,
            exact: Vec::new(),
        })
    }

    /// A curve, and what it stands for.
    fn curve(&self, index: usize, looked: Looked) -> Pick {
        let mut needed = BTreeSet::from([index]);
        let mut exact = Vec::new();
        let is_given = |v: usize| v == looked.x.index() || looked.c.is_some_and(|c| c.index() == v);
        while let Some(at) = needed.pop_last() {
            if let Some(pick) = self.pick(at).filter(|_| !is_given(at)) {
                needed.extend(pick.src.iter().map(|v| v.index()));
                exact.push(pick);
            }
        }
        exact.reverse();
        let number = Literal::U32(u32::from(looked.curve));
        Pick {
            value: index,
            code: Code::Curve,
            src: [Some(looked.x), looked.c].into_iter().flatten().collect(),
            k: std::array::from_fn(|i| if i == 0 { number } else { Literal::U32(0) }),
            list: 0,
            exact,
        }
    }

    /// Writes `v` as a·k + j: one fused operation, even where others read what lies between.
    fn affine(&self, v: Value) -> (Value, f64, f64) {
        let (mut a, mut k, mut j) = (v, 1.0, 0.0);
        loop {
            let next = match self.op(a) {
                Op::Unary(UnaryOp::Neg, x) => Some((x, -k, j)),
                Op::Binary(BinaryOp::Mul, x, y) => self.float(y).map(|c| (x, k * c, j)),
                Op::Binary(BinaryOp::Add, x, y) => self.float(y).map(|c| (x, k, j + k * c)),
                Op::Binary(BinaryOp::Sub, x, y) => self.float(x).map(|c| (y, -k, j + k * c)),
                _ => None,
            };
            match next {
                Some((x, slope, shift)) if shift.abs() <= LARGEST_SHIFT => {
                    (a, k, j) = (x, slope, shift);
                }
                _ => return (a, k, j),
            }
        }
    }

    fn unary(&self, op: UnaryOp, a: Value) -> Form {
        let code = match op {
            UnaryOp::Exp => {
                return self
                    .exponential(a, 1.0)
                    .unwrap_or_else(|| form(Code::Exp, &[a]));
            }
            UnaryOp::Exprel => return self.relative(a, 1.0),
            UnaryOp::Neg => Code::Neg,
            UnaryOp::Abs => Code::Abs,
            UnaryOp::Sqrt => Code::Sqrt,
            UnaryOp::Expm1 => Code::Expm1,
            UnaryOp::Log => Code::Log,
            UnaryOp::Sin => Code::Sin,
            UnaryOp::Cos => Code::Cos,
            UnaryOp::Tanh => Code::Tanh,
            UnaryOp::Floor => Code::Floor,
            UnaryOp::Ceil => Code::Ceil,
            UnaryOp::Not => Code::Not,
            UnaryOp::ToFloat => Code::ToFloat,
            UnaryOp::ToU32 => Code::ToU32,
        };
        form(code, &[a])
    }

    /// s·eᵃ as a power of two, where `a` is affine; a plain exponential is more accurate.
    fn exponential(&self, a: Value, s: f64) -> Option<Form> {
        let (x, k, j) = self.affine(a);
        let (k, j) = (
            k * std::f64::consts::LOG2_E,
            j * std::f64::consts::LOG2_E + s.log2(),
        );
        let folds = (x != a || s != 1.0) && j.abs() <= 2.0 * LARGEST_SHIFT;
        let first = match self.inner(x) {
            Some(Op::Binary(BinaryOp::Add, y, c)) => self.float(c).map(|c| (y, c)),
            _ => None,
        };
        folds.then(|| match first {
            Some((y, c)) => form_k(Code::Exp2Shifted, &[y], &[k, j, c]),
            None => form_k(Code::Exp2Affine, &[x], &[k, j]),
        })
    }

    /// s·exprel(a).
    #[expect(clippy::float_cmp, reason = "exactly one is meant")]
    fn relative(&self, a: Value, s: f64) -> Form {
        let (x, k, j) = self.affine(a);
        if x == a && s == 1.0 {
            return form(Code::Exprel, &[a]);
        }
        form_k(Code::ExprelAffine, &[x], &[k, j, s])
    }

    fn floats(&self, op: BinaryOp, a: Value, b: Value) -> Form {
        match op {
            BinaryOp::Add => self.sum(a, b, 1.0),
            BinaryOp::Sub => self.sum(a, b, -1.0),
            BinaryOp::Mul => self.product(a, b),
            BinaryOp::Div => self.quotient(a, b),
            BinaryOp::Min => self.with_literal(Code::MinK, Code::Min, a, b),
            BinaryOp::Max => self.with_literal(Code::MaxK, Code::Max, a, b),
            BinaryOp::ExprelGiven => form(Code::ExprelGiven, &[a, b]),
            BinaryOp::Pow | BinaryOp::Rem | BinaryOp::And | BinaryOp::Or => {
                form(Code::Pow, &[a, b])
            }
        }
    }

    fn with_literal(&self, literal: Code, plain: Code, a: Value, b: Value) -> Form {
        match self.float(b) {
            Some(k) => form_k(literal, &[a], &[k]),
            None => form(plain, &[a, b]),
        }
    }

    /// The factors of a product that nothing else reads.
    fn factors(&self, v: Value) -> Option<(Value, Value)> {
        match self.inner(v)? {
            Op::Binary(BinaryOp::Mul, x, y) if self.block.type_of(v) == Type::Float => Some((x, y)),
            _ => None,
        }
    }
}
