//! Models: from the tree of a text to a checked [`Model`], plain data with every name resolved, every
//! unit checked and every number in units of computation. Also the built-in models and the loading of
//! others. Knows nothing of methods, stimuli, features or engines.

mod check;
mod check_named;
mod check_parts;
mod check_spikes;
mod declare;
mod demand;
mod evaluate;
mod expr;
mod expression;
mod functions;
pub mod library;
mod load;
pub mod lower;
mod noise;
mod order;
mod resolve;
mod scope;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_errors;
#[cfg(test)]
mod tests_named;
mod typing;
mod typing_calls;

pub use evaluate::Values;
pub use expr::{BinaryOp, CompareOp, Expr, FUNCTIONS, Function, FunctionRow, UnitRule};
pub use functions::{library_functions, library_lines};
pub use load::{LoadError, from_text, load, load_with_warnings};

use crate::diag::{Diagnostics, Span};
use crate::units::{BaseSystem, Unit};

/// A checked model. Numbers are in units of computation (`base`); a unit of a parameter, input,
/// state or sub-expression is the one it is shown and set in.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Its name, with `:` and the preset's where one was chosen.
    pub name: String,
    /// The preset that was chosen.
    pub preset: Option<String>,
    /// The presets of the text.
    pub presets: Vec<Preset>,
    /// The update schemes of the text.
    pub schemes: Vec<Scheme>,
    /// The sources of noise in the equations.
    pub noises: Vec<Noise>,
    /// What it is, in one line; may be empty.
    pub title: String,
    /// Publications.
    pub cite: Vec<String>,
    /// The text it was read from.
    pub text: String,
    /// The units of computation.
    pub base: BaseSystem,
    /// Parameters in the order of the text.
    pub params: Vec<Param>,
    /// Inputs in the order of the text.
    pub inputs: Vec<Input>,
    /// Sub-expressions, each after those it uses.
    pub lets: Vec<Let>,
    /// States in the order of the text.
    pub states: Vec<State>,
    /// States, each after those its initial value uses. Initial values see inputs as 0 and t as 0.
    pub init_order: Vec<usize>,
    /// When the cell spikes: a condition.
    pub threshold: Option<Expr>,
    /// What a spike does, in this order; each statement sees what those before it have set.
    pub reset: Vec<Assign>,
    /// How long a spike lasts: a time in ms, the same at all times within a cell, or a condition that ends it
    /// when it is false at the beginning of a step.
    pub refractory: Option<Expr>,
    /// The step of the text, in ms.
    pub dt: Option<f64>,
    /// The duration of the text, in ms.
    pub duration: Option<f64>,
    /// The method of the text and where it stands; not looked up here.
    pub method: Option<(String, Span)>,
}

/// A parameter: constant within a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// The unit it is shown and set in.
    pub unit: Unit,
    /// Its value if nothing sets it.
    pub default: Option<f64>,
    /// The parameters that `default` was computed from, directly or through others.
    pub computed_from: Vec<usize>,
    /// What it is; may be empty.
    pub doc: String,
}

/// An input: what a stimulus drives.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// The unit it is shown and set in.
    pub unit: Unit,
    /// The range of amplitudes over which the model is interesting.
    pub range: Option<(f64, f64)>,
    /// What it is; may be empty.
    pub doc: String,
}

/// A sub-expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Let {
    /// Its name.
    pub name: String,
    /// The unit it is shown in.
    pub unit: Unit,
    /// Its value.
    pub expr: Expr,
}

/// A state: a variable with a differential equation.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Its name.
    pub name: String,
    /// The unit it is shown and set in.
    pub unit: Unit,
    /// Its derivative, per ms.
    pub rhs: Expr,
    /// Its initial value.
    pub init: Expr,
    /// Whether its derivative is zero while the cell is refractory.
    pub unless_refractory: bool,
}

/// A published set of values, chosen as `model:NAME`.
#[derive(Clone, Debug, PartialEq)]
pub struct Preset {
    /// Its name.
    pub name: String,
    /// What it is; may be empty.
    pub doc: String,
    /// What it says in place of the text, as written.
    pub settings: Vec<String>,
}

/// An update scheme that belongs to a model: the order in which its authors step it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scheme {
    /// Its name, chosen as a method is.
    pub name: String,
    /// Where it is published; may be empty.
    pub doc: String,
    /// The step it is defined for, in ms.
    pub dt: Option<f64>,
    /// What a step does, in this order; each statement sees what those before it have set.
    pub updates: Vec<Assign>,
}

/// A source of noise, independent of all others and from cell to cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Noise {
    /// White noise of unit intensity, in 1/√ms: `xi`, or `xi_NAME`.
    White(String),
    /// `poisson(rate)`: the events of a Poisson process as a rate, in 1/ms; the rate is that at the
    /// beginning of a step.
    Poisson(Expr),
}

/// One statement of a reset or a scheme.
#[derive(Clone, Debug, PartialEq)]
pub struct Assign {
    /// The state that is set.
    pub state: usize,
    /// Its new value.
    pub value: Expr,
}

impl Model {
    /// Reads and checks a model text. `name` is what messages call the text, and the model's name
    /// where the text gives none.
    ///
    /// # Errors
    /// All that is wrong with the text. Otherwise the warnings come with the model.
    pub fn parse(name: &str, text: &str) -> Result<(Model, Diagnostics), Diagnostics> {
        check::check(name, None, text)
    }

    /// [`Model::parse`], with the values of a preset of the text.
    ///
    /// # Errors
    /// As there, and a preset that the text does not have.
    pub fn parse_preset(
        name: &str,
        preset: &str,
        text: &str,
    ) -> Result<(Model, Diagnostics), Diagnostics> {
        check::check(name, Some(preset), text)
    }
}
