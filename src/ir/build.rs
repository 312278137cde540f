//! The builder: the only way to make a block.
//!
//! Takes operators one at a time; gives a [`Block`] in which literals are folded, each computation
//! stands once, and nothing is dead. The rules of simplification are in `simplify`.
//!
//! Must not know what the values mean. Mistyped operands are the caller's fault; they survive to
//! the checker, which refuses the block.

use std::collections::HashMap;

use super::{
    BinaryOp, Block, CompareOp, Instr, Literal, Op, Slot, StoreAt, Type, UnaryOp, Value,
    remove_dead_code,
};

/// Builds one block.
#[derive(Debug, Default)]
pub struct Builder {
    block: Block,
    known: HashMap<Op, Value>,
}

impl Builder {
    /// An empty block with a label for the printed form.
    #[must_use]
    pub fn new(label: &'static str) -> Self {
        Builder {
            block: Block {
                label,
                ..Block::default()
            },
            known: HashMap::new(),
        }
    }

    /// Gives the block a guard: a bool in a [`Slot::Temp`] or [`Slot::Uniform`].
    pub fn guard(&mut self, slot: Slot) {
        self.block.guard = Some(slot);
    }

    /// Gives the block the stores and the guard of `block`, whose values stand here at `at`.
    pub(super) fn store_as(&mut self, block: &Block, at: impl Fn(Value) -> Value) {
        for &(slot, value) in &block.stores {
            self.store(slot, at(value));
        }
        for s in &block.store_ats {
            self.store_at(s.stream, at(s.index), at(s.value));
        }
        if let Some(guard) = block.guard {
            self.guard(guard);
        }
    }

    /// Ends the block: dead code is removed.
    #[must_use]
    pub fn finish(self) -> Block {
        remove_dead_code(&self.block)
    }

    /// Stores `value` into `slot` when the block ends; a later store to the same slot replaces it.
    pub fn store(&mut self, slot: Slot, value: Value) {
        match self.block.stores.iter_mut().find(|(s, _)| *s == slot) {
            Some(entry) => entry.1 = value,
            None => self.block.stores.push((slot, value)),
        }
    }

    /// Writes `value` at `index` of a stream when the block ends.
    pub fn store_at(&mut self, stream: u16, index: Value, value: Value) {
        self.block.store_ats.push(StoreAt {
            stream,
            index,
            value,
        });
    }

    /// Type of a value built so far.
    #[must_use]
    pub fn type_of(&self, value: Value) -> Type {
        self.block.type_of(value)
    }

    /// The operator that computes `value`.
    #[must_use]
    pub fn op(&self, value: Value) -> Op {
        self.block.instrs[value.index()].op
    }

    /// The block as built so far.
    #[must_use]
    pub fn block(&self) -> &Block {
        &self.block
    }

    /// The literal that `value` is, if it is one.
    #[must_use]
    pub fn literal(&self, value: Value) -> Option<Literal> {
        match self.op(value) {
            Op::Const(literal) => Some(literal),
            _ => None,
        }
    }

    /// A floating-point literal.
    pub fn float(&mut self, x: f64) -> Value {
        self.push(Op::Const(Literal::Float(x)), Type::Float)
    }

    /// An integer literal.
    pub fn u32(&mut self, n: u32) -> Value {
        self.push(Op::Const(Literal::U32(n)), Type::U32)
    }

    /// A truth value.
    pub fn bool(&mut self, b: bool) -> Value {
        self.push(Op::Const(Literal::Bool(b)), Type::Bool)
    }

    fn constant(&mut self, literal: Literal) -> Value {
        self.push(Op::Const(literal), literal.ty())
    }

    /// The value of `slot` at the beginning of the block.
    pub fn load(&mut self, slot: Slot, ty: Type) -> Value {
        self.push(Op::Load(slot), ty)
    }

    /// Number of the step being computed.
    pub fn step(&mut self) -> Value {
        self.push(Op::Step, Type::U32)
    }

