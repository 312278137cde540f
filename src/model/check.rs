//! The tree of a text to a [`Model`]. Each step goes on after errors, so that all are reported at
//! once; the model is made only if there are none.

use super::declare::{Declared, declare};
use super::expr::Expr;
use super::order::order;
use super::scope::{Scope, Symbol};
use super::typing::{Checker, Place};
use super::{Let, Model, Noise, State};
use crate::diag::{Diagnostic, Diagnostics, Span, nearest, shorten};
use crate::lang::{self, ast};
use crate::units::{BaseSystem, Dim, Unit, split_quantity};

/// Reads and checks a text; see [`Model::parse`].
pub(super) fn check(
    name: &str,
    preset: Option<&str>,
    text: &str,
) -> Result<(Model, Diagnostics), Diagnostics> {
    let (statements, mut diagnostics) = lang::parse(text);
    let unread = diagnostics.has_errors();
    let (mut declared, mut scope) = declare(&statements, &mut diagnostics);
    if let Some(preset) = preset.filter(|_| !unread)
        && !declared.choose(preset)
    {
        diagnostics.push(no_preset(preset, &declared));
    }
    scope.base = base_system(&declared, text);
    declare_dims(&declared, &mut scope);
    let checker = Checker::new(&mut scope, text, &mut diagnostics, Place::Anywhere);
    let mut build = Build {
        declared: &declared,
        checker,
        unread,
    };
    let model = build.model(name, preset);
    if !build.checker.diagnostics.has_errors() {
        build.demand_linear_noise(&model);
    }
    if diagnostics.has_errors() {
        return Err(diagnostics);
    }
    warn_unused(&declared, &scope, &mut diagnostics);
    Ok((model, diagnostics))
}

fn no_preset(name: &str, declared: &Declared<'_>) -> Diagnostic {
    let known: Vec<&str> = declared
        .presets
        .iter()
        .map(|preset| preset.name.text.as_str())
        .collect();
    let message = format!("there is no preset `{}`", shorten(name));
    let error = Diagnostic::error(Span::default(), message, "not in this model");
    error.help(match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => {
            "the model has no presets: leave out what follows the colon".into()
        }
        None => format!("its presets are {}", known.join(", ")),
    })
}

/// The current of the first input decides; without one, the first current that has a unit.
fn base_system(declared: &Declared<'_>, text: &str) -> BaseSystem {
    let inputs = declared.inputs.iter().map(|input| input.unit.unit.clone());
    let params = declared
        .params
        .iter()
        .filter_map(|param| match (param.unit, param.value) {
            (Some(unit), _) => Some(unit.unit.clone()),
            (None, Some(value)) => literal_unit(value.span.of(text)),
            (None, None) => None,
        });
    let states = declared.states.iter().map(|state| state.unit.unit.clone());
    let lets = declared.lets.iter().map(|one| one.unit.unit.clone());
    let mut units = inputs.chain(params).chain(states).chain(lets);
    units
        .find_map(|unit| BaseSystem::for_current(&unit))
        .unwrap_or_default()
}

/// The unit a value is written in, if it is a number and a unit.
pub(super) fn literal_unit(text: &str) -> Option<Unit> {
    let (_, unit) = split_quantity(text)?;
    if unit.is_empty() {
        Some(Unit::one())
    } else {
        Unit::parse(&unit).ok()
    }
}

/// Dimensions that are written down. Those of parameters with a value follow from the value.
fn declare_dims(declared: &Declared<'_>, scope: &mut Scope<'_>) {
    let params = declared.params.iter().enumerate();
    let params =
        params.filter_map(|(index, param)| Some((Symbol::Param(index), param.unit?.unit.dim)));
    let inputs = declared
        .inputs
        .iter()
        .enumerate()
        .map(|(index, one)| (Symbol::Input(index), one.unit.unit.dim));
    let lets = declared
        .lets
        .iter()
        .enumerate()
        .map(|(index, one)| (Symbol::Let(index), one.unit.unit.dim));
    let states = declared
        .states
        .iter()
        .enumerate()
        .map(|(index, one)| (Symbol::State(index), one.unit.unit.dim));
    scope
        .dims
        .extend(params.chain(inputs).chain(lets).chain(states));
}

