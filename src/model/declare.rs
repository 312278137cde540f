//! First pass: what a text declares. Sorts statements by kind and gives each name its meaning, so
//! that the order of lines does not matter. Reports names that are declared twice or reserved, and
//! statements that may stand only once.

use super::functions::Inlined;
use super::scope::{Scope, Symbol, reserved};
use crate::diag::{Diagnostic, Diagnostics, Span, shorten};
use crate::lang::ast::{Assignment, Expr, Name, Statement, StatementKind as Kind, UnitText};
use std::collections::HashMap;
use std::mem::Discriminant;

/// `param`, with or without a value.
pub(super) struct RawParam<'a> {
    pub(super) name: &'a Name,
    pub(super) value: Option<&'a Expr>,
    /// What the chosen preset says in place of the value.
    pub(super) preset: Option<&'a Expr>,
    pub(super) unit: Option<&'a UnitText>,
    pub(super) doc: &'a str,
}

/// `input`.
pub(super) struct RawInput<'a> {
    pub(super) name: &'a Name,
    pub(super) unit: &'a UnitText,
    pub(super) doc: &'a str,
}

/// `name = expr : unit`.
pub(super) struct RawLet<'a> {
    pub(super) name: &'a Name,
    pub(super) expr: &'a Expr,
    pub(super) unit: &'a UnitText,
}

/// `dx/dt = rhs : unit`.
pub(super) struct RawState<'a> {
    pub(super) name: &'a Name,
    pub(super) rhs: &'a Expr,
    pub(super) unit: &'a UnitText,
    pub(super) unless_refractory: Option<Span>,
}

/// `scheme`.
pub(super) struct RawScheme<'a> {
    pub(super) name: &'a Name,
    pub(super) dt: Option<&'a Expr>,
    pub(super) doc: &'a str,
    pub(super) updates: &'a [Assignment],
}

/// `preset`.
pub(super) struct RawPreset<'a> {
    pub(super) name: &'a Name,
    pub(super) doc: &'a str,
    pub(super) items: &'a [Statement],
}

/// The statements of a text by kind.
#[derive(Default)]
pub(super) struct Declared<'a> {
    pub(super) model: Option<(&'a Name, &'a str)>,
    pub(super) cite: Vec<String>,
    pub(super) params: Vec<RawParam<'a>>,
    pub(super) inputs: Vec<RawInput<'a>>,
    pub(super) lets: Vec<RawLet<'a>>,
    pub(super) states: Vec<RawState<'a>>,
    pub(super) inits: Vec<(&'a Name, &'a Expr)>,
    pub(super) ranges: Vec<(&'a Name, &'a Expr, &'a Expr)>,
    pub(super) dt: Option<&'a Expr>,
    pub(super) duration: Option<&'a Expr>,
    pub(super) method: Option<&'a Name>,
    pub(super) threshold: Option<&'a Expr>,
    pub(super) reset: Vec<&'a Assignment>,
    pub(super) reset_span: Option<Span>,
    pub(super) refractory: Option<&'a Expr>,
    pub(super) presets: Vec<RawPreset<'a>>,
    pub(super) schemes: Vec<RawScheme<'a>>,
}

impl<'a> Declared<'a> {
    /// Lets the preset of this name speak in place of the text; false where there is none.
    pub(super) fn choose(&mut self, preset: &str) -> bool {
        let Some(chosen) = self.presets.iter().find(|one| one.name.text == preset) else {
            return false;
        };
        let items: &'a [Statement] = chosen.items;
        for item in items {
            match &item.kind {
                Kind::Param { name, value, .. } => {
                    let of = |param: &&mut RawParam<'a>| param.name.text == name.text;
                    if let Some(param) = self.params.iter_mut().find(of) {
                        param.preset = value.as_ref();
                    }
                }
                Kind::Init { name, expr } => {
                    self.inits.retain(|(other, _)| other.text != name.text);
                    self.inits.push((name, expr));
                }
                Kind::Range { name, low, high } => {
                    self.ranges.retain(|(other, _, _)| other.text != name.text);
                    self.ranges.push((name, low, high));
                }
                Kind::Dt(expr) => self.dt = Some(expr),
                Kind::Duration(expr) => self.duration = Some(expr),
                Kind::Method(name) => self.method = Some(name),
                _ => {}
            }
        }
        true
    }
}

/// Sorts the statements and declares their names.
pub(super) fn declare<'a>(
    statements: &'a [Statement],
    diagnostics: &mut Diagnostics,
) -> (Declared<'a>, Scope<'a>) {
    let mut pass = Pass {
        declared: Declared::default(),
        scope: Scope::default(),
        once: HashMap::new(),
        diagnostics,
    };
    for statement in statements {
        pass.statement(statement);
    }
    (pass.declared, pass.scope)
}

struct Pass<'a, 'd> {
    declared: Declared<'a>,
    scope: Scope<'a>,
    once: HashMap<Discriminant<Kind>, Span>,
    diagnostics: &'d mut Diagnostics,
}

