//! Expressions of a model's names that are given beside its text: what an experiment records.
//!
//! Takes `expr` or `name = expr`; gives a sub-expression with its unit inferred, or what is wrong
//! with it, by the rules of the model's own text. The model itself is left as it is.

use super::expr::Expr;
use super::scope::{Scope, Symbol, reserved};
use super::typing::{Checker, Kind, Place};
use super::{Let, Model};
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::lang;
use crate::lang::ast::Name;
use crate::units::{Dim, Unit};

impl Model {
    /// Reads and checks an expression of this model's names. Where it has no name, its text is its
    /// name. Its unit is one in which the model declares such a quantity, of those that the
    /// expression uses if there is one there; else the unit of computation. A condition is a plain
    /// number.
    ///
    /// # Errors
    /// All that is wrong with the text; spans are in it.
    pub fn expression(&self, text: &str) -> Result<Let, Diagnostics> {
        let (name, tree) = lang::parse_expression(text)?;
        let mut diagnostics = Diagnostics::new();
        let mut scope = self.scope();
        if let Some(error) = name.as_ref().and_then(|name| taken(name, &scope)) {
            diagnostics.push(error);
        }
        let mut checker = Checker::new(&mut scope, text, &mut diagnostics, Place::Beside);
        let typed = checker.expr(&tree);
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        let unit = match typed.kind {
            Kind::Number(dim) => self.unit_of(&typed.expr, dim),
            Kind::Zero | Kind::Bool | Kind::Unknown => Unit::one(),
        };
        let as_written = || {
            let words = tree.span.of(text).split_whitespace();
            words.collect::<Vec<_>>().join(" ")
        };
        Ok(Let {
            name: name.map_or_else(as_written, |name| name.text),
            unit,
            expr: typed.expr,
        })
    }

    /// What its names mean.
    fn scope(&self) -> Scope<'_> {
        let params = self.params.iter().enumerate();
        let params = params.map(|(i, p)| (Symbol::Param(i), &p.name, &p.unit));
        let inputs = self.inputs.iter().enumerate();
        let inputs = inputs.map(|(i, one)| (Symbol::Input(i), &one.name, &one.unit));
        let lets = self.lets.iter().enumerate();
        let lets = lets.map(|(i, one)| (Symbol::Let(i), &one.name, &one.unit));
        let states = self.states.iter().enumerate();
        let states = states.map(|(i, s)| (Symbol::State(i), &s.name, &s.unit));
        let mut scope = Scope {
            base: self.base,
            ..Scope::default()
        };
        for (symbol, name, unit) in params.chain(inputs).chain(lets).chain(states) {
            scope.names.insert(name, (symbol, Span::default()));
            scope.dims.insert(symbol, unit.dim);
        }
        scope
    }

    fn unit_of(&self, expr: &Expr, dim: Dim) -> Unit {
        if dim.is_none() {
            return Unit::one();
        }
        let mut used: Vec<&Unit> = Vec::new();
        expr.walk(&mut |part| {
            used.extend(match part {
                Expr::Param(i) => self.params.get(*i).map(|p| &p.unit),
                Expr::Input(i) => self.inputs.get(*i).map(|one| &one.unit),
                Expr::Let(i) => self.lets.get(*i).map(|one| &one.unit),
                Expr::State(i) => self.states.get(*i).map(|s| &s.unit),
                _ => None,
            });
        });
        let inputs = self.inputs.iter().map(|one| &one.unit);
        let states = self.states.iter().map(|s| &s.unit);
        let lets = self.lets.iter().map(|one| &one.unit);
        let params = self.params.iter().map(|p| &p.unit);
        let declared = inputs.chain(states).chain(lets).chain(params);
        let mut units = used.into_iter().chain(declared);
        let found = units.find(|unit| unit.dim == dim);
        found.cloned().unwrap_or_else(|| self.base.unit(dim))
    }
}

/// Names of columns that every table of traces has.
const COLUMNS: [&str; 2] = ["cell", "time"];

/// Why an expression cannot have this name.
fn taken(name: &Name, scope: &Scope<'_>) -> Option<Diagnostic> {
    let text = name.text.as_str();
    let why = match (scope.symbol(text), reserved(text)) {
        (Some(symbol), _) => format!("it is {} of the model", symbol.kind()),
        (None, Some(reason)) => reason.to_owned(),
        (None, None) if COLUMNS.contains(&text) => "every table has a column of this name".into(),
        (None, None) => return None,
    };
    let message = format!("an expression cannot be named `{text}`: {why}");
    Some(Diagnostic::error(name.span, message, "taken").help("choose another name"))
}
