//! Relaxations: what an exponential step does to a state.
//!
//! Takes the operands; gives the instruction. Must not know registers.

use super::{Form, Selector, form_k};
use crate::exec::cpu::program::Code;
use crate::ir::{BinaryOp, Op, Value};

impl Selector<'_> {
    /// Writes `v` as a·k.
    pub(super) fn weight(&self, v: Value) -> (Value, f64) {
        let (mut a, mut k) = (v, 1.0);
        while let Op::Binary(BinaryOp::Mul, x, y) = self.op(a)
            && let Some(c) = self.float(y)
        {
            (a, k) = (x, k * c);
        }
        (a, k)
    }

    /// A gate where the rate of opening is part of the rate of decay.
    pub(super) fn relaxation(&self, x: Value, a: Value, r: Value) -> Form {
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
        let code = if self.block.is_conductance(sum) {
            Code::RelaxMembrane
        } else {
            Code::Relax
        };
        form_k(code, &[opening, sum, x], &[k, scale])
    }

    /// The two terms of a sum or difference, each of them first, with their signs.
    fn terms(&self, v: Value) -> Vec<(Value, Value, (f64, f64))> {
        match self.op(v) {
            Op::Binary(BinaryOp::Add, p, q) => vec![(p, q, (1.0, 1.0)), (q, p, (1.0, 1.0))],
            Op::Binary(BinaryOp::Sub, p, q) => vec![(p, q, (1.0, -1.0)), (q, p, (-1.0, 1.0))],
            _ => Vec::new(),
        }
    }
}
