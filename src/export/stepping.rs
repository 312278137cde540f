//! How a model is stepped where nothing else is asked for, and why.
//!
//! Takes a model; gives the method or the scheme, and the reason in words.

use crate::integrate::{Equations, METHODS, Method, default_for, find};
use crate::model::lower::lower;
use crate::model::{Model, Scheme};

/// The step, in ms, where neither text nor scheme gives one.
pub(super) const DEFAULT_DT: f64 = 0.01;

/// What steps a model.
pub(super) enum Chosen<'a> {
    /// One of its own schemes.
    Scheme(&'a Scheme),
    /// A method that its text names.
    Named(&'static Method),
    /// What its equations allow.
    Derived(&'static Method),
    /// Its text names what there is not.
    Unknown(&'a str),
}

/// A model's equations and what steps them.
pub(super) struct Stepped<'a> {
    pub(super) model: &'a Model,
    pub(super) equations: Equations,
    pub(super) chosen: Chosen<'a>,
}

impl<'a> Stepped<'a> {
    pub(super) fn of(model: &'a Model) -> Stepped<'a> {
        let dynamics = lower(model, model.dt.unwrap_or(DEFAULT_DT));
        let equations = Equations::new(&dynamics.rates, dynamics.held, model.noises.len());
        let chosen = match &model.method {
            None => Chosen::Derived(default_for(&equations)),
            Some((name, _)) => match model.schemes.iter().find(|one| one.name == *name) {
                Some(scheme) => Chosen::Scheme(scheme),
                None => find(name).map_or(Chosen::Unknown(name), Chosen::Named),
            },
        };
        Stepped {
            model,
            equations,
            chosen,
        }
    }

    /// The name of what steps the model.
    pub(super) fn name(&self) -> &str {
        match &self.chosen {
            Chosen::Scheme(scheme) => &scheme.name,
            Chosen::Named(method) | Chosen::Derived(method) => method.name,
            Chosen::Unknown(name) => name,
        }
    }

    /// The step in ms, and where it comes from.
    pub(super) fn dt(&self) -> (f64, &'static str) {
        let scheme = match &self.chosen {
            Chosen::Scheme(scheme) => scheme.dt,
            _ => None,
        };
        match (scheme, self.model.dt) {
            (Some(dt), _) => (dt, "the scheme's"),
            (None, Some(dt)) => (dt, "the model's"),
            (None, None) => (DEFAULT_DT, "the program's"),
        }
    }

    /// Why it is stepped so: a sentence.
    pub(super) fn reason(&self) -> String {
        match &self.chosen {
            Chosen::Scheme(scheme) => format!(
                "the model's own scheme, the published one ({}); it is defined for its step",
                if scheme.doc.is_empty() {
                    "no source is given"
                } else {
                    &scheme.doc
                }
            ),
            Chosen::Named(_) => "the model's text asks for it".into(),
            Chosen::Unknown(_) => {
                "the model's text asks for it, but there is no such method".into()
            }
            Chosen::Derived(method) => self.derivation(method),
        }
    }

    fn derivation(&self, method: &Method) -> String {
        use crate::integrate::Linearity;
        let name = |i: usize| format!("`{}`", self.model.states[i].name);
        match method.name {
            "exact" => "because each equation is linear and has no other state in it".into(),
            "staggered" => {
                let last = self.thresholded();
                let last = last.map_or(String::new(), |state| format!(", `{state}` last"));
                format!(
                    "because each equation is linear in its own state while the others are held: \
                     exponential updates{last}"
                )
            }
            _ => {
                let linearity = self.equations.linearity().iter().enumerate();
                let bad = linearity.filter(|(_, one)| **one == Linearity::Nonlinear);
                let bad: Vec<String> = bad
                    .map(|(i, _)| format!("the equation of {0} is nonlinear in {0}", name(i)))
                    .collect();
                match bad.as_slice() {
                    [] => "because a noise is multiplied by a state: taken in Stratonovich's sense"
                        .into(),
                    bad => format!("because {}", bad.join(", and ")),
                }
            }
        }
    }

    /// The first state that the threshold reads.
    fn thresholded(&self) -> Option<&'a str> {
        let mut found = None;
        self.model.threshold.as_ref()?.walk(&mut |part| {
            if let crate::model::Expr::State(i) = part {
                found = found.or(Some(self.model.states[*i].name.as_str()));
            }
        });
        found
    }

    /// The methods other than the chosen one that can step the model, and those that cannot, with the
    /// first state that is in the way.
    pub(super) fn others(&self) -> (Vec<&'static Method>, Vec<(&'static Method, &'a str)>) {
        let (mut can, mut cannot) = (Vec::new(), Vec::new());
        for method in METHODS.iter().filter(|method| method.name != self.name()) {
            match method.first_obstacle(&self.equations) {
                None => can.push(method),
                Some(state) => cannot.push((method, self.model.states[state].name.as_str())),
            }
        }
        (can, cannot)
    }
}
