//! What things are called in the text of a kernel, and how values are written there.
//!
//! Takes slots, types and literals; gives WGSL. Names are neutral (`s0`, `a0`, `d0`, `t0`, `u0` for slots,
//! `v0` for values; `s0_1` is the slot of an invocation's second cell); the field's words stand in
//! comments, so nothing that a user wrote becomes code.
//!
//! Must not know blocks.

use std::fmt;

use crate::ir::{Literal, Slot, Type};

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

pub(super) fn literal(value: Literal) -> String {
    match value {
        Literal::Float(x) => float(x),
        Literal::U32(n) => format!("{n}u"),
        Literal::Bool(b) => format!("{b}"),
    }
}

/// The shortest decimal that reads back as the same f32. WGSL has no literals for what is not
/// finite, and devices differ in what they make of denormal ones.
pub(super) fn float(x: f64) -> String {
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
}
