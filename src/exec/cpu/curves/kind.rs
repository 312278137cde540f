//! What each value of a block depends on.
//!
//! Takes a block; gives a [`Kind`] for each value. Must not know what is worth looking up.

use crate::ir::{BinaryOp, Block, Op, Type, UnaryOp, Value};

/// What a value is made of, beside literals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// Nothing.
    Const,
    /// a + b·x with literals a and b.
    Linear(Value),
    /// x alone.
    Of(Value),
    /// p(x) + q(x)·c.
    Line(Value, Value),
}

use Kind::{Const, Line, Linear, Of};

/// The kind of each value of `block`. What depends on more is the x of what depends on it.
pub(super) fn kinds(block: &Block) -> Vec<Kind> {
    let uses = block.uses();
    let mut kinds: Vec<Kind> = Vec::with_capacity(block.instrs.len());
    for (index, instr) in block.instrs.iter().enumerate() {
        // The change of a state at a stage of a step is needed as it is, and so is what it leads to.
        let at = |v: Value| match kinds[v.index()] {
            Line(..) if uses[v.index()] > 1 => Linear(v),
            kind => kind,
        };
        let kind = match instr.op {
            _ if instr.ty != Type::Float => None,
            Op::Const(_) => Some(Const),
            Op::Unary(UnaryOp::Neg, a) => Some(at(a)),
            // What jumps is no polynomial, and at the very end of a segment that would not be seen.
            Op::Unary(UnaryOp::ToFloat | UnaryOp::Floor | UnaryOp::Ceil, _) => None,
            Op::Unary(_, a) => function(&[at(a)]),
            Op::Binary(op, a, b) => binary(op, at(a), at(b)),
            Op::Relax { x, a, r } => relaxation(at(x), at(a), at(r)),
            _ => None,
        };
        let itself = Linear(Value::at(index));
        kinds.push(kind.unwrap_or(itself));
    }
    kinds
}

/// A function of what all `parts` are functions of, if that is one value.
fn function(parts: &[Kind]) -> Option<Kind> {
    let mut of = Const;
    for &part in parts {
        of = match (of, part) {
            (of, Const) => of,
            (Const, Linear(x) | Of(x)) => Of(x),
            (Of(x), Linear(y) | Of(y)) if x == y => of,
            _ => return None,
        };
    }
    Some(of)
}

fn binary(op: BinaryOp, a: Kind, b: Kind) -> Option<Kind> {
    match op {
        BinaryOp::Add | BinaryOp::Sub => sum(a, b),
        BinaryOp::Mul => scaled(a, b).or_else(|| scaled(b, a)),
        BinaryOp::Div => scaled(a, b),
        BinaryOp::Min | BinaryOp::Max | BinaryOp::Pow | BinaryOp::ExprelGiven => function(&[a, b]),
        BinaryOp::Rem | BinaryOp::And | BinaryOp::Or => None,
    }
}

fn sum(a: Kind, b: Kind) -> Option<Kind> {
    match (a, b) {
        (Const, other) | (other, Const) => return Some(other),
        (Linear(x), Linear(y)) if x == y => return Some(Linear(x)),
        _ => {}
    }
    if let Some(of) = function(&[a, b]) {
        return Some(of);
    }
    let (x, c) = match (a, b) {
        (Line(x, c), _) | (_, Line(x, c)) | (Of(x), Linear(c)) | (Linear(c), Of(x)) => (x, c),
        _ => return None,
    };
    let fits = |part: Kind| match part {
        Const => true,
        Linear(y) => y == x || y == c,
        Of(y) => y == x,
        Line(..) => part == Line(x, c),
    };
    (fits(a) && fits(b)).then_some(Line(x, c))
}

/// `a` times `b`, or divided by it.
fn scaled(a: Kind, b: Kind) -> Option<Kind> {
    match (a, b) {
        (_, Const) => Some(a),
        (Line(x, c), Linear(y) | Of(y)) if x == y => Some(Line(x, c)),
        (Linear(c), Of(x)) if x != c => Some(Line(x, c)),
        _ => function(&[a, b]),
    }
}

/// c + (a − r·c)·(1 − e⁻ʳ)/r.
fn relaxation(c: Kind, a: Kind, r: Kind) -> Option<Kind> {
    match (c, function(&[a, r])?) {
        (Linear(c), Of(x)) if x != c => Some(Line(x, c)),
        (Linear(_), Const) => Some(c),
        (_, of) => function(&[c, of]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Builder, Slot};

    #[test]
    fn a_gate_is_linear_in_itself_and_a_function_of_the_potential() {
        let mut b = Builder::new("test");
        let (v, n) = (Slot::State(0), Slot::State(1));
        let (v, n) = (b.load(v, Type::Float), b.load(n, Type::Float));
        let rate = b.unary(UnaryOp::Exp, v);
        let one = b.float(1.0);
        let closed = b.sub(one, n);
        let opening = b.mul(rate, closed);
        let closing = b.mul(n, rate);
        let change = b.sub(opening, closing);
        let next = b.add(n, change);
        let moved = b.add(v, next);
        b.store(Slot::State(1), next);
        b.store(Slot::State(0), moved);
        let block = b.finish();
        let kinds = kinds(&block);
        let stored = |slot| block.stored(slot).unwrap();
        let loaded = |slot| {
            let is_load = |i: &crate::ir::Instr| i.op == Op::Load(slot);
            Value::at(block.instrs.iter().position(is_load).unwrap())
        };
        let (v, n) = (loaded(Slot::State(0)), loaded(Slot::State(1)));
        assert_eq!(kinds[v.index()], Linear(v));
        assert_eq!(kinds[stored(Slot::State(1)).index()], Line(v, n));
        // Read twice, the gate is a value of its own.
        let moved = stored(Slot::State(0));
        assert_eq!(kinds[moved.index()], Linear(moved));
    }

    #[test]
    fn what_depends_on_two_values_is_a_value_of_its_own() {
        assert_eq!(scaled(Of(Value(1)), Of(Value(2))), None);
        assert_eq!(sum(Of(Value(1)), Of(Value(2))), None);
        assert_eq!(sum(Linear(Value(1)), Linear(Value(2))), None);
        assert_eq!(
            scaled(Linear(Value(1)), Linear(Value(1))),
            Some(Of(Value(1)))
        );
        assert_eq!(scaled(Of(Value(1)), Linear(Value(2))), None);
    }
}
