//! What a run draws: rates over its last axes; where nothing but spikes is recorded, a raster;
//! where nothing but traces is, these.
//!
//! Takes an experiment, and its rows as they go by; keeps the few that are drawn, so that memory
//! does not grow with the number of cells. Numbers are drawn as tables have them, so that a run that
//! goes on with rows of an earlier one, or a picture of the table, is the same. Must not know files.

mod rates;
mod spikes;
mod traces;

use self::rates::Rates;
use self::spikes::Spikes;
use self::traces::Traces;
use super::rows::unit;
use super::tables;
use super::{Written, spikes::SPIKES, traces::TRACES};
use crate::experiment::{Axis, Experiment};
use crate::plot::{Axis as PlotAxis, Page};
use crate::table::TableError;

/// Collects what the picture of a run shows.
pub(super) enum Drawing<'a> {
    Rates(Rates<'a>),
    Spikes(Spikes<'a>),
    Traces(Traces<'a>),
    /// There is nothing to draw.
    Nothing,
}

impl<'a> Drawing<'a> {
    /// Of a run of `experiment`, which may run `tracing` before, to trace some of its cells.
    pub(super) fn new(
        experiment: &'a Experiment,
        tracing: Option<&'a Experiment>,
    ) -> Result<Drawing<'a>, TableError> {
        let tables = tables::empty(experiment)?;
        let has = |name| tables.long.iter().any(|(own, _)| *own == name);
        let traced = match has(TRACES) {
            true => Some(experiment),
            false => tracing,
        };
        Ok(if let Some(rates) = Rates::new(experiment, &tables.main) {
            Drawing::Rates(rates)
        } else if has(SPIKES) {
            Drawing::Spikes(Spikes::new(experiment))
        } else if let Some(traces) = traced.and_then(Traces::new) {
            Drawing::Traces(traces)
        } else {
            Drawing::Nothing
        })
    }

    pub(super) fn take(&mut self, rows: Written<'_>) {
        match (self, rows) {
            (Drawing::Rates(rates), Written::Main(rows)) => rates.take(rows),
            (Drawing::Spikes(spikes), Written::Long(rows)) => spikes.take(rows),
            (Drawing::Traces(traces), Written::Long(rows)) => traces.take(rows),
            _ => {}
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Drawing::Nothing)
    }

    /// Does it show traces and has seen none? A run that goes on does not make them again.
    pub(super) fn lacks_traces(&self) -> bool {
        matches!(self, Drawing::Traces(traces) if traces.is_empty())
    }

    /// None where there is nothing to draw.
    pub(super) fn page(&self) -> Option<Page> {
        match self {
            Drawing::Rates(rates) => Some(rates.page()),
            Drawing::Spikes(spikes) => Some(spikes.page()),
            Drawing::Traces(traces) => Some(traces.page()),
            Drawing::Nothing => None,
        }
    }
}

/// Some of `n` things at equal distances, the first and the last among them.
pub(super) fn spread(n: u64, most: u64) -> Vec<u64> {
    match most.checked_sub(1).filter(|_| n > most) {
        None => (0..n).collect(),
        Some(0) => vec![0],
        Some(parts) => {
            let place = |i| u128::from(i) * u128::from(n - 1) / u128::from(parts);
            (0..=parts)
                .map(|i| u64::try_from(place(i)).unwrap_or(u64::MAX))
                .collect()
        }
    }
}

/// A value as it stands in a legend: five digits, and a true minus sign.
pub(super) fn legend_text(x: f64) -> String {
    let rounded: f64 = format!("{x:.4e}").parse().unwrap_or(x);
    rounded.to_string().replace('-', "\u{2212}")
}

fn plot_axis(axis: &Axis) -> PlotAxis {
    PlotAxis::new(&axis.name, unit(&axis.unit.label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_of_many_are_spread_over_all() {
        assert_eq!(spread(3, 5), [0, 1, 2]);
        assert_eq!(spread(101, 5), [0, 25, 50, 75, 100]);
        assert_eq!(spread(9, 1), [0]);
        assert_eq!(spread(1 << 52, 2), [0, (1 << 52) - 1]);
    }

    #[test]
    fn legends_have_short_numbers() {
        assert_eq!(legend_text(81.333_333_333), "81.333");
        assert_eq!(legend_text(-0.1 - 0.2), "−0.3");
        assert_eq!(legend_text(120.0), "120");
    }
}
