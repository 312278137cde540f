//! `[stimulus.INPUT]`: what drives each input.

use super::Reading;
use super::fields::{Fields, Value};
use crate::diag::{Diagnostic, Diagnostics, Span, nearest};
use crate::experiment::problem::shown;
use crate::experiment::timing::to_steps;
use crate::experiment::{Form, Samples, Setting, Stimulus, StimulusValue};
use crate::stimulus::{CONSTANT, Measure, Property, STIMULI, StimulusKind, find};
use crate::table::read_csv;
use crate::units::Unit;

/// What to do about a file of numbers that cannot be read.
pub(super) const CSV_HELP: &str =
    "give the path of a CSV file, from the folder of this file: a line of names, then numbers";

/// The property of samples that says how long each is held.
const INTERVAL: &str = "interval";
/// Most samples that are written out step by step: 512 MB in f64.
const MOST_HELD: f64 = 67_108_864.0;

impl Reading<'_> {
    /// For each input of the model, its stimuli.
    pub(super) fn stimuli(&mut self, top: &Fields) -> Vec<Vec<Stimulus>> {
        let mut stimuli = vec![Vec::new(); self.model.inputs.len()];
        if let Some(table) = top
            .take("stimulus")
            .and_then(|v| v.fields("[stimulus.I] and a line kind = \"step\"", self.diagnostics))
        {
            for (name, span, value) in table.entries() {
                let Some(input) = self.model.inputs.iter().position(|i| i.name == name) else {
                    self.no_input(name, span);
                    continue;
                };
                for one in value.members().unwrap_or_else(|| vec![value]) {
                    stimuli[input].extend(self.stimulus(input, one));
                }
            }
        }
        self.constant_for_driven(&mut stimuli);
        for driven in self.driven.iter().filter(|driven| !driven.used) {
            let input = &self.model.inputs[driven.input].name;
            let message = format!(
                "no stimulus of `{input}` leaves `{}` open for this axis",
                driven.property
            );
            let help = format!("leave it out of [stimulus.{input}], or drop the axis");
            self.diagnostics
                .push(Diagnostic::error(driven.span, message, "here").help(help));
        }
        stimuli
    }

    fn no_input(&mut self, name: &str, span: Span) {
        let names: Vec<&str> = self.model.inputs.iter().map(|i| i.name.as_str()).collect();
        let help = match names.as_slice() {
            [] => "the model has no inputs".to_owned(),
            _ => format!("the model has: {}", names.join(", ")),
        };
        self.error(
            span,
            format!("the model has no input `{name}`"),
            "here",
            help,
        );
    }

    /// An amplitude that is swept without a stimulus is a constant one.
    fn constant_for_driven(&mut self, stimuli: &mut [Vec<Stimulus>]) {
        for driven in &mut self.driven {
            if stimuli[driven.input].is_empty() && driven.property == "amplitude" {
                driven.used = true;
                let values = vec![StimulusValue::Input(Setting::Axis(driven.axis))];
                stimuli[driven.input].push(Stimulus {
                    kind: &CONSTANT,
                    values,
                });
            }
        }
    }

    fn stimulus(&mut self, input: usize, value: Value) -> Option<Stimulus> {
        let fields = value.fields("{ kind = \"constant\", amplitude = 1 }", self.diagnostics)?;
        let kind = self.kind(&fields)?;
        let uneven = self.uneven_interval(&fields, kind);
        let properties = kind.properties.iter();
        let values: Vec<Option<StimulusValue>> = properties
            .map(|property| match uneven {
                Some(_) if property.name == INTERVAL => Some(StimulusValue::Time(1)),
                _ => self.property(input, &fields, kind, property),
            })
            .collect();
        if let Some(interval) = uneven {
            self.hold(interval, &values, &fields);
        }
        self.shape(&fields, kind, &values);
        fields.finish(
            &format!("the stimulus `{}` has no property", kind.name),
            self.diagnostics,
        );
        Some(Stimulus {
            kind,
            values: values.into_iter().collect::<Option<Vec<_>>>()?,
        })
    }

    /// The interval of samples, in ms, where it is no whole number of steps: rounded, the waveform
    /// would drift.
    fn uneven_interval(&mut self, fields: &Fields, kind: &StimulusKind) -> Option<f64> {
        let samples = kind
            .properties
            .iter()
            .any(|p| p.measure == Measure::Samples);
        let value = samples.then(|| fields.take(INTERVAL)).flatten()?;
        // What is wrong with it is said where it is read as a property.
        let mut unsaid = Diagnostics::new();
        let interval = value.quantity(&Unit::named("ms")?, &self.model.base, &mut unsaid)?;
        let steps = to_steps(INTERVAL, interval, self.dt, Form::Entry);
        (interval >= self.dt && matches!(steps, Ok((_, Some(_))))).then_some(interval)
    }

    /// Writes the samples out, one per step.
    fn hold(&mut self, interval: f64, values: &[Option<StimulusValue>], fields: &Fields) {
        let table = values.iter().find_map(|value| match value {
            Some(StimulusValue::Table(i)) => Some(*i),
            _ => None,
        });
        let Some(samples) = table.and_then(|i| self.tables.get_mut(i)) else {
            return;
        };
        let n = samples.values.len() as f64 * (interval / self.dt);
        if n <= MOST_HELD {
            *samples = samples.held(interval, self.dt);
            return;
        }
        let message = format!("samples of this interval are {n:.0} steps when written out");
        let help = format!(
            "at most {MOST_HELD} are; write an interval that is a multiple of dt, {} ms",
            shown(self.dt)
        );
        let span = fields
            .take(INTERVAL)
            .map_or(fields.span, |value| value.span);
        self.error(span, message, "here", help);
    }

    /// Properties that must be more than they are for the stimulus to be what it is called.
    fn shape(&mut self, fields: &Fields, kind: &StimulusKind, values: &[Option<StimulusValue>]) {
        let at = |name: &str| {
            let i = kind.properties.iter().position(|p| p.name == name)?;
            values[i]
        };
        for name in ["interval", "width", "period"] {
            if let (Some(StimulusValue::Time(0)), Some(value)) = (at(name), fields.take(name)) {
                let help = format!("write at least one step, {} ms", shown(self.dt));
                let message = format!("{name} is less than half a step");
                self.error(value.span, message, "here", help);
            }
        }
        if let (Some(StimulusValue::Time(width)), Some(StimulusValue::Time(period))) =
            (at("width"), at("period"))
            && width > period
            && let Some(value) = fields.take("width")
        {
            let message = "a pulse is wider than the period from one to the next";
            let help = "take a smaller width or a larger period, or the stimulus `step`";
            self.error(value.span, message, "here", help);
        }
        if let (Some(StimulusValue::Number(Setting::Fixed(n))), Some(value)) =
            (at("count"), fields.take("count"))
            && (n < 1.0 || n.fract() != 0.0)
        {
            let message = format!("{} is no number of pulses", shown(n));
            self.error(
                value.span,
                message,
                "here",
                "write a whole number from 1 on",
            );
        }
    }

    fn kind(&mut self, fields: &Fields) -> Option<&'static StimulusKind> {
        let names = || STIMULI.iter().map(|s| s.name);
        let all = names().collect::<Vec<_>>().join(", ");
        let Some(value) = fields.take("kind") else {
            let help = format!("write kind = ..., one of: {all}");
            self.error(fields.span, "the stimulus has no kind", "here", help);
            return None;
        };
        let name = value.text(self.diagnostics)?;
        let kind = find(name);
        if kind.is_none() {
            let near = nearest(name, names()).map(|near| format!("did you mean `{near}`? "));
            let help = format!("{}there are: {all}", near.unwrap_or_default());
            self.error(
                value.span,
                format!("there is no stimulus `{name}`"),
                "unknown",
                help,
            );
        }
        kind
    }

    /// A property: written here, else varied by an axis, else its default.
    fn property(
        &mut self,
        input: usize,
        fields: &Fields,
        kind: &StimulusKind,
        property: &Property,
    ) -> Option<StimulusValue> {
        if let Some(value) = fields.take(property.name) {
            return self.given(input, property, value);
        }
        let driven = self
            .driven
            .iter_mut()
            .find(|d| d.input == input && d.property == property.name);
        if let Some(driven) = driven {
            driven.used = true;
            let (axis, span) = (driven.axis, driven.span);
            return self.varied(kind, property, axis, span);
        }
        let Some(default) = property.default else {
            let message = format!("the stimulus `{}` has no {}", kind.name, property.name);
            let help = format!(
                "write {} = ... ({}), or an axis over it",
                property.name, property.doc
            );
            self.error(fields.span, message, "here", help);
            return None;
        };
        Some(match property.measure {
            Measure::Input => StimulusValue::Input(Setting::Fixed(default)),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a default in whole steps"
            )]
            Measure::Time => StimulusValue::Time(default as u32),
            Measure::Frequency | Measure::Number | Measure::Samples => {
                StimulusValue::Number(Setting::Fixed(default))
            }
        })
    }

    fn varied(
        &mut self,
        kind: &StimulusKind,
        property: &Property,
        axis: usize,
        span: Span,
    ) -> Option<StimulusValue> {
        if property.fixed {
            let message = format!(
                "`{}` of `{}` must be the same for all cells",
                property.name, kind.name
            );
            self.error(
                span,
                message,
                "cannot be varied",
                "write one value of it under [stimulus]",
            );
            return None;
        }
        Some(match property.measure {
            Measure::Input => StimulusValue::Input(Setting::Axis(axis)),
            Measure::Time => StimulusValue::TimeAxis(axis),
            Measure::Frequency | Measure::Number | Measure::Samples => {
                StimulusValue::Number(Setting::Axis(axis))
            }
        })
    }

    fn given(&mut self, input: usize, property: &Property, value: Value) -> Option<StimulusValue> {
        if property.measure == Measure::Samples {
            return self.samples(input, value);
        }
        let unit = self.property_unit(input, property.name, value.span)?;
        let x = self.quantity(value, &unit)?;
        match property.measure {
            Measure::Input => Some(StimulusValue::Input(Setting::Fixed(x))),
            Measure::Frequency | Measure::Number | Measure::Samples => {
                Some(StimulusValue::Number(Setting::Fixed(x)))
            }
            Measure::Time => match to_steps(property.name, x, self.dt, Form::Entry) {
                Ok((steps, moved)) => {
                    self.warnings.extend(moved);
                    Some(StimulusValue::Time(steps))
                }
                Err(problem) => {
                    self.error(value.span, problem.message, "here", problem.help);
                    None
                }
            },
        }
    }

    /// A list of values, or a file whose last column holds them.
    fn samples(&mut self, input: usize, value: Value) -> Option<StimulusValue> {
        let unit = self.model.inputs[input].unit.clone();
        let (name, values) = if value.is_text() {
            let file = value.text(self.diagnostics)?;
            (file.to_owned(), self.sample_file(file, value.span, &unit)?)
        } else {
            let members = value.list(self.diagnostics)?;
            let values: Vec<Option<f64>> = members
                .iter()
                .map(|member| self.quantity(*member, &unit))
                .collect();
            (
                "samples".to_owned(),
                values.into_iter().collect::<Option<Vec<f64>>>()?,
            )
        };
        if values.is_empty() {
            self.error(
                value.span,
                "there are no samples",
                "here",
                "give at least one",
            );
            return None;
        }
        self.tables.push(Samples { name, values });
        Some(StimulusValue::Table(self.tables.len() - 1))
    }

    fn sample_file(&mut self, file: &str, span: Span, unit: &Unit) -> Option<Vec<f64>> {
        let table = match read_csv(&self.folder.join(file)) {
            Ok(table) => table,
            Err(error) => {
                self.error(span, error.to_string(), "this file", CSV_HELP);
                return None;
            }
        };
        let column = table.columns().last()?;
        let given = match column.unit.as_str() {
            "" => Some(unit.clone()),
            label => Unit::parse(label)
                .ok()
                .filter(|given| given.dim == unit.dim),
        };
        let Some(given) = given else {
            let message = format!("the last column of `{file}` is in {}", column.unit);
            self.error(
                span,
                message,
                "this file",
                format!("it must be in {}", unit.label),
            );
            return None;
        };
        let base = self.model.base;
        let values: Option<Vec<f64>> = (0..table.n_rows())
            .map(|row| column.data.float(row).filter(|x| x.is_finite()))
            .map(|x| x.map(|x| base.to_base(x, &given)))
            .collect();
        if values.is_none() {
            let message = format!("the last column of `{file}` has a missing or endless value");
            self.error(span, message, "this file", "write a number in every row");
        }
        values
    }

    /// The unit of a property by its name, over all stimuli.
    pub(super) fn property_unit(
        &mut self,
        input: usize,
        property: &str,
        span: Span,
    ) -> Option<Unit> {
        let known = || STIMULI.iter().flat_map(|s| s.properties);
        let found = known().find(|p| p.name == property && p.measure != Measure::Samples);
        let Some(found) = found else {
            let near =
                nearest(property, known().map(|p| p.name)).map(|n| format!("did you mean `{n}`? "));
            let message = format!("no stimulus has a property `{property}` that can be set so");
            let mut all: Vec<&str> = Vec::new();
            for one in known().filter(|p| p.measure != Measure::Samples) {
                if !all.contains(&one.name) {
                    all.push(one.name);
                }
            }
            let help = format!("{}there are: {}", near.unwrap_or_default(), all.join(", "));
            self.error(span, message, "here", help);
            return None;
        };
        match found.measure {
            Measure::Input => Some(self.model.inputs[input].unit.clone()),
            Measure::Time => Unit::named("ms"),
            Measure::Frequency => Unit::named("Hz"),
            Measure::Number | Measure::Samples => Some(Unit::one()),
        }
    }
}
