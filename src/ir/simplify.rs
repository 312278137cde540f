//! Rules by which an operator of two arguments is something simpler.
//!
//! Takes operands that are values of a builder; gives another of its values, or none. Every rule is
//! exact or one rounding in f64 away from it: `x/c` becomes `x·(1/c)` and `(x·c)·d` becomes
//! `x·(c·d)`, each at most 1 ULP.

use super::{BinaryOp, Builder, Literal, Op, Type, UnaryOp, Value};

impl Builder {
    /// What `a op b` is without computing it, where it is something simpler. A commuting operator has
    /// its literal last.
    pub(super) fn simplified(&mut self, op: BinaryOp, a: Value, b: Value) -> Option<Value> {
        match op {
            BinaryOp::Add => self.simplified_add(a, b),
            BinaryOp::Sub => self.simplified_sub(a, b),
            BinaryOp::Mul => self.simplified_mul(a, b),
            BinaryOp::Div => self.simplified_div(a, b),
            BinaryOp::Pow => self.simplified_pow(a, b),
            BinaryOp::Min | BinaryOp::Max if a == b => Some(a),
            BinaryOp::And | BinaryOp::Or => self.simplified_logic(op, a, b),
            BinaryOp::Min | BinaryOp::Max | BinaryOp::Rem | BinaryOp::ExprelGiven => None,
        }
    }

    fn simplified_add(&mut self, a: Value, b: Value) -> Option<Value> {
        if self.is_zero(b) {
            return Some(a);
        }
        if let Op::Unary(UnaryOp::Neg, y) = self.op(b) {
            return Some(self.sub(a, y));
        }
        if let Op::Unary(UnaryOp::Neg, x) = self.op(a) {
            return Some(self.sub(b, x));
        }
        None
    }

    fn simplified_sub(&mut self, a: Value, b: Value) -> Option<Value> {
        if a == b && self.type_of(a) == Type::U32 {
            return Some(self.u32(0));
        }
        if self.is_zero(b) {
            return Some(a);
        }
        if self.type_of(a) != Type::Float {
            return None;
        }
        if a == b {
            return Some(self.float(0.0));
        }
        if self.is_zero(a) {
            return Some(self.unary(UnaryOp::Neg, b));
        }
        if let Op::Unary(UnaryOp::Neg, y) = self.op(b) {
            return Some(self.add(a, y));
        }
        let k = self.float_literal(b)?;
        let k = self.float(-k);
        Some(self.add(a, k))
    }

    fn simplified_mul(&mut self, a: Value, b: Value) -> Option<Value> {
        if self.is_zero(b) {
            return Some(b);
        }
        let k = match self.literal(b)? {
            Literal::U32(n) => return (n == 1).then_some(a),
            literal => literal.float()?,
        };
        #[expect(clippy::float_cmp, reason = "exactly one and minus one are meant")]
        if k == 1.0 {
            return Some(a);
        } else if k == -1.0 {
            return Some(self.unary(UnaryOp::Neg, a));
        }
        match self.op(a) {
            Op::Unary(UnaryOp::Neg, x) => {
                let k = self.float(-k);
                Some(self.mul(x, k))
            }
            Op::Binary(BinaryOp::Mul, x, c) => {
                let product = self.float_literal(c)? * k;
                if !product.is_normal() {
                    return None;
                }
                let product = self.float(product);
                Some(self.mul(x, product))
            }
            _ => None,
        }
    }

    fn simplified_div(&mut self, a: Value, b: Value) -> Option<Value> {
        if self.is_zero(a) && !self.is_zero(b) {
            return Some(a);
        }
        let reciprocal = 1.0 / self.float_literal(b)?;
        if !reciprocal.is_normal() {
            return None;
        }
        let reciprocal = self.float(reciprocal);
        Some(self.mul(a, reciprocal))
    }

    /// Small whole powers are products; powers of a half are square roots.
    fn simplified_pow(&mut self, a: Value, b: Value) -> Option<Value> {
        let k = self.float_literal(b)?;
        #[expect(clippy::float_cmp, reason = "exactly one half is meant")]
        if k == 0.5 {
            return Some(self.unary(UnaryOp::Sqrt, a));
        }
        if k.fract() != 0.0 || k.abs() > 16.0 {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number up to 16"
        )]
        let power = self.whole_power(a, k.abs() as u32);
        if k < 0.0 {
            let one = self.float(1.0);
            return Some(self.div(one, power));
        }
        Some(power)
    }

    fn whole_power(&mut self, a: Value, n: u32) -> Value {
        if n == 0 {
            return self.float(1.0);
        }
        let half = if n == 1 {
            return a;
        } else {
            self.whole_power(a, n / 2)
        };
        let square = self.mul(half, half);
        if n % 2 == 1 {
            self.mul(square, a)
        } else {
            square
        }
    }

    fn simplified_logic(&mut self, op: BinaryOp, a: Value, b: Value) -> Option<Value> {
        if a == b {
            return Some(a);
        }
        let known = self.literal(b)?.truth();
        match (op, known) {
            (BinaryOp::And, true) | (BinaryOp::Or, false) => Some(a),
            (BinaryOp::And, false) | (BinaryOp::Or, true) => Some(b),
            _ => None,
        }
    }

    /// −a where that costs no more than a.
    pub(super) fn negated(&mut self, a: Value) -> Option<Value> {
        match self.op(a) {
            Op::Const(literal) => {
                let k = literal.float()?;
                Some(self.float(-k))
            }
            Op::Unary(UnaryOp::Neg, x) => Some(x),
            Op::Binary(BinaryOp::Sub, x, y) => Some(self.sub(y, x)),
            Op::Binary(BinaryOp::Mul, x, y) => {
                let k = self.float_literal(y)?;
                let k = self.float(-k);
                Some(self.mul(x, k))
            }
            Op::Binary(BinaryOp::Add, x, y) => {
                let (x, y) = (self.negated(x)?, self.negated(y)?);
                Some(self.add(x, y))
            }
            _ => None,
        }
    }

    /// The number that `value` is, if it is a literal one.
    pub(super) fn float_literal(&self, value: Value) -> Option<f64> {
        self.literal(value)?.float()
    }

    fn is_zero(&self, value: Value) -> bool {
        match self.literal(value) {
            Some(Literal::Float(x)) => x == 0.0,
            Some(Literal::U32(n)) => n == 0,
            Some(Literal::Bool(_)) | None => false,
        }
    }
}
