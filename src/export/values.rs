//! Numbers of a model as a reader sees them: in the unit they are declared in, no longer than needed.

use super::source::Source;
use crate::model::{Model, Param, Values};
use crate::units::Unit;

/// The default of a parameter in its unit.
pub(super) fn default(model: &Model, source: &Source, param: &Param) -> Option<f64> {
    let converted = model.base.from_base(param.default?, &param.unit);
    Some(source.number(&param.name, &param.unit).unwrap_or(converted))
}

/// Initial values of the states, in units of computation: inputs and the time are 0.
pub(super) fn initial(model: &Model, dt: f64) -> Vec<f64> {
    let params: Vec<f64> = model
        .params
        .iter()
        .map(|param| param.default.unwrap_or(f64::NAN))
        .collect();
    let inputs = vec![0.0; model.inputs.len()];
    let mut states = vec![f64::NAN; model.states.len()];
    for &i in &model.init_order {
        let mut lets = Vec::with_capacity(model.lets.len());
        let at = |lets: &[f64], expr: &crate::model::Expr| {
            expr.evaluate(&Values {
                params: &params,
                inputs: &inputs,
                lets,
                states: &states,
                time: 0.0,
                dt,
            })
        };
        for one in &model.lets {
            let value = at(&lets, &one.expr);
            lets.push(value);
        }
        states[i] = at(&lets, &model.states[i].init);
    }
    states
}

/// A number with at most six digits.
pub(super) fn short(x: f64) -> String {
    let rounded = format!("{x:.5e}").parse().unwrap_or(x);
    number(rounded)
}

/// A number as it is written in a model: plain, or with an exponent where it is far from 1.
pub(super) fn number(x: f64) -> String {
    let size = x.abs();
    if x != 0.0 && x.is_finite() && !(1e-4..1e9).contains(&size) {
        format!("{x:e}")
    } else {
        x.to_string()
    }
}

/// A value of the unit of computation in `unit`: `10 mV`, `2`.
pub(super) fn quantity(model: &Model, x: f64, unit: &Unit) -> String {
    with_unit(&number(model.base.from_base(x, unit)), unit)
}

/// `10 mV`; `2` where the unit is that of plain numbers.
pub(super) fn with_unit(number: &str, unit: &Unit) -> String {
    match unit.label.as_str() {
        "1" => number.to_owned(),
        label => match label.strip_prefix("1/") {
            Some(below) => format!("{number}/{below}"),
            None => format!("{number} {label}"),
        },
    }
}
