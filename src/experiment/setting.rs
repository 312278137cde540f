//! The text of a setting: `g_Na=100`, `g_Na=80:160:9`, `g_Na=log:1:100:9`, `g_Na=80,120,160`,
//! `init.v=-70 mV`.
//!
//! Takes a text and a model; gives the quantity that is set and its value or values. Quantities may
//! carry units; a bare number takes the declared one.

use super::problem::shown;
use super::{Problem, Values};
use crate::diag::{nearest, shorten};
use crate::model::Model;
use crate::units::{Unit, parse_quantity};

/// What a setting sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A parameter of the model, by number.
    Param(usize),
    /// The initial value of a state, by number.
    Initial(usize),
}

/// A setting, understood. Values are in the declared unit of the target.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Set {
    pub(super) target: Target,
    pub(super) name: String,
    pub(super) unit: Unit,
    pub(super) values: Values,
}

/// Reads one setting.
pub(super) fn parse(text: &str, model: &Model) -> Result<Set, Problem> {
    let Some((name, value)) = text.split_once('=') else {
        return Err(Problem::new(
            format!("`{}` sets nothing", shorten(text)),
            "write a name, `=` and a value, a range or a list: g_Na=100, g_Na=80:160:9, g_Na=80,120,160",
        ));
    };
    let (name, value) = (name.trim(), value.trim());
    let (target, unit) = find(name, model)?;
    let values = values(value, name, &unit, model)?;
    Ok(Set {
        target,
        name: name.to_owned(),
        unit,
        values,
    })
}

pub(super) fn find(name: &str, model: &Model) -> Result<(Target, Unit), Problem> {
    if let Some(state) = name.strip_prefix("init.") {
        let found = model.states.iter().position(|s| s.name == state);
        return match found {
            Some(i) => Ok((Target::Initial(i), model.states[i].unit.clone())),
            None => Err(unknown(
                "state",
                state,
                model.states.iter().map(|s| s.name.as_str()),
            )),
        };
    }
    if let Some(i) = model.params.iter().position(|p| p.name == name) {
        return Ok((Target::Param(i), model.params[i].unit.clone()));
    }
    if model.inputs.iter().any(|input| input.name == name) {
        return Err(Problem::new(
            format!("`{name}` is an input, not a parameter"),
            format!(
                "its amplitude is swept with --from, --to and --n, or in an experiment file with \"{name}.amplitude\" under [sweep]"
            ),
        ));
    }
    if model.states.iter().any(|state| state.name == name) {
        return Err(Problem::new(
            format!("`{name}` is a state, not a parameter"),
            format!(
                "its initial value is set with `init.{name}=...` (in an experiment file, \"init.{name}\" in quotes)"
            ),
        ));
    }
    Err(unknown(
        "parameter",
        name,
        model.params.iter().map(|p| p.name.as_str()),
    ))
}

fn unknown<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Problem {
    let all: Vec<&str> = known.clone().collect();
    let help = match nearest(name, known) {
        Some(near) => format!("did you mean `{near}`? The model has: {}", all.join(", ")),
        None if all.is_empty() => format!("the model has no {kind}s"),
        None => format!("the model has: {}", all.join(", ")),
    };
    Problem::new(format!("the model has no {kind} `{}`", shorten(name)), help)
}

fn values(text: &str, name: &str, unit: &Unit, model: &Model) -> Result<Values, Problem> {
    let quantity = |part: &str| read(part, name, unit, model);
    if text.contains(',') {
        let values: Result<Vec<f64>, Problem> = text.split(',').map(quantity).collect();
        return values.map(Values::List);
    }
    let (log, range) = match text.strip_prefix("log:") {
        Some(range) => (true, range),
        None => (false, text),
    };
    let parts: Vec<&str> = range.split(':').collect();
    match *parts.as_slice() {
        [one] if !log => quantity(one).map(|value| Values::List(vec![value])),
        [from, to, n] => self::range(name, log, quantity(from)?, quantity(to)?, count(n, name)?),
        _ => Err(Problem::new(
            format!("`{name}={}` is no range", shorten(text)),
            format!("write `{name}=FROM:TO:N` or `{name}=log:FROM:TO:N`"),
        )),
    }
}

/// A value in the declared unit.
pub(super) fn read(text: &str, name: &str, unit: &Unit, model: &Model) -> Result<f64, Problem> {
    let help = || match unit.label.as_str() {
        "1" => "give a number without unit".to_owned(),
        label => format!("give it in {label}, or as a bare number in that unit"),
    };
    let value = parse_quantity(text, unit, &model.base)
        .map_err(|error| Problem::new(format!("{name}: {error}"), help()))?;
    Ok(model.base.from_base(value, unit))
}

/// A number of values, at least 1.
pub(super) fn count(text: &str, name: &str) -> Result<u64, Problem> {
    match text.trim().parse::<u64>() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err(Problem::new(
            format!("{name}: `{}` is no number of values", shorten(text)),
            "it must be a whole number, at least 1",
        )),
    }
}

/// Times any number of values that can be counted, still finite: values between are weighted sums.
const LARGEST_END: f64 = 1e290;

/// A range that goes upwards; a single point may have equal ends.
pub(super) fn range(name: &str, log: bool, from: f64, to: f64, n: u64) -> Result<Values, Problem> {
    let (first, last) = (shown(from), shown(to));
    if from > to {
        return Err(Problem::new(
            format!("{name}: the range from {first} to {last} is inverted"),
            format!("write it upwards, from {last} to {first}"),
        ));
    }
    if from.abs().max(to.abs()) > LARGEST_END {
        return Err(Problem::new(
            format!("{name}: the range from {first} to {last} is too large"),
            format!("its ends must be at most {LARGEST_END:e}"),
        ));
    }
    #[expect(clippy::float_cmp, reason = "the same number given twice is meant")]
    if from == to && n > 1 {
        return Err(Problem::new(
            format!("{name}: {n} values from {first} to {last} are all the same"),
            "give a range with two different ends, or one value",
        ));
    }
    if !log {
        return Ok(Values::Linear { from, to, n });
    }
    if from <= 0.0 {
        return Err(Problem::new(
            format!("{name}: a logarithmic range must begin above 0, not at {first}"),
            "give a positive beginning, or a linear range",
        ));
    }
    Ok(Values::Log { from, to, n })
}

/// Parameters left at a default that was computed from one that is set: they would not follow it.
/// `is_set` says which are set.
pub(super) fn left_behind(model: &Model, is_set: &dyn Fn(usize) -> bool) -> Vec<Problem> {
    let params = model.params.iter().enumerate().filter(|(i, _)| !is_set(*i));
    params
        .filter_map(|(_, param)| {
            let from = &model.params[*param.computed_from.iter().find(|j| is_set(**j))?].name;
            Some(Problem::new(
                format!(
                    "`{}` was computed from `{from}`, and would not follow its new value",
                    param.name
                ),
                format!(
                    "set `{}`, too, or compute it in an equation line of the model",
                    param.name
                ),
            ))
        })
        .collect()
}
