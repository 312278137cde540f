//! Names in expressions: declared ones, predeclared ones, units, and why others are refused.

use super::expr::{Expr, Function};
use super::scope::{Symbol, constant, refused};
use super::typing::{Checker, Literal, Place, Typed};
use crate::diag::{Diagnostic, Span, shorten};
use crate::lang::ast::{self, Node};
use crate::units::{Dim, Unit, is_unit_name, nearest_unit};

impl Checker<'_, '_> {
    pub(super) fn name(&mut self, name: &str, span: Span) -> Typed {
        if self.place == Place::Quantity {
            return match Unit::named(name) {
                Some(unit) => self.literal(1.0, unit.exp12(), unit.dim, span),
                None => self.not_allowed(name, span),
            };
        }
        if let Some(frame) = self.frames.last() {
            if let Some(argument) = frame.argument(name) {
                return argument;
            }
            if self.scope.symbol(name).is_some() {
                return self.outside_a_function(name, span);
            }
        } else if let Some(symbol) = self.scope.symbol(name) {
            return self.declared(symbol, name, span);
        }
        if let Some(state) = self.increment_of(name) {
            return self.increment(state, span);
        }
        if self.noisy && (name == "xi" || name.starts_with("xi_")) {
            return self.white(name, span);
        }
        if let Some((value, unit)) = constant(name) {
            return match Unit::parse(unit) {
                Ok(unit) => self.literal(value, unit.exp12(), unit.dim, span),
                Err(_) => self.unknown_name(name, span),
            };
        }
        match name {
            "pi" => self.literal(std::f64::consts::PI, 0, Dim::NONE, span),
            "t" | "dt" if self.place == Place::ParamValue => self.not_allowed(name, span),
            "t" => self.number(Expr::Time, Dim::TIME, span),
            "dt" => self.number(Expr::Dt, Dim::TIME, span),
            _ => match Unit::named(name) {
                Some(unit) => self.literal(1.0, unit.exp12(), unit.dim, span),
                None => self.unknown_name(name, span),
            },
        }
    }

    /// The state whose increment `name` is, within a scheme.
    fn increment_of(&self, name: &str) -> Option<usize> {
        let state = name.strip_prefix('d').filter(|_| self.increments)?;
        match self.scope.symbol(state)? {
            Symbol::State(index) => Some(index),
            _ => None,
        }
    }

    fn increment(&mut self, state: usize, span: Span) -> Typed {
        match self.scope.dims.get(&Symbol::State(state)) {
            Some(&dim) => self.number(Expr::Increment(state), dim, span),
            None => self.unknown(span),
        }
    }

    fn outside_a_function(&mut self, name: &str, span: Span) -> Typed {
        let message = format!("`{}` cannot stand in a function", shorten(name));
        let error = Diagnostic::error(span, message, "not an argument of the function");
        self.report(
            span,
            error.help("a function sees its arguments, numbers, units and other functions: pass it as an argument"),
        )
    }

    fn declared(&mut self, symbol: Symbol, name: &str, span: Span) -> Typed {
        if self.place == Place::ParamValue
            && !matches!(symbol, Symbol::Param(_) | Symbol::Unreadable)
        {
            return self.not_allowed(name, span);
        }
        self.scope.used.insert(symbol);
        if let Symbol::Function(_) = symbol {
            let message = format!("`{}` is a function of this model", shorten(name));
            let error = Diagnostic::error(span, message, "a function without arguments");
            return self.report(span, error.help(format!("write `{}(...)`", shorten(name))));
        }
        let Some(&dim) = self.scope.dims.get(&symbol) else {
            return self.unknown(span);
        };
        let expr = match symbol {
            Symbol::Param(index) => Expr::Param(index),
            Symbol::Input(index) => Expr::Input(index),
            Symbol::Let(index) => Expr::Let(index),
            Symbol::State(index) => Expr::State(index),
            Symbol::Unreadable | Symbol::Function(_) => return self.unknown(span),
        };
        self.number(expr, dim, span)
    }

    fn not_allowed(&mut self, name: &str, span: Span) -> Typed {
        let message = match self.place {
            Place::Quantity => format!(
                "`{}` cannot stand here: only a number and its unit",
                shorten(name)
            ),
            _ => format!("`{}` cannot stand in a parameter's value", shorten(name)),
        };
        let error = Diagnostic::error(span, message, "not constant");
        let remedy = "a parameter's value is made of numbers, units and other parameters; anything else is `name = ... : unit`";
        let error = if self.place == Place::Quantity {
            error
        } else {
            error.help(remedy)
        };
        self.report(span, error)
    }

    fn unknown_name(&mut self, name: &str, span: Span) -> Typed {
        let mut error = match refused(name) {
            Some(reason) => Diagnostic::error(span, format!("`{name}`: {reason}"), "not supported"),
            None => Diagnostic::error(
                span,
                format!("`{}` is not known", shorten(name)),
                "not declared, and not a unit",
            ),
        };
        if refused(name).is_none() {
            let function = Function::find(name)
                .map(|row| format!("`{}` is a function: write `{}(...)`", row.name, row.name));
            let unit = || nearest_unit(name).map(|near| format!("did you mean the unit `{near}`?"));
            let declare = match self.place {
                Place::Beside => "write names of the model, numbers and units",
                _ => {
                    "declare it: `param NAME = value`, `NAME = ... : unit`, or `input NAME : unit`"
                }
            };
            error.help = function
                .or_else(|| self.scope.suggest(name, self.diagnostics))
                .or_else(unit)
                .or_else(|| Some(declare.to_owned()));
        }
        self.report(span, error)
    }

    pub(super) fn juxtapose(&mut self, value: f64, unit: &ast::Expr, span: Span) -> Typed {
        let name = match &unit.node {
            Node::Name(name) => Some((name, unit.span)),
            Node::Power(base, _) => {
                if let Node::Name(name) = &base.node {
                    Some((name, base.span))
                } else {
                    None
                }
            }
            _ => None,
        };
        let Some((name, at)) = name else {
            return self.unknown(span);
        };
        let declared = self
            .scope
            .symbol(name)
            .filter(|_| self.place != Place::Quantity);
        if let Some(symbol) = declared {
            let message = format!("`{}`: only a unit can follow a number", self.quote(span));
            let error = Diagnostic::error(
                at,
                message,
                format!("`{name}` is {} of this model", symbol.kind()),
            );
            return self.report(
                span,
                error.help(format!("write `*` for a product{}", long_name(name))),
            );
        }
        if !is_unit_name(name) {
            let error = Diagnostic::error(
                at,
                format!("`{}` is not a unit", shorten(name)),
                "not a unit",
            );
            let remedy = match nearest_unit(name) {
                _ if name == "m" => "write `meter`, `cm` or `um`".to_owned(),
                Some(near) => format!("did you mean `{near}`?"),
                None => "write `*` for a product".to_owned(),
            };
            return self.report(span, error.help(remedy));
        }
        let unit = self.expr(unit);
        match unit.literal {
            Some(Literal {
                value: one,
                exp12,
                dim,
            }) => self.literal(value * one, exp12, dim, span),
            None => self.unknown(span),
        }
    }
}

/// The long name of a unit whose symbol a model has taken.
fn long_name(symbol: &str) -> String {
    let long = match symbol {
        "s" => "second",
        "V" => "volt",
        "A" => "amp",
        "S" => "siemens",
        "F" => "farad",
        "C" => "coulomb",
        "M" => "molar",
        "K" => "kelvin",
        _ => return String::new(),
    };
    format!(", or `{long}` for the unit")
}
