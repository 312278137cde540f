//! A block as WGSL statements.
//!
//! Takes a checked block; gives one `let` per instruction, then the stores. Pure: the same block
//! gives the same text.

use std::fmt::Write as _;

use super::super::shape::Shape;
use super::draws::{Draw, words};
use super::fused::Fused;
use super::names::{Nth, comment, float, literal, place, to_word};
use super::relaxations::{Reach, Relaxation, reaches, settle};
use crate::ir::{BinaryOp, Block, CompareOp, Literal, Op, Slot, StoreAt, Type, UnaryOp, Value};

/// What is known of a block before it is written.
pub(super) struct Writer<'a> {
    block: &'a Block,
    shape: &'a Shape,
    countdowns: &'a [Slot],
    fused: Vec<Option<Fused>>,
    reaches: Vec<Option<Reach>>,
    needed: Vec<bool>,
}

impl<'a> Writer<'a> {
    pub(super) fn of(block: &'a Block, shape: &'a Shape, countdowns: &'a [Slot]) -> Writer<'a> {
        let uses = block.uses();
        let fused = (0..block.instrs.len()).map(Value::at);
        let fused = fused.map(|value| Fused::of(block, &uses, countdowns, value));
        let fused: Vec<_> = fused.collect();
        Writer {
            needed: needed(block, &fused),
            reaches: reaches(block),
            block,
            shape,
            countdowns,
            fused,
        }
    }

    /// Writes the block for one of the cells.
    pub(super) fn write(&self, text: &mut String, nth: Nth) {
        let block = self.block;
        let guard = match block.guard {
            Some(guard) => format!("if ({}) ", place(guard, nth)),
            None => String::new(),
        };
        // Writing into a String cannot fail, here and below.
        let _ = writeln!(text, "    // {}\n    {guard}{{", comment(block.label));
        self.write_values(text, nth);
        for &(slot, value) in &block.stores {
            let set = match block.instrs[value.index()].op {
                Op::Const(Literal::U32(n)) if self.countdowns.contains(&slot) => format!("{n}.0f"),
                _ => operand(block, value),
            };
            let place = place(slot, nth);
            let _ = writeln!(text, "        {place} = {set};");
        }
        for store in &block.store_ats {
            write_store_at(text, block, store, self.shape, nth);
        }
        text.push_str("    }\n");
    }

    /// Relaxations that are guesses are settled together, before the first of them is read.
    fn write_values(&self, text: &mut String, nth: Nth) {
        let mut guesses: Vec<Relaxation> = Vec::new();
        for (index, instr) in self.block.instrs.iter().enumerate() {
            if !self.needed[index] || matches!(instr.op, Op::Const(_)) {
                continue;
            }
            let reads = |v: Value| guesses.iter().any(|guess| guess.value == v);
            if operands(instr.op, self.fused[index]).any(reads) {
                settle(text, &mut guesses);
            }
            if let (Op::Relax { x, a, r }, Some(reach)) = (instr.op, self.reaches[index]) {
                let [x, a, r] = [x, a, r].map(|v| operand(self.block, v));
                let value = Value::at(index);
                let relaxation = Relaxation {
                    value,
                    reach,
                    x,
                    a,
                    r,
                };
                text.push_str(&relaxation.line());
                guesses.extend(relaxation.is_guess().then_some(relaxation));
            } else {
                let value = self.operation(index, instr.op, nth);
                let _ = writeln!(text, "        let v{index} = {value};");
            }
        }
        settle(text, &mut guesses);
    }

    fn operation(&self, index: usize, op: Op, nth: Nth) -> String {
        let (block, shape) = (self.block, self.shape);
        let at = |v: Value| operand(block, v);
        if let Some(fused) = self.fused[index] {
            return together(block, fused);
        }
        match op {
            Op::Const(value) => literal(value),
            Op::Load(slot) => place(slot, nth),
            Op::Step => "step".into(),
            Op::Unary(op, a) => unary(op, &at(a)),
            Op::Binary(op, a, b) => binary(op, block.type_of(a), &at(a), &at(b)),
            Op::Compare(op, a, b) => compare(op, &at(a), &at(b)),
            Op::Select { cond, yes, no } => {
                format!("select({}, {}, {})", at(no), at(yes), at(cond))
            }
            Op::Relax { x, a, r } => format!("m_relax({}, {}, {})", at(x), at(a), at(r)),
            Op::Random { cell, stream, seed } => {
                let words = match Draw::of(block, &op) {
                    Some(draw) => format!("(*c).{}", draw.field(nth)),
                    None => words(&cell.map(at), "step", stream, seed),
                };
                format!("r_bits({words}, step)")
            }
            Op::LoadAt { table, index } => {
                let (first, length) = shape.table_words[usize::from(table)];
                format!("tables[{first}u + min({}, {}u)]", at(index), length - 1)
            }
        }
    }
}

/// A write past the capacity is dropped, and so is that of a cell beyond the last.
fn write_store_at(text: &mut String, block: &Block, store: &StoreAt, shape: &Shape, nth: Nth) {
    let (first, capacity) = shape.stream_columns[usize::from(store.stream)];
    let index = operand(block, store.index);
    let word = to_word(&operand(block, store.value), block.type_of(store.value));
    let fits = format!("{index} < {capacity}u");
    let condition = match nth.0 {
        0 => fits,
        _ => format!("({fits}) & (cell{nth} < header.n_cells)"),
    };
    let _ = writeln!(
        text,
        "        if ({condition}) {{\n            \
         streams[({first}u + {index}) * header.n_cells + cell{nth}] = {word};\n        }}"
    );
}

/// The values from which an operator is written.
fn operands(op: Op, fused: Option<Fused>) -> impl Iterator<Item = Value> {
    let alone = match fused {
        Some(_) => None,
        None => Some(op.operands()),
    };
    let together = fused.map(Fused::operands);
    alone
        .into_iter()
        .flatten()
        .chain(together.into_iter().flatten())
}

/// Which values the text reads: not those that went into an expression with others, nor the number of
/// a cell that keeps its random words.
fn needed(block: &Block, fused: &[Option<Fused>]) -> Vec<bool> {
    let mut needed = vec![false; block.instrs.len()];
    for value in block.results() {
        needed[value.index()] = true;
    }
    for index in (0..block.instrs.len()).rev() {
        let op = block.instrs[index].op;
        if needed[index] && Draw::of(block, &op).is_none() {
            operands(op, fused[index]).for_each(|v| needed[v.index()] = true);
        }
    }
    needed
}

fn together(block: &Block, fused: Fused) -> String {
    let at = |v: Value| operand(block, v);
    match fused {
        Fused::Power { x, k, c } => {
            let product = format!("{} * {}", at(x), float(k));
            match c == 0.0 {
                true => format!("exp2({product})"),
                false => format!("exp2({product} + {})", float(c)),
            }
        }
        Fused::Above0 { x } => format!("{} > 0.0f", at(x)),
        Fused::Fewer { x } => format!("{} - 1.0f", at(x)),
        Fused::Over { n, x, e } => {
            let over = match e {
                Some(e) => format!("m_over_given({}, {})", at(x), at(e)),
                None => format!("m_over({})", at(x)),
            };
            match block.instrs[n.index()].op {
                Op::Const(Literal::Float(1.0)) => over,
                _ => format!("{} * {over}", at(n)),
            }
        }
    }
}

fn unary(op: UnaryOp, a: &str) -> String {
    match op {
        UnaryOp::Neg => format!("-{a}"),
        UnaryOp::Abs => format!("abs({a})"),
        UnaryOp::Sqrt => format!("sqrt({a})"),
        UnaryOp::Exp => format!("m_exp({a})"),
        UnaryOp::Expm1 => format!("m_expm1({a})"),
        UnaryOp::Exprel => format!("m_exprel({a})"),
        UnaryOp::Log => format!("m_log({a})"),
        UnaryOp::Sin => format!("sin({a})"),
        UnaryOp::Cos => format!("cos({a})"),
        UnaryOp::Tanh => format!("m_tanh({a})"),
        UnaryOp::Floor => format!("floor({a})"),
        UnaryOp::Ceil => format!("ceil({a})"),
        UnaryOp::Not => format!("!{a}"),
        UnaryOp::ToFloat => format!("f32({a})"),
        UnaryOp::ToU32 => format!("m_u32({a})"),
    }
}

/// Minima and maxima of floats are choices: the builtins may lose a NaN.
fn binary(op: BinaryOp, ty: Type, a: &str, b: &str) -> String {
    match (op, ty) {
        (BinaryOp::Add, _) => format!("{a} + {b}"),
        (BinaryOp::Sub, _) => format!("{a} - {b}"),
        (BinaryOp::Mul, _) => format!("{a} * {b}"),
        (BinaryOp::Div, _) => format!("{a} / {b}"),
        (BinaryOp::Min, Type::Float) => format!("select({a}, {b}, {b} < {a})"),
        (BinaryOp::Max, Type::Float) => format!("select({a}, {b}, {b} > {a})"),
        (BinaryOp::Min, _) => format!("min({a}, {b})"),
        (BinaryOp::Max, _) => format!("max({a}, {b})"),
        (BinaryOp::Pow, _) => format!("m_pow({a}, {b})"),
        (BinaryOp::ExprelGiven, _) => format!("m_exprel_given({a}, {b})"),
        (BinaryOp::Rem, _) => format!("{a} % {b}"),
        // The short-circuiting `&&` and `||` are branches.
        (BinaryOp::And, _) => format!("{a} & {b}"),
        (BinaryOp::Or, _) => format!("{a} | {b}"),
    }
}

/// `Ne` is the negation of `Eq`: drivers take `!=` as false for NaN.
fn compare(op: CompareOp, a: &str, b: &str) -> String {
    match op {
        CompareOp::Lt => format!("{a} < {b}"),
        CompareOp::Le => format!("{a} <= {b}"),
        CompareOp::Gt => format!("{a} > {b}"),
        CompareOp::Ge => format!("{a} >= {b}"),
        CompareOp::Eq => format!("{a} == {b}"),
        CompareOp::Ne => format!("!({a} == {b})"),
    }
}

fn operand(block: &Block, value: Value) -> String {
    match block.instrs[value.index()].op {
        Op::Const(value) => literal(value),
        _ => format!("v{}", value.index()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Builder;

    #[test]
    fn an_exponential_absorbs_the_factor_of_its_argument() {
        let mut b = Builder::new("rate");
        let x = b.load(Slot::State(0), Type::Float);
        let near = b.scale(x, -0.1);
        let shift = b.float(2.0);
        let both = b.add(near, shift);
        let one = b.unary(UnaryOp::Exp, near);
        let two = b.unary(UnaryOp::Exp, both);
        let three = b.unary(UnaryOp::Exp, x);
        for (slot, value) in (1..).zip([one, two, three, near]) {
            b.store(Slot::State(slot), value);
        }
        let mut text = String::new();
        let shape = Shape::of(&crate::plan::Layout::default());
        Writer::of(&b.finish(), &shape, &[]).write(&mut text, Nth(0));
        assert_eq!(
            text,
            "    // rate
    {
        let v0 = (*c).s0;
        let v2 = v0 * (-0.1f);
        let v5 = exp2(v0 * (-0.14426951f));
        let v6 = exp2(v0 * (-0.14426951f) + 2.88539f);
        let v7 = m_exp(v0);
        (*c).s1 = v5;
        (*c).s2 = v6;
        (*c).s3 = v7;
        (*c).s4 = v2;
    }
"
        );
    }

    #[test]
    fn a_guarded_block_reads_first_and_stores_last() {
        let mut b = Builder::new("reset");
        b.guard(Slot::Temp(0));
        let v = b.load(Slot::State(0), Type::Float);
        let w = b.load(Slot::State(1), Type::Float);
        let n = b.load(Slot::Accum(0), Type::U32);
        let one = b.u32(1);
        let more = b.add(n, one);
        b.store(Slot::State(0), w);
        b.store(Slot::State(1), v);
        b.store(Slot::Accum(0), more);
        b.store_at(0, n, v);
        let mut layout = crate::plan::Layout::default();
        layout.streams.push(crate::plan::Stream {
            name: "list".into(),
            ty: Type::Float,
            capacity: 3,
        });
        let mut text = String::new();
        Writer::of(&b.finish(), &Shape::of(&layout), &[]).write(&mut text, Nth(0));
        assert_eq!(
            text,
            "    // reset
    if (t0) {
        let v0 = (*c).s0;
        let v1 = (*c).s1;
        let v2 = (*c).a0;
        let v4 = v2 + 1u;
        (*c).s0 = v1;
        (*c).s1 = v0;
        (*c).a0 = v4;
        if (v2 < 3u) {
            streams[(0u + v2) * header.n_cells + cell] = bitcast<u32>(v0);
        }
    }
"
        );
    }

    #[test]
    fn relaxations_are_settled_together_before_the_first_is_read() {
        let mut b = Builder::new("step");
        let [v, m, h] = [0, 1, 2].map(|slot| b.load(Slot::State(slot), Type::Float));
        let opens = b.scale(v, 0.001);
        let shift = b.float(0.1);
        let decay = b.add(opens, shift);
        let fast = b.scale(decay, 10.0);
        let m = b.relax(m, opens, decay);
        let h = b.relax(h, opens, fast);
        let known = b.float(0.5);
        let known = b.relax(v, opens, known);
        let g = b.mul(m, h);
        let v = b.relax(v, opens, g);
        for (slot, value) in (0..).zip([v, m, h, known]) {
            b.store(Slot::State(slot), value);
        }
        let shape = Shape::of(&crate::plan::Layout::default());
        let mut text = String::new();
        Writer::of(&b.finish(), &shape, &[]).write(&mut text, Nth(0));
        assert_eq!(
            text,
            "    // step
    {
        let v0 = (*c).s0;
        let v1 = (*c).s1;
        let v2 = (*c).s2;
        let v4 = v0 * 0.001f;
        let v6 = v4 + 0.1f;
        let v8 = v6 * 10.0f;
        var v9 = v1 + (v4 - v6 * v1) * m_part_near(v6);
        var v10 = v2 + (v4 - v8 * v2) * m_part_far(v8);
        let v12 = v0 + (v4 - 0.5f * v0) * 0.78693867f;
        if (bitcast<u32>(v6) > 1056964608u || bitcast<u32>(v8) > 1073741824u) {
            v9 = m_relax(v1, v4, v6);
            v10 = m_relax(v2, v4, v8);
        }
        let v13 = v9 * v10;
        var v14 = v0 + (v4 - v13 * v0) * m_part_far(v13);
        if (bitcast<u32>(v13) > 1073741824u) {
            v14 = m_relax(v0, v4, v13);
        }
        (*c).s0 = v14;
        (*c).s1 = v9;
        (*c).s2 = v10;
        (*c).s3 = v12;
    }
"
        );
    }
}
