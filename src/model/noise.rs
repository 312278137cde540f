//! Noise in equations: `xi` and `poisson(rate)`.
//!
//! Takes a use of it; gives its expression, and keeps the source. Also checks that it enters the
//! equations linearly, as the methods take it.

use super::check::Build;
use super::expr::Expr;
use super::lower::lower;
use super::typing::{Checker, Typed};
use super::{Model, Noise};
use crate::diag::{Diagnostic, Span};
use crate::ir::{Builder, Slot, depends_on, derivative};
use crate::lang::ast;
use crate::units::Dim;

impl Checker<'_, '_> {
    /// `xi` or `xi_NAME`: the same source wherever the same name stands.
    pub(super) fn white(&mut self, name: &str, span: Span) -> Typed {
        let known = |noise: &Noise| matches!(noise, Noise::White(other) if other == name);
        let number = self.scope.noises.iter().position(known);
        let number = number.unwrap_or_else(|| {
            self.scope.noises.push(Noise::White(name.to_owned()));
            self.scope.noises.len() - 1
        });
        match Dim::TIME.power(-0.5) {
            Some(dim) => self.number(Expr::Noise(number), dim, span),
            None => self.unknown(span),
        }
    }

    /// `poisson(rate)`: each use is a source of its own.
    pub(super) fn poisson(&mut self, arguments: &[ast::Expr], span: Span) -> Typed {
        let [rate] = arguments else {
            let message = format!("`poisson` takes 1 argument, not {}", arguments.len());
            let error = Diagnostic::error(span, message, format!("{} given", arguments.len()));
            return self.report(
                span,
                error.help("poisson(rate): events of a Poisson process"),
            );
        };
        // No noise within noise.
        self.noisy = false;
        let rate = self.expr(rate);
        self.noisy = true;
        let dim = Dim::NONE.per(Dim::TIME);
        if !self.demand_dim(&rate, dim, "`poisson` takes a rate") {
            return self.unknown(span);
        }
        self.scope.noises.push(Noise::Poisson(rate.expr));
        self.number(Expr::Noise(self.scope.noises.len() - 1), dim, span)
    }
}

impl Build<'_, '_, '_> {
    /// Reports equations in which a noise is multiplied by a noise, or within a function.
    pub(super) fn demand_linear_noise(&mut self, model: &Model) {
        if model.noises.is_empty() {
            return;
        }
        let rates = lower(model, model.dt.unwrap_or(0.1)).rates;
        #[expect(clippy::cast_possible_truncation, reason = "a text is bounded")]
        let slots: Vec<Slot> = (0..model.noises.len())
            .map(|k| Slot::Noise(k as u16))
            .collect();
        for &(slot, rate) in &rates.stores {
            let Slot::State(state) = slot else { continue };
            let mut b = Builder::new("noise");
            let values = b.inline(&rates, |b, slot, ty| b.load(slot, ty));
            let rate = values[rate.index()];
            let linear = slots.iter().all(|&noise| {
                let gain = derivative(&mut b, rate, noise);
                slots
                    .iter()
                    .all(|&other| !depends_on(b.block(), gain, other))
            });
            if !linear {
                let span = self.declared.states[usize::from(state)].rhs.span;
                let error =
                    Diagnostic::error(span, "noise must enter an equation linearly", "not so here");
                self.error(error.help("write `drift + strength*xi`, the strength free of noise"));
            }
        }
    }
}
