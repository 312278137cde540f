//! A block for one cell, in f64, with the platform's mathematics.
//!
//! Takes a block and where its loads come from; gives the value of every instruction. This is the
//! meaning of a block: the reference engine and the set-up of every engine are this function.
//! Plain on purpose; speed is the other engines' concern.

use super::op::exprel;
use super::{Block, Literal, Op, Slot, Value};
use crate::random::step_word;

/// What a block reads.
pub struct Environment<'a> {
    /// Contents of a slot; none where the slot holds nothing (a fault of the plan).
    pub load: &'a dyn Fn(Slot) -> Option<Literal>,
    /// Number of the step.
    pub step: u32,
    /// The shared tables.
    pub tables: &'a [Vec<f64>],
}

/// The value of each instruction of `block`, in order. The block is taken as checked; an operator
/// that meets a mistyped operand gives NaN.
#[must_use]
pub fn evaluate(block: &Block, env: &Environment) -> Vec<Literal> {
    let mut values = Vec::with_capacity(block.instrs.len());
    evaluate_into(block, env, &mut values);
    values
}

/// As [`evaluate`], into a list that is used again.
pub fn evaluate_into(block: &Block, env: &Environment, values: &mut Vec<Literal>) {
    values.clear();
    for instr in &block.instrs {
        let value = result(instr.op, env, |v| values[v.index()]);
        values.push(value);
    }
}

/// The value of an operator, whose operands are as `at` says.
pub(super) fn result(op: Op, env: &Environment, at: impl Fn(Value) -> Literal) -> Literal {
    let value = match op {
        Op::Const(literal) => Some(literal),
        Op::Load(slot) => (env.load)(slot),
        Op::Step => Some(Literal::U32(env.step)),
        Op::Unary(op, a) => op.apply(at(a)),
        Op::Binary(op, a, b) => op.apply(at(a), at(b)),
        Op::Compare(op, a, b) => op.apply(at(a), at(b)).map(Literal::Bool),
        Op::Select { cond, yes, no } => Some(if at(cond).truth() { at(yes) } else { at(no) }),
        Op::Relax { x, a, r } => relaxed(at(x), at(a), at(r)),
        Op::LoadAt { table, index } => entry(env, table, at(index)),
        Op::Random { cell, stream, seed } => random(cell.map(at), stream, seed, env.step),
    };
    value.unwrap_or(Literal::Float(f64::NAN))
}

fn relaxed(x: Literal, a: Literal, r: Literal) -> Option<Literal> {
    let (x, a, r) = (x.float()?, a.float()?, r.float()?);
    Some(Literal::Float(x + (a - r * x) * exprel(-r)))
}

fn random(cell: [Literal; 2], stream: u32, seed: u64, step: u32) -> Option<Literal> {
    let [Literal::U32(low), Literal::U32(high)] = cell else {
        return None;
    };
    let word = step_word(seed, stream, [low, high], step);
    Some(Literal::U32(word >> 9))
}

fn entry(env: &Environment, table: u16, index: Literal) -> Option<Literal> {
    let Literal::U32(index) = index else {
        return None;
    };
    let table = env.tables.get(usize::from(table))?;
    let last = table.len().checked_sub(1)?;
    Some(Literal::Float(table[(index as usize).min(last)]))
}