    /// 23 random bits; see [`Op::Random`].
    pub fn random(&mut self, cell: [Value; 2], stream: u32, seed: u64) -> Value {
        self.push(Op::Random { cell, stream, seed }, Type::U32)
    }

    /// Entry `index` of a shared table.
    pub fn load_at(&mut self, table: u16, index: Value) -> Value {
        self.push(Op::LoadAt { table, index }, Type::Float)
    }

    /// An operator of one argument.
    pub fn unary(&mut self, op: UnaryOp, a: Value) -> Value {
        if let Some(folded) = self.literal(a).and_then(|x| op.apply(x)).filter(is_finite) {
            return self.constant(folded);
        }
        if op == UnaryOp::Neg
            && let Some(value) = self.negated(a)
        {
            return value;
        }
        if let (UnaryOp::Not, Op::Unary(UnaryOp::Not, x)) = (op, self.op(a)) {
            return x;
        }
        let ty = op.result(self.type_of(a)).unwrap_or(Type::Float);
        self.push(Op::Unary(op, a), ty)
    }

    /// An operator of two arguments.
    pub fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        if let (Some(x), Some(y)) = (self.literal(a), self.literal(b))
            && let Some(folded) = op.apply(x, y).filter(is_finite)
        {
            return self.constant(folded);
        }
        let (a, b) = self.ordered(op, a, b);
        if let Some(value) = self.simplified(op, a, b) {
            return value;
        }
        let ty = op.result(self.type_of(a)).unwrap_or(Type::Float);
        self.push(Op::Binary(op, a, b), ty)
    }

    /// Commuting operators take their literal last and otherwise the older value first, so that
    /// `a+b` and `b+a` are one computation.
    fn ordered(&self, op: BinaryOp, a: Value, b: Value) -> (Value, Value) {
        let swap = op.commutes()
            && match (self.literal(a).is_some(), self.literal(b).is_some()) {
                (true, false) => true,
                (false, true) => false,
                _ => b < a,
            };
        if swap { (b, a) } else { (a, b) }
    }

    /// A comparison.
    pub fn compare(&mut self, op: CompareOp, a: Value, b: Value) -> Value {
        if let (Some(x), Some(y)) = (self.literal(a), self.literal(b))
            && let Some(truth) = op.apply(x, y)
        {
            return self.bool(truth);
        }
        self.push(Op::Compare(op, a, b), Type::Bool)
    }

    /// `yes` where `cond` holds, else `no`.
    pub fn select(&mut self, cond: Value, yes: Value, no: Value) -> Value {
        if let Some(known) = self.literal(cond) {
            return if known.truth() { yes } else { no };
        }
        if yes == no {
            return yes;
        }
        if let Op::Unary(UnaryOp::Not, inner) = self.op(cond) {
            return self.select(inner, no, yes);
        }
        let ty = self.type_of(yes);
        self.push(Op::Select { cond, yes, no }, ty)
    }

    /// Where x' = a − r·x leads from `x` in a unit of time; see [`Op::Relax`].
    pub fn relax(&mut self, x: Value, a: Value, r: Value) -> Value {
        let zero = self.float(0.0);
        if r == zero {
            return self.add(x, a);
        }
        self.push(Op::Relax { x, a, r }, Type::Float)
    }

    /// a + b.
    pub fn add(&mut self, a: Value, b: Value) -> Value {
        self.binary(BinaryOp::Add, a, b)
    }

    /// a − b.
    pub fn sub(&mut self, a: Value, b: Value) -> Value {
        self.binary(BinaryOp::Sub, a, b)
    }

    /// a·b.
    pub fn mul(&mut self, a: Value, b: Value) -> Value {
        self.binary(BinaryOp::Mul, a, b)
    }

    /// a/b.
    pub fn div(&mut self, a: Value, b: Value) -> Value {
        self.binary(BinaryOp::Div, a, b)
    }

    /// a·k for a number k.
    pub fn scale(&mut self, a: Value, k: f64) -> Value {
        let k = self.float(k);
        self.mul(a, k)
    }

    /// Logical and.
    pub fn and(&mut self, a: Value, b: Value) -> Value {
        self.binary(BinaryOp::And, a, b)
    }

    /// Logical negation.
    pub fn not(&mut self, a: Value) -> Value {
        self.unary(UnaryOp::Not, a)
    }

    /// Any operator, with its operands already values of this block.
    pub fn emit(&mut self, op: Op, ty: Type) -> Value {
        match op {
            Op::Const(literal) => self.constant(literal),
            Op::Unary(op, a) => self.unary(op, a),
            Op::Binary(op, a, b) => self.binary(op, a, b),
            Op::Compare(op, a, b) => self.compare(op, a, b),
            Op::Select { cond, yes, no } => self.select(cond, yes, no),
            Op::Relax { x, a, r } => self.relax(x, a, r),
            Op::Load(_) | Op::Step | Op::LoadAt { .. } | Op::Random { .. } => self.push(op, ty),
        }
    }

    /// Copies the instructions of `block` to the end of this one, asking `load` for the value of
    /// each slot it loads. Gives, for each value of `block`, its value here. Stores are not copied.
    pub fn inline(
        &mut self,
        block: &Block,
        mut load: impl FnMut(&mut Self, Slot, Type) -> Value,
    ) -> Vec<Value> {
        let mut here: Vec<Value> = Vec::with_capacity(block.instrs.len());
        for instr in &block.instrs {
            let value = match instr.op {
                Op::Load(slot) => load(self, slot, instr.ty),
                op => {
                    let op = op.map_operands(|v| here[v.index()]);
                    self.emit(op, instr.ty)
                }
            };
            here.push(value);
        }
        here
    }

    fn push(&mut self, op: Op, ty: Type) -> Value {
        if let Some(&value) = self.known.get(&op) {
            return value;
        }
        // A block of 2^32 instructions does not fit in memory.
        #[expect(clippy::cast_possible_truncation, reason = "bounded by memory")]
        let value = Value(self.block.instrs.len() as u32);
        self.block.instrs.push(Instr { op, ty });
        self.known.insert(op, value);
        value
    }
}

