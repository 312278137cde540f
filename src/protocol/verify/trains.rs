//! Spike trains of two engines side by side.
//!
//! Takes the outputs of [`recorders`]; gives spike lists, and how far two
//! of them are apart. Times are in steps.

use crate::exec::Column;
use crate::protocol::gather::Gathered;
use crate::record::{FEATURES, Raw, Recorder, SpikeTrain};

/// The recorders whose outputs [`read`] reads.
pub(super) fn recorders(capacity: u32) -> Vec<Recorder> {
    vec![Recorder::features(), Recorder::Spikes { capacity }]
}

/// Spikes of one cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Train {
    /// How many there were.
    pub(super) count: u32,
    /// Times of the first ones, as many as were listed.
    pub(super) times: Vec<f64>,
    /// What the features recorder made of them.
    pub(super) summary: SpikeTrain,
    /// Did the cell end in no finite number?
    pub(super) non_finite: bool,
}

/// One train per cell.
pub(super) fn read(gathered: &Gathered) -> Vec<Train> {
    let n_columns = gathered.columns.len();
    let (features, spikes) = gathered.columns.split_at(n_columns.saturating_sub(3));
    let raw: Vec<Raw> = features.iter().map(raw).collect();
    let summaries = SpikeTrain::read(&raw, &FEATURES.iter().collect::<Vec<_>>());
    let [
        Column::U32(counts),
        Column::U32(steps),
        Column::Float(fractions),
    ] = spikes
    else {
        return Vec::new();
    };
    let capacity = steps.len() / counts.len().max(1);
    let train = |(cell, summary): (usize, SpikeTrain)| {
        let listed = (counts[cell] as usize).min(capacity);
        let own = cell * capacity..cell * capacity + listed;
        let pairs = steps[own.clone()].iter().zip(&fractions[own]);
        Train {
            count: counts[cell],
            times: pairs.map(|(step, part)| f64::from(*step) + part).collect(),
            summary,
            non_finite: gathered.non_finite[cell],
        }
    };
    summaries.into_iter().enumerate().map(train).collect()
}

fn raw(column: &Column) -> Raw<'_> {
    match column {
        Column::Float(values) => Raw::Float(values),
        Column::U32(values) => Raw::U32(values),
    }
}

impl Train {
    /// Number of the spike that is farthest from its counterpart, and how far, in steps.
    pub(super) fn farthest(&self, other: &Train) -> Option<(usize, f64)> {
        let apart = self.times.iter().zip(&other.times);
        let apart = apart.map(|(a, b)| (a - b).abs()).enumerate();
        // A distance that is no number is the worst of all.
        let far = |x: f64| if x.is_nan() { f64::INFINITY } else { x };
        apart
            .map(|(i, x)| (i, far(x)))
            .max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Equal counts, and every spike within `steps` of its counterpart.
    pub(super) fn agrees(&self, other: &Train, steps: f64) -> bool {
        self.non_finite == other.non_finite
            && (self.non_finite
                || self.count == other.count
                    && self.farthest(other).is_none_or(|(_, far)| far <= steps))
    }

    /// The summary that follows from the list, if that is whole.
    pub(super) fn listed_summary(&self) -> Option<SpikeTrain> {
        let times = &self.times;
        if times.len() != self.count as usize {
            return None;
        }
        let at = |i: Option<usize>| i.and_then(|i| times.get(i)).copied().unwrap_or(0.0);
        let n = times.len();
        let intervals: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let mean = intervals.iter().sum::<f64>() / intervals.len().max(1) as f64;
        Some(SpikeTrain {
            count: self.count,
            first: at(Some(0)),
            second: at(Some(1)),
            previous: at(n.checked_sub(2)),
            last: at(n.checked_sub(1)),
            interval_mean: mean,
            interval_squares: intervals.iter().map(|x| (x - mean).powi(2)).sum(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn train(times: &[f64]) -> Train {
        Train {
            count: times.len() as u32,
            times: times.to_vec(),
            summary: SpikeTrain::default(),
            non_finite: false,
        }
    }

    #[test]
    fn trains_that_differ_are_told_apart() {
        let a = train(&[10.0, 20.0, 30.0]);
        assert!(a.agrees(&a, 0.0));
        assert!(!a.agrees(&train(&[10.0, 20.0]), 100.0));
        assert_eq!(
            a.farthest(&train(&[10.0, 22.0, 31.0])).map(|(i, _)| i),
            Some(1)
        );
        assert!(!a.agrees(&train(&[10.0, 22.0, 30.0]), 1.5));
        assert!(!a.agrees(&train(&[10.0, f64::NAN, 30.0]), 1.5));
        let lost = Train {
            non_finite: true,
            ..a.clone()
        };
        assert!(!a.agrees(&lost, 100.0) && lost.agrees(&lost, 0.0));
    }

    #[test]
    fn a_list_has_the_summary_that_it_defines() {
        let summary = train(&[200.0, 300.0, 500.0]).listed_summary();
        assert_eq!(
            summary,
            Some(SpikeTrain {
                count: 3,
                first: 200.0,
                second: 300.0,
                previous: 300.0,
                last: 500.0,
                interval_mean: 150.0,
                interval_squares: 5000.0,
            })
        );
    }
}
