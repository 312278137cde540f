//! Features of a spike train: one row each, computed on the host from a [`SpikeTrain`].
//!
//! All refer to the window from onset + skip to offset. A feature that is not defined for a train
//! is missing, never 0. Names of eFEL (Blue Brain Project) are used only where its definition is
//! the same.

use super::SpikeTrain;
use super::spike_train::Part;

/// Where the window lies; times in ms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timing {
    /// Length of a step.
    pub dt: f64,
    /// When the stimulus begins, in steps.
    pub onset: u32,
}

/// A feature: one row of [`FEATURES`].
#[derive(Clone, Copy)]
pub struct Feature {
    /// Its name; a column is headed `name [unit]`.
    pub name: &'static str,
    /// Its unit; empty if it has none.
    pub unit: &'static str,
    /// Its definition, in a line.
    pub doc: &'static str,
    /// Is it a count (a whole number)?
    pub whole: bool,
    /// What it needs of a train besides the number of spikes; nothing else is kept for it.
    pub needs: &'static [Part],
    /// Its value for a train; none where it is not defined.
    pub value: fn(&SpikeTrain, Timing) -> Option<f64>,
}

impl std::fmt::Debug for Feature {
    /// Its name, which is the same in every run of the program; addresses of functions are not.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Feature {
    fn eq(&self, other: &Feature) -> bool {
        self.name == other.name
    }
}

impl Eq for Feature {}

/// Every feature, in the order of `fi.csv`.
pub const FEATURES: &[Feature] = &[
    Feature {
        name: "spike_count",
        unit: "",
        doc: "number of spikes n in the window",
        whole: true,
        needs: &[],
        value: |train, _| Some(f64::from(train.count)),
    },
    Feature {
        name: "rate",
        unit: "Hz",
        doc: "(n - 1)/(t_last - t_first), and 0 where n < 2",
        whole: false,
        needs: &[Part::First, Part::Last],
        value: rate,
    },
    Feature {
        name: "time_to_first_spike",
        unit: "ms",
        doc: "first spike of the window, counted from onset",
        whole: false,
        needs: &[Part::First],
        value: |train, timing| {
            (train.count >= 1).then(|| (train.first - f64::from(timing.onset)) * timing.dt)
        },
    },
    Feature {
        name: "inv_first_ISI",
        unit: "Hz",
        doc: "1000 over the first interval in ms",
        whole: false,
        needs: &[Part::First, Part::Second],
        value: |train, timing| {
            (train.count >= 2).then(|| per_second(train.second - train.first, timing))
        },
    },
    Feature {
        name: "inv_last_ISI",
        unit: "Hz",
        doc: "1000 over the last interval in ms",
        whole: false,
        needs: &[Part::Previous, Part::Last],
        value: |train, timing| {
            (train.count >= 2).then(|| per_second(train.last - train.previous, timing))
        },
    },
    Feature {
        name: "ISI_CV",
        unit: "",
        doc: "standard deviation (n - 1) over mean of all intervals; from 3 spikes on",
        whole: false,
        needs: &[Part::Intervals],
        value: coefficient_of_variation,
    },
];

/// The feature of this name.
#[must_use]
pub fn feature(name: &str) -> Option<&'static Feature> {
    FEATURES.iter().find(|feature| feature.name == name)
}

fn per_second(steps: f64, timing: Timing) -> f64 {
    1000.0 / (steps * timing.dt)
}

fn rate(train: &SpikeTrain, timing: Timing) -> Option<f64> {
    if train.count < 2 {
        return Some(0.0);
    }
    Some(f64::from(train.count - 1) * per_second(train.last - train.first, timing))
}

fn coefficient_of_variation(train: &SpikeTrain, _: Timing) -> Option<f64> {
    if train.count < 3 {
        return None;
    }
    let intervals = f64::from(train.count - 1);
    let variance = train.interval_squares.max(0.0) / (intervals - 1.0);
    Some(variance.sqrt() / train.interval_mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMING: Timing = Timing {
        dt: 0.1,
        onset: 100,
    };

    fn value(name: &str, train: &SpikeTrain) -> Option<f64> {
        (feature(name).unwrap().value)(train, TIMING)
    }

    #[test]
    fn a_silent_train_has_a_count_and_a_rate_and_nothing_else() {
        let train = SpikeTrain::default();
        let values: Vec<Option<f64>> = FEATURES.iter().map(|f| (f.value)(&train, TIMING)).collect();
        assert_eq!(values, [Some(0.0), Some(0.0), None, None, None, None]);
    }

    #[test]
    fn features_follow_their_definitions() {
        // Spikes at 20, 30, 50 ms; intervals 10 and 20 ms.
        let train = SpikeTrain {
            count: 3,
            first: 200.0,
            second: 300.0,
            previous: 300.0,
            last: 500.0,
            interval_mean: 150.0,
            interval_squares: 2.0 * 50.0 * 50.0,
        };
        let close = |name, expected: f64| {
            let found = value(name, &train).unwrap();
            assert!((found - expected).abs() < 1e-12, "{name}: {found}");
        };
        close("rate", 2.0 / 0.030);
        close("time_to_first_spike", 10.0);
        close("inv_first_ISI", 100.0);
        close("inv_last_ISI", 50.0);
        close("ISI_CV", 50.0 * 2f64.sqrt() / 150.0);
    }
}
