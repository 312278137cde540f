//! Instruction selection: which vector instruction computes each value of a block.
//!
//! Takes a block of the IR; gives a list of [`Pick`]s in order, with values for operands. A
//! computation that one instruction alone reads is drawn into it where there is a fused form.
//!
//! Must not know registers.

use super::program::Code;
use crate::ir::{BinaryOp, Block, CompareOp, Literal, Op, Type, UnaryOp, Value};

/// One vector instruction, its operands still values.
#[derive(Clone, Debug)]
pub(super) struct Pick {
    /// The value computed.
    pub(super) value: usize,
    /// How.
    pub(super) code: Code,
    /// The values read.
    pub(super) src: Vec<Value>,
    /// The immediates.
    pub(super) k: [Literal; 4],
    /// The table read.
    pub(super) list: u16,
}

/// An affine argument folds into a function if its constant term is at most this: the fold costs
/// an absolute error of the term's size times the machine epsilon.
const LARGEST_SHIFT: f64 = 16.0;

/// The instructions for `block`. Values that are only stored literals have none.
#[must_use]
pub(super) fn select(block: &Block) -> Vec<Pick> {
    let selector = Selector::new(block);
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
        if needed[index]
            && let Some(pick) = selector.pick(index)
        {
            pick.src.iter().for_each(|v| needed[v.index()] = true);
            picks.push(pick);
        }
    }
    picks.reverse();
    picks
}

