//! A block for many cells, operator by operator: what [`evaluate`](super::evaluate) gives for each of them, in a
//! fraction of the time.
//!
//! Takes a block and a column of floats for every slot that it loads; gives a column for every slot that it stores.
//! What an operator means is in `op` and `eval` alone.

use std::ops::Range;

use super::eval::{Environment, result};
use super::{Block, Literal, Op, Slot, Type};

/// A value of each cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Floats.
    Float(Vec<f64>),
    /// Integers.
    U32(Vec<u32>),
    /// Truth values.
    Bool(Vec<bool>),
}

/// Cells at a time: the values of a block of some dozens fit in a first-level cache.
const AT_ONCE: usize = 128;

/// What `block` stores for `n` cells, where `load` gives the contents of a slot in each of them. The block is taken as
/// checked; what is not there is NaN.
#[must_use]
pub fn evaluate_columns<'a>(
    block: &Block,
    n: usize,
    load: &dyn Fn(Slot) -> Option<&'a [f64]>,
) -> Vec<(Slot, Values)> {
    let stored = |&(slot, v): &(Slot, super::Value)| (slot, block.type_of(v));
    let stores = block.stores.iter().map(stored);
    let mut columns: Vec<_> = stores
        .map(|(slot, ty)| (slot, Values::with_room(ty, n)))
        .collect();
    let types = block.instrs.iter().map(|instr| instr.ty);
    let mut values: Vec<Values> = types.map(|ty| Values::with_room(ty, AT_ONCE)).collect();
    for first in (0..n).step_by(AT_ONCE) {
        let cells = first..n.min(first + AT_ONCE);
        for (index, instr) in block.instrs.iter().enumerate() {
            let (before, from_here) = values.split_at_mut(index);
            if let Some(out) = from_here.first_mut() {
                out.clear();
                compute(instr.op, before, &cells, load, out);
            }
        }
        for (&(_, v), (_, column)) in block.stores.iter().zip(&mut columns) {
            column.append(&values[v.index()]);
        }
    }
    columns
}

/// The value of an operator in each of `cells`, of those of the operators before.
fn compute<'a>(
    op: Op,
    before: &[Values],
    cells: &Range<usize>,
    load: &dyn Fn(Slot) -> Option<&'a [f64]>,
    out: &mut Values,
) {
    use Values::Float;
    let number = |value: Option<Literal>| value.and_then(Literal::float).unwrap_or(f64::NAN);
    let operands = |v: super::Value| &before[v.index()];
    match (op, &mut *out) {
        (Op::Load(slot), Float(out)) => match load(slot).and_then(|all| all.get(cells.clone())) {
            Some(column) => out.extend(column),
            None => out.extend(cells.clone().map(|_| f64::NAN)),
        },
        (Op::Unary(op, a), Float(out)) if let Float(a) = operands(a) => {
            out.extend(a.iter().map(|&a| number(op.apply(Literal::Float(a)))));
        }
        (Op::Binary(op, a, b), Float(out))
            if let (Float(a), Float(b)) = (operands(a), operands(b)) =>
        {
            let of = |(&a, &b)| number(op.apply(Literal::Float(a), Literal::Float(b)));
            out.extend(a.iter().zip(b).map(of));
        }
        _ => {
            let env = Environment {
                load: &|_| None,
                step: 0,
                tables: &[],
            };
            for cell in 0..cells.len() {
                out.push(result(op, &env, |v| operands(v).at(cell)));
            }
        }
    }
}

