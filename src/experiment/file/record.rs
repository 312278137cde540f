//! `[record]`: what is kept.

use super::Reading;
use super::fields::{Fields, Value};
use crate::experiment::Form;
use crate::experiment::timing::to_steps;
use crate::experiment::trace::quantity_named;
use crate::record::{Quantity, Recorder};
use crate::units::Unit;

/// Spikes kept per cell where no capacity is given.
const DEFAULT_CAPACITY: u64 = 64;

impl Reading<'_> {
    /// The recorders; where nothing is asked for, the features of a model with spikes, else the
    /// final states.
    pub(super) fn recorders(&mut self, top: &Fields) -> Vec<Recorder> {
        let Some(record) = top
            .take("record")
            .and_then(|v| v.fields("[record] and a line features = true", self.diagnostics))
        else {
            let default = if self.model.threshold.is_some() {
                Recorder::Features
            } else {
                Recorder::FinalState
            };
            return vec![default];
        };
        let mut recorders = Vec::new();
        let n_before = self.diagnostics.errors();
        for (name, recorder) in [
            ("features", Recorder::Features),
            ("final_state", Recorder::FinalState),
        ] {
            if record
                .take(name)
                .and_then(|v| v.truth(self.diagnostics))
                .unwrap_or(false)
            {
                recorders.push(recorder);
            }
        }
        if let Some(value) = record.take("spikes") {
            recorders.extend(self.spikes(value));
        }
        if let Some(value) = record.take("statistics") {
            let quantities = self.quantities(value).unwrap_or_default();
            let twice = (1..quantities.len()).find(|&i| quantities[..i].contains(&quantities[i]));
            if let Some(i) = twice {
                self.error(
                    value.span,
                    format!("entry {} of the list is there already", i + 1),
                    "here",
                    "name each quantity once",
                );
            }
            recorders.extend(quantities.into_iter().map(|of| Recorder::Statistics { of }));
        }
        if let Some(value) = record.take("trace") {
            recorders.extend(self.trace(value));
        }
        record.finish("nothing records", self.diagnostics);
        // A recorder that is written wrong is asked for all the same.
        if recorders.is_empty() && self.diagnostics.errors() == n_before {
            self.error(
                record.span,
                "nothing is recorded",
                "here",
                "write features = true, or another recorder",
            );
        }
        recorders
    }

    /// `{ variables = ["v"], every = "0.1 ms" }`; every step where no interval is given.
    fn trace(&mut self, value: Value) -> Option<Recorder> {
        let fields = value.fields(
            "{ variables = [\"v\"], every = \"0.1 ms\" }",
            self.diagnostics,
        )?;
        let (variables, every) = (fields.take("variables"), fields.take("every"));
        fields.finish("a trace has no entry", self.diagnostics);
        let Some(variables) = variables else {
            self.error(
                value.span,
                "the trace has no variables",
                "here",
                "write variables = [\"v\"]",
            );
            return None;
        };
        let of = self.quantities(variables)?;
        let steps = match every {
            None => 1,
            Some(every) => {
                let ms = self.quantity(every, &Unit::named("ms")?)?;
                match to_steps("every", ms, self.dt, Form::Entry) {
                    Ok((steps, moved)) if steps > 0 => {
                        self.warnings.extend(moved);
                        steps
                    }
                    _ => {
                        let help = format!("write a time of at least one step, {} ms", self.dt);
                        self.error(every.span, "traces have no such interval", "here", help);
                        return None;
                    }
                }
            }
        };
        Some(Recorder::Trace { of, every: steps })
    }

    /// A list of names of states, sub-expressions and inputs.
    fn quantities(&mut self, value: Value) -> Option<Vec<Quantity>> {
        let members = value.list(self.diagnostics)?;
        if members.is_empty() {
            self.error(
                value.span,
                "the list is empty",
                "here",
                "write at least one name",
            );
            return None;
        }
        let found: Vec<Option<Quantity>> = members.into_iter().map(|one| self.named(one)).collect();
        found.into_iter().collect()
    }

    fn named(&mut self, value: Value) -> Option<Quantity> {
        let name = value.text(self.diagnostics)?;
        match quantity_named(self.model, name) {
            Ok(quantity) => Some(quantity),
            Err(problem) => {
                self.error(value.span, problem.message, "unknown", problem.help);
                None
            }
        }
    }

    fn spikes(&mut self, value: Value) -> Option<Recorder> {
        let fields = value.fields("{ capacity = 64 }", self.diagnostics)?;
        let capacity = fields.take("capacity");
        fields.finish("the list of spikes has no entry", self.diagnostics);
        let capacity = match capacity {
            Some(value) => value.whole(self.diagnostics)?,
            None => DEFAULT_CAPACITY,
        };
        match u32::try_from(capacity) {
            Ok(capacity) if capacity > 0 => Some(Recorder::Spikes { capacity }),
            _ => {
                self.error(
                    value.span,
                    format!("{capacity} is no capacity"),
                    "here",
                    "write a number from 1 to 4294967295",
                );
                None
            }
        }
    }
}
