//! Expressions as mathematics.
//!
//! Takes the tree of an expression; gives what sets it, with as few parentheses as it may have. A
//! name that the model does not declare is a unit.

use super::names::symbol;
use super::words::escape;
use crate::export::source::Source;
use crate::lang::ast::{Assignment, BinaryOp, CompareOp, Expr, Name, Node, StatementKind as Kind};
use crate::model::{Model, library_functions};
use crate::units::is_unit_name;
use std::collections::HashSet;

/// How tightly what is written holds together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Choice,
    Or,
    And,
    Not,
    Compare,
    Sum,
    Product,
    Atom,
}

/// Terms of a sum that a line may have.
const TERMS: usize = 5;

/// Sets the expressions of one model.
pub(super) struct Setter {
    declared: HashSet<String>,
    states: HashSet<String>,
}

impl Setter {
    pub(super) fn of(model: &Model) -> Setter {
        let params = model.params.iter().map(|one| &one.name);
        let inputs = model.inputs.iter().map(|one| &one.name);
        let lets = model.lets.iter().map(|one| &one.name);
        let states = model.states.iter().map(|one| &one.name);
        Setter {
            states: states.clone().cloned().collect(),
            declared: params
                .chain(inputs)
                .chain(lets)
                .chain(states)
                .cloned()
                .collect(),
        }
    }

    /// An expression.
    pub(super) fn math(&self, expr: &Expr) -> String {
        self.set(expr).0
    }

    /// An expression beside `&=`: a sum of many terms is broken into lines.
    pub(super) fn lines(&self, expr: &Expr) -> String {
        let mut terms = Vec::new();
        self.terms(expr, "", &mut terms);
        if terms.len() <= TERMS {
            return self.math(expr);
        }
        let lines: Vec<String> = terms.chunks(TERMS).map(<[String]>::concat).collect();
        lines.join(" \\nonumber\\\\\n&\\quad ")
    }

