//! Expressions: names to what they mean, units checked, numbers to units of computation.
//!
//! Products of numbers and units are folded as a number and a power of ten, so that `120 mS/cm^2` is
//! exact. What is wrong is reported once; what contains it is not judged further.

use super::evaluate::power;
use super::expr::{BinaryOp, Expr, Function};
use super::scope::{Scope, Symbol, refused};
use crate::diag::{Diagnostic, Diagnostics, Span, shorten};
use crate::lang::ast::{self, Node};
use crate::units::{Dim, Unit, is_unit_name, nearest_unit, scale_by_ten};

/// What an expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number(Dim),
    /// A plain 0, which fits any unit.
    Zero,
    Bool,
    /// Wrong, and reported.
    Unknown,
}

impl Kind {
    /// The dimension, if it is a number.
    pub(super) fn dim(self) -> Option<Dim> {
        match self {
            Kind::Number(dim) => Some(dim),
            Kind::Zero => Some(Dim::NONE),
            Kind::Bool | Kind::Unknown => None,
        }
    }
}

/// A number times ten to the power `exp12`/12, in SI.
#[derive(Clone, Copy, Debug)]
pub(super) struct Literal {
    pub(super) value: f64,
    exp12: i32,
    dim: Dim,
}

/// A checked expression, where it stands, and its value where it consists of numbers and units.
#[derive(Debug)]
pub(super) struct Typed {
    pub(super) expr: Expr,
    pub(super) kind: Kind,
    pub(super) span: Span,
    pub(super) literal: Option<Literal>,
}

/// Which names an expression may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Anywhere,
    /// Numbers, units and parameters.
    ParamValue,
    /// Numbers and units; declared names do not shadow units here.
    Quantity,
}

/// Checks expressions of one text.
pub(super) struct Checker<'c, 'a> {
    pub(super) scope: &'c mut Scope<'a>,
    pub(super) text: &'a str,
    pub(super) diagnostics: &'c mut Diagnostics,
    pub(super) place: Place,
}

impl Checker<'_, '_> {
    // Building blocks.

    pub(super) fn unknown(&self, span: Span) -> Typed {
        Typed {
            expr: Expr::Number(0.0),
            kind: Kind::Unknown,
            span,
            literal: None,
        }
    }

    pub(super) fn report(&mut self, span: Span, diagnostic: Diagnostic) -> Typed {
        self.diagnostics.push(diagnostic);
        self.unknown(span)
    }

    pub(super) fn number(&self, expr: Expr, dim: Dim, span: Span) -> Typed {
        Typed {
            expr,
            kind: Kind::Number(dim),
            span,
            literal: None,
        }
    }

    fn literal(&mut self, value: f64, exp12: i32, dim: Dim, span: Span) -> Typed {
        let in_base = scale_by_ten(value, exp12.saturating_sub(self.scope.base.exp12(dim)));
        if !in_base.is_finite() {
            let error = Diagnostic::error(
                span,
                format!("`{}` is not a finite number", self.quote(span)),
                "not finite",
            );
            return self.report(span, error);
        }
        let kind = if value == 0.0 && dim.is_none() {
            Kind::Zero
        } else {
            Kind::Number(dim)
        };
        Typed {
            expr: Expr::Number(in_base),
            kind,
            span,
            literal: Some(Literal { value, exp12, dim }),
        }
    }

    pub(super) fn quote(&self, span: Span) -> String {
        shorten(span.of(self.text))
    }

    /// A dimension for messages.
    pub(super) fn show(&self, dim: Dim) -> String {
        if dim.is_none() {
            "a plain number".to_owned()
        } else {
            self.scope.base.unit(dim).label
        }
    }

    // Demands.

    /// Reports a truth value where a number is needed.
    pub(super) fn demand_number(&mut self, typed: &Typed) -> Option<Dim> {
        if typed.kind == Kind::Bool {
            let message = format!(
                "`{}` is true or false, where a number is needed",
                self.quote(typed.span)
            );
            let error = Diagnostic::error(typed.span, message, "true or false");
            self.diagnostics
                .push(error.help("write `int(...)`, or `a if condition else b`"));
        }
        typed.kind.dim()
    }

    /// Reports a number where a condition is needed.
    pub(super) fn demand_condition(&mut self, typed: &Typed, what: &str) -> bool {
        if typed.kind.dim().is_some() {
            let message = format!(
                "{what} must be a condition, but `{}` is a number",
                self.quote(typed.span)
            );
            let error = Diagnostic::error(typed.span, message, "a number");
            self.diagnostics
                .push(error.help("compare it with something, as in `v > 0 mV`"));
        }
        typed.kind == Kind::Bool
    }

    /// Reports a number whose unit is not the one expected. `why` says what expects it.
    pub(super) fn demand_dim(&mut self, typed: &Typed, expected: Dim, why: &str) -> bool {
        match self.demand_number(typed) {
            Some(found) if found == expected || typed.kind == Kind::Zero => true,
            Some(found) => {
                let (found, expected) = (self.show(found), self.show(expected));
                let message = format!(
                    "{why}: expected {expected}, but `{}` is {}",
                    self.quote(typed.span),
                    in_unit(&found)
                );
                let mut error =
                    Diagnostic::error(typed.span, message, format!("unit found: {found}"));
                error.help = self.unit_remedy(typed, &expected);
                self.diagnostics.push(error);
                false
            }
            None => false,
        }
    }

