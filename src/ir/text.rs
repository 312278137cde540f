//! The printed form of a block, for `rheobase show --ir` and for tests.
//!
//! Takes a block and the names of slots; gives text, one instruction a line, with its class.

use std::fmt::Write as _;

use super::{Block, Literal, Op, Slot, Type, Value, classify};

/// Prints `block`. `name` gives the field's word for a slot ("v"), or none.
#[must_use]
pub fn print(block: &Block, name: &dyn Fn(Slot) -> Option<String>) -> String {
    let classes = classify(block);
    let guard = block
        .guard
        .map(|g| format!(" if {}", named(g, name)))
        .unwrap_or_default();
    let mut text = format!("block {}{guard}\n", block.label);
    for (index, instr) in block.instrs.iter().enumerate() {
        if matches!(instr.op, Op::Const(_)) {
            continue;
        }
        let op = operation(block, &instr.op, name);
        let ty = match instr.ty {
            Type::Float => "",
            Type::U32 => ": u32",
            Type::Bool => ": bool",
        };
        let left = format!("%{index}{ty}");
        // Writing into a String cannot fail.
        let _ = writeln!(text, "  {left:<10} = {op:<44} ; {}", classes[index].name());
    }
    for &(slot, value) in &block.stores {
        let _ = writeln!(
            text,
            "  store {} <- {}",
            named(slot, name),
            operand(block, value)
        );
    }
    for s in &block.store_ats {
        let (index, value) = (operand(block, s.index), operand(block, s.value));
        let _ = writeln!(text, "  store stream{}[{index}] <- {value}", s.stream);
    }
    text
}

fn operation(block: &Block, op: &Op, name: &dyn Fn(Slot) -> Option<String>) -> String {
    let at = |v: Value| operand(block, v);
    match *op {
        Op::Const(literal) => number(literal),
        Op::Load(slot) => format!("load {}", named(slot, name)),
        Op::Step => "step".into(),
        Op::Unary(op, a) => format!("{} {}", op.name(), at(a)),
        Op::Binary(op, a, b) => format!("{} {}, {}", op.name(), at(a), at(b)),
        Op::Compare(op, a, b) => format!("{} {}, {}", op.name(), at(a), at(b)),
        Op::Select { cond, yes, no } => format!("select {}, {}, {}", at(cond), at(yes), at(no)),
        Op::Relax { x, a, r } => format!("relax {}, {}, {}", at(x), at(a), at(r)),
        Op::Random { cell, stream, .. } => {
            format!("random{stream} {}, {}", at(cell[0]), at(cell[1]))
        }
        Op::LoadAt { table, index } => format!("load table{table}[{}]", at(index)),
    }
}

fn operand(block: &Block, value: Value) -> String {
    match block.instrs[value.index()].op {
        Op::Const(literal) => number(literal),
        _ => format!("%{}", value.index()),
    }
}

fn number(literal: Literal) -> String {
    match literal {
        Literal::Float(x) => format!("{x:?}"),
        Literal::U32(n) => format!("{n}u"),
        Literal::Bool(b) => format!("{b}"),
    }
}

fn named(of: Slot, name: &dyn Fn(Slot) -> Option<String>) -> String {
    match name(of) {
        Some(name) => format!("{} ({name})", slot(of)),
        None => slot(of),
    }
}

/// A slot without a name: its kind and number.
pub(super) fn slot(slot: Slot) -> String {
    match slot {
        Slot::Param(i) => format!("param{i}"),
        Slot::Derived(i) => format!("derived{i}"),
        Slot::State(i) => format!("state{i}"),
        Slot::Accum(i) => format!("accum{i}"),
        Slot::Temp(i) => format!("temp{i}"),
        Slot::Uniform(i) => format!("uniform{i}"),
        Slot::Input(i) => format!("input{i}"),
        Slot::Noise(i) => format!("noise{i}"),
        Slot::Time => "time".into(),
    }
}
