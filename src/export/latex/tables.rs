//! The tables of a document: parameters, inputs, states, presets.
//!
//! Takes a model; gives `tabular`s, cut where a page would end, or nothing where there are no rows.

use super::math::{Setter, unit_name};
use super::names::symbol;
use super::words::escape;
use crate::export::source::Source;
use crate::export::stepping::DEFAULT_DT;
use crate::export::values::{default, initial, number as written, short};
use crate::model::Model;
use crate::units::Unit;

/// A table of rows in pieces of at most `most`.
fn table(columns: &str, heads: &str, rows: &[String], most: usize) -> String {
    let piece = |rows: &[String]| {
        format!(
            "\\begin{{tabular}}{{{columns}}}\n\\toprule\n{heads} \\\\\n\\midrule\n{} \\\\\n\\bottomrule\n\
             \\end{{tabular}}\\par\\medskip\n",
            rows.join(" \\\\\n")
        )
    };
    rows.chunks(most).map(piece).collect()
}

pub(super) fn parameters(model: &Model, source: &Source) -> String {
    let row = |param: &crate::model::Param| {
        let value = default(model, source, param).map(number);
        format!(
            "${}$ & {} & {} & {}",
            symbol(&param.name),
            value.map_or("to be set".into(), |value| format!("${value}$")),
            unit(&param.unit),
            escape(&param.doc)
        )
    };
    let rows: Vec<String> = model.params.iter().map(row).collect();
    table(
        "@{}lrlp{85mm}@{}",
        "Name & Value & Unit & Meaning",
        &rows,
        40,
    )
}

pub(super) fn inputs(model: &Model) -> String {
    let row = |input: &crate::model::Input| {
        let range = input.range.map_or(String::new(), |(low, high)| {
            let ends = [low, high].map(|end| number(model.base.from_base(end, &input.unit)));
            format!("${}$ to ${}$", ends[0], ends[1])
        });
        format!(
            "${}$ & {range} & {} & {}",
            symbol(&input.name),
            unit(&input.unit),
            escape(&input.doc)
        )
    };
    let rows: Vec<String> = model.inputs.iter().map(row).collect();
    table(
        "@{}lllp{85mm}@{}",
        "Name & Range & Unit & Meaning",
        &rows,
        40,
    )
}

pub(super) fn states(model: &Model, source: &Source, setter: &Setter) -> String {
    let begin = initial(model, model.dt.unwrap_or(DEFAULT_DT));
    let row = |(state, start): (&crate::model::State, f64)| {
        let expr = source.init(&state.name);
        let expr = expr.map_or(String::new(), |expr| format!("${}$", setter.math(expr)));
        let start = short(model.base.from_base(start, &state.unit));
        let start = start.parse().map_or(start, number);
        format!(
            "${}$ & {} & {expr} & ${start}$",
            symbol(&state.name),
            unit(&state.unit)
        )
    };
    let rows: Vec<String> = model.states.iter().zip(begin).map(row).collect();
    table("@{}llll@{}", "Name & Unit & Initial value & $=$", &rows, 30)
}

pub(super) fn presets(model: &Model) -> String {
    let row = |preset: &crate::model::Preset| {
        let settings = escape(&preset.settings.join(", "));
        let name = escape(&preset.name);
        format!("\\texttt{{{name}}} & {} & {settings}", escape(&preset.doc))
    };
    let rows: Vec<String> = model.presets.iter().map(row).collect();
    let columns = "@{}p{40mm}p{40mm}p{76mm}@{}";
    let text = table(columns, "Name & What it is & What it sets", &rows, 12);
    match text.as_str() {
        "" => text,
        text => format!("{{\\small\\raggedright\n{text}}}\n"),
    }
}

/// A number within mathematics.
pub(super) fn number(x: f64) -> String {
    let text = written(x);
    match text.split_once('e') {
        Some(("1", power)) => format!("10^{{{power}}}"),
        Some((digits, power)) => format!("{digits} \\times 10^{{{power}}}"),
        None => text,
    }
}

/// A unit in text.
fn unit(unit: &Unit) -> String {
    let mut text = String::new();
    let mut word = String::new();
    // Names, and marks between them.
    for c in unit.label.chars().chain(std::iter::once(' ')) {
        if c.is_alphabetic() || c == '_' || (c.is_ascii_digit() && !word.is_empty()) {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            text += &unit_name(&word);
            word.clear();
        }
        match c {
            '*' => text += "\\,",
            '^' => text += "^",
            '0'..='9' | '/' | '(' | ')' | '-' => text.push(c),
            _ => {}
        }
    }
    match text.as_str() {
        "1" => String::new(),
        text => format!("${text}$"),
    }
}
