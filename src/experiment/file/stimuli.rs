//! `[stimulus.INPUT]`: what drives each input.

use super::Reading;
use super::fields::{Fields, Value};
use super::waveforms::INTERVAL;
use crate::diag::{Diagnostic, Span, nearest};
use crate::experiment::problem::shown;
use crate::experiment::timing::to_steps;
use crate::experiment::{Form, Setting, Stimulus, StimulusValue};
use crate::stimulus::{CONSTANT, Measure, Property, STIMULI, StimulusKind, find};
use crate::units::Unit;

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
        self.column(input, &fields, kind, &values);
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
            Measure::Frequency | Measure::Number | Measure::Column | Measure::Samples => {
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
            Measure::Frequency | Measure::Number | Measure::Column | Measure::Samples => {
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
            Measure::Frequency | Measure::Number | Measure::Column | Measure::Samples => {
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
            Measure::Number | Measure::Column | Measure::Samples => Some(Unit::one()),
        }
    }
}
