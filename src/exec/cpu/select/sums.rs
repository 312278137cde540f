//! Sums and differences: one instruction for up to five terms with their weights.
//!
//! Takes the operands of a sum; gives the instruction. Sums and weights that nothing else reads are
//! drawn into it, a product of two values into a fused multiplication.
//!
//! Must not know registers.

use super::{Form, Selector, form, form_k};
use crate::exec::cpu::program::{Code, SOURCES};
use crate::ir::{BinaryOp, Op, Slot, Type, Value};

/// Σ k·x + j.
#[derive(Clone, Debug, Default)]
struct Linear {
    terms: Vec<(Value, f64)>,
    shift: f64,
}

impl Selector<'_> {
    /// a + sign·b, where `sign` is 1 or −1.
    pub(super) fn sum(&self, a: Value, b: Value, sign: f64) -> Form {
        self.fused_product(a, b, sign).unwrap_or_else(|| {
            let terms = |most: usize| self.linear([(a, 1.0), (b, sign)], most);
            self.many_terms(&terms(SOURCES))
                .unwrap_or_else(|| self.two_terms(&terms(2)))
        })
    }

    /// a + sign·b, where one of them is a product of two values that nothing else reads.
    fn fused_product(&self, a: Value, b: Value, sign: f64) -> Option<Form> {
        if let Some((x, y)) = self.product_of_values(b) {
            let (literal, plain) = if sign > 0.0 {
                (Code::MulAddK, Code::Fma)
            } else {
                (Code::RsubMulK, Code::Fnma)
            };
            return Some(match self.float(a) {
                Some(j) => form_k(literal, &[x, y], &[j]),
                None => self
                    .shifted_product(x, y, a, sign)
                    .unwrap_or_else(|| form(plain, &[x, y, a])),
            });
        }
        let (x, y) = self.product_of_values(a)?;
        Some(match self.float(b) {
            Some(j) => form_k(Code::MulAddK, &[x, y], &[sign * j]),
            None if sign > 0.0 => self
                .shifted_product(x, y, b, sign)
                .unwrap_or_else(|| form(Code::Fma, &[x, y, b])),
            None => form(Code::Fms, &[x, y, b]),
        })
    }

    /// rest + sign·x·y, where one factor is a sum with a literal that nothing else reads, as the driving
    /// force of a current is.
    fn shifted_product(&self, x: Value, y: Value, rest: Value, sign: f64) -> Option<Form> {
        let shifted = |v: Value| match self.inner(v)? {
            Op::Binary(BinaryOp::Add, x, y) => Some((x, self.float(y)?)),
            _ => None,
        };
        [(x, y), (y, x)].into_iter().find_map(|(a, sum)| {
            let (b, shift) = shifted(sum)?;
            let (a, weight) = self.lone_weight(a).unwrap_or((a, 1.0));
            let k = [shift, sign * weight];
            Some(form_k(Code::FmaShift, &[a, b, rest], &k))
        })
    }

    /// x and k of a product that nothing else reads, where no instruction that makes x has room for k.
    fn lone_weight(&self, v: Value) -> Option<(Value, f64)> {
        match self.inner(v)? {
            Op::Binary(BinaryOp::Mul, x, y)
                if self.inner(x).is_none() || matches!(self.op(x), Op::Load(_)) =>
            {
                Some((x, self.float(y)?))
            }
            _ => None,
        }
    }

    /// The factors of a product that nothing else reads, none of them a literal.
    pub(super) fn product_of_values(&self, v: Value) -> Option<(Value, Value)> {
        self.factors(v).filter(|&(_, y)| self.float(y).is_none())
    }

    /// The sum of `parts` as at most `most` terms, of which there is one for each part at least.
    fn linear(&self, parts: [(Value, f64); 2], most: usize) -> Linear {
        let mut sum = Linear::default();
        let [(a, k), (b, s)] = parts;
        let later = usize::from(self.float(b).is_none());
        self.gather(a, k, most - later, &mut sum);
        self.gather(b, s, most - sum.terms.len(), &mut sum);
        sum
    }

    /// Adds k·v to `sum`, in at most `room` terms.
    fn gather(&self, v: Value, k: f64, room: usize, sum: &mut Linear) {
        if let Some(c) = self.float(v) {
            sum.shift += k * c;
            return;
        }
        match self.inner(v) {
            Some(Op::Binary(BinaryOp::Mul, x, y)) if self.float(y).is_some() => {
                let weight = self.float(y).unwrap_or(1.0);
                sum.terms.push((x, k * weight));
            }
            Some(Op::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), x, y))
                if self.opens(x, y, room) =>
            {
                let sign = if op == BinaryOp::Add { 1.0 } else { -1.0 };
                let before = sum.terms.len();
                let later = usize::from(self.float(y).is_none());
                self.gather(x, k, room - later, sum);
                self.gather(y, sign * k, room - (sum.terms.len() - before), sum);
            }
            _ => sum.terms.push((v, k)),
        }
    }

    /// Is the sum of x and y to be opened, where there is room for so many terms? The new value of a
    /// state is not: it rounds in the same way whoever reads it.
    fn opens(&self, x: Value, y: Value, room: usize) -> bool {
        let is_float = self.block.type_of(x) == Type::Float;
        let literals = [x, y].iter().filter(|v| self.float(**v).is_some()).count();
        let products = [x, y].map(|v| self.product_of_values(v).is_some());
        let of_state = [x, y].iter().any(|v| self.is_state(*v));
        is_float && !of_state && room + literals >= 2 && products == [false, false]
    }

    /// Is it a state, or a temp, which may stand for one?
    fn is_state(&self, v: Value) -> bool {
        matches!(self.op(v), Op::Load(Slot::State(_) | Slot::Temp(_)))
    }

    /// Three terms or more, one of which has no weight and is added last: best the state, the largest of them.
    fn many_terms(&self, sum: &Linear) -> Option<Form> {
        let code = match sum.terms.len() {
            3 => Code::Sum,
            4 => Code::Sum4,
            5 => Code::Sum5,
            _ => return None,
        };
        let mut terms = sum.terms.clone();
        let plain = |&(_, k): &(Value, f64)| is(k, 1.0);
        let is_state = |term: &(Value, f64)| plain(term) && self.is_state(term.0);
        let last = terms.iter().position(is_state);
        let last = last.or_else(|| terms.iter().rposition(plain))?;
        terms[..=last].rotate_right(1);
        // What has no weight is added to the product of what has one, in one rounding.
        terms[1..].sort_by_key(plain);
        let src: Vec<Value> = terms.iter().map(|&(x, _)| x).collect();
        let weights = terms[1..].iter().map(|&(_, k)| k);
        let k: Vec<f64> = std::iter::once(sum.shift).chain(weights).collect();
        Some(form_k(code, &src, &k))
    }

    fn two_terms(&self, sum: &Linear) -> Form {
        let j = sum.shift;
        match *sum.terms.as_slice() {
            [(x, k)] => self.one_term(x, k, j),
            [(x, k), (y, s)] if is(j, 0.0) => match (k, s) {
                _ if is(k, 1.0) && is(s, 1.0) => form(Code::Add, &[x, y]),
                _ if is(k, 1.0) && is(s, -1.0) => form(Code::Sub, &[x, y]),
                _ if is(k, -1.0) && is(s, 1.0) => form(Code::Sub, &[y, x]),
                _ if is(s, 1.0) => form_k(Code::FmaK, &[x, y], &[k]),
                _ if is(k, 1.0) => form_k(Code::FmaK, &[y, x], &[s]),
                _ if is(s, -1.0) => form_k(Code::FmsK, &[x, y], &[k]),
                _ if is(k, -1.0) => form_k(Code::FmsK, &[y, x], &[s]),
                _ => form_k(Code::Pair, &[x, y], &[k, j, s]),
            },
            [(x, k), (y, s)] if is(s, 1.0) => form_k(Code::FmaKAdd, &[x, y], &[k, j]),
            [(x, k), (y, s)] if is(k, 1.0) => form_k(Code::FmaKAdd, &[y, x], &[s, j]),
            [(x, k), (y, s)] => form_k(Code::Pair, &[x, y], &[k, j, s]),
            _ => form_k(Code::Splat, &[], &[j]),
        }
    }

    /// k·x + j.
    fn one_term(&self, x: Value, k: f64, j: f64) -> Form {
        if let Some(form) = self.logistic(x, k, j).filter(|_| self.inner(x).is_some()) {
            return form;
        }
        match k {
            _ if is(k, 1.0) => form_k(Code::AddK, &[x], &[j]),
            _ if is(k, -1.0) => form_k(Code::RsubK, &[x], &[j]),
            _ if is(j, 0.0) => form_k(Code::MulK, &[x], &[k]),
            _ => form_k(Code::Affine, &[x], &[k, j]),
        }
    }
}

#[expect(clippy::float_cmp, reason = "exactly that weight is meant")]
fn is(weight: f64, exactly: f64) -> bool {
    weight == exactly
}
