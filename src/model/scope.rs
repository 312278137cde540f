//! What names mean while a model is checked: the declared ones with their dimensions, and those that
//! are reserved.

use super::Noise;
use super::expr::FUNCTIONS;
use super::functions::{Inlined, library_function};
use crate::diag::{Diagnostics, Span, nearest};
use crate::units::{BaseSystem, Dim};
use std::collections::{HashMap, HashSet};

/// A declared name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Symbol {
    Param(usize),
    Input(usize),
    Let(usize),
    State(usize),
    /// Of the model's text.
    Function(usize),
    /// Declared by a line that could not be read.
    Unreadable,
}

impl Symbol {
    /// For messages.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Symbol::Param(_) => "a parameter",
            Symbol::Input(_) => "an input",
            Symbol::Let(_) => "a sub-expression",
            Symbol::State(_) => "a state",
            Symbol::Function(_) => "a function",
            Symbol::Unreadable => "declared by a line that cannot be read",
        }
    }
}

/// All declared names.
#[derive(Default)]
pub(super) struct Scope<'a> {
    pub(super) names: HashMap<&'a str, (Symbol, Span)>,
    /// Where a dimension is missing, an error was reported and nothing more is said.
    pub(super) dims: HashMap<Symbol, Dim>,
    pub(super) used: HashSet<Symbol>,
    pub(super) base: BaseSystem,
    /// The sources of noise that its equations have named so far.
    pub(super) noises: Vec<Noise>,
    /// The functions of the text.
    pub(super) functions: Vec<Inlined<'a>>,
    /// Parts of all calls of such functions so far.
    pub(super) inlined: usize,
}

impl Scope<'_> {
    pub(super) fn symbol(&self, name: &str) -> Option<Symbol> {
        self.names.get(name).map(|(symbol, _)| *symbol)
    }

    /// The name nearest to an unknown one, as a remedy.
    pub(super) fn suggest(&self, name: &str, diagnostics: &Diagnostics) -> Option<String> {
        if diagnostics.is_full() {
            return None;
        }
        let mut known: Vec<&str> = self
            .names
            .keys()
            .copied()
            .chain(["t", "dt", "pi"])
            .collect();
        known.sort_unstable();
        nearest(name, known).map(|near| format!("did you mean `{near}`?"))
    }
}

/// Why a name cannot be declared.
pub(super) fn reserved(name: &str) -> Option<&'static str> {
    match name {
        "t" => Some("`t` is the time"),
        "dt" => Some("`dt` is the step"),
        "pi" => Some("`pi` is 3.14159..."),
        _ if constant(name).is_some() => Some("this is a physical constant"),
        "and" | "or" | "not" | "if" | "else" | "True" | "False" | "true" | "false" => {
            Some("this word belongs to the language")
        }
        _ if FUNCTIONS.iter().any(|row| row.name == name) || library_function(name).is_some() => {
            Some("this is the name of a function")
        }
        _ => None,
    }
}

/// Physical constants by the names that Brian 2 gives them: value and unit in SI. CODATA 2018, where
/// both are exact.
pub(super) fn constant(name: &str) -> Option<(f64, &'static str)> {
    match name {
        "gas_constant" => Some((8.314_462_618_153_24, "J/mol/K")),
        "faraday_constant" => Some((96_485.332_123_310_02, "C/mol")),
        "zero_celsius" => Some((273.15, "K")),
        _ => None,
    }
}

/// Why a name of Brian 2 is not known here.
pub(super) fn refused(name: &str) -> Option<&'static str> {
    match name {
        "xi" | "poisson" => Some("noise can stand in a differential equation alone"),
        _ if name.starts_with("xi_") => Some("noise can stand in a differential equation alone"),
        "rand" | "randn" => Some("random numbers are those of `xi` and `poisson(rate)`"),
        "lastspike" | "lastupdate" => {
            Some("`lastspike` is not supported: use `refractory` for a dead time")
        }
        "not_refractory" => Some("write `(unless refractory)` after the unit of the equation"),
        "TimedArray" => Some("time series belong to the stimulus: declare an `input`"),
        _ => None,
    }
}
