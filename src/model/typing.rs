//! Expressions: operators, units checked, numbers to units of computation. Names are in `resolve`,
//! calls in `typing_calls`, and what is demanded of operands in `demand`.
//!
//! Products of numbers and units are folded as a number and a power of ten, so that `120 mS/cm^2` is
//! exact. What is wrong is reported once; what contains it is not judged further.

use super::demand::in_unit;
use super::evaluate::power;
use super::expr::{BinaryOp, Expr};
use super::functions::Frame;
use super::scope::Scope;
use crate::diag::{Diagnostic, Diagnostics, Span, shorten};
use crate::lang::ast::{self, Node};
use crate::units::{Dim, scale_by_ten};

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
    pub(super) exp12: i32,
    pub(super) dim: Dim,
}

/// A checked expression, where it stands, and its value where it consists of numbers and units.
#[derive(Clone, Debug)]
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
    /// The same, where no more can be declared.
    Beside,
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
    /// Within the body of a function: its arguments. The last is the one being read.
    pub(super) frames: Vec<Frame<'a>>,
    /// Within a differential equation, where noise may stand.
    pub(super) noisy: bool,
    /// Within a scheme, where `dv` is a step's increment of the state `v`.
    pub(super) increments: bool,
}

impl<'c, 'a> Checker<'c, 'a> {
    pub(super) fn new(
        scope: &'c mut Scope<'a>,
        text: &'a str,
        diagnostics: &'c mut Diagnostics,
        place: Place,
    ) -> Self {
        Checker {
            scope,
            text,
            diagnostics,
            place,
            frames: Vec::new(),
            noisy: false,
            increments: false,
        }
    }
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

    pub(super) fn literal(&mut self, value: f64, exp12: i32, dim: Dim, span: Span) -> Typed {
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

fn plain(kind: Kind) -> Kind {
    if kind == Kind::Zero {
        Kind::Number(Dim::NONE)
    } else {
        kind
    }
}
