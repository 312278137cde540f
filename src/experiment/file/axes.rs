//! `[set]` and `[sweep]`: fixed values and axes.

use super::fields::{Fields, Value};
use super::{Driven, Reading};
use crate::diag::{Span, shorten};
use crate::experiment::setting::{Target, find, range};
use crate::experiment::{Axis, Setting, Values};
use crate::stimulus::COLUMN;
use crate::units::Unit;

/// What an entry sets.
pub(super) enum What {
    /// A parameter or an initial value.
    Quantity(Target),
    /// A property of an input's stimulus.
    Property { input: usize, property: String },
}

/// What takes each waveform of a stimulus once.
const EVERY: &str = "all";

fn is_column(what: &What) -> bool {
    matches!(what, What::Property { property, .. } if property == COLUMN.name)
}

impl Reading<'_> {
    pub(super) fn set(&mut self, set: &Fields) {
        for (name, span, value) in set.entries() {
            let Some((what, unit)) = self.find(name, span) else {
                continue;
            };
            let What::Quantity(target) = what else {
                let help = "write the value under [stimulus]";
                self.error(
                    span,
                    format!("`{name}` is a property of a stimulus"),
                    "here",
                    help,
                );
                continue;
            };
            if let Some(x) = self.quantity(value, &unit) {
                self.assign(target, Setting::Fixed(x));
            }
        }
    }

    pub(super) fn sweep(&mut self, sweep: &Fields) {
        for (name, span, value) in sweep.entries() {
            match name {
                "cells" => self.cells(value),
                "sample" => self.sample(value),
                _ => {
                    let Some((what, unit)) = self.find(name, span) else {
                        continue;
                    };
                    if is_column(&what) && value.is_text() {
                        self.every_waveform(name, span, what, value);
                    } else if let Some(values) = self.values(name, value, &unit) {
                        self.axis(name, span, what, unit, values, None);
                    }
                }
            }
        }
    }

    /// `"all"`: how many there are is known where they are read.
    fn every_waveform(&mut self, name: &str, span: Span, what: What, value: Value) {
        let text = value.text(self.diagnostics);
        if text != Some(EVERY) {
            let message = format!(
                "`{}` is no choice of waveforms",
                shorten(text.unwrap_or_default())
            );
            let help = format!("write \"{EVERY}\", a list of numbers, or a range");
            return self.error(value.span, message, "here", help);
        }
        let none_yet = Values::List(Vec::new());
        let axis = self.axis(name, span, what, Unit::one(), none_yet, None);
        self.every_waveform.push(axis);
    }

    /// Adds an axis; gives its number.
    pub(super) fn axis(
        &mut self,
        name: &str,
        span: Span,
        what: What,
        unit: Unit,
        values: Values,
        joint_with: Option<usize>,
    ) -> usize {
        let assigned = match &what {
            What::Quantity(Target::Param(i)) => self.assigned.contains(i),
            What::Quantity(Target::Initial(i)) => self.initial[*i].is_some(),
            What::Property { .. } => false,
        };
        if self.axes.iter().any(|axis| axis.name == name) {
            self.error(
                span,
                format!("`{name}` is varied twice"),
                "again here",
                "vary it once",
            );
        } else if assigned {
            self.error(
                span,
                format!("`{name}` is set and varied"),
                "again here",
                "leave it out of [set], or of [sweep]",
            );
        }
        let axis = self.axes.len();
        self.axes.push(Axis {
            name: name.to_owned(),
            unit,
            values,
            joint_with,
        });
        match what {
            What::Quantity(target) => self.assign(target, Setting::Axis(axis)),
            What::Property { input, property } => {
                self.driven.push(Driven {
                    input,
                    property,
                    axis,
                    span,
                    used: false,
                });
            }
        }
        axis
    }

    fn assign(&mut self, target: Target, setting: Setting) {
        match target {
            Target::Param(i) => {
                self.params[i] = setting;
                self.assigned.push(i);
            }
            Target::Initial(i) => self.initial[i] = Some(setting),
        }
    }

    /// What `name` means, and the unit that bare numbers are in.
    pub(super) fn find(&mut self, name: &str, span: Span) -> Option<(What, Unit)> {
        if let Some((input, property)) = name.split_once('.')
            && let Some(i) = self.model.inputs.iter().position(|one| one.name == input)
        {
            let unit = self.property_unit(i, property, span)?;
            return Some((
                What::Property {
                    input: i,
                    property: property.to_owned(),
                },
                unit,
            ));
        }
        match find(name, self.model) {
            Ok((target, unit)) => Some((What::Quantity(target), unit)),
            Err(problem) => {
                self.error(span, problem.message, "here", problem.help);
                None
            }
        }
    }

    /// `[1, 2]`, `{ values = [...] }`, or `{ from, to, n, spacing = "log" }`.
    fn values(&mut self, name: &str, value: Value, unit: &Unit) -> Option<Values> {
        if let Some(members) = value.members() {
            return self.listed(value.span, &members, unit);
        }
        let fields = value.fields("{ from = 0, to = 10, n = 11 }, or a list", self.diagnostics)?;
        let listed = fields.take("values");
        let ends = [fields.take("from"), fields.take("to")];
        let (n, spacing) = (fields.take("n"), fields.take("spacing"));
        fields.finish("an axis has no entry", self.diagnostics);
        if let Some(listed) = listed {
            if ends.iter().any(Option::is_some) || n.is_some() || spacing.is_some() {
                let message = format!("the axis `{name}` has values and a range");
                let help = "leave from, to, n and spacing out, or values";
                self.error(value.span, message, "here", help);
            }
            let members = listed.list(self.diagnostics)?;
            return self.listed(listed.span, &members, unit);
        }
        let [Some(from), Some(to)] = ends else {
            let help = "write { from = ..., to = ..., n = ... }, or a list of values";
            self.error(
                value.span,
                format!("the axis `{name}` has no values"),
                "here",
                help,
            );
            return None;
        };
        let Some(n) = n else {
            self.error(
                value.span,
                format!("the axis `{name}` has no n"),
                "here",
                "write how many values, n = 11",
            );
            return None;
        };
        let log = match spacing.map(|s| (s, s.text(self.diagnostics))) {
            None | Some((_, Some("linear"))) => false,
            Some((_, Some("log"))) => true,
            Some((s, Some(other))) => {
                self.error(
                    s.span,
                    format!("there is no spacing `{other}`"),
                    "here",
                    "it is linear or log",
                );
                return None;
            }
            Some((_, None)) => return None,
        };
        let (from, to) = (self.declared(from, unit)?, self.declared(to, unit)?);
        let n = n.whole(self.diagnostics)?;
        if n == 0 {
            self.error(
                value.span,
                format!("the axis `{name}` has 0 values"),
                "here",
                "write 1 or more",
            );
            return None;
        }
        match range(name, log, from, to, n) {
            Ok(values) => Some(values),
            Err(problem) => {
                self.error(value.span, problem.message, "here", problem.help);
                None
            }
        }
    }

    fn listed(&mut self, span: Span, members: &[Value], unit: &Unit) -> Option<Values> {
        if members.is_empty() {
            self.error(
                span,
                "the list is empty",
                "here",
                "write at least one value",
            );
            return None;
        }
        let values: Vec<Option<f64>> = members
            .iter()
            .map(|member| self.declared(*member, unit))
            .collect();
        values
            .into_iter()
            .collect::<Option<Vec<f64>>>()
            .map(Values::List)
    }

    /// A quantity in the declared unit.
    pub(super) fn declared(&mut self, value: Value, unit: &Unit) -> Option<f64> {
        let base = self.quantity(value, unit)?;
        Some(self.model.base.from_base(base, unit))
    }

    /// `cells = "FILE.csv"`: one row per place, one column per quantity, headed as our tables are.
    fn cells(&mut self, value: Value) {
        let Some(file) = value.text(self.diagnostics) else {
            return;
        };
        let Some(table) = self.table(file, value.span) else {
            return;
        };
        if table.n_rows() == 0 {
            return self.error(
                value.span,
                format!("`{file}` has no rows"),
                "this file",
                "write one row per cell",
            );
        }
        let leader = self.axes.len();
        if table.columns().iter().all(|column| column.name == "cell") {
            let help = "head a column with a parameter, an initial value or a property: tau [ms], init.v, I.amplitude";
            return self.error(
                value.span,
                format!("`{file}` varies nothing"),
                "this file",
                help,
            );
        }
        for column in table
            .columns()
            .iter()
            .filter(|column| column.name != "cell")
        {
            let Some((what, unit)) = self.find(&column.name, value.span) else {
                continue;
            };
            let Some(values) = self.numbers(file, value.span, column, &unit) else {
                continue;
            };
            let base = self.model.base;
            let values = values.iter().map(|&x| base.from_base(x, &unit)).collect();
            let joint_with = (self.axes.len() > leader).then_some(leader);
            self.axis(
                &column.name,
                value.span,
                what,
                unit,
                Values::List(values),
                joint_with,
            );
        }
    }
}