impl Values {
    fn with_room(ty: Type, n: usize) -> Values {
        match ty {
            Type::Float => Values::Float(Vec::with_capacity(n)),
            Type::U32 => Values::U32(Vec::with_capacity(n)),
            Type::Bool => Values::Bool(Vec::with_capacity(n)),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Values::Float(all) => all.len(),
            Values::U32(all) => all.len(),
            Values::Bool(all) => all.len(),
        }
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// That of the cell at `index`; NaN beyond the last.
    #[must_use]
    pub fn at(&self, index: usize) -> Literal {
        let value = match self {
            Values::Float(all) => all.get(index).map(|&x| Literal::Float(x)),
            Values::U32(all) => all.get(index).map(|&n| Literal::U32(n)),
            Values::Bool(all) => all.get(index).map(|&b| Literal::Bool(b)),
        };
        value.unwrap_or(Literal::Float(f64::NAN))
    }

    /// Adds those of `other`, which is of the same type.
    pub fn append(&mut self, other: &Values) {
        match (self, other) {
            (Values::Float(all), Values::Float(more)) => all.extend(more),
            (Values::U32(all), Values::U32(more)) => all.extend(more),
            (Values::Bool(all), Values::Bool(more)) => all.extend(more),
            (all, more) => (0..more.len()).for_each(|i| all.push(more.at(i))),
        }
    }

    fn clear(&mut self) {
        match self {
            Values::Float(all) => all.clear(),
            Values::U32(all) => all.clear(),
            Values::Bool(all) => all.clear(),
        }
    }

    /// Adds a value; one of another type, which a checked block does not give, as NaN or its like.
    fn push(&mut self, value: Literal) {
        match self {
            Values::Float(all) => all.push(value.float().unwrap_or(f64::NAN)),
            Values::U32(all) => all.push(if let Literal::U32(n) = value { n } else { 0 }),
            Values::Bool(all) => all.push(value == Literal::Bool(true)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BinaryOp, Builder, CompareOp, UnaryOp, evaluate};
    use super::*;

    /// Operators of all kinds, of two parameters.
    fn block() -> Block {
        let mut b = Builder::new("test");
        let [x, y] = [0, 1].map(|i| b.load(Slot::Param(i), Type::Float));
        let mut i = 0;
        let mut store = |b: &mut Builder, v| {
            b.store(Slot::State(i), v);
            i += 1;
        };
        for op in UnaryOp::ALL {
            if op.result(Type::Float) == Some(Type::Float) {
                let v = b.unary(op, x);
                store(&mut b, v);
            }
        }
        for op in BinaryOp::ALL {
            if op.result(Type::Float) == Some(Type::Float) {
                let v = b.binary(op, x, y);
                store(&mut b, v);
            }
        }
        let less = b.compare(CompareOp::Lt, x, y);
        let chosen = b.select(less, x, y);
        let whole = b.unary(UnaryOp::ToU32, y);
        let back = b.unary(UnaryOp::ToFloat, whole);
        let relaxed = b.relax(x, y, chosen);
        for v in [less, chosen, whole, back, relaxed] {
            store(&mut b, v);
        }
        b.finish()
    }

    #[test]
    fn every_cell_gets_what_it_gets_alone() {
        let block = block();
        for n in [0, 1, AT_ONCE, AT_ONCE + 7] {
            let of = |k: f64| -> Vec<f64> { (0..n).map(|i| k * (i as f64 - 100.0)).collect() };
            let params = [of(0.37), of(-0.11)];
            let columns = evaluate_columns(&block, n, &|slot| match slot {
                Slot::Param(i) => Some(params[usize::from(i)].as_slice()),
                _ => None,
            });
            assert_eq!(columns.len(), block.stores.len());
            let [xs, ys] = &params;
            for (cell, of_cell) in xs.iter().zip(ys).map(|(&x, &y)| [x, y]).enumerate() {
                let load = |slot| match slot {
                    Slot::Param(i) => Some(Literal::Float(of_cell[usize::from(i)])),
                    _ => None,
                };
                let env = Environment {
                    load: &load,
                    step: 0,
                    tables: &[],
                };
                let alone = evaluate(&block, &env);
                for ((slot, column), &(stored, v)) in columns.iter().zip(&block.stores) {
                    assert_eq!((*slot, column.len()), (stored, n));
                    let (a, b) = (column.at(cell), alone[v.index()]);
                    let bits = |x: Literal| x.float().map(f64::to_bits);
                    assert!(a == b || bits(a) == bits(b), "{a:?} and {b:?} of {slot:?}");
                }
            }
        }
    }
}