    /// The terms of a sum, each with its sign.
    fn terms(&self, expr: &Expr, sign: &str, into: &mut Vec<String>) {
        match &expr.node {
            Node::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), a, b) if sign != " - " => {
                self.terms(a, sign, into);
                let (sign, least) = match op {
                    BinaryOp::Sub => (" - ", Level::Product),
                    _ => (" + ", Level::Sum),
                };
                into.push(format!("{sign}{}", self.at_least(b, least)));
            }
            _ => into.push(format!("{sign}{}", self.at_least(expr, Level::Sum))),
        }
    }

    /// `x \leftarrow value`, a line each.
    pub(super) fn assignments<'a>(&self, all: impl Iterator<Item = &'a Assignment>) -> Vec<String> {
        let line = |one: &Assignment| {
            let name = symbol(&one.name.text);
            format!("{name} &\\leftarrow {}", self.lines(&one.value))
        };
        all.map(line).collect()
    }

    /// `f(x, y) &= body`
    pub(super) fn function(&self, name: &Name, arguments: &[Name], body: &Expr) -> String {
        let mut inner = Setter {
            declared: self.declared.clone(),
            states: HashSet::new(),
        };
        inner
            .declared
            .extend(arguments.iter().map(|one| one.text.clone()));
        let shown: Vec<String> = arguments.iter().map(|one| symbol(&one.text)).collect();
        let name = escape(&name.text);
        format!(
            "\\operatorname{{{name}}}({}) &= {}",
            shown.join(", "),
            inner.lines(body)
        )
    }

    /// The definitions of the library's functions that the text calls.
    pub(super) fn calls_of_library(&self, source: &Source) -> Vec<String> {
        let called = library_functions().filter_map(|kind| match kind {
            Kind::Function {
                name,
                arguments,
                body,
            } if source.calls(&name.text) => Some(self.function(name, arguments, body)),
            _ => None,
        });
        called.collect()
    }

    fn at_least(&self, expr: &Expr, least: Level) -> String {
        match self.set(expr) {
            (text, level) if level >= least => text,
            (text, _) => format!("\\left({text}\\right)"),
        }
    }

    fn set(&self, expr: &Expr) -> (String, Level) {
        match &expr.node {
            Node::Number(x) => number(*x),
            Node::Bool(true) => ("\\text{true}".into(), Level::Atom),
            Node::Bool(false) => ("\\text{false}".into(), Level::Atom),
            Node::Name(name) => (self.name(name), Level::Atom),
            Node::Juxtapose(x, unit) => {
                let (x, _) = number(*x);
                (format!("{x}\\,{}", self.unit(unit)), Level::Product)
            }
            Node::Negate(a) => (format!("-{}", self.at_least(a, Level::Product)), Level::Sum),
            Node::Not(a) => {
                let a = self.at_least(a, Level::Not);
                (format!("\\text{{not }} {a}"), Level::Not)
            }
            Node::Binary(op, a, b) => self.binary(*op, a, b),
            Node::Power(a, b) => {
                let a = self.at_least(a, Level::Atom);
                (format!("{{{a}}}^{{{}}}", self.math(b)), Level::Atom)
            }
            Node::Compare(op, a, b) => {
                let (a, b) = (self.at_least(a, Level::Sum), self.at_least(b, Level::Sum));
                (format!("{a} {} {b}", comparison(*op)), Level::Compare)
            }
            Node::And(a, b) => self.joined(a, "\\text{ and }", b, Level::And),
            Node::Or(a, b) => self.joined(a, "\\text{ or }", b, Level::Or),
            Node::If { .. } => (self.cases(expr), Level::Choice),
            Node::Call(name, arguments) => self.call(&name.text, arguments),
        }
    }

    fn binary(&self, op: BinaryOp, a: &Expr, b: &Expr) -> (String, Level) {
        let text = match op {
            BinaryOp::Add => {
                let b = self.at_least(b, Level::Product);
                format!("{} + {b}", self.at_least(a, Level::Sum))
            }
            BinaryOp::Sub => {
                let b = self.at_least(b, Level::Product);
                format!("{} - {b}", self.at_least(a, Level::Sum))
            }
            BinaryOp::Mul => {
                let (left, right) = (
                    self.at_least(a, Level::Product),
                    self.at_least(b, Level::Product),
                );
                let dot = if right.starts_with(|c: char| c.is_ascii_digit())
                    || right.starts_with("\\frac")
                {
                    " \\cdot "
                } else {
                    "\\,"
                };
                return (format!("{left}{dot}{right}"), Level::Product);
            }
            BinaryOp::Div => {
                let text = format!("\\frac{{{}}}{{{}}}", self.math(a), self.math(b));
                return (text, Level::Product);
            }
        };
        (text, Level::Sum)
    }

    fn joined(&self, a: &Expr, word: &str, b: &Expr, level: Level) -> (String, Level) {
        let (a, b) = (self.at_least(a, level), self.at_least(b, level));
        (format!("{a}{word}{b}"), level)
    }

    /// A choice, with those in its `else` as further cases.
    fn cases(&self, expr: &Expr) -> String {
        let (mut rows, mut rest) = (Vec::new(), expr);
        while let Node::If { cond, yes, no } = &rest.node {
            rows.push(format!(
                "{} & \\text{{if }} {}",
                self.math(yes),
                self.math(cond)
            ));
            rest = no;
        }
        rows.push(format!("{} & \\text{{otherwise}}", self.math(rest)));
        format!("\\begin{{cases}} {} \\end{{cases}}", rows.join(" \\\\ "))
    }

    fn call(&self, name: &str, arguments: &[Expr]) -> (String, Level) {
        let inner: Vec<String> = arguments.iter().map(|one| self.math(one)).collect();
        let inner = inner.join(", ");
        let known = match name {
            "exp" | "sin" | "cos" | "tan" | "sinh" | "cosh" | "tanh" | "min" | "max" => {
                format!("\\{name}")
            }
            "log" => "\\ln".into(),
            "log10" => "\\log_{10}".into(),
            "sqrt" => return (format!("\\sqrt{{{inner}}}"), Level::Atom),
            "abs" => return (format!("\\left|{inner}\\right|"), Level::Atom),
            "floor" => {
                return (
                    format!("\\left\\lfloor {inner}\\right\\rfloor "),
                    Level::Atom,
                );
            }
            "ceil" => return (format!("\\left\\lceil {inner}\\right\\rceil "), Level::Atom),
            _ => format!("\\operatorname{{{}}}", escape(name)),
        };
        (format!("{known}\\left({inner}\\right)"), Level::Atom)
    }

    fn name(&self, name: &str) -> String {
        if self.declared.contains(name) {
            return symbol(name);
        }
        match name {
            "t" => "t".into(),
            "dt" => "dt".into(),
            "pi" => "\\pi".into(),
            "gas_constant" => "R_{\\mathrm{gas}}".into(),
            "faraday_constant" => "F_{\\mathrm{Faraday}}".into(),
            "zero_celsius" => "273.15\\,\\mathrm{K}".into(),
            _ => match name
                .strip_prefix('d')
                .filter(|rest| self.states.contains(*rest))
            {
                Some(state) => format!("\\Delta {}", symbol(state)),
                None if is_unit_name(name) => unit_name(name),
                None => symbol(name),
            },
        }
    }

    fn unit(&self, unit: &Expr) -> String {
        match &unit.node {
            Node::Name(name) => unit_name(name),
            Node::Power(base, exponent) => {
                format!("{}^{{{}}}", self.unit(base), self.math(exponent))
            }
            _ => self.math(unit),
        }
    }
}

/// A unit's name, upright.
pub(super) fn unit_name(name: &str) -> String {
    let (prefix, rest) = match name.strip_prefix(['u', 'µ', 'μ']) {
        Some(rest) if is_unit_name(rest) || rest == "m" => ("\\mu ", rest),
        _ => ("", name),
    };
    match rest.strip_suffix("ohm") {
        Some(before) => format!("{prefix}\\mathrm{{{}}}\\Omega ", escape(before)),
        None => format!("{prefix}\\mathrm{{{}}}", escape(rest)),
    }
}

fn comparison(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Less => "<",
        CompareOp::LessEqual => "\\le",
        CompareOp::Greater => ">",
        CompareOp::GreaterEqual => "\\ge",
        CompareOp::Equal => "=",
        CompareOp::NotEqual => "\\ne",
    }
}

/// A number; powers of ten are set as such.
fn number(x: f64) -> (String, Level) {
    let written = super::tables::number(x);
    let level = match written.contains("times") || written.starts_with('-') {
        true => Level::Product,
        false => Level::Atom,
    };
    (written, level)
}
