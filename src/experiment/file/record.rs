//! `[record]`: what is kept.

use super::Reading;
use super::fields::{Fields, Value};
use crate::diag::Span;
use crate::experiment::Form;
use crate::experiment::recorded::feature_named;
use crate::experiment::timing::to_steps;
use crate::experiment::{Grid, Traced};
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
                Recorder::features()
            } else {
                Recorder::FinalState
            };
            return vec![default];
        };
        let n_errors = self.diagnostics.errors();
        let mut recorders = Vec::new();
        if let Some(value) = record.take("features") {
            recorders.extend(self.features(value));
        }
        let final_state = record.take("final_state");
        if final_state.and_then(|v| v.truth(self.diagnostics)) == Some(true) {
            recorders.push(Recorder::FinalState);
        }
        if let Some(value) = record.take("spikes") {
            recorders.extend(self.spikes(value));
        }
        if let Some(value) = record.take("statistics") {
            let quantities = self.quantities(value).unwrap_or_default();
            recorders.extend(quantities.into_iter().map(|of| Recorder::Statistics { of }));
        }
        if let Some(value) = record.take("trace") {
            recorders.extend(self.trace(value));
        }
        record.finish("nothing records", self.diagnostics);
        // What is wrong with an entry has been said.
        let is_wrong = self.diagnostics.errors() > n_errors;
        if recorders.is_empty() && self.traced.is_none() && !is_wrong {
            self.error(
                record.span,
                "nothing is recorded",
                "here",
                "write features = true, or another recorder",
            );
        }
        recorders
    }

    /// `{ variables = ["v"], every = "0.1 ms", cells = [0, 10] }`; every step where no interval is
    /// given, all cells where none are named. Traces of named cells are no recorder of all cells:
    /// they go to `self.traced`.
    fn trace(&mut self, value: Value) -> Option<Recorder> {
        let fields = value.fields(
            "{ variables = [\"v\"], every = \"0.1 ms\" }",
            self.diagnostics,
        )?;
        let (variables, every) = (fields.take("variables"), fields.take("every"));
        let cells = fields.take("cells");
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
        let Some(cells) = cells else {
            return Some(Recorder::Trace { of, every: steps });
        };
        let cells = self.chosen(cells)?;
        self.traced = Some(Traced {
            cells,
            of,
            every: steps,
        });
        None
    }

    /// Some cells of the grid, by their numbers.
    fn chosen(&mut self, value: Value) -> Option<Grid> {
        let members = value.list(self.diagnostics)?;
        self.refuse_empty(value, &members)?;
        let mut numbers = Vec::new();
        for member in &members {
            numbers.push((member.span, member.whole(self.diagnostics)?));
        }
        if self.diagnostics.has_errors() {
            // Which cells there are is not known while an axis may be wrong.
            return None;
        }
        // A grid that is too large is reported by itself.
        let grid = Grid::new(self.axes.clone()).ok()?;
        for (span, number) in &numbers {
            if let Err(problem) = grid.choose(&[*number]) {
                self.error(*span, problem.message, "here", problem.help);
            }
        }
        let numbers: Vec<u64> = numbers.into_iter().map(|(_, number)| number).collect();
        grid.choose(&numbers).ok()
    }

    /// `true` for every feature, or a list of some, whose columns come in its order.
    fn features(&mut self, value: Value) -> Option<Recorder> {
        let Some(members) = value.members() else {
            let what = "true or false, or a list of features in brackets";
            let all = value.truth_or(what, self.diagnostics)?;
            return all.then(Recorder::features);
        };
        self.refuse_empty(value, &members)?;
        let mut which = Vec::new();
        for member in members {
            let name = member.text(self.diagnostics)?;
            match feature_named(name) {
                Ok(feature) if which.contains(&feature) => {
                    let message = format!("the feature `{name}` is recorded twice");
                    self.error(member.span, message, "again here", "name it once");
                }
                Ok(feature) => which.push(feature),
                Err(problem) => self.error(member.span, problem.message, "unknown", problem.help),
            }
        }
        Some(Recorder::Features(which))
    }

    /// A list of states, sub-expressions, inputs, and expressions of the model's names.
    fn quantities(&mut self, value: Value) -> Option<Vec<Quantity>> {
        let members = value.list(self.diagnostics)?;
        self.refuse_empty(value, &members)?;
        let mut of = Vec::new();
        for member in members {
            let text = member.text(self.diagnostics)?;
            if let Err(wrong) = self.quantities.add(text, &mut of) {
                let place = self.place(member, text);
                self.diagnostics.adopt(wrong, place);
            }
        }
        Some(of)
    }

    /// Where places of a text in quotes are in the experiment's; all of it where the quotes hold
    /// other characters than it has.
    fn place(&self, value: Value, text: &str) -> impl Fn(Span) -> Span + use<> {
        let whole = value.span;
        let start = whole.of(self.text).find(text).map(|at| whole.start + at);
        move |span: Span| match start {
            Some(start) => Span::new(start + span.start, start + span.end),
            None => whole,
        }
    }

    fn refuse_empty(&mut self, value: Value, members: &[Value]) -> Option<()> {
        if members.is_empty() {
            let help = "write at least one name";
            self.error(value.span, "the list is empty", "here", help);
            return None;
        }
        Some(())
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
