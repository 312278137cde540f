//! The statements of a checked model's text, the chosen preset speaking in place of the text.
//!
//! Takes a [`Model`]; gives its statements by kind and their words as written, without comments.

use crate::diag::Span;
use crate::lang::ast::{Assignment, Expr, Name, Node, Statement, StatementKind as Kind};
use crate::lang::parse;
use crate::model::{Model, library_functions};
use crate::units::{Unit, split_quantity};

/// A model's statements.
pub(super) struct Source<'a> {
    text: &'a str,
    preset: Option<&'a str>,
    statements: Vec<Statement>,
}

impl<'a> Source<'a> {
    pub(super) fn of(model: &'a Model) -> Source<'a> {
        // The text was read without errors when the model was made.
        Source {
            text: &model.text,
            preset: model.preset.as_deref(),
            statements: parse(&model.text).0,
        }
    }

    /// Differential equations and sub-expressions, in the order of the text.
    pub(super) fn equations(&self) -> impl Iterator<Item = &Statement> {
        let is = |kind: &Kind| matches!(kind, Kind::Equation { .. } | Kind::Let { .. });
        self.statements.iter().filter(move |one| is(&one.kind))
    }

    /// The functions of the text.
    pub(super) fn functions(&self) -> impl Iterator<Item = &Statement> {
        let is = |kind: &Kind| matches!(kind, Kind::Function { .. });
        self.statements.iter().filter(move |one| is(&one.kind))
    }

    /// What the chosen preset says, then what the text says.
    fn said(&self) -> impl Iterator<Item = &Statement> {
        let chosen = self.statements.iter().filter_map(|one| match &one.kind {
            Kind::Preset { name, items, .. } if Some(name.text.as_str()) == self.preset => {
                Some(items)
            }
            _ => None,
        });
        chosen.flatten().chain(&self.statements)
    }

    /// The number that a parameter is given, where it is given as one in `unit`: conversion there and
    /// back might cost its last digit.
    pub(super) fn number(&self, param: &str, unit: &Unit) -> Option<f64> {
        let value = self.said().find_map(|one| match &one.kind {
            Kind::Param { name, value, .. } if name.text == param => Some(value.as_ref()?),
            _ => None,
        })?;
        let (number, written) = split_quantity(value.span.of(self.text))?;
        (written == unit.label || written.is_empty()).then_some(number)
    }

    /// The initial value of a state.
    pub(super) fn init(&self, state: &str) -> Option<&Expr> {
        self.said().find_map(|one| match &one.kind {
            Kind::Init { name, expr } if name.text == state => Some(expr),
            _ => None,
        })
    }

    pub(super) fn threshold(&self) -> Option<&Expr> {
        self.said().find_map(|one| match &one.kind {
            Kind::Threshold(condition) => Some(condition),
            _ => None,
        })
    }

    pub(super) fn refractory(&self) -> Option<&Expr> {
        self.said().find_map(|one| match &one.kind {
            Kind::Refractory(period) => Some(period),
            _ => None,
        })
    }

    /// What a spike does, in order.
    pub(super) fn reset(&self) -> Vec<&Assignment> {
        let resets = self.statements.iter().filter_map(|one| match &one.kind {
            Kind::Reset(assignments) => Some(assignments),
            _ => None,
        });
        resets.flatten().collect()
    }

    /// The update schemes: their names and what a step does.
    pub(super) fn schemes(&self) -> impl Iterator<Item = (&Name, &[Assignment])> {
        self.statements.iter().filter_map(|one| match &one.kind {
            Kind::Scheme { name, updates, .. } => Some((name, updates.as_slice())),
            _ => None,
        })
    }

    /// Whether a function is called, in the text or by a function of the library that the text calls.
    pub(super) fn calls(&self, function: &str) -> bool {
        let by_library = library_functions().any(|kind| match kind {
            Kind::Function { name, body, .. } => {
                calls(body, function) && self.calls_itself(&name.text)
            }
            _ => false,
        });
        self.calls_itself(function) || by_library
    }

    fn calls_itself(&self, function: &str) -> bool {
        let within = |one: &Statement| expressions(&one.kind).iter().any(|e| calls(e, function));
        self.statements.iter().any(within)
    }

    /// What is written at a place, on one line and without comments. Spaces stay where it was on one
    /// line.
    pub(super) fn words(&self, span: Span) -> String {
        let written = span.of(self.text);
        if !written.contains(['\n', '#']) {
            return written.to_owned();
        }
        let lines = written.lines().map(uncommented);
        let lines = lines.map(|line| line.trim().trim_end_matches('\\').trim_end());
        let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        lines.join(" ")
    }
}

/// The expressions of a statement that a reader sees set.
fn expressions(kind: &Kind) -> Vec<&Expr> {
    match kind {
        Kind::Equation { rhs: expr, .. }
        | Kind::Let { expr, .. }
        | Kind::Init { expr, .. }
        | Kind::Threshold(expr)
        | Kind::Refractory(expr)
        | Kind::Function { body: expr, .. } => vec![expr],
        Kind::Reset(all) | Kind::Scheme { updates: all, .. } => {
            all.iter().map(|one| &one.value).collect()
        }
        _ => Vec::new(),
    }
}

fn calls(expr: &Expr, function: &str) -> bool {
    let mut found = false;
    expr.walk(&mut |part| {
        found |= matches!(&part.node, Node::Call(name, _) if name.text == function);
    });
    found
}

/// A line without its comment; `#` within quotes begins none.
fn uncommented(line: &str) -> &str {
    let mut quoted = false;
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '#' if !quoted => return &line[..at],
            _ => {}
        }
    }
    line
}
