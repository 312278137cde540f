//! A model as a complete LaTeX document: equations, tables of values, references.
//!
//! Takes a [`Model`]; gives the document, which needs amsmath and booktabs alone. Equations are set from
//! the tree of the text; everything else is escaped.

mod math;
mod names;
mod tables;
mod words;

use super::source::Source;
use super::stepping::{Chosen, Stepped};
use crate::lang::ast::StatementKind as Kind;
use crate::model::{FUNCTIONS, Model};
use math::Setter;
use names::symbol;
use words::escape;

const HEAD: &str = "\\documentclass[10pt,a4paper]{article}
\\usepackage{amsmath}
\\usepackage{booktabs}
\\setlength{\\textwidth}{170mm}
\\setlength{\\oddsidemargin}{-5mm}
\\setlength{\\textheight}{240mm}
\\setlength{\\topmargin}{-15mm}
\\setlength{\\parindent}{0pt}
\\allowdisplaybreaks
";

/// The document of a model, or of it with the preset that it was loaded with.
#[must_use]
pub fn latex(model: &Model) -> String {
    let source = Source::of(model);
    let setter = Setter::of(model);
    let title = match model.title.as_str() {
        "" => escape(&model.name),
        title => format!("{}: {}", escape(&model.name), escape(title)),
    };
    let mut text = format!(
        "{HEAD}\\title{{{title}}}\n\\author{{}}\n\\date{{}}\n\\begin{{document}}\n\\maketitle\n"
    );
    text += &section("Equations", &equations(&source, &setter));
    text += &section("Parameters", &tables::parameters(model, &source));
    text += &section("Inputs", &tables::inputs(model));
    text += &section("States", &tables::states(model, &source, &setter));
    text += &section("Spikes", &spikes(&source, &setter));
    text += &section("Steps", &steps(model, &source, &setter));
    text += &section("Presets", &tables::presets(model));
    text += &references(model);
    text + "\\end{document}\n"
}

/// A section, where there is something in it.
fn section(heading: &str, body: &str) -> String {
    match body {
        "" => String::new(),
        body => format!("\n\\section*{{{heading}}}\n{body}"),
    }
}

/// `a &= b` in lines, numbered.
fn aligned(lines: &[String]) -> String {
    match lines {
        [] => String::new(),
        lines => format!(
            "\\begin{{align}}\n{}\n\\end{{align}}\n",
            lines.join(" \\\\\n")
        ),
    }
}

fn equations(source: &Source, setter: &Setter) -> String {
    let line = |kind: &Kind| match kind {
        Kind::Equation { name, rhs, .. } => Some(format!(
            "\\frac{{d{}}}{{dt}} &= {}",
            symbol(&name.text),
            setter.lines(rhs)
        )),
        Kind::Let { name, expr, .. } => {
            Some(format!("{} &= {}", symbol(&name.text), setter.lines(expr)))
        }
        _ => None,
    };
    let lines: Vec<String> = source
        .equations()
        .filter_map(|one| line(&one.kind))
        .collect();
    let functions = source.functions().filter_map(|one| match &one.kind {
        Kind::Function {
            name,
            arguments,
            body,
        } => Some(setter.function(name, arguments, body)),
        _ => None,
    });
    let functions: Vec<String> = functions.chain(setter.calls_of_library(source)).collect();
    let mut text = aligned(&lines);
    if !functions.is_empty() {
        text += &format!("with the functions\n{}", aligned(&functions));
    }
    text + &remarks(source)
}

/// What functions mean that a reader may not know.
fn remarks(source: &Source) -> String {
    let mut text = String::new();
    for row in FUNCTIONS {
        let meaning = match row.name {
            "exprel" => "$\\operatorname{exprel}(x) = (e^x - 1)/x$, which is 1 at $x = 0$",
            "expm1" => "$\\operatorname{expm1}(x) = e^x - 1$",
            "clip" => "$\\operatorname{clip}(x, a, b)$ is $x$ held between $a$ and $b$",
            "sign" => "$\\operatorname{sign}(x)$ is $-1$, 0 or 1",
            "int" => "$\\operatorname{int}(x)$ is the whole part of $x$; of a condition, 1 or 0",
            "step" => "$\\operatorname{step}(x)$ is 1 from 0 on, and 0 below",
            _ => continue,
        };
        if source.calls(row.name) {
            text += &format!("\\par {meaning}.\n");
        }
    }
    text
}

fn spikes(source: &Source, setter: &Setter) -> String {
    let Some(condition) = source.threshold() else {
        return String::new();
    };
    let condition = setter.math(condition);
    let reset = source.reset();
    if reset.is_empty() {
        return format!("A spike is where this becomes true:\n\\[ {condition} \\]\n");
    }
    let lines = setter.assignments(reset.iter().copied());
    let held = source.refractory().map(|period| {
        format!(
            "Refractory, after a spike, for $ {} $; there is no spike within.\n",
            setter.math(period)
        )
    });
    format!(
        "The cell spikes where\n\\[ {condition} \\]\nand then, in this order,\n{}{}",
        aligned(&lines),
        held.unwrap_or_default()
    )
}

fn steps(model: &Model, source: &Source, setter: &Setter) -> String {
    let stepped = Stepped::of(model);
    let what = match stepped.chosen {
        Chosen::Scheme(_) => "scheme",
        _ => "method",
    };
    let mut text = format!(
        "Stepped at $dt = {}$ ms with the {what} \\texttt{{{}}}: {}.\n",
        tables::number(stepped.dt().0),
        escape(stepped.name()),
        escape(&stepped.reason())
    );
    for ((name, updates), scheme) in source.schemes().zip(&model.schemes) {
        let doc = match scheme.doc.as_str() {
            "" => String::new(),
            doc => format!(" ({})", escape(doc)),
        };
        text += &format!(
            "\\par The scheme \\texttt{{{}}}{doc}, in this order, where $\\Delta x$ is $dt$ times $dx/dt$ at the \
             present values:\n{}",
            escape(&name.text),
            aligned(&setter.assignments(updates.iter()))
        );
    }
    text
}

fn references(model: &Model) -> String {
    if model.cite.is_empty() {
        return String::new();
    }
    let items = model
        .cite
        .iter()
        .map(|cite| format!("\\item {}\n", escape(cite)));
    let items: String = items.collect();
    format!("\n\\section*{{References}}\n\\begin{{itemize}}\n{items}\\end{{itemize}}\n")
}
