//! How an experiment steps its model: by a method of ours, or by an update scheme of the model's own.
//!
//! Takes a name; gives what it stands for, or what names there are.

use super::Problem;
use crate::diag::{nearest, shorten};
use crate::integrate::{METHODS, Method, find};
use crate::model::{Model, Scheme};

/// A method, or a scheme of the model by its number.
#[derive(Clone, Copy, Debug)]
pub enum Stepping {
    /// One of [`METHODS`].
    Method(&'static Method),
    /// One of the model's schemes.
    Scheme(usize),
}

impl Stepping {
    /// What `name` means for `model`.
    ///
    /// # Errors
    /// Neither a method nor a scheme of the model.
    pub fn named(model: &Model, name: &str) -> Result<Stepping, Problem> {
        let scheme = model.schemes.iter().position(|scheme| scheme.name == name);
        let known = scheme
            .map(Stepping::Scheme)
            .or_else(|| find(name).map(Stepping::Method));
        known.ok_or_else(|| {
            let own = model.schemes.iter().map(|scheme| scheme.name.as_str());
            let names: Vec<&str> = own.chain(METHODS.iter().map(|m| m.name)).collect();
            let near = nearest(name, names.iter().copied())
                .map(|near| format!("did you mean `{near}`? "))
                .unwrap_or_default();
            Problem::new(
                format!("there is no method `{}`", shorten(name)),
                format!("{near}the methods are: {}", names.join(", ")),
            )
        })
    }

    /// What `given` means, or else what the model's text says; none where neither says anything.
    ///
    /// # Errors
    /// As [`Stepping::named`].
    pub fn of(model: &Model, given: Option<&str>) -> Result<Option<Stepping>, Problem> {
        let own = model.method.as_ref().map(|(name, _)| name.as_str());
        let named = given.or(own).map(|name| Stepping::named(model, name));
        named.transpose()
    }

    fn scheme(self, model: &Model) -> Option<&Scheme> {
        match self {
            Stepping::Scheme(number) => model.schemes.get(number),
            Stepping::Method(_) => None,
        }
    }

    /// The step in ms where nothing else is said: the scheme's, else the text's.
    #[must_use]
    pub fn default_dt(chosen: Option<Stepping>, model: &Model) -> Option<f64> {
        let scheme = chosen.and_then(|chosen| chosen.scheme(model));
        scheme.and_then(|scheme| scheme.dt).or(model.dt)
    }

    /// A warning where a scheme is run at another step than its own.
    #[must_use]
    pub fn warning(chosen: Option<Stepping>, model: &Model, dt: f64) -> Option<String> {
        let scheme = chosen?.scheme(model)?;
        let own = scheme.dt.filter(|own| (own / dt - 1.0).abs() > 1e-9)?;
        let name = &scheme.name;
        Some(format!(
            "the scheme `{name}` is defined for dt {own} ms; at {dt} ms it is another model"
        ))
    }
}