    fn unit_remedy(&self, typed: &Typed, expected: &str) -> Option<String> {
        let plain = matches!(typed.expr, Expr::Number(_)) && typed.kind.dim() == Some(Dim::NONE);
        plain.then(|| format!("write the unit: `{} {expected}`", self.quote(typed.span)))
    }

    /// The common dimension of `all`, a plain 0 fitting any; reports two that differ.
    pub(super) fn demand_same(&mut self, all: &[&Typed], doing: &str) -> Option<Kind> {
        for typed in all {
            self.demand_number(typed);
        }
        if all.iter().any(|typed| typed.kind.dim().is_none()) {
            return None;
        }
        let with_unit: Vec<&&Typed> = all
            .iter()
            .filter(|typed| typed.kind != Kind::Zero)
            .collect();
        let Some(first) = with_unit.first() else {
            return Some(Kind::Zero);
        };
        let Some(other) = with_unit.iter().find(|typed| typed.kind != first.kind) else {
            return Some(first.kind);
        };
        let shown = [first, other].map(|typed| self.show(typed.kind.dim().unwrap_or_default()));
        let message = format!("cannot {doing} {} and {}", shown[0], shown[1]);
        let mut error = Diagnostic::error(
            other.span,
            message,
            format!("`{}` is {}", self.quote(other.span), in_unit(&shown[1])),
        )
        .and(
            first.span,
            format!("`{}` is {}", self.quote(first.span), in_unit(&shown[0])),
        );
        error.help = self
            .unit_remedy(other, &shown[0])
            .or_else(|| self.unit_remedy(first, &shown[1]));
        self.diagnostics.push(error);
        None
    }

    // Expressions.