/// Parameters and sub-expressions that nothing uses.
fn warn_unused(declared: &Declared<'_>, scope: &Scope<'_>, diagnostics: &mut Diagnostics) {
    let params = declared
        .params
        .iter()
        .enumerate()
        .map(|(index, one)| (Symbol::Param(index), one.name));
    let inputs = declared
        .inputs
        .iter()
        .enumerate()
        .map(|(index, one)| (Symbol::Input(index), one.name));
    let lets = declared
        .lets
        .iter()
        .enumerate()
        .map(|(index, one)| (Symbol::Let(index), one.name));
    let functions = scope.functions.iter().filter_map(|one| {
        let (symbol, _) = scope.names.get(one.name)?;
        Some((*symbol, one.declared?))
    });
    for (symbol, name) in params
        .chain(inputs)
        .chain(lets)
        .chain(functions)
        .filter(|(symbol, _)| !scope.used.contains(symbol))
    {
        let message = format!("`{}` is not used", name.text);
        diagnostics.push(Diagnostic::warning(
            name.span,
            message,
            format!("{} that nothing uses", symbol.kind()),
        ));
    }
}

/// The making of a model. The steps on parameters, inputs and spikes are in `check_parts`.
pub(super) struct Build<'b, 'c, 'a> {
    pub(super) declared: &'b Declared<'a>,
    pub(super) checker: Checker<'c, 'a>,
    /// Whether some lines could not be read, so that what is missing may stand there.
    unread: bool,
}

impl Build<'_, '_, '_> {
    fn model(&mut self, name: &str, preset: Option<&str>) -> Model {
        let params = self.params();
        let inputs = self.inputs();
        let let_order = self.let_order();
        let lets = self.lets();
        let inits = self.inits();
        let init_order = self.init_order();
        let states = self.states(inits);
        let (name, title) = self
            .declared
            .model
            .map_or((name, ""), |(name, title)| (&name.text, title));
        let model = Model {
            name: match preset {
                Some(preset) => format!("{name}:{preset}"),
                None => name.to_owned(),
            },
            preset: preset.map(str::to_owned),
            presets: self.presets(),
            schemes: self.schemes(),
            noises: self.checker.scope.noises.clone(),
            title: title.to_owned(),
            cite: self.declared.cite.clone(),
            text: self.checker.text.to_owned(),
            base: self.checker.scope.base,
            params,
            inputs,
            states,
            init_order,
            threshold: self.threshold(),
            reset: self.reset(),
            refractory: self.refractory(&lets),
            dt: self
                .declared
                .dt
                .and_then(|expr| self.positive_time(expr, "dt")),
            duration: self
                .declared
                .duration
                .and_then(|expr| self.positive_time(expr, "duration")),
            method: self
                .declared
                .method
                .map(|name| (name.text.clone(), name.span)),
            lets,
        };
        sort_lets(model, &let_order)
    }

    pub(super) fn error(&mut self, diagnostic: Diagnostic) {
        self.checker.diagnostics.push(diagnostic);
    }

    /// Which of the declared names that `pick` numbers an expression uses.
    pub(super) fn needs(
        &self,
        expr: &ast::Expr,
        pick: impl Fn(Symbol) -> Option<usize>,
    ) -> Vec<usize> {
        let mut found = Vec::new();
        expr.each_name(&mut |name, _| {
            found.extend(self.checker.scope.symbol(name).and_then(&pick))
        });
        found.sort_unstable();
        found.dedup();
        found
    }

    pub(super) fn circular(&mut self, what: &str, circle: &[(&str, Span)]) {
        let Some(&(first, span)) = circle.first() else {
            return;
        };
        let mut names: Vec<&str> = circle.iter().take(8).map(|(name, _)| *name).collect();
        names.extend((circle.len() > 8).then_some("..."));
        let message = format!("{what} in a circle: {} -> {first}", names.join(" -> "));
        let mut error = Diagnostic::error(span, message, "needs itself");
        for (name, span) in circle.iter().skip(1).take(3) {
            error = error.and(*span, format!("`{name}` is part of it"));
        }
        self.error(error.help("one of them must not depend on the others"));
    }

    fn let_order(&mut self) -> Vec<usize> {
        let lets = &self.declared.lets;
        let pick = |symbol| {
            if let Symbol::Let(index) = symbol {
                Some(index)
            } else {
                None
            }
        };
        let needs: Vec<Vec<usize>> = lets.iter().map(|one| self.needs(one.expr, pick)).collect();
        order(&needs).unwrap_or_else(|circle| {
            let named: Vec<_> = circle
                .iter()
                .map(|&index| (lets[index].name.text.as_str(), lets[index].name.span))
                .collect();
            self.circular("sub-expressions need each other", &named);
            (0..lets.len()).collect()
        })
    }

    fn lets(&mut self) -> Vec<Let> {
        let one = |raw: &super::declare::RawLet<'_>| {
            let typed = self.checker.expr(raw.expr);
            let why = format!("`{}` is declared in {}", raw.name.text, raw.unit.unit);
            self.checker.demand_dim(&typed, raw.unit.unit.dim, &why);
            Let {
                name: raw.name.text.clone(),
                unit: raw.unit.unit.clone(),
                expr: typed.expr,
            }
        };
        self.declared.lets.iter().map(one).collect()
    }

    fn states(&mut self, inits: Vec<Option<Expr>>) -> Vec<State> {
        if self.declared.states.is_empty() && !self.unread {
            let message = "the model has no equation";
            let error = Diagnostic::error(Span::default(), message, "nothing here changes in time");
            self.error(error.help("write at least one `dv/dt = ... : mV`"));
        }
        let mut states = Vec::new();
        for (raw, init) in self.declared.states.iter().zip(inits) {
            self.checker.noisy = true;
            let typed = self.checker.expr(raw.rhs);
            self.checker.noisy = false;
            let name = raw.name.text.clone();
            let why = format!("`d{name}/dt` is in the unit of `{name}` per time");
            self.checker
                .demand_dim(&typed, raw.unit.unit.dim.per(Dim::TIME), &why);
            let known = self.checker.scope.symbol(&name) == Some(Symbol::State(states.len()));
            if init.is_none() && known && !self.unread {
                let error = Diagnostic::error(
                    raw.name.span,
                    format!("`{name}` has no initial value"),
                    "declared here",
                );
                self.error(error.help(format!("write `init {name} = ...`")));
            }
            let (unit, init) = (raw.unit.unit.clone(), init.unwrap_or(Expr::Number(0.0)));
            states.push(State {
                name,
                unit,
                rhs: typed.expr,
                init,
                unless_refractory: raw.unless_refractory.is_some(),
            });
        }
        states
    }

    /// States and the sub-expressions between them, as their initial values need each other.
    fn init_order(&mut self) -> Vec<usize> {
        let (states, lets) = (&self.declared.states, &self.declared.lets);
        let pick = |symbol| match symbol {
            Symbol::State(index) => Some(index),
            Symbol::Let(index) => Some(states.len() + index),
            _ => None,
        };
        let mut needs = vec![Vec::new(); states.len() + lets.len()];
        for (name, expr) in &self.declared.inits {
            if let Some(Symbol::State(index)) = self.checker.scope.symbol(&name.text) {
                needs[index] = self.needs(expr, pick);
            }
        }
        for (index, one) in lets.iter().enumerate() {
            needs[states.len() + index] = self.needs(one.expr, pick);
        }
        let done = order(&needs).unwrap_or_else(|circle| {
            let name = |&node: &usize| {
                states
                    .get(node)
                    .map_or_else(|| lets[node - states.len()].name, |state| state.name)
            };
            // A circle of sub-expressions alone has been reported as such.
            if circle.iter().any(|&node| node < states.len()) {
                let named: Vec<_> = circle
                    .iter()
                    .map(name)
                    .map(|name| (name.text.as_str(), name.span))
                    .collect();
                self.circular("initial values need each other", &named);
            }
            Vec::new()
        });
        done.into_iter()
            .filter(|&node| node < states.len())
            .collect()
    }
}