impl<'a> Pass<'a, '_> {
    fn statement(&mut self, statement: &'a Statement) {
        let declared = &mut self.declared;
        match &statement.kind {
            Kind::Param {
                name,
                value,
                unit,
                doc,
            } => {
                declared.params.push(RawParam {
                    name,
                    value: value.as_ref(),
                    preset: None,
                    unit: unit.as_ref(),
                    doc,
                });
                let symbol = Symbol::Param(declared.params.len() - 1);
                self.name(name, symbol);
            }
            Kind::Input { name, unit, doc } => {
                declared.inputs.push(RawInput { name, unit, doc });
                let symbol = Symbol::Input(declared.inputs.len() - 1);
                self.name(name, symbol);
            }
            Kind::Let { name, expr, unit } => {
                declared.lets.push(RawLet { name, expr, unit });
                let symbol = Symbol::Let(declared.lets.len() - 1);
                self.name(name, symbol);
            }
            Kind::Equation {
                name,
                rhs,
                unit,
                unless_refractory,
            } => {
                declared.states.push(RawState {
                    name,
                    rhs,
                    unit,
                    unless_refractory: *unless_refractory,
                });
                let symbol = Symbol::State(declared.states.len() - 1);
                self.name(name, symbol);
            }
            Kind::Unreadable(name) => {
                self.scope
                    .names
                    .entry(&name.text)
                    .or_insert((Symbol::Unreadable, name.span));
            }
            Kind::Cite(text) => declared.cite.push(text.clone()),
            Kind::Range { name, low, high } => declared.ranges.push((name, low, high)),
            Kind::Init { name, expr } => declared.inits.push((name, expr)),
            Kind::Reset(assignments) => {
                declared.reset.extend(assignments);
                declared.reset_span.get_or_insert(statement.span);
            }
            Kind::Function {
                name,
                arguments,
                body,
            } => self.function(name, arguments, body),
            Kind::Preset { name, doc, items } => {
                let first = declared.presets.iter().find(|p| p.name.text == name.text);
                let first = first.map(|preset| preset.name);
                declared.presets.push(RawPreset { name, doc, items });
                self.twice(name, first, "a preset");
            }
            Kind::Scheme {
                name,
                dt,
                doc,
                updates,
            } => {
                let first = declared.schemes.iter().find(|s| s.name.text == name.text);
                let first = first.map(|scheme| scheme.name);
                declared.schemes.push(RawScheme {
                    name,
                    dt: dt.as_ref(),
                    doc,
                    updates,
                });
                self.twice(name, first, "a scheme");
            }
            _ => self.only_once(statement),
        }
    }

    fn twice(&mut self, name: &Name, first: Option<&Name>, what: &str) {
        let Some(first) = first else { return };
        let message = format!("`{}` is declared twice", shorten(&name.text));
        let error = Diagnostic::error(name.span, message, "declared again")
            .and(first.span, format!("already {what} here"))
            .help("remove or rename one of them");
        self.diagnostics.push(error);
    }

    fn function(&mut self, name: &'a Name, arguments: &'a [Name], body: &'a Expr) {
        let number = self.scope.functions.len();
        self.name(name, Symbol::Function(number));
        for (i, argument) in arguments.iter().enumerate() {
            let same = |other: &&Name| other.text == argument.text;
            let first = arguments[..i].iter().find(same);
            self.twice(argument, first, "an argument");
        }
        self.scope.functions.push(Inlined {
            name: &name.text,
            declared: Some(name),
            arguments: arguments.iter().map(|one| one.text.as_str()).collect(),
            body,
            described: None,
        });
    }

    fn only_once(&mut self, statement: &'a Statement) {
        let kind = std::mem::discriminant(&statement.kind);
        if let Some(first) = self.once.insert(kind, statement.span) {
            let error = Diagnostic::error(statement.span, "this is said twice", "a second time");
            self.diagnostics.push(
                error
                    .and(first, "first said here")
                    .help("remove one of them"),
            );
        }
        let declared = &mut self.declared;
        match &statement.kind {
            Kind::Model { name, title } => declared.model = Some((name, title)),
            Kind::Dt(expr) => declared.dt = Some(expr),
            Kind::Duration(expr) => declared.duration = Some(expr),
            Kind::Method(name) => declared.method = Some(name),
            Kind::Threshold(expr) => declared.threshold = Some(expr),
            Kind::Refractory(expr) => declared.refractory = Some(expr),
            _ => {}
        }
    }

    fn name(&mut self, name: &'a Name, symbol: Symbol) {
        let text = shorten(&name.text);
        if let Some(reason) = reserved(&name.text) {
            let error = Diagnostic::error(
                name.span,
                format!("`{text}` cannot be declared: {reason}"),
                "reserved",
            );
            self.diagnostics.push(error.help("choose another name"));
            return;
        }
        if let Some((first, span)) = self.scope.names.get(name.text.as_str()) {
            if *first == Symbol::Unreadable {
                return;
            }
            let message = format!("`{text}` is declared twice");
            let error = Diagnostic::error(name.span, message, "declared again")
                .and(*span, format!("already {} here", first.kind()))
                .help("remove or rename one of them");
            self.diagnostics.push(error);
            return;
        }
        self.scope.names.insert(&name.text, (symbol, name.span));
    }
}