    pub(super) fn expr(&mut self, expr: &ast::Expr) -> Typed {
        let span = expr.span;
        let mut typed = match &expr.node {
            Node::Number(value) => self.literal(*value, 0, Dim::NONE, span),
            Node::Bool(value) => Typed {
                expr: Expr::Bool(*value),
                kind: Kind::Bool,
                span,
                literal: None,
            },
            Node::Name(name) => self.name(name, span),
            Node::Juxtapose(value, unit) => self.juxtapose(*value, unit, span),
            Node::Negate(a) => self.negate(a, span),
            Node::Not(a) => self.not(a, span),
            Node::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), a, b) => self.sum(*op, a, b, span),
            Node::Binary(op, a, b) => self.product(*op, a, b, span),
            Node::Power(a, b) => self.power(a, b, span),
            Node::Compare(op, a, b) => {
                let (a, b) = (self.expr(a), self.expr(b));
                let same = self.demand_same(&[&a, &b], "compare").is_some();
                self.condition(
                    Expr::Compare(*op, Box::new(a.expr), Box::new(b.expr)),
                    same,
                    span,
                )
            }
            Node::And(a, b) => self.logic(a, b, Expr::And, span),
            Node::Or(a, b) => self.logic(a, b, Expr::Or, span),
            Node::If { cond, yes, no } => self.choice(cond, yes, no, span),
            Node::Call(name, arguments) => self.call(name, arguments, span),
        };
        typed.span = span;
        typed
    }

    fn condition(&self, expr: Expr, good: bool, span: Span) -> Typed {
        // A condition whose operands do not match is still a condition.
        let kind = if good { Kind::Bool } else { Kind::Unknown };
        Typed {
            expr,
            kind,
            span,
            literal: None,
        }
    }

    fn name(&mut self, name: &str, span: Span) -> Typed {
        if self.place == Place::Quantity {
            return match Unit::named(name) {
                Some(unit) => self.literal(1.0, unit.exp12(), unit.dim, span),
                None => self.not_allowed(name, span),
            };
        }
        if let Some(symbol) = self.scope.symbol(name) {
            return self.declared(symbol, name, span);
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

    fn declared(&mut self, symbol: Symbol, name: &str, span: Span) -> Typed {
        if self.place == Place::ParamValue
            && !matches!(symbol, Symbol::Param(_) | Symbol::Unreadable)
        {
            return self.not_allowed(name, span);
        }
        self.scope.used.insert(symbol);
        let Some(&dim) = self.scope.dims.get(&symbol) else {
            return self.unknown(span);
        };
        let expr = match symbol {
            Symbol::Param(index) => Expr::Param(index),
            Symbol::Input(index) => Expr::Input(index),
            Symbol::Let(index) => Expr::Let(index),
            Symbol::State(index) => Expr::State(index),
            Symbol::Unreadable => return self.unknown(span),
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
            let declare = || {
                Some(
                    "declare it: `param NAME = value`, `NAME = ... : unit`, or `input NAME : unit`"
                        .to_owned(),
                )
            };
            error.help = function
                .or_else(|| self.scope.suggest(name, self.diagnostics))
                .or_else(unit)
                .or_else(declare);
        }
        self.report(span, error)
    }

    fn juxtapose(&mut self, value: f64, unit: &ast::Expr, span: Span) -> Typed {
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

    fn negate(&mut self, a: &ast::Expr, span: Span) -> Typed {
        let a = self.expr(a);
        if self.demand_number(&a).is_none() {
            return self.unknown(span);
        }
        match a.literal {
            Some(literal) => self.literal(-literal.value, literal.exp12, literal.dim, span),
            None => Typed {
                expr: Expr::Negate(Box::new(a.expr)),
                ..a
            },
        }
    }

    fn not(&mut self, a: &ast::Expr, span: Span) -> Typed {
        let a = self.expr(a);
        let good = self.demand_condition(&a, "the operand of `not`");
        self.condition(Expr::Not(Box::new(a.expr)), good, span)
    }

    fn logic(
        &mut self,
        a: &ast::Expr,
        b: &ast::Expr,
        make: fn(Box<Expr>, Box<Expr>) -> Expr,
        span: Span,
    ) -> Typed {
        let (a, b) = (self.expr(a), self.expr(b));
        let good = [&a, &b].map(|side| self.demand_condition(side, "an operand of `and` and `or`"));
        self.condition(
            make(Box::new(a.expr), Box::new(b.expr)),
            good[0] && good[1],
            span,
        )
    }

    fn sum(&mut self, op: BinaryOp, a: &ast::Expr, b: &ast::Expr, span: Span) -> Typed {
        let (a, b) = (self.expr(a), self.expr(b));
        let doing = if op == BinaryOp::Add {
            "add"
        } else {
            "subtract"
        };
        let Some(kind) = self.demand_same(&[&a, &b], doing) else {
            return self.unknown(span);
        };
        let sign = if op == BinaryOp::Add { 1.0 } else { -1.0 };
        if let (Some(one), Some(other)) = (a.literal, b.literal)
            && one.exp12 == other.exp12
        {
            return self.literal(
                one.value + sign * other.value,
                one.exp12,
                kind.dim().unwrap_or_default(),
                span,
            );
        }
        Typed {
            expr: Expr::Binary(op, Box::new(a.expr), Box::new(b.expr)),
            kind: plain(kind),
            span,
            literal: None,
        }
    }

    fn product(&mut self, op: BinaryOp, a: &ast::Expr, b: &ast::Expr, span: Span) -> Typed {
        let (a, b) = (self.expr(a), self.expr(b));
        let dims = [&a, &b].map(|side| self.demand_number(side));
        let [Some(one), Some(other)] = dims else {
            return self.unknown(span);
        };
        let multiply = op == BinaryOp::Mul;
        let dim = if multiply {
            one.times(other)
        } else {
            one.per(other)
        };
        if let (Some(x), Some(y)) = (a.literal, b.literal) {
            let value = if multiply {
                x.value * y.value
            } else {
                x.value / y.value
            };
            let exp12 = if multiply {
                x.exp12.saturating_add(y.exp12)
            } else {
                x.exp12.saturating_sub(y.exp12)
            };
            return self.literal(value, exp12, dim, span);
        }
        self.number(
            Expr::Binary(op, Box::new(a.expr), Box::new(b.expr)),
            dim,
            span,
        )
    }

    fn power(&mut self, a: &ast::Expr, b: &ast::Expr, span: Span) -> Typed {
        let (a, b) = (self.expr(a), self.expr(b));
        let Some(base) = self.demand_number(&a) else {
            return self.unknown(span);
        };
        if !self.demand_dim(&b, Dim::NONE, "an exponent has no unit") {
            return self.unknown(span);
        }
        let exponent = b.literal.map(|literal| literal.value);
        if let (Some(literal), Some(exponent)) = (a.literal, exponent)
            && exponent.fract() == 0.0
            && let Some(dim) = base.power(exponent)
        {
            let exp12 = literal.exp12.saturating_mul(exponent as i32);
            return self.literal(power(literal.value, exponent), exp12, dim, span);
        }
        let dim = if base.is_none() {
            Some(base)
        } else {
            exponent.and_then(|exponent| base.power(exponent))
        };
        let Some(dim) = dim else {
            let message = format!(
                "`{}` is {}, and a power of it needs a plain number as exponent",
                self.quote(a.span),
                in_unit(&self.show(base))
            );
            let error =
                Diagnostic::error(b.span, message, "not a usable number").and(a.span, "has a unit");
            return self.report(span, error.help("divide the base by its unit first"));
        };
        self.number(Expr::Power(Box::new(a.expr), Box::new(b.expr)), dim, span)
    }
}

/// A dimension after "is".
pub(super) fn in_unit(shown: &str) -> String {
    if shown.starts_with("a plain") {
        shown.to_owned()
    } else {
        format!("in {shown}")
    }
}

fn plain(kind: Kind) -> Kind {
    if kind == Kind::Zero {
        Kind::Number(Dim::NONE)
    } else {
        kind
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
