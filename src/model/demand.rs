//! What is demanded of a checked expression: a number, a condition, a unit, the same unit as others.
//! Each demand reports its own failure, once.

use super::expr::Expr;
use super::typing::{Checker, Kind, Typed};
use crate::diag::Diagnostic;
use crate::units::Dim;

impl Checker<'_, '_> {
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
}

/// A dimension after "is".
pub(super) fn in_unit(shown: &str) -> String {
    if shown.starts_with("a plain") {
        shown.to_owned()
    } else {
        format!("in {shown}")
    }
}