/// Puts sub-expressions in dependency order and renumbers their uses.
fn sort_lets(mut model: Model, order: &[usize]) -> Model {
    let mut new_index = vec![0; order.len()];
    order
        .iter()
        .enumerate()
        .for_each(|(new, &old)| new_index[old] = new);
    let mut old: Vec<Option<Let>> = model.lets.into_iter().map(Some).collect();
    model.lets = order
        .iter()
        .filter_map(|&index| old[index].take())
        .collect();
    let lets = model.lets.iter_mut().map(|one| &mut one.expr);
    let states = model
        .states
        .iter_mut()
        .flat_map(|state| [&mut state.rhs, &mut state.init]);
    let spikes = model
        .threshold
        .iter_mut()
        .chain(model.refractory.iter_mut());
    let schemes = model
        .schemes
        .iter_mut()
        .flat_map(|scheme| &mut scheme.updates);
    let reset = model.reset.iter_mut().chain(schemes);
    let reset = reset.map(|assign| &mut assign.value);
    let rates = model.noises.iter_mut().filter_map(|noise| match noise {
        Noise::Poisson(rate) => Some(rate),
        Noise::White(_) => None,
    });
    lets.chain(states)
        .chain(rates)
        .chain(spikes)
        .chain(reset)
        .for_each(|expr| expr.renumber_lets(&new_index));
    model
}