/// Folding never makes an infinity or NaN: what would is left standing for the checker to name.
fn is_finite(literal: &Literal) -> bool {
    literal.float().is_none_or(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(f: impl FnOnce(&mut Builder) -> Value) -> Block {
        let mut b = Builder::new("test");
        let value = f(&mut b);
        b.store(Slot::State(0), value);
        b.finish()
    }

    #[test]
    fn equal_computations_stand_once() {
        let block = built(|b| {
            let x = b.load(Slot::State(0), Type::Float);
            let y = b.load(Slot::State(1), Type::Float);
            let p = b.mul(x, y);
            let q = b.mul(y, x);
            b.add(p, q)
        });
        assert_eq!(block.instrs.len(), 4);
    }

    #[test]
    fn literals_fold_and_neutral_elements_vanish() {
        let block = built(|b| {
            let x = b.load(Slot::State(0), Type::Float);
            let two = b.float(2.0);
            let half = b.div(x, two);
            let back = b.mul(half, two);
            let zero = b.float(0.0);
            b.add(back, zero)
        });
        assert_eq!(block.instrs.len(), 1, "{block:?}");
    }

    #[test]
    fn whole_powers_are_products() {
        let block = built(|b| {
            let x = b.load(Slot::State(0), Type::Float);
            let four = b.float(4.0);
            b.binary(BinaryOp::Pow, x, four)
        });
        assert_eq!(block.instrs.len(), 3);
        assert!(
            block
                .instrs
                .iter()
                .all(|i| !matches!(i.op, Op::Binary(BinaryOp::Pow, ..)))
        );
    }

    #[test]
    fn a_division_by_zero_is_not_folded() {
        let block = built(|b| {
            let one = b.float(1.0);
            let zero = b.float(0.0);
            b.div(one, zero)
        });
        assert_eq!(block.instrs.len(), 3);
    }
}
