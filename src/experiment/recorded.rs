//! What to record, from text: features by their names; quantities by theirs, or as expressions of
//! the model's names.
//!
//! Takes texts and a model; gives features and quantities, and the expressions among them.

use super::Problem;
use crate::diag::{Diagnostic, Diagnostics, Span, nearest, shorten};
use crate::model::{Let, Model};
use crate::record::{FEATURES, Feature, Quantity, feature};

/// The feature of this name.
pub(super) fn feature_named(name: &str) -> Result<&'static Feature, Problem> {
    let names = || FEATURES.iter().map(|feature| feature.name);
    feature(name).ok_or_else(|| {
        let near = nearest(name, names()).map(|near| format!("did you mean `{near}`? "));
        let all = names().collect::<Vec<_>>().join(", ");
        Problem::new(
            format!("there is no feature `{}`", shorten(name)),
            format!("{}the features are: {all}", near.unwrap_or_default()),
        )
    })
}

/// Quantities being read.
pub(super) struct Quantities<'a> {
    model: &'a Model,
    /// The expressions among those that were read, each once.
    pub(super) expressions: Vec<Let>,
}

impl<'a> Quantities<'a> {
    pub(super) fn new(model: &'a Model) -> Self {
        Quantities {
            model,
            expressions: Vec::new(),
        }
    }

    /// Reads one quantity and adds it to those that are recorded together.
    ///
    /// # Errors
    /// What is wrong with `text`; spans are in it.
    pub(super) fn add(&mut self, text: &str, to: &mut Vec<Quantity>) -> Result<(), Diagnostics> {
        let quantity = self.read(text)?;
        if to.contains(&quantity) {
            let message = format!("`{}` is recorded twice", shorten(text));
            return Err(alone(text, message, "again here", "name it once"));
        }
        to.push(quantity);
        Ok(())
    }

    fn read(&mut self, text: &str) -> Result<Quantity, Diagnostics> {
        let name = text.trim();
        if let Some(quantity) = named(self.model, name) {
            return Ok(quantity);
        }
        let is_constant = self.model.params.iter().any(|p| p.name == name);
        if is_name(name) && !is_constant && !matches!(name, "t" | "dt") {
            let message = format!("there is no `{}` to record", shorten(name));
            return Err(alone(text, message, "unknown", &remedy(self.model, name)));
        }
        let read = self.model.expression(text)?;
        let same = |known: &Let| known.name == read.name;
        match self.expressions.iter().position(same) {
            Some(i) if self.expressions[i] == read => Ok(Quantity::Expression(i)),
            Some(_) => {
                let message = format!("`{}` is the name of two expressions", read.name);
                Err(alone(text, message, "the second", "choose another name"))
            }
            None => {
                self.expressions.push(read);
                Ok(Quantity::Expression(self.expressions.len() - 1))
            }
        }
    }
}

/// The state, sub-expression or input of this name.
fn named(model: &Model, name: &str) -> Option<Quantity> {
    let state = model.states.iter().position(|s| s.name == name);
    let part = || model.lets.iter().position(|l| l.name == name);
    let input = || model.inputs.iter().position(|i| i.name == name);
    state
        .map(Quantity::State)
        .or_else(|| part().map(Quantity::Let))
        .or_else(|| input().map(Quantity::Input))
}

fn is_name(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn remedy(model: &Model, name: &str) -> String {
    let states = model.states.iter().map(|s| s.name.as_str());
    let parts = model.lets.iter().map(|l| l.name.as_str());
    let inputs = model.inputs.iter().map(|i| i.name.as_str());
    let names: Vec<&str> = states.chain(parts).chain(inputs).collect();
    let near = nearest(name, names.iter().copied()).map(|n| format!("did you mean `{n}`? "));
    format!(
        "{}the model has: {}; an expression of its names can be recorded, too",
        near.unwrap_or_default(),
        names.join(", ")
    )
}

/// One error, at all of `text`.
fn alone(text: &str, message: String, label: &str, help: &str) -> Diagnostics {
    let start = text.len() - text.trim_start().len();
    let span = Span::new(start, text.trim_end().len().max(start));
    let mut diagnostics = Diagnostics::new();
    diagnostics.push(Diagnostic::error(span, message, label).help(help));
    diagnostics
}
