//! Functions of model text that are not the middle's: those that a text defines, and a small library
//! written in the same language. A call is replaced by the body with the arguments in place.
//!
//! Takes a call; gives its expression, checked with the units of this call, or one error at the call
//! that says what is wrong inside. A function sees its arguments, numbers, units and other functions.

use std::sync::LazyLock;

use super::typing::{Checker, Typed};
use crate::diag::{Diagnostic, Diagnostics, Span, shorten};
use crate::lang::ast::{Expr, Name, Statement, StatementKind};

/// Levels that the expression of one call may have, its arguments included.
const MAX_HEIGHT: usize = 128;

/// Parts that the expressions of all calls of a text may have. Calls within calls multiply.
const MAX_SIZE: usize = 200_000;

/// Calls within calls.
const MAX_NESTED: usize = 16;

/// A function whose calls are replaced by its body.
#[derive(Clone, Debug)]
pub(super) struct Inlined<'a> {
    pub(super) name: &'a str,
    /// For a function of the text: where it is declared.
    pub(super) declared: Option<&'a Name>,
    pub(super) arguments: Vec<&'a str>,
    pub(super) body: &'a Expr,
    /// For a function of the library: what it is and how it is called.
    pub(super) described: Option<&'static str>,
}

/// The arguments of a call whose body is being read.
pub(super) struct Frame<'a> {
    function: &'a str,
    arguments: Vec<(&'a str, Typed)>,
}

impl Frame<'_> {
    pub(super) fn argument(&self, name: &str) -> Option<Typed> {
        let found = self.arguments.iter().find(|(own, _)| *own == name);
        found.map(|(_, typed)| typed.clone())
    }
}

/// The library: what each function is, and its text. Nernst, Z Phys Chem 4:129 (1889); Goldman, J Gen
/// Physiol 27:37 (1943); Hodgkin & Katz, J Physiol 108:37 (1949): the current density of an ion of
/// valence z is P z² F² v/(R T)·(c_in - c_out exp(-x))/(1 - exp(-x)), x = z F v/(R T), which has a limit at
/// v = 0; `ghk` is that current for a permeability P of 1.
const LIBRARY: &[(&str, &str)] = &[
    (
        "nernst(c_out, c_in, z, T): the equilibrium potential of an ion of valence z, in volts",
        "nernst(c_out, c_in, z, T) = gas_constant*T/(z*faraday_constant)*log(c_out/c_in)",
    ),
    (
        "ghk(v, c_out, c_in, z, T): the Goldman-Hodgkin-Katz current density per permeability",
        "ghk(v, c_out, c_in, z, T) = z*faraday_constant*(c_in/exprel(-z*faraday_constant*v/(gas_constant*T)) \
             - c_out/exprel(z*faraday_constant*v/(gas_constant*T)))",
    ),
];

static READ: LazyLock<Vec<(&str, Vec<Statement>)>> = LazyLock::new(|| {
    let read = |&(doc, text): &(&'static str, &str)| (doc, crate::lang::parse(text).0);
    LIBRARY.iter().map(read).collect()
});

fn library() -> impl Iterator<Item = Inlined<'static>> {
    READ.iter().filter_map(|(doc, statements)| {
        let StatementKind::Function {
            name,
            arguments,
            body,
        } = &statements.first()?.kind
        else {
            return None;
        };
        Some(Inlined {
            name: &name.text,
            declared: None,
            arguments: arguments.iter().map(|one| one.text.as_str()).collect(),
            body,
            described: Some(doc),
        })
    })
}

/// The function of the library of this name.
pub(super) fn library_function(name: &str) -> Option<Inlined<'static>> {
    library().find(|function| function.name == name)
}

/// The names of the library's functions.
pub(super) fn library_names() -> impl Iterator<Item = &'static str> {
    library().map(|function| function.name)
}

/// The functions that are written in the model language itself: `name(arguments): what it is`, a line
/// each.
pub fn library_lines() -> impl Iterator<Item = &'static str> {
    LIBRARY.iter().map(|(doc, _)| *doc)
}

