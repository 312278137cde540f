//! Integers, truth values, comparisons and choices.
//!
//! Takes the operands; gives the instruction. Must not know registers.

use super::{Form, Selector, form, form_k};
use crate::exec::cpu::program::Code;
use crate::ir::{BinaryOp, CompareOp, Literal, Op, Type, UnaryOp, Value};

impl Selector<'_> {
    pub(super) fn integers(&self, op: BinaryOp, a: Value, b: Value) -> Form {
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

    pub(super) fn bools(&self, op: BinaryOp, a: Value, b: Value) -> Form {
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

    pub(super) fn compare(&self, op: CompareOp, a: Value, b: Value) -> Form {
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

    pub(super) fn choice(&self, cond: Value, yes: Value, no: Value) -> Form {
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
