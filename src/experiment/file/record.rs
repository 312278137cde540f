//! `[record]`: what is kept.

use super::Reading;
use super::fields::{Fields, Value};
use crate::record::Recorder;

/// Spikes kept per cell where no capacity is given.
const DEFAULT_CAPACITY: u64 = 64;

impl Reading<'_> {
    /// The recorders; where nothing is asked for, the features of a model with spikes, else the
    /// final states.
    pub(super) fn recorders(&mut self, top: &Fields) -> Vec<Recorder> {
        let Some(record) = top.take("record").and_then(|v| v.fields(self.diagnostics)) else {
            let default = if self.model.threshold.is_some() {
                Recorder::Features
            } else {
                Recorder::FinalState
            };
            return vec![default];
        };
        let mut recorders = Vec::new();
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
        record.finish("nothing records", self.diagnostics);
        if recorders.is_empty() {
            self.error(
                record.span,
                "nothing is recorded",
                "here",
                "write features = true, or another recorder",
            );
        }
        recorders
    }

    fn spikes(&mut self, value: Value) -> Option<Recorder> {
        let fields = value.fields(self.diagnostics)?;
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
                    "write a number from 1 on",
                );
                None
            }
        }
    }
}
