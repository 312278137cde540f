//! A block as WGSL statements.
//!
//! Takes a checked block; gives one `let` per instruction, then the stores. Pure: the same block
//! gives the same text.
//!
//! Names are neutral (`s0`, `a0`, `d0`, `t0`, `u0` for slots, `v0` for values; `s0_1` is the slot of
//! an invocation's second cell); the field's words stand in comments, so nothing that a user wrote
//! becomes code.

use std::f64::consts::LOG2_E;
use std::fmt::{self, Write as _};

use super::draws::{Draw, words};
use super::shape::Shape;
use crate::ir::{BinaryOp, Block, CompareOp, Literal, Op, Slot, StoreAt, Type, UnaryOp, Value};

/// Which of the cells of an invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Nth(pub(super) u32);

impl fmt::Display for Nth {
    /// What its names end in: nothing for the first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            n => write!(f, "_{n}"),
        }
    }
}

/// Writes `block` for one of the cells.
pub(super) fn write_block(text: &mut String, block: &Block, shape: &Shape, nth: Nth) {
    let guard = match block.guard {
        Some(guard) => format!("if ({}) ", place(guard, nth)),
        None => String::new(),
    };
    // Writing into a String cannot fail, here and below.
    let _ = writeln!(text, "    // {}\n    {guard}{{", comment(block.label));
    let needed = needed(block);
    for (index, instr) in block.instrs.iter().enumerate() {
        if needed[index] && !matches!(instr.op, Op::Const(_)) {
            let _ = writeln!(
                text,
                "        let v{index} = {};",
                operation(block, &instr.op, shape, nth)
            );
        }
    }
    for &(slot, value) in &block.stores {
        let (place, value) = (place(slot, nth), operand(block, value));
        let _ = writeln!(text, "        {place} = {value};");
    }
    for store in &block.store_ats {
        write_store_at(text, block, store, shape, nth);
    }
    text.push_str("    }\n");
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

/// Which values the text reads: arguments that went into an exponential are not, nor is the number of
/// a cell that keeps its random words.
fn needed(block: &Block) -> Vec<bool> {
    let mut needed = vec![false; block.instrs.len()];
    for value in block.results() {
        needed[value.index()] = true;
    }
    for index in (0..block.instrs.len()).rev() {
        if !needed[index] {
            continue;
        }
        let op = block.instrs[index].op;
        if Draw::of(block, &op).is_some() {
            continue;
        }
        match exponent(block, op) {
            Some(exponent) => needed[exponent.x.index()] = true,
            None => op.operands().for_each(|v| needed[v.index()] = true),
        }
    }
    needed
}

/// k·x + c, where e^(k·x + c) is worked out as 2^(k·log2(e)·x + c·log2(e)): the constants absorb the
/// factor, which saves a product and two roundings. The error is 3.5e-7 and 3·2^-24 of |k·x| + |c|.
struct Exponent {
    x: Value,
    k: f64,
    c: f64,
}

/// Of an exponential, if its argument has such a form.
fn exponent(block: &Block, op: Op) -> Option<Exponent> {
    let Op::Unary(UnaryOp::Exp, argument) = op else {
        return None;
    };
    let float = |v: Value| match block.instrs[v.index()].op {
        Op::Const(literal) => literal.float(),
        _ => None,
    };
    let (product, c) = match block.instrs[argument.index()].op {
        Op::Binary(BinaryOp::Add, product, c) => (product, float(c)?),
        _ => (argument, 0.0),
    };
    let Op::Binary(BinaryOp::Mul, x, k) = block.instrs[product.index()].op else {
        return None;
    };
    let (k, c) = (float(k)? * LOG2_E, c * LOG2_E);
    let fits = |x: f64| x.abs() < f64::from(f32::MAX);
    (k.is_normal() && fits(k) && fits(c)).then_some(Exponent { x, k, c })
}

fn operation(block: &Block, op: &Op, shape: &Shape, nth: Nth) -> String {
    let at = |v: Value| operand(block, v);
    if let Some(Exponent { x, k, c }) = exponent(block, *op) {
        let product = format!("{} * {}", at(x), float(k));
        return match c == 0.0 {
            true => format!("exp2({product})"),
            false => format!("exp2({product} + {})", float(c)),
        };
    }
    match *op {
        Op::Const(value) => literal(value),
        Op::Load(slot) => place(slot, nth),
        Op::Step => "step".into(),
        Op::Unary(op, a) => unary(op, &at(a)),
        Op::Binary(op, a, b) => binary(op, block.type_of(a), &at(a), &at(b)),
        Op::Compare(op, a, b) => compare(op, &at(a), &at(b)),
        Op::Select { cond, yes, no } => format!("select({}, {}, {})", at(no), at(yes), at(cond)),
        Op::Relax { x, a, r } => format!("m_relax({}, {}, {})", at(x), at(a), at(r)),
        Op::Random { cell, stream, seed } => {
            let words = match Draw::of(block, op) {
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

/// Where a slot of a cell lives while the kernel runs; that of a uniform is one for all cells. A
/// plan's steps use no other kinds of slots.
pub(super) fn place(slot: Slot, nth: Nth) -> String {
    match slot {
        Slot::Derived(i) => format!("(*c).d{i}{nth}"),
        Slot::State(i) => format!("(*c).s{i}{nth}"),
        Slot::Accum(i) => format!("(*c).a{i}{nth}"),
        Slot::Temp(i) => format!("t{i}{nth}"),
        Slot::Uniform(i) => format!("u{i}"),
        Slot::Param(i) => format!("p{i}"),
        Slot::Input(i) => format!("i{i}"),
        Slot::Noise(i) => format!("n{i}"),
        Slot::Time => "time".into(),
    }
}

/// The WGSL type of a value in registers.
pub(super) fn type_name(ty: Type) -> &'static str {
    match ty {
        Type::Float => "f32",
        Type::U32 => "u32",
        Type::Bool => "bool",
    }
}

/// A value as the word that memory holds.
pub(super) fn to_word(value: &str, ty: Type) -> String {
    match ty {
        Type::Float => format!("bitcast<u32>({value})"),
        Type::U32 => value.into(),
        Type::Bool => format!("select(0u, 1u, {value})"),
    }
}

/// A word of memory as a value.
pub(super) fn from_word(word: &str, ty: Type) -> String {
    match ty {
        Type::Float => format!("bitcast<f32>({word})"),
        Type::U32 => word.into(),
        Type::Bool => format!("{word} != 0u"),
    }
}

/// What may stand in a comment: words, and nothing that ends the line.
pub(super) fn comment(words: &str) -> String {
    let kept = |c: char| c.is_alphanumeric() || c.is_ascii_graphic() || c == ' ';
    words.chars().filter(|&c| kept(c)).collect()
}

/// A declaration's comment, where there is a name to state.
pub(super) fn remark(name: &str) -> String {
    match comment(name) {
        empty if empty.is_empty() => empty,
        words => format!(" // {words}"),
    }
}

fn literal(value: Literal) -> String {
    match value {
        Literal::Float(x) => float(x),
        Literal::U32(n) => format!("{n}u"),
        Literal::Bool(b) => format!("{b}"),
    }
}

/// The shortest decimal that reads back as the same f32. WGSL has no literals for what is not
/// finite, and devices differ in what they make of denormal ones.
fn float(x: f64) -> String {
    let text = format!("{:?}f", narrowed(x));
    if text.starts_with('-') {
        format!("({text})")
    } else {
        text
    }
}

fn narrowed(x: f64) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "f32 is the precision here")]
    let x = x as f32;
    if x.is_subnormal() {
        return 0.0;
    }
    x.clamp(f32::MIN, f32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Builder;

    #[test]
    fn literals_read_back_and_are_always_finite() {
        for (x, text) in [
            (0.1, "0.1f"),
            (1.0, "1.0f"),
            (-65.0, "(-65.0f)"),
            (1e-30, "1e-30f"),
            (1e300, "3.4028235e38f"),
            (-1e300, "(-3.4028235e38f)"),
            (1e-40, "0.0f"),
            (1.0 / 3.0, "0.33333334f"),
        ] {
            assert_eq!(float(x), text);
        }
    }

    #[test]
    fn comments_stay_on_their_line() {
        assert_eq!(comment("v\n} fn evil() {\u{2028}"), "v} fn evil() {");
    }

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
        write_block(
            &mut text,
            &b.finish(),
            &Shape::of(&crate::plan::Layout::default()),
            Nth(0),
        );
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
        write_block(&mut text, &b.finish(), &Shape::of(&layout), Nth(0));
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
}