struct Selector<'a> {
    block: &'a Block,
    uses: Vec<u32>,
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
        let mut uses = vec![0; block.instrs.len()];
        let operands = block.instrs.iter().flat_map(|instr| instr.op.operands());
        for value in operands.chain(block.results()) {
            uses[value.index()] += 1;
        }
        Selector { block, uses }
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
        let k = [at(0), at(1), at(2), at(3)];
        Some(Pick {
            value: index,
            code,
            src,
            k,
            list,
        })
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
        let j = j * std::f64::consts::LOG2_E + s.log2();
        let folds = (x != a || s != 1.0) && j.abs() <= 2.0 * LARGEST_SHIFT;
        folds.then(|| form_k(Code::Exp2Affine, &[x], &[k * std::f64::consts::LOG2_E, j]))
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
            BinaryOp::Add => self.sum(a, b),
            BinaryOp::Sub => self.difference(a, b),
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

    fn sum(&self, a: Value, b: Value) -> Form {
        if let Some(j) = self.float(b) {
            if let Some(form) = self.sum_of_three(a, j) {
                return form;
            }
            return match self.factors(a) {
                Some((x, y)) => match self.float(y) {
                    Some(k) => form_k(Code::Affine, &[x], &[k, j]),
                    None => form_k(Code::MulAddK, &[x, y], &[j]),
                },
                None => form_k(Code::AddK, &[a], &[j]),
            };
        }
        let fused = |product: Value, rest: Value| {
            let (x, y) = self.factors(product)?;
            Some(match (self.float(y), self.weighted(rest)) {
                (Some(k), Some((z, s, rest))) => form_k(Code::Sum, &[x, z, rest], &[k, 0.0, s]),
                (Some(k), None) => form_k(Code::FmaK, &[x, rest], &[k]),
                (None, _) => form(Code::Fma, &[x, y, rest]),
            })
        };
        fused(b, a)
            .or_else(|| fused(a, b))
            .unwrap_or_else(|| form(Code::Add, &[a, b]))
    }

    /// a·k + b + j, where `v` is a·k + b that nothing else reads.
    fn sum_of_three(&self, v: Value, j: f64) -> Option<Form> {
        let (x, k, rest) = self.weighted(v)?;
        Some(match self.weighted(rest) {
            Some((y, s, rest)) => form_k(Code::Sum, &[x, y, rest], &[k, j, s]),
            None => form_k(Code::FmaKAdd, &[x, rest], &[k, j]),
        })
    }

    /// x, k and b of `v` = x·k + b, a sum that nothing else reads, nor its product.
    fn weighted(&self, v: Value) -> Option<(Value, f64, Value)> {
        if self.block.type_of(v) != Type::Float {
            return None;
        }
        let by_literal = |product: Value| {
            let (x, y) = self.factors(product)?;
            Some((x, self.float(y)?))
        };
        match self.inner(v)? {
            Op::Binary(BinaryOp::Add, p, q) => by_literal(q)
                .map(|(x, k)| (x, k, p))
                .or_else(|| by_literal(p).map(|(x, k)| (x, k, q)))
                .filter(|&(_, _, rest)| self.literal(rest).is_none()),
            Op::Binary(BinaryOp::Sub, p, q) => by_literal(q)
                .map(|(x, k)| (x, -k, p))
                .filter(|&(_, _, rest)| self.literal(rest).is_none()),
            _ => None,
        }
    }

    fn difference(&self, a: Value, b: Value) -> Form {
        match (self.float(a), self.factors(b)) {
            (Some(j), Some((x, y))) => match self.float(y) {
                Some(k) => form_k(Code::Affine, &[x], &[-k, j]),
                None => form_k(Code::RsubMulK, &[x, y], &[j]),
            },
            (Some(k), None) => form_k(Code::RsubK, &[b], &[k]),
            (None, Some((x, y))) => match self.float(y) {
                Some(k) => form_k(Code::FmaK, &[x, a], &[-k]),
                None => form(Code::Fnma, &[x, y, a]),
            },
            (None, None) => match self.factors(a) {
                Some((x, y)) => match self.float(y) {
                    Some(k) => form_k(Code::FmsK, &[x, b], &[k]),
                    None => form(Code::Fms, &[x, y, b]),
                },
                None => form(Code::Sub, &[a, b]),
            },
        }
    }

    /// Writes `v` as a·k.
    fn weight(&self, v: Value) -> (Value, f64) {
        let (mut a, mut k) = (v, 1.0);
        while let Op::Binary(BinaryOp::Mul, x, y) = self.op(a)
            && let Some(c) = self.float(y)
        {
            (a, k) = (x, k * c);
        }
        (a, k)
    }

    /// A gate where the rate of opening is part of the rate of decay.
    fn relaxation(&self, x: Value, a: Value, r: Value) -> Form {
        let (opening, k) = self.weight(a);
        let (sum, scale) = self.weight(r);
        for (this, other, sign) in self.terms(sum) {
            let ((this, this_k), (other, other_k)) = (self.weight(this), self.weight(other));
            let (this_k, other_k) = (this_k * sign.0 * scale, other_k * sign.1 * scale);
            let same = (this_k - k).abs() <= 4.0 * f64::EPSILON * k.abs();
            if this == opening && same && self.literal(other).is_none() {
                return form_k(Code::Gate, &[opening, other, x], &[k, other_k]);
            }
        }
        form_k(Code::Relax, &[opening, sum, x], &[k, scale])
    }

    /// The two terms of a sum or difference, each of them first, with their signs.
    fn terms(&self, v: Value) -> Vec<(Value, Value, (f64, f64))> {
        match self.op(v) {
            Op::Binary(BinaryOp::Add, p, q) => vec![(p, q, (1.0, 1.0)), (q, p, (1.0, 1.0))],
            Op::Binary(BinaryOp::Sub, p, q) => vec![(p, q, (1.0, -1.0)), (q, p, (-1.0, 1.0))],
            _ => Vec::new(),
        }
    }

    /// Is `v` never negative, being an exponential, or made of such?
    fn is_positive(&self, v: Value) -> bool {
        match self.op(v) {
            Op::Const(literal) => literal.float().is_some_and(|k| k > 0.0),
            Op::Unary(UnaryOp::Exp, _) => true,
            Op::Binary(BinaryOp::Mul | BinaryOp::Add, x, y) => {
                self.is_positive(x) && self.is_positive(y)
            }
            _ => false,
        }
    }

    /// z, where `v` is z·z·z that nothing else reads.
    fn cube(&self, v: Value) -> Option<Value> {
        let (p, q) = self.factors(v)?;
        let is_square_of = |square: Value, z: Value| self.factors(square) == Some((z, z));
        if is_square_of(p, q) {
            return Some(q);
        }
        is_square_of(q, p).then_some(p)
    }

    fn product(&self, a: Value, b: Value) -> Form {
        if a == b
            && self.uses[a.index()] == 2
            && let Op::Binary(BinaryOp::Mul, x, y) = self.op(a)
            && x == y
        {
            return form(Code::Pow4, &[x]);
        }
        if let Some(k) = self.float(b) {
            let function = match self.inner(a) {
                Some(Op::Unary(UnaryOp::Exp, x)) => self.exponential(x, k),
                Some(Op::Unary(UnaryOp::Exprel, x)) => Some(self.relative(x, k)),
                _ => None,
            };
            return function.unwrap_or_else(|| match self.factors(a) {
                Some((x, y)) if let Some(z) = self.cube(x) => form_k(Code::CubeMulK, &[z, y], &[k]),
                Some((x, y)) if let Some(z) = self.cube(y) => form_k(Code::CubeMulK, &[z, x], &[k]),
                Some((x, y)) if self.float(y).is_none() => form_k(Code::MulMulK, &[x, y], &[k]),
                _ => form_k(Code::MulK, &[a], &[k]),
            });
        }
        let fused = |inner: Value, rest: Value| match self.inner(inner)? {
            Op::Binary(BinaryOp::Add, x, y) => {
                Some(form_k(Code::AddKMul, &[x, rest], &[self.float(y)?]))
            }
            Op::Binary(BinaryOp::Sub, x, y) => {
                Some(form_k(Code::RsubKMul, &[y, rest], &[self.float(x)?]))
            }
            Op::Binary(BinaryOp::Mul, x, y) => Some(match self.float(y) {
                Some(k) => form_k(Code::MulMulK, &[x, rest], &[k]),
                None => form(Code::MulMul, &[x, y, rest]),
            }),
            _ => None,
        };
        fused(a, b)
            .or_else(|| fused(b, a))
            .unwrap_or_else(|| form(Code::Mul, &[a, b]))
    }

    fn quotient(&self, a: Value, b: Value) -> Form {
        let Some(s) = self.float(a) else {
            return form(Code::Div, &[a, b]);
        };
        if let Some(Op::Unary(UnaryOp::Exprel, x)) = self.inner(b) {
            let (x, k, j) = self.affine(x);
            return form_k(Code::OverExprel, &[x], &[k, j, 0.5 * s]);
        }
        if let Some(Op::Binary(BinaryOp::ExprelGiven, x, e)) = self.inner(b) {
            let ((x, k, j), (e, q)) = (self.affine(x), self.weight(e));
            return form_k(Code::OverExprelGiven, &[x, e], &[k, j, s, q]);
        }
        if let Some(Op::Binary(BinaryOp::Add, x, y)) = self.inner(b)
            && let Some(j) = self.float(y)
            && self.is_positive(b)
        {
            let (x, k) = self.weight(x);
            return form_k(Code::OverPositive, &[x], &[k, j, s]);
        }
        // No factor is drawn into the sum here: near a pole its rounding would show.
        let below = match self.inner(b) {
            Some(Op::Binary(BinaryOp::Add, x, y)) => self.sum(x, y),
            Some(Op::Binary(BinaryOp::Sub, x, y)) => self.difference(x, y),
            _ => return form_k(Code::RdivK, &[b], &[s]),
        };
        match (
            below.0,
            below
                .2
                .iter()
                .filter_map(|k| k.float())
                .collect::<Vec<_>>()
                .as_slice(),
        ) {
            (Code::Affine, &[k, j]) => form_k(Code::RdivAffine, &below.1, &[k, j, s]),
            (Code::AddK, &[j]) => form_k(Code::RdivAffine, &below.1, &[1.0, j, s]),
            (Code::RsubK, &[j]) => form_k(Code::RdivAffine, &below.1, &[-1.0, j, s]),
            _ => form_k(Code::RdivK, &[b], &[s]),
        }
    }

    fn integers(&self, op: BinaryOp, a: Value, b: Value) -> Form {
        let literal = match self.literal(b) {
            Some(Literal::U32(n)) => Some(n),
            _ => None,
        };
        let code = match (op, literal) {
            (BinaryOp::Add, Some(n)) => return add_literal(a, n),
            (BinaryOp::Sub, Some(n)) => return add_literal(a, n.wrapping_neg()),
            (BinaryOp::Add, None) => Code::AddU,
            (BinaryOp::Sub, None) => Code::SubU,
            (BinaryOp::Mul, _) => Code::MulU,
            (BinaryOp::Min, _) => Code::MinU,
            (BinaryOp::Max, _) => Code::MaxU,
            _ => Code::RemU,
        };
        form(code, &[a, b])
    }

    fn bools(&self, op: BinaryOp, a: Value, b: Value) -> Form {
        if op == BinaryOp::Or {
            return form(Code::Or, &[a, b]);
        }
        match (self.inner(a), self.inner(b)) {
            (_, Some(Op::Unary(UnaryOp::Not, x))) => self.and_not(a, x),
            (Some(Op::Unary(UnaryOp::Not, x)), _) => self.and_not(b, x),
            _ => form(Code::And, &[a, b]),
        }
    }

    /// a and not b; one instruction where a condition begins to hold.
    fn and_not(&self, a: Value, b: Value) -> Form {
        let beyond = |v: Value| match self.inner(v)? {
            Op::Compare(op, x, y) => Some((op, x, self.float(y)?)),
            _ => None,
        };
        match (beyond(a), beyond(b)) {
            (Some((CompareOp::Gt, x, k)), Some((CompareOp::Gt, y, j))) => {
                form_k(Code::RiseGt, &[x, y], &[k, j])
            }
            (Some((CompareOp::Ge, x, k)), Some((CompareOp::Ge, y, j))) => {
                form_k(Code::RiseGe, &[x, y], &[k, j])
            }
            _ => form(Code::AndNot, &[a, b]),
        }
    }

    fn compare(&self, op: CompareOp, a: Value, b: Value) -> Form {
        if self.literal(a).is_some() && self.literal(b).is_none() {
            return self.compare(flipped(op), b, a);
        }
        let float = self.block.type_of(a) == Type::Float;
        if let Some(k) = self.literal(b)
            && let Some(code) = compare_literal(op, float)
        {
            return (code, vec![a], vec![k]);
        }
        let (op, a, b) = match op {
            CompareOp::Gt | CompareOp::Ge => (flipped(op), b, a),
            _ => (op, a, b),
        };
        let code = match (op, float) {
            (CompareOp::Lt | CompareOp::Gt, true) => Code::Lt,
            (CompareOp::Le | CompareOp::Ge, true) => Code::Le,
            (CompareOp::Eq, true) => Code::Eq,
            (CompareOp::Ne, true) => Code::Ne,
            (CompareOp::Lt | CompareOp::Gt, false) => Code::LtU,
            (CompareOp::Le | CompareOp::Ge, false) => Code::LeU,
            (CompareOp::Eq, false) => Code::EqU,
            (CompareOp::Ne, false) => Code::NeU,
        };
        form(code, &[a, b])
    }

    fn choice(&self, cond: Value, yes: Value, no: Value) -> Form {
        match (self.literal(yes), self.literal(no)) {
            (Some(k), Some(j)) => (Code::SelectKK, vec![cond], vec![k, j]),
            (Some(k), None) => (Code::SelectK, vec![cond, no], vec![k]),
            (None, Some(k)) => (Code::SelectOrK, vec![cond, yes], vec![k]),
            (None, None) => form(Code::Select, &[cond, yes, no]),
        }
    }
}

fn add_literal(a: Value, n: u32) -> Form {
    (Code::AddUK, vec![a], vec![Literal::U32(n)])
}

/// The comparison that holds of (b, a) where `op` holds of (a, b).
fn flipped(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Lt => CompareOp::Gt,
        CompareOp::Le => CompareOp::Ge,
        CompareOp::Gt => CompareOp::Lt,
        CompareOp::Ge => CompareOp::Le,
        CompareOp::Eq | CompareOp::Ne => op,
    }
}

fn compare_literal(op: CompareOp, float: bool) -> Option<Code> {
    Some(match (op, float) {
        (CompareOp::Lt, true) => Code::LtK,
        (CompareOp::Le, true) => Code::LeK,
        (CompareOp::Gt, true) => Code::GtK,
        (CompareOp::Ge, true) => Code::GeK,
        (CompareOp::Eq, true) => Code::EqK,
        (CompareOp::Ne, true) => Code::NeK,
        (CompareOp::Lt, false) => Code::LtUK,
        (CompareOp::Gt, false) => Code::GtUK,
        (CompareOp::Eq, false) => Code::EqUK,
        (CompareOp::Ne, false) => Code::NeUK,
        (CompareOp::Le | CompareOp::Ge, false) => return None,
    })
}
