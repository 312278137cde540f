//! Reading of TOML values with their places: each accessor gives a value of one kind or says what
//! was expected where.
//!
//! Takes a spanned tree; gives values, and errors into the diagnostics.

use std::cell::RefCell;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diag::{Diagnostic, Diagnostics, Span, nearest, shorten};
use crate::units::{BaseSystem, Unit, parse_quantity};

/// A value and its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'a> {
    pub(super) span: Span,
    value: &'a DeValue<'a>,
}

impl<'a> Value<'a> {
    fn of(value: &'a Spanned<DeValue<'a>>) -> Value<'a> {
        let span = value.span();
        Value {
            span: Span::new(span.start, span.end),
            value: value.get_ref(),
        }
    }

    fn expected<T>(self, what: &str, diagnostics: &mut Diagnostics) -> Option<T> {
        let found = match self.value {
            DeValue::String(_) => "a text".to_owned(),
            DeValue::Integer(n) => shorten(n.as_str()),
            DeValue::Float(x) => shorten(x.as_str()),
            DeValue::Boolean(truth) => truth.to_string(),
            DeValue::Datetime(_) => "a date".to_owned(),
            DeValue::Array(_) => "a list".to_owned(),
            DeValue::Table(_) => "a table".to_owned(),
        };
        let message = format!("expected {what}, not {found}");
        diagnostics.push(Diagnostic::error(self.span, message, "here"));
        None
    }

    /// A string.
    pub(super) fn text(self, diagnostics: &mut Diagnostics) -> Option<&'a str> {
        self.value
            .as_str()
            .or_else(|| self.expected("a text in quotes", diagnostics))
    }

    /// A truth value.
    pub(super) fn truth(self, diagnostics: &mut Diagnostics) -> Option<bool> {
        self.truth_or("true or false", diagnostics)
    }

    /// A truth value where `what` might stand.
    pub(super) fn truth_or(self, what: &str, diagnostics: &mut Diagnostics) -> Option<bool> {
        let truth = self.value.as_bool();
        truth.or_else(|| self.expected(what, diagnostics))
    }

    /// A whole number that is not negative.
    pub(super) fn whole(self, diagnostics: &mut Diagnostics) -> Option<u64> {
        let number = self
            .value
            .as_integer()
            .and_then(|n| u64::from_str_radix(n.as_str(), n.radix()).ok());
        number.or_else(|| self.expected("a whole number from 0 on", diagnostics))
    }

    /// A plain number.
    fn number(self) -> Option<f64> {
        match self.value {
            DeValue::Integer(n) => i64::from_str_radix(n.as_str(), n.radix()).ok().map(|n| {
                #[expect(clippy::cast_precision_loss, reason = "as every number in a file")]
                let x = n as f64;
                x
            }),
            DeValue::Float(x) => x.as_str().parse().ok(),
            _ => None,
        }
    }

    /// A quantity in base units: a text with a unit, or a bare number in the declared unit.
    pub(super) fn quantity(
        self,
        declared: &Unit,
        base: &BaseSystem,
        diagnostics: &mut Diagnostics,
    ) -> Option<f64> {
        if let Some(x) = self.number().filter(|x| x.is_finite()) {
            return Some(base.to_base(x, declared));
        }
        let Some(text) = self.value.as_str() else {
            let what = format!(
                "a number or a quantity in quotes, such as \"10 {}\"",
                declared.label
            );
            return self.expected(&what, diagnostics);
        };
        match parse_quantity(text, declared, base) {
            Ok(x) => Some(x),
            Err(error) => {
                diagnostics.push(Diagnostic::error(self.span, error, "here"));
                None
            }
        }
    }

    /// The members of an array; none if it is no array.
    pub(super) fn members(self) -> Option<Vec<Value<'a>>> {
        Some(self.value.as_array()?.iter().map(Value::of).collect())
    }

    /// An array.
    pub(super) fn list(self, diagnostics: &mut Diagnostics) -> Option<Vec<Value<'a>>> {
        self.members()
            .or_else(|| self.expected("a list in brackets", diagnostics))
    }

    /// Is it a string?
    pub(super) fn is_text(self) -> bool {
        self.value.is_str()
    }

    /// The entries of a table; `example` is what one looks like here.
    pub(super) fn fields(self, example: &str, diagnostics: &mut Diagnostics) -> Option<Fields<'a>> {
        match self.value.as_table() {
            Some(table) => Some(Fields::new(table, self.span)),
            None => self.expected(&format!("a table, such as {example}"), diagnostics),
        }
    }
}

/// The entries of a table; remembers which were asked for, so that the others can be refused.
pub(super) struct Fields<'a> {
    table: &'a DeTable<'a>,
    pub(super) span: Span,
    asked: RefCell<Vec<String>>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(table: &'a DeTable<'a>, span: Span) -> Fields<'a> {
        Fields {
            table,
            span,
            asked: RefCell::new(Vec::new()),
        }
    }

    /// The value of `name`, if there is one.
    pub(super) fn take(&self, name: &str) -> Option<Value<'a>> {
        self.asked.borrow_mut().push(name.to_owned());
        self.entries()
            .find(|(key, _, _)| *key == name)
            .map(|(_, _, value)| value)
    }

    /// Every entry in the order of the text: name, place of the name, value.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a str, Span, Value<'a>)> + use<'a> {
        self.table.iter().map(|(key, value)| {
            let span = key.span();
            (
                key.get_ref().as_ref(),
                Span::new(span.start, span.end),
                Value::of(value),
            )
        })
    }

    /// Refuses every entry that was not asked for.
    pub(super) fn finish(&self, what: &str, diagnostics: &mut Diagnostics) {
        let asked = self.asked.borrow();
        for (key, span, _) in self
            .entries()
            .filter(|(key, _, _)| !asked.iter().any(|name| name == key))
        {
            let known: Vec<&str> = asked.iter().map(String::as_str).collect();
            let near = nearest(key, known.iter().copied())
                .map(|n| format!("did you mean `{n}`? "))
                .unwrap_or_default();
            let help = format!("{near}there are: {}", known.join(", "));
            diagnostics
                .push(Diagnostic::error(span, format!("{what} `{key}`"), "unknown").help(help));
        }
    }
}
