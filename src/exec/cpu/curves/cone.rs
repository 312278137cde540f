//! The instructions between a value and what it is a function of.
//!
//! Takes a block, a value and where to stop; gives the instructions between, their cost, and a block of
//! them alone. Must not know curves.

use std::collections::{HashMap, HashSet};

use crate::ir::{BinaryOp, Block, Op, Slot, UnaryOp, Value};

/// Longer ones are not looked at.
const LONGEST: usize = 200;

/// What a cone's block takes as x.
pub(super) const X: Slot = Slot::Input(0);
/// What it takes as c.
pub(super) const C: Slot = Slot::Input(1);
/// Where it stores the value.
pub(super) const VALUE: Slot = Slot::Temp(0);

/// The instructions that compute a value from x and c.
pub(super) struct Cone {
    root: usize,
    x: Value,
    c: Option<Value>,
    /// Positions of the instructions but the last, each after what it reads, in an order that depends on the
    /// computation alone.
    parts: Vec<usize>,
}

impl Cone {
    /// The cone of the value at `root`, unless it is long.
    pub(super) fn of(block: &Block, root: usize, x: Value, c: Option<Value>) -> Option<Cone> {
        let mut parts = Vec::new();
        let mut seen = HashSet::from([root]);
        // Operands before what reads them.
        let mut open = vec![(root, block.instrs[root].op.operands())];
        while let Some((at, operands)) = open.last_mut() {
            match operands.find(|&v| v != x && Some(v) != c && seen.insert(v.index())) {
                Some(v) => open.push((v.index(), block.instrs[v.index()].op.operands())),
                None => {
                    parts.push(*at);
                    open.pop();
                }
            }
            if seen.len() > LONGEST {
                return None;
            }
        }
        parts.pop();
        Some(Cone { root, x, c, parts })
    }

    /// Positions of the instructions but the last.
    pub(super) fn parts(&self) -> &[usize] {
        &self.parts
    }

    /// Vector operations, about.
    pub(super) fn cost(&self, block: &Block) -> u32 {
        let all = self.parts.iter().chain([&self.root]);
        all.map(|&part| cost(block, part)).sum()
    }

    /// The same as a block, from [`X`] and [`C`] to [`VALUE`]: equal for equal computations.
    pub(super) fn block(&self, block: &Block) -> Block {
        let mut own = Block {
            label: "curve",
            ..Block::default()
        };
        let mut place: HashMap<Value, Value> = HashMap::new();
        let push = |own: &mut Block, instr| {
            own.instrs.push(instr);
            Value::at(own.instrs.len() - 1)
        };
        for (v, slot) in [(Some(self.x), X), (self.c, C)] {
            if let Some(v) = v {
                let mut load = block.instrs[v.index()];
                load.op = Op::Load(slot);
                place.insert(v, push(&mut own, load));
            }
        }
        for &part in self.parts.iter().chain([&self.root]) {
            let mut instr = block.instrs[part];
            instr.op = instr
                .op
                .map_operands(|v| place.get(&v).copied().unwrap_or(v));
            place.insert(Value::at(part), push(&mut own, instr));
        }
        let last = Value::at(own.instrs.len() - 1);
        own.stores.push((VALUE, last));
        own
    }
}

/// How many operations on vectors of f32 the instruction at `index` is, about: an exponential takes as long as
/// thirteen, a division beside others as eight.
pub(super) fn cost(block: &Block, index: usize) -> u32 {
    match block.instrs[index].op {
        Op::Const(_) | Op::Load(_) | Op::Unary(UnaryOp::Neg, _) => 0,
        Op::Unary(op, _) => match op {
            UnaryOp::Exp => 13,
            UnaryOp::Expm1 => 16,
            UnaryOp::Exprel | UnaryOp::Log | UnaryOp::Sin | UnaryOp::Cos => 20,
            UnaryOp::Tanh => 25,
            UnaryOp::Sqrt => 8,
            _ => 1,
        },
        Op::Binary(BinaryOp::Div | BinaryOp::ExprelGiven, ..) | Op::Relax { .. } => 8,
        Op::Binary(BinaryOp::Pow, ..) => 40,
        _ => 1,
    }
}
