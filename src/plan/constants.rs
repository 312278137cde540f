//! Divisions by a constant that is 0, and other constants without a finite value, found where the
//! model's own names are still known.
//!
//! Takes an experiment; gives what is wrong with the first such expression, in words. Parameters
//! that an axis varies are no constants: cells in which they divide by 0 end without finite values
//! and are counted.

use std::collections::BTreeSet;

use crate::experiment::{Experiment, Setting};
use crate::model::{BinaryOp, Expr, Model, Values};

/// Refuses a constant without a finite value.
///
/// # Errors
/// Where it stands, the parameters to blame, and what to do.
pub(super) fn check(experiment: &Experiment) -> Result<(), String> {
    let model = &experiment.model;
    let mut constants = Constants {
        model,
        params: (0..model.params.len())
            .map(|i| fixed(experiment.parameter(i)))
            .collect(),
        lets: Vec::with_capacity(model.lets.len()),
    };
    for part in &model.lets {
        let at = || format!("`{}`", part.name);
        constants.check(&part.expr, &at)?;
        constants
            .lets
            .push(constants.value(&part.expr).unwrap_or(UNKNOWN));
    }
    for (i, state) in model.states.iter().enumerate() {
        constants.check(&state.rhs, &|| format!("`d{}/dt`", state.name))?;
        if experiment.initial(i).is_none() {
            let at = || format!("the initial value of `{}`", state.name);
            constants.check(&state.init, &at)?;
        }
    }
    for scheme in &model.schemes {
        for assign in &scheme.updates {
            constants.check(&assign.value, &|| format!("the scheme `{}`", scheme.name))?;
        }
    }
    if let Some(expr) = &model.threshold {
        constants.check(expr, &|| "the threshold".into())?;
    }
    for assign in &model.reset {
        let at = || format!("the reset of `{}`", model.states[assign.state].name);
        constants.check(&assign.value, &at)?;
    }
    for part in &experiment.expressions {
        let at = || format!("the recorded `{}`", part.name);
        constants.check(&part.expr, &at)?;
    }
    if let Some(expr) = &model.refractory {
        constants.check(expr, &|| "the refractory time".into())?;
        if constants.value(expr).is_some_and(|time| time < 0.0) {
            return Err(constants.negative_refractory(expr));
        }
    }
    Ok(())
}

/// Stands for what is no constant; a checked setting is never this.
const UNKNOWN: f64 = f64::NAN;

fn fixed(setting: Setting) -> f64 {
    match setting {
        Setting::Fixed(value) => value,
        Setting::Axis(_) => UNKNOWN,
    }
}

/// What is the same for all cells at all times; [`UNKNOWN`] where it is not.
struct Constants<'a> {
    model: &'a Model,
    params: Vec<f64>,
    /// Of the sub-expressions so far; each uses only those before it.
    lets: Vec<f64>,
}

impl Constants<'_> {
    /// The value of `expr` if it is a constant.
    fn value(&self, expr: &Expr) -> Option<f64> {
        let known = |values: &[f64], i: usize| values.get(i).is_some_and(|x| !x.is_nan());
        let mut constant = true;
        expr.walk(&mut |part| {
            constant &= match part {
                Expr::Param(i) => known(&self.params, *i),
                Expr::Let(i) => known(&self.lets, *i),
                Expr::Input(_)
                | Expr::State(_)
                | Expr::Increment(_)
                | Expr::Noise(_)
                | Expr::Time
                | Expr::Dt => false,
                _ => true,
            };
        });
        constant.then(|| {
            expr.evaluate(&Values {
                params: &self.params,
                lets: &self.lets,
                ..Values::default()
            })
        })
    }

    /// Looks through `expr`, innermost first, except where a condition may keep it from being used.
    fn check(&self, expr: &Expr, at: &dyn Fn() -> String) -> Result<(), String> {
        match expr {
            Expr::If { cond, yes, no } => {
                self.check(cond, at)?;
                match self.value(cond) {
                    Some(0.0) => self.check(no, at)?,
                    Some(_) => self.check(yes, at)?,
                    None => {}
                }
            }
            Expr::Negate(a) | Expr::Not(a) => self.check(a, at)?,
            Expr::Binary(_, a, b)
            | Expr::Power(a, b)
            | Expr::Compare(_, a, b)
            | Expr::And(a, b)
            | Expr::Or(a, b) => {
                self.check(a, at)?;
                self.check(b, at)?;
            }
            Expr::Call(_, arguments) => {
                arguments.iter().try_for_each(|a| self.check(a, at))?;
            }
            _ => {}
        }
        if let Expr::Binary(BinaryOp::Div, _, divisor) = expr
            && self.value(divisor) == Some(0.0)
        {
            return Err(self.division(divisor, at));
        }
        match self.value(expr) {
            Some(value) if !value.is_finite() => Err(self.not_finite(expr, at)),
            _ => Ok(()),
        }
    }

    fn division(&self, divisor: &Expr, at: &dyn Fn() -> String) -> String {
        let (names, values) = self.names(divisor);
        if names.is_empty() {
            return format!("{} divides by 0; change the model's text", at());
        }
        format!(
            "{} divides by an expression of {names} that is 0 with {values}; set another value (--set, or [set] in an experiment file), or change \
             the model",
            at()
        )
    }

    fn not_finite(&self, expr: &Expr, at: &dyn Fn() -> String) -> String {
        let (names, values) = self.names(expr);
        if names.is_empty() {
            return format!(
                "a constant in {} has no finite value; change the model's text",
                at()
            );
        }
        format!(
            "an expression of {names} in {} has no finite value with {values}; set another value (--set, or [set] in an experiment file), or \
             change the model",
            at()
        )
    }

    fn negative_refractory(&self, time: &Expr) -> String {
        let (_, values) = self.names(time);
        let with = if values.is_empty() {
            String::new()
        } else {
            format!(" with {values}")
        };
        format!("the refractory time is negative{with}; it must be 0 ms or more")
    }

    /// The parameters of an expression, sub-expressions included, and their values.
    fn names(&self, expr: &Expr) -> (String, String) {
        let (mut params, mut lets) = (BTreeSet::new(), BTreeSet::new());
        self.collect(expr, &mut params, &mut lets);
        let name = |i: &usize| format!("`{}`", self.model.params[*i].name);
        let value = |i: &usize| {
            let param = &self.model.params[*i];
            let value = self.model.base.from_base(self.params[*i], &param.unit);
            format!("{} = {value}", param.name)
        };
        let names: Vec<String> = params.iter().map(name).collect();
        let values: Vec<String> = params.iter().map(value).collect();
        (names.join(", "), values.join(", "))
    }

    fn collect(&self, expr: &Expr, params: &mut BTreeSet<usize>, lets: &mut BTreeSet<usize>) {
        let mut new = Vec::new();
        expr.walk(&mut |part| match part {
            Expr::Param(i) => {
                params.insert(*i);
            }
            Expr::Let(i) if lets.insert(*i) => new.push(*i),
            _ => {}
        });
        for part in new {
            self.collect(&self.model.lets[part].expr, params, lets);
        }
    }
}
