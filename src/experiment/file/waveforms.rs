//! `[stimulus.INPUT]` of the kind `samples`: where its waveforms come from, how long a sample is held,
//! and which waveform a cell takes.

use super::Reading;
use super::fields::{Fields, Value};
use crate::diag::{Diagnostics, Span};
use crate::experiment::problem::shown;
use crate::experiment::timing::to_steps;
use crate::experiment::{Form, Samples, Setting, StimulusValue, Values};
use crate::stimulus::{COLUMN, Measure, StimulusKind};
use crate::table::Column;
use crate::units::Unit;

/// The property of samples that says how long each is held.
pub(super) const INTERVAL: &str = "interval";
/// Most samples of a stimulus: 512 MB in f64.
const MOST_HELD: f64 = 67_108_864.0;

impl Reading<'_> {
    /// The interval of samples, in ms, where it is no whole number of steps: rounded, the waveform
    /// would drift.
    pub(super) fn uneven_interval(&mut self, fields: &Fields, kind: &StimulusKind) -> Option<f64> {
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
    pub(super) fn hold(
        &mut self,
        interval: f64,
        values: &[Option<StimulusValue>],
        fields: &Fields,
    ) {
        let Some(samples) = table_of(values).and_then(|i| self.tables.get_mut(i)) else {
            return;
        };
        let n = samples.size() as f64 * (interval / self.dt);
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

    /// Which waveform: one that is there; of several, one must be chosen.
    pub(super) fn column(
        &mut self,
        input: usize,
        fields: &Fields,
        kind: &StimulusKind,
        values: &[Option<StimulusValue>],
    ) {
        let Some(i) = kind.properties.iter().position(|p| p.name == COLUMN.name) else {
            return;
        };
        let (Some(column), Some(samples)) =
            (values[i], table_of(values).and_then(|i| self.tables.get(i)))
        else {
            return;
        };
        let n = samples.waveforms.len();
        let (span, wrong) = match column {
            StimulusValue::Number(Setting::Axis(axis)) => {
                if self.every_waveform.contains(&axis) {
                    self.axes[axis].values = all_of(n);
                }
                let driven = self.driven.iter().find(|driven| driven.axis == axis);
                let span = driven.map_or(fields.span, |driven| driven.span);
                (span, samples.stranger(&self.axes[axis].values))
            }
            StimulusValue::Number(Setting::Fixed(x)) => match fields.take(COLUMN.name) {
                Some(value) => (value.span, Some(x).filter(|&x| !samples.has(x))),
                None if n > 1 => {
                    let input = &self.model.inputs[input].name;
                    let message = format!("there are {n} waveforms, and no column says which");
                    let help = format!(
                        "write column = 0, or under [sweep] \"{input}.column\" = \"all\" for one after the other"
                    );
                    return self.error(fields.span, message, "here", help);
                }
                None => return,
            },
            _ => return,
        };
        if let Some(wrong) = wrong {
            let message = format!("there is no waveform {}", shown(wrong));
            let help = match n {
                1 => "there is one, number 0".to_owned(),
                _ => format!("there are {n}, numbered 0 to {}", n - 1),
            };
            self.error(span, message, "here", help);
        }
    }

    /// A list of values, several lists of one length, or a file whose columns hold them.
    pub(super) fn samples(&mut self, input: usize, value: Value) -> Option<StimulusValue> {
        let unit = self.model.inputs[input].unit.clone();
        let (name, waveforms) = if value.is_text() {
            let file = value.text(self.diagnostics)?;
            (file.to_owned(), self.sample_file(file, value.span, &unit)?)
        } else {
            ("samples".to_owned(), self.sample_lists(value, &unit)?)
        };
        let samples = Samples { name, waveforms };
        let wrong = match samples.size() {
            0 => Some(("there are no samples".to_owned(), "give at least one")),
            _ if !samples.is_complete() => Some((
                "the waveforms differ in length".to_owned(),
                "give each as many samples",
            )),
            n if n as f64 > MOST_HELD => Some((
                format!("{n} samples are too many"),
                "give at most 67108864 in all",
            )),
            _ => None,
        };
        if let Some((message, help)) = wrong {
            self.error(value.span, message, "here", help);
            return None;
        }
        self.tables.push(samples);
        Some(StimulusValue::Table(self.tables.len() - 1))
    }

    fn sample_lists(&mut self, value: Value, unit: &Unit) -> Option<Vec<Vec<f64>>> {
        let members = value.list(self.diagnostics)?;
        let is_nested = members
            .first()
            .is_some_and(|first| first.members().is_some());
        let lists = if is_nested {
            let lists = members
                .into_iter()
                .map(|member| member.list(self.diagnostics));
            lists.collect::<Option<Vec<_>>>()?
        } else {
            vec![members]
        };
        let waveform = |list: Vec<Value>| {
            let values: Vec<Option<f64>> = list
                .into_iter()
                .map(|member| self.quantity(member, unit))
                .collect();
            values.into_iter().collect::<Option<Vec<f64>>>()
        };
        lists.into_iter().map(waveform).collect()
    }

    /// Every column but a first one of times.
    fn sample_file(&mut self, file: &str, span: Span, unit: &Unit) -> Option<Vec<Vec<f64>>> {
        let table = self.table(file, span)?;
        let n_before = usize::from(table.columns().len() > 1 && is_time(&table.columns()[0]));
        table.columns()[n_before..]
            .iter()
            .map(|column| self.numbers(file, span, column, unit))
            .collect()
    }
}

fn table_of(values: &[Option<StimulusValue>]) -> Option<usize> {
    values.iter().find_map(|value| match value {
        Some(StimulusValue::Table(i)) => Some(*i),
        _ => None,
    })
}

/// 0, 1, … n − 1.
fn all_of(n: usize) -> Values {
    Values::Linear {
        from: 0.0,
        to: (n - 1) as f64,
        n: n as u64,
    }
}

/// Is it a column of times?
fn is_time(column: &Column) -> bool {
    let of_times = |unit: Unit| Unit::named("ms").is_some_and(|ms| ms.dim == unit.dim);
    match column.unit.as_str() {
        "" => ["t", "time"].contains(&column.name.as_str()),
        label => Unit::parse(label).is_ok_and(of_times),
    }
}
