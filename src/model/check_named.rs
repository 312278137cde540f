//! Presets and schemes: what a text offers by name.

use super::check::Build;
use super::scope::Symbol;
use super::typing::Place;
use super::{Preset, Scheme};
use crate::lang::ast::{self, Assignment, StatementKind as Kind};

impl Build<'_, '_, '_> {
    /// Checks every preset, so that a mistake is found before it is chosen.
    pub(super) fn presets(&mut self) -> Vec<Preset> {
        let declared = self.declared;
        let mut presets = Vec::new();
        for raw in &declared.presets {
            for item in raw.items {
                self.preset_item(item);
            }
            let text = self.checker.text;
            let words = |item: &ast::Statement| {
                let words = item.span.of(text).split_whitespace();
                words.collect::<Vec<_>>().join(" ")
            };
            presets.push(Preset {
                name: raw.name.text.clone(),
                doc: raw.doc.to_owned(),
                settings: raw.items.iter().map(words).collect(),
            });
        }
        presets
    }

    fn preset_item(&mut self, item: &ast::Statement) {
        match &item.kind {
            Kind::Param { name, value, .. } => match self.checker.scope.symbol(&name.text) {
                Some(Symbol::Param(index)) => {
                    if let Some(value) = value {
                        self.preset_value(index, &name.text, value);
                    }
                }
                _ => self.not_a(name, "a parameter", |symbol| {
                    matches!(symbol, Symbol::Param(_))
                }),
            },
            Kind::Init { name, expr } => {
                let typed = self.checker.expr(expr);
                match self.checker.scope.symbol(&name.text) {
                    Some(Symbol::State(index)) => {
                        let unit = &self.declared.states[index].unit.unit;
                        let why = format!("`{}` is in {unit}", name.text);
                        self.checker.demand_dim(&typed, unit.dim, &why);
                    }
                    _ => self.not_a(name, "a state", |symbol| matches!(symbol, Symbol::State(_))),
                }
            }
            Kind::Range { name, low, high } => match self.checker.scope.symbol(&name.text) {
                Some(Symbol::Input(index)) => {
                    let unit = self.declared.inputs[index].unit.unit.clone();
                    self.range(&unit, low, high);
                }
                _ => self.not_a(name, "an input", |symbol| {
                    matches!(symbol, Symbol::Input(_))
                }),
            },
            Kind::Dt(expr) => drop(self.positive_time(expr, "dt")),
            Kind::Duration(expr) => drop(self.positive_time(expr, "duration")),
            _ => {}
        }
    }

    fn preset_value(&mut self, index: usize, name: &str, value: &ast::Expr) {
        self.checker.place = Place::ParamValue;
        let typed = self.checker.expr(value);
        self.checker.place = Place::Anywhere;
        let Some(&dim) = self.checker.scope.dims.get(&Symbol::Param(index)) else {
            return;
        };
        let bare = self.declared.params[index].unit.is_some()
            && super::check_parts::bare(&typed).is_some();
        if !bare {
            let unit = self.checker.scope.base.unit(dim);
            let why = format!("`{name}` is in {unit}");
            self.checker.demand_dim(&typed, dim, &why);
        }
    }

    /// Update schemes: assignments in order, in which `dv` is dt times the right-hand side of `v`.
    pub(super) fn schemes(&mut self) -> Vec<Scheme> {
        let declared = self.declared;
        let mut schemes = Vec::new();
        for raw in &declared.schemes {
            self.checker.increments = true;
            let updates: Vec<&Assignment> = raw.updates.iter().collect();
            let updates = self.assignments(&updates);
            self.checker.increments = false;
            schemes.push(Scheme {
                name: raw.name.text.clone(),
                doc: raw.doc.to_owned(),
                dt: raw.dt.and_then(|expr| self.positive_time(expr, "dt")),
                updates,
            });
        }
        schemes
    }
}
