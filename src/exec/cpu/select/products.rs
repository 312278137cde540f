//! Products and quotients, with what is drawn into them.
//!
//! Takes the operands; gives the instruction. Must not know registers.

use super::{Form, LARGEST_SHIFT, Selector, form, form_k};
use crate::exec::cpu::program::Code;
use crate::ir::{BinaryOp, Op, UnaryOp, Value};

impl Selector<'_> {
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

    /// z and k, where `v` is z·z·z·k that nothing else reads.
    fn weighted_cube(&self, v: Value) -> Option<(Value, f64)> {
        let weighted = match self.inner(v)? {
            Op::Binary(BinaryOp::Mul, x, y) => self.float(y).map(|k| (x, k)),
            _ => None,
        };
        let (cube, k) = weighted.unwrap_or((v, 1.0));
        Some((self.cube(cube)?, k))
    }

    /// z and k, where a·b is z·z·z·z·k, and nothing else reads z·z.
    fn fourth(&self, a: Value, b: Value) -> Option<(Value, f64)> {
        let weighted = |v: Value, square: Value| match self.inner(v) {
            Some(Op::Binary(BinaryOp::Mul, x, y)) if x == square => self.float(y),
            _ => None,
        };
        let (square, k) = if a == b {
            (a, 1.0)
        } else {
            let first = weighted(a, b).map(|k| (b, k));
            first.or_else(|| weighted(b, a).map(|k| (a, k)))?
        };
        match self.op(square) {
            Op::Binary(BinaryOp::Mul, x, y) if x == y && self.uses[square.index()] == 2 => {
                Some((x, k))
            }
            _ => None,
        }
    }

    /// weight·a·b, where one of them is a cube.
    fn cube_product(&self, a: Value, b: Value, weight: f64) -> Option<Form> {
        [(a, b), (b, a)].into_iter().find_map(|(cube, rest)| {
            let (z, k) = self.weighted_cube(cube)?;
            Some(form_k(Code::CubeMulK, &[z, rest], &[k * weight]))
        })
    }

    /// weight·a·b, where that is a fourth power.
    fn fourth_power(&self, a: Value, b: Value, weight: f64) -> Option<Form> {
        let (z, k) = self.fourth(a, b)?;
        Some(match k * weight {
            1.0 => form(Code::Pow4, &[z]),
            k => form_k(Code::Pow4K, &[z], &[k]),
        })
    }

    pub(super) fn product(&self, a: Value, b: Value) -> Form {
        if let Some(form) = self.fourth_power(a, b, 1.0) {
            return form;
        }
        if let Some(k) = self.float(b) {
            if let Some(form) = self.logistic(a, k, 0.0).filter(|_| self.inner(a).is_some()) {
                return form;
            }
            let function = match self.inner(a) {
                Some(Op::Unary(UnaryOp::Exp, x)) => self.exponential(x, k),
                Some(Op::Unary(UnaryOp::Exprel, x)) => Some(self.relative(x, k)),
                _ => None,
            };
            let powers_and_products = || {
                let (x, y) = self.product_of_values(a)?;
                let power = self.fourth_power(x, y, k);
                let power = power.or_else(|| self.cube_product(x, y, k));
                Some(power.unwrap_or_else(|| form_k(Code::MulMulK, &[x, y], &[k])))
            };
            return function
                .or_else(powers_and_products)
                .unwrap_or_else(|| form_k(Code::MulK, &[a], &[k]));
        }
        if let Some(form) = self.cube_product(a, b, 1.0) {
            return form;
        }
        let is_cube = |v: Value| self.weighted_cube(v).is_some();
        let fused = |inner: Value, rest: Value| match self.inner(inner)? {
            // Its cube is of one instruction with the other factor.
            Op::Binary(BinaryOp::Mul, x, y) if is_cube(x) || is_cube(y) => None,
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

    pub(super) fn quotient(&self, a: Value, b: Value) -> Form {
        let Some(s) = self.float(a) else {
            return match self.inner(a) {
                Some(Op::Binary(BinaryOp::Sub, x, y)) => form(Code::SubDiv, &[x, y, b]),
                _ => form(Code::Div, &[a, b]),
            };
        };
        if let Some(form) = self.logistic_of(s, b, 1.0, 0.0) {
            return form;
        }
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
            Some(Op::Binary(BinaryOp::Add, x, y)) => self.sum(x, y, 1.0),
            Some(Op::Binary(BinaryOp::Sub, x, y)) => self.sum(x, y, -1.0),
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

    /// k·v + q, where v is a quotient s/(c + w·eˣ) of positive c and w, and x affine.
    pub(super) fn logistic(&self, v: Value, k: f64, q: f64) -> Option<Form> {
        match self.op(v) {
            Op::Binary(BinaryOp::Div, s, below) => self.logistic_of(self.float(s)?, below, k, q),
            _ => None,
        }
    }

    /// k·s/below + q, where `below` and its exponential are read here alone.
    fn logistic_of(&self, s: f64, below: Value, k: f64, q: f64) -> Option<Form> {
        let Op::Binary(BinaryOp::Add, product, c) = self.inner(below)? else {
            return None;
        };
        let c = self.float(c)?;
        let (e, w) = match self.inner(product)? {
            Op::Binary(BinaryOp::Mul, e, w) => (e, self.float(w)?),
            _ => (product, 1.0),
        };
        let Op::Unary(UnaryOp::Exp, x) = self.inner(e)? else {
            return None;
        };
        let (x, slope, shift) = self.affine(x);
        let shift = shift * std::f64::consts::LOG2_E + (w / c).log2();
        let fits = w > 0.0 && c > 0.0 && shift.abs() <= 2.0 * LARGEST_SHIFT;
        let slope = slope * std::f64::consts::LOG2_E;
        fits.then(|| form_k(Code::Logistic, &[x], &[slope, shift, k * s / c, q]))
    }
}
