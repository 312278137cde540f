//! What happens at a spike: threshold, reset, refractory time.

use super::check::Build;
use super::expr::Expr;
use super::scope::Symbol;
use super::typing::Kind;
use super::{Assign, Let};
use crate::diag::Diagnostic;
use crate::lang::ast;
use crate::units::Dim;

impl Build<'_, '_, '_> {
    pub(super) fn threshold(&mut self) -> Option<Expr> {
        let typed = self.checker.expr(self.declared.threshold?);
        self.checker.demand_condition(&typed, "a threshold");
        Some(typed.expr)
    }

    pub(super) fn reset(&mut self) -> Vec<Assign> {
        if let (Some(span), None) = (self.declared.reset_span, self.declared.threshold) {
            let error = Diagnostic::error(span, "a reset needs a threshold", "nothing leads to it");
            self.error(error.help("write `threshold v > ...`"));
        }
        self.assignments(&self.declared.reset)
    }

    /// Assignments to states, each checked for its unit.
    pub(super) fn assignments(&mut self, raw: &[&ast::Assignment]) -> Vec<Assign> {
        let mut checked = Vec::new();
        for assignment in raw {
            let typed = self.checker.expr(&assignment.value);
            match self.checker.scope.symbol(&assignment.name.text) {
                Some(Symbol::State(state)) => {
                    let unit = &self.declared.states[state].unit.unit;
                    self.checker.demand_dim(
                        &typed,
                        unit.dim,
                        &format!("`{}` is in {unit}", assignment.name.text),
                    );
                    checked.push(Assign {
                        state,
                        value: typed.expr,
                    });
                }
                _ => self.not_a(&assignment.name, "a state", |symbol| {
                    matches!(symbol, Symbol::State(_))
                }),
            }
        }
        checked
    }

    pub(super) fn refractory(&mut self, lets: &[Let]) -> Option<Expr> {
        let Some(expr) = self.declared.refractory else {
            for span in self
                .declared
                .states
                .iter()
                .filter_map(|state| state.unless_refractory)
            {
                let error = Diagnostic::error(
                    span,
                    "`(unless refractory)` needs a refractory time",
                    "never refractory",
                );
                self.error(error.help("write `refractory 2 ms`"));
            }
            return None;
        };
        let typed = self.checker.expr(expr);
        let good = typed.kind == Kind::Bool
            || self
                .checker
                .demand_dim(&typed, Dim::TIME, "`refractory` is a time or a condition");
        if good && typed.kind != Kind::Bool && changes(&typed.expr, lets) {
            let error = Diagnostic::error(
                typed.span,
                "`refractory` must be the same at all times",
                "changes in time",
            );
            self.error(error.help("use only numbers and parameters"));
        }
        if self.declared.threshold.is_none() {
            let error = Diagnostic::error(
                typed.span,
                "`refractory` needs a threshold",
                "nothing leads to it",
            );
            self.error(error.help("write `threshold v > ...`"));
        }
        Some(typed.expr)
    }
}

/// Whether an expression can change in time. Each sub-expression is looked into once.
fn changes(expr: &Expr, lets: &[Let]) -> bool {
    let mut seen = vec![false; lets.len()];
    let (mut pending, mut found) = (vec![expr], false);
    while let Some(expr) = pending.pop() {
        expr.walk(&mut |part| match part {
            Expr::State(_) | Expr::Increment(_) | Expr::Noise(_) | Expr::Input(_) | Expr::Time => {
                found = true
            }
            Expr::Let(index) if !seen[*index] => {
                seen[*index] = true;
                pending.push(&lets[*index].expr);
            }
            _ => {}
        });
    }
    found
}