/// The trees of the library's functions: each a [`StatementKind::Function`].
pub fn library_functions() -> impl Iterator<Item = &'static StatementKind> {
    let first = |(_, statements): &'static (&str, Vec<Statement>)| statements.first();
    READ.iter().filter_map(first).map(|one| &one.kind)
}

impl<'a> Checker<'_, 'a> {
    /// The text's own function of this name, or the library's.
    pub(super) fn inlined(&mut self, name: &str) -> Option<Inlined<'a>> {
        let own = self.scope.functions.iter().find(|one| one.name == name);
        let found = own.cloned().or_else(|| library_function(name))?;
        if let Some(symbol) = self.scope.symbol(name) {
            self.scope.used.insert(symbol);
        }
        Some(found)
    }

    /// The expression of a call.
    pub(super) fn inline(&mut self, function: &Inlined<'a>, given: &[Expr], span: Span) -> Typed {
        let typed: Vec<Typed> = given.iter().map(|one| self.expr(one)).collect();
        if typed
            .iter()
            .any(|one| one.kind == super::typing::Kind::Unknown)
        {
            return self.unknown(span);
        }
        let name = function.name;
        if typed.len() != function.arguments.len() {
            let expected = function.arguments.len();
            let plural = if expected == 1 { "" } else { "s" };
            let message = format!(
                "`{name}` takes {expected} argument{plural}, not {}",
                typed.len()
            );
            let error = Diagnostic::error(span, message, format!("{} given", typed.len()));
            let usage = format!("{name}({})", function.arguments.join(", "));
            return self.report(
                span,
                error.help(function.described.map_or(usage, str::to_owned)),
            );
        }
        let circle = self.frames.iter().any(|frame| frame.function == name);
        if circle || self.frames.len() >= MAX_NESTED {
            let message = format!("`{}` calls itself, or is nested too deeply", shorten(name));
            return self.report(span, Diagnostic::error(span, message, "needs itself"));
        }
        self.frames.push(Frame {
            function: name,
            arguments: function.arguments.iter().copied().zip(typed).collect(),
        });
        let (mut result, wrong) = self.body(function);
        self.frames.pop();
        if let Some(inner) = wrong {
            return self.wrong_inside(function, &inner, span);
        }
        let (size, height) = result.expr.extent();
        self.scope.inlined = self.scope.inlined.saturating_add(size);
        if self.scope.inlined > MAX_SIZE || height > MAX_HEIGHT {
            let message = format!(
                "with this call of `{}` the model becomes too large",
                shorten(name)
            );
            let error = Diagnostic::error(span, message, "too large");
            return self.report(span, error.help("define its arguments as sub-expressions"));
        }
        result.span = span;
        result
    }

    /// The body with the last frame's arguments, and what is wrong with it.
    fn body(&mut self, function: &Inlined<'a>) -> (Typed, Option<Diagnostics>) {
        let mut inner = Diagnostics::new();
        std::mem::swap(self.diagnostics, &mut inner);
        // Expressions of the library are never quoted: their errors are told in other words.
        let text = function.described.map_or(self.text, |_| "");
        let outer = std::mem::replace(&mut self.text, text);
        let result = self.expr(function.body);
        self.text = outer;
        std::mem::swap(self.diagnostics, &mut inner);
        let wrong = inner.has_errors().then_some(inner);
        (result, wrong)
    }

    fn wrong_inside(&mut self, function: &Inlined<'a>, inner: &Diagnostics, span: Span) -> Typed {
        let name = shorten(function.name);
        if let Some(doc) = function.described {
            let message = format!("`{name}` cannot take arguments of these units");
            let error = Diagnostic::error(span, message, "here");
            return self.report(span, error.help(doc));
        }
        let first = inner.iter().next().map_or("", |one| one.message.as_str());
        let message = format!("in this call of `{name}`: {first}");
        let mut error = Diagnostic::error(span, message, "called here");
        for one in inner.iter().take(3) {
            let place = one
                .labels
                .first()
                .map_or(Span::default(), |(place, _)| *place);
            error = error.and(place, "here");
        }
        self.report(span, error)
    }
}
