//! Quotients by one divisor, from a single reciprocal.
//!
//! a/x and b/x are a·r and b·r with r = 1/x: a product for each instead of a division, which takes
//! several times as long on every processor. Where x is the same in all steps of a cell, such as a
//! capacitance that the grid varies, r is worked out once for the cell, and one quotient is enough.

use super::super::{BinaryOp, Block, Builder, Class, Op, Value, classify};
use super::Pass;

pub(super) const RECIPROCALS: Pass = Pass {
    name: "reciprocals",
    doc: "quotients by one divisor are products with one reciprocal",
    bound: "a quotient is off by one more unit in the last place, for divisors from 2^-126 to 2^126",
    run: share,
};

/// Quotients of one step that make a reciprocal of the same step worth its while.
const ENOUGH: usize = 2;

fn share(block: &Block) -> Block {
    let shared = shared(block);
    let mut b = Builder::new(block.label);
    let mut here: Vec<Value> = Vec::with_capacity(block.instrs.len());
    for instr in &block.instrs {
        let value = match instr.op {
            Op::Binary(BinaryOp::Div, a, x) if shared[x.index()] => {
                let one = b.float(1.0);
                let reciprocal = b.div(one, here[x.index()]);
                b.mul(here[a.index()], reciprocal)
            }
            op => b.emit(op.map_operands(|v| here[v.index()]), instr.ty),
        };
        here.push(value);
    }
    b.store_as(block, |v| here[v.index()]);
    b.finish()
}

/// The divisors whose reciprocals are shared.
fn shared(block: &Block) -> Vec<bool> {
    let classes = classify(block);
    let mut quotients = vec![0; block.instrs.len()];
    for (instr, class) in block.instrs.iter().zip(&classes) {
        if let (Op::Binary(BinaryOp::Div, _, x), Class::Step) = (instr.op, class) {
            quotients[x.index()] += 1;
        }
    }
    let worth = |(n, class): (usize, &Class)| match class {
        Class::Step => n >= ENOUGH,
        Class::Run | Class::Time | Class::Cell => n > 0,
    };
    quotients.into_iter().zip(&classes).map(worth).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::{Slot, Type};
    use super::super::tests::stored;
    use super::*;

    const X: Slot = Slot::State(0);
    const C: Slot = Slot::Param(0);

    /// A block that stores the quotient of each pair of slots.
    fn quotients(of: &[(Slot, Slot)]) -> Block {
        let mut b = Builder::new("test");
        for (&(above, below), i) in of.iter().zip(3..) {
            let (above, below) = (b.load(above, Type::Float), b.load(below, Type::Float));
            let y = b.div(above, below);
            b.store(Slot::State(i), y);
        }
        b.finish()
    }

    fn n_divisions(block: &Block) -> usize {
        let ops = block.instrs.iter().map(|instr| instr.op);
        ops.filter(|op| matches!(op, Op::Binary(BinaryOp::Div, ..)))
            .count()
    }

    const Y: Slot = Slot::State(1);
    const Z: Slot = Slot::State(2);

    #[test]
    fn quotients_are_what_they_were() {
        let plain = quotients(&[(X, Z), (Y, Z), (X, C), (Y, X)]);
        let shared = share(&plain);
        assert_eq!((n_divisions(&plain), n_divisions(&shared)), (4, 3));
        for i in 1..2000 {
            let at = f64::from(i);
            let results = |block: &Block| {
                stored(block, |slot| match slot {
                    X => Some(0.37 * at - 300.0),
                    Y => Some(-1e3 / at),
                    Z => Some(1e-3 * at * at),
                    C => Some(0.1 + 0.01 * at),
                    _ => None,
                })
            };
            for (a, b) in results(&plain).iter().zip(results(&shared)) {
                // Of the reciprocal and of the product half a unit each, and that of the quotient.
                assert!((a - b).abs() <= 1.5 * f64::EPSILON * a.abs(), "{a} and {b}");
            }
        }
    }

    #[test]
    fn one_quotient_by_what_changes_in_every_step_is_left_alone() {
        let plain = quotients(&[(X, Z), (Y, X)]);
        assert_eq!(share(&plain), plain);
        // Both are of the cell: the quotient itself is worked out once.
        let cell = quotients(&[(Slot::Param(1), C)]);
        assert_eq!(share(&cell), cell);
        assert_ne!(share(&quotients(&[(X, C)])), quotients(&[(X, C)]));
    }
}
