//! Parameters, inputs, times and initial values: one function each.

use super::check::{Build, literal_unit};
use super::expr::Expr;
use super::order::order;
use super::scope::Symbol;
use super::typing::{Kind, Place, Typed};
use super::{Input, Param, Values};
use crate::diag::{Diagnostic, nearest, shorten};
use crate::lang::ast::{self, Name};
use crate::units::{Dim, Unit};

impl Build<'_, '_, '_> {
    fn typed_in(&mut self, place: Place, expr: &ast::Expr) -> Typed {
        self.checker.place = place;
        let typed = self.checker.expr(expr);
        self.checker.place = Place::Anywhere;
        typed
    }

    // Parameters.

    /// Parameters, each computed after those its value uses.
    pub(super) fn params(&mut self) -> Vec<Param> {
        let raw = &self.declared.params;
        let pick = |symbol| {
            if let Symbol::Param(index) = symbol {
                Some(index)
            } else {
                None
            }
        };
        let needs: Vec<_> = raw
            .iter()
            .map(|one| {
                let value = one.preset.or(one.value);
                value.map_or(Vec::new(), |value| self.needs(value, pick))
            })
            .collect();
        let sorted = order(&needs).unwrap_or_else(|circle| {
            let named: Vec<_> = circle
                .iter()
                .map(|&index| (raw[index].name.text.as_str(), raw[index].name.span))
                .collect();
            self.circular("parameters need each other", &named);
            Vec::new()
        });
        let mut values = vec![f64::NAN; raw.len()];
        let mut params: Vec<Param> = raw
            .iter()
            .map(|one| Param {
                name: one.name.text.clone(),
                unit: one.unit.map_or_else(Unit::one, |unit| unit.unit.clone()),
                default: None,
                computed_from: Vec::new(),
                doc: one.doc.to_owned(),
            })
            .collect();
        for index in sorted {
            if let Some(value) = raw[index].value.or(raw[index].preset) {
                params[index].default = self.default(index, value, &mut params, &values);
                if let Some(value) = raw[index].preset {
                    params[index].default = self.preset_default(index, value, &mut params, &values);
                }
                values[index] = params[index].default.unwrap_or(f64::NAN);
            }
        }
        params
    }

    fn default(
        &mut self,
        index: usize,
        value: &ast::Expr,
        params: &mut [Param],
        values: &[f64],
    ) -> Option<f64> {
        let typed = self.typed_in(Place::ParamValue, value);
        let name = &self.declared.params[index].name.text;
        let declared = self.declared.params[index].unit.map(|unit| &unit.unit);
        if let Some(unit) = declared {
            if let Some(bare) = bare(&typed) {
                return Some(self.checker.scope.base.to_base(bare, unit));
            }
            let why = format!("`{name}` is declared in {unit}");
            if !self.checker.demand_dim(&typed, unit.dim, &why) {
                return None;
            }
        } else {
            let dim = self.checker.demand_number(&typed)?;
            let written =
                literal_unit(value.span.of(self.checker.text)).filter(|unit| unit.dim == dim);
            params[index].unit = written.unwrap_or_else(|| self.checker.scope.base.unit(dim));
            self.checker.scope.dims.insert(Symbol::Param(index), dim);
        }
        self.computed(index, &typed, params, values)
    }

    /// The value that the chosen preset gives to a parameter whose unit is known.
    fn preset_default(
        &mut self,
        index: usize,
        value: &ast::Expr,
        params: &mut [Param],
        values: &[f64],
    ) -> Option<f64> {
        let typed = self.typed_in(Place::ParamValue, value);
        let declared = self.declared.params[index].unit.map(|unit| &unit.unit);
        if let (Some(unit), Some(bare)) = (declared, bare(&typed)) {
            params[index].computed_from.clear();
            return Some(self.checker.scope.base.to_base(bare, unit));
        }
        self.computed(index, &typed, params, values)
    }

    /// The value of a parameter that may be computed from others.
    fn computed(
        &mut self,
        index: usize,
        typed: &Typed,
        params: &mut [Param],
        values: &[f64],
    ) -> Option<f64> {
        params[index].computed_from = computed_from(&typed.expr, params);
        let values = Values {
            params: values,
            ..Values::default()
        };
        self.finite(typed, &values)
    }

    /// The value of a constant expression.
    fn finite(&mut self, typed: &Typed, values: &Values<'_>) -> Option<f64> {
        let value = typed.expr.evaluate(values);
        if value.is_finite() {
            return Some(value);
        }
        let mut unset = None;
        typed.expr.walk(&mut |expr| match expr {
            Expr::Param(index) if values.params.get(*index).is_none_or(|value| value.is_nan()) => {
                unset = Some(*index);
            }
            _ => {}
        });
        let message = match unset.map(|index| &self.declared.params[index]) {
            Some(param) if param.value.is_none() => {
                format!("`{}` has no value that could be used here", param.name.text)
            }
            // Its own value was reported.
            Some(_) => return None,
            None => format!(
                "`{}` is not a finite number",
                self.checker.quote(typed.span)
            ),
        };
        self.error(Diagnostic::error(typed.span, message, "no value"));
        None
    }

    // Inputs.

    pub(super) fn inputs(&mut self) -> Vec<Input> {
        let raw = self.declared.inputs.iter();
        let mut inputs: Vec<Input> = raw
            .map(|one| Input {
                name: one.name.text.clone(),
                unit: one.unit.unit.clone(),
                range: None,
                doc: one.doc.to_owned(),
            })
            .collect();
        for (name, low, high) in &self.declared.ranges {
            match self.checker.scope.symbol(&name.text) {
                Some(Symbol::Input(index)) => {
                    if inputs[index].range.is_some() {
                        let message = format!("`{}` has two ranges", name.text);
                        self.error(Diagnostic::error(name.span, message, "a second range"));
                    }
                    inputs[index].range = self.range(&inputs[index].unit.clone(), low, high);
                }
                _ => self.not_a(name, "an input", |symbol| {
                    matches!(symbol, Symbol::Input(_))
                }),
            }
        }
        inputs
    }

    /// Both ends bare, in the declared unit, or both with a unit; 0 goes with either.
    pub(super) fn range(
        &mut self,
        unit: &Unit,
        low: &ast::Expr,
        high: &ast::Expr,
    ) -> Option<(f64, f64)> {
        let (low, high) = (
            self.typed_in(Place::Quantity, low),
            self.typed_in(Place::Quantity, high),
        );
        let base = self.checker.scope.base;
        let zero = |typed: &Typed| typed.kind == Kind::Zero;
        let bare_ends = [&low, &high]
            .into_iter()
            .all(|end| bare(end).is_some() || zero(end));
        let mut ends = Vec::new();
        for end in [&low, &high] {
            match bare(end) {
                Some(value) if bare_ends => ends.push(base.to_base(value, unit)),
                _ if self.checker.demand_dim(
                    end,
                    unit.dim,
                    "a range is in the unit of the input",
                ) =>
                {
                    ends.extend(self.finite(end, &Values::default()));
                }
                _ => {}
            }
        }
        let &[from, to] = ends.as_slice() else {
            return None;
        };
        if from >= to {
            let error = Diagnostic::error(
                low.span.to(high.span),
                "a range goes from the lower to the higher value",
                "not so here",
            );
            self.error(error);
            return None;
        }
        Some((from, to))
    }

    // Times.

    pub(super) fn positive_time(&mut self, expr: &ast::Expr, what: &str) -> Option<f64> {
        let typed = self.typed_in(Place::Quantity, expr);
        let why = format!("`{what}` is a time");
        let value = match typed.kind {
            Kind::Zero => 0.0,
            _ if !self.checker.demand_dim(&typed, Dim::TIME, &why) => return None,
            _ => self.finite(&typed, &Values::default())?,
        };
        if value <= 0.0 {
            self.error(Diagnostic::error(
                typed.span,
                format!("`{what}` must be more than 0"),
                "not more than 0",
            ));
        }
        (value > 0.0).then_some(value)
    }

    // Initial values.

    pub(super) fn inits(&mut self) -> Vec<Option<Expr>> {
        let mut inits = vec![None; self.declared.states.len()];
        for (name, expr) in &self.declared.inits {
            let typed = self.checker.expr(expr);
            let Some(Symbol::State(index)) = self.checker.scope.symbol(&name.text) else {
                self.not_a(name, "a state", |symbol| matches!(symbol, Symbol::State(_)));
                continue;
            };
            let unit = &self.declared.states[index].unit.unit;
            self.checker
                .demand_dim(&typed, unit.dim, &format!("`{}` is in {unit}", name.text));
            if inits[index].replace(typed.expr).is_some() {
                let message = format!("`{}` has two initial values", name.text);
                self.error(Diagnostic::error(
                    name.span,
                    message,
                    "a second initial value",
                ));
            }
        }
        inits
    }

    pub(super) fn not_a(&mut self, name: &Name, wanted: &str, fits: impl Fn(Symbol) -> bool) {
        let found = self.checker.scope.symbol(&name.text);
        if found == Some(Symbol::Unreadable) {
            return;
        }
        let is = found.map_or("not declared", Symbol::kind);
        let message = format!("`{}` is not {wanted}", shorten(&name.text));
        let names = &self.checker.scope.names;
        let mut fitting: Vec<&str> = names
            .iter()
            .filter(|(_, (symbol, _))| fits(*symbol))
            .map(|(name, _)| *name)
            .collect();
        fitting.sort_unstable();
        let mut error = Diagnostic::error(name.span, message, is);
        error.help = nearest(&name.text, fitting.iter().copied())
            .map(|near| format!("did you mean `{near}`?"));
        self.error(error);
    }
}

/// A number without unit, 0 not included.
pub(super) fn bare(typed: &Typed) -> Option<f64> {
    let plain = typed.kind == Kind::Number(Dim::NONE);
    typed
        .literal
        .filter(|_| plain && matches!(typed.expr, Expr::Number(_)))
        .map(|literal| literal.value)
}

/// The parameters in `expr`, and those that they were computed from.
fn computed_from(expr: &Expr, params: &[Param]) -> Vec<usize> {
    let mut found = Vec::new();
    expr.walk(&mut |part| {
        if let Expr::Param(i) = part {
            found.push(*i);
            found.extend(&params[*i].computed_from);
        }
    });
    found.sort_unstable();
    found.dedup();
    found
}
