//! Waveforms: lists of samples that a stimulus plays, one for all cells or one of several for each.
//!
//! Takes values; gives them held for an interval, and says which numbers name a waveform.

use super::Values;

/// Waveforms of one length, numbered from 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// Where they come from, for printing.
    pub name: String,
    /// For each waveform, values of the input in base units: at least one, and as many in each.
    pub waveforms: Vec<Vec<f64>>,
}

impl Samples {
    /// One sample per step of `dt` ms from one per `interval` ms (both positive), each held: for an
    /// interval that is no whole number of steps, which as a property of the stimulus would be
    /// rounded and let the waveform drift.
    #[must_use]
    pub fn held(&self, interval: f64, dt: f64) -> Samples {
        let waveforms = self.waveforms.iter();
        Samples {
            name: self.name.clone(),
            waveforms: waveforms
                .map(|samples| held(samples, interval / dt))
                .collect(),
        }
    }

    /// Samples in each waveform.
    #[must_use]
    pub fn length(&self) -> usize {
        self.waveforms.first().map_or(0, Vec::len)
    }

    /// Samples in all.
    #[must_use]
    pub fn size(&self) -> usize {
        self.waveforms.iter().map(Vec::len).sum()
    }

    /// Is there a waveform, each with as many samples, of which there are some?
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let length = self.length();
        length > 0 && self.waveforms.iter().all(|samples| samples.len() == length)
    }

    /// Is `x` the number of a waveform?
    #[must_use]
    pub fn has(&self, x: f64) -> bool {
        x >= 0.0 && x.fract() == 0.0 && x < self.waveforms.len() as f64
    }

    /// The first of `values` that is not the number of a waveform.
    #[must_use]
    pub fn stranger(&self, values: &Values) -> Option<f64> {
        (0..values.len())
            .map(|k| values.at(k))
            .find(|&x| !self.has(x))
    }
}

fn held(samples: &[f64], steps_each: f64) -> Vec<f64> {
    let mut values = Vec::new();
    for (i, &value) in (1u32..).zip(samples) {
        // A sample begins at the first step that is not before it; decimal fractions are off by
        // less than a millionth of a step.
        while (values.len() as f64) < f64::from(i) * steps_each - 1e-6 {
            values.push(value);
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> Samples {
        Samples {
            name: "test".into(),
            waveforms: vec![vec![1.0, 2.0, 3.0, 4.0], vec![5.0, 6.0, 7.0, 8.0]],
        }
    }

    #[test]
    fn samples_of_any_interval_are_held_without_drift() {
        let samples = two();
        let held = samples.held(0.025, 0.01).waveforms;
        assert_eq!(held[0], [1.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 3.0, 4.0, 4.0]);
        assert_eq!(held[1], [5.0, 5.0, 5.0, 6.0, 6.0, 7.0, 7.0, 7.0, 8.0, 8.0]);
        assert_eq!(samples.held(0.1, 0.1), samples);
        assert_eq!(samples.held(0.1, 0.025).size(), 32);
    }

    #[test]
    fn a_number_that_names_no_waveform_is_found() {
        let samples = two();
        let range = |to, n| Values::Linear { from: 0.0, to, n };
        assert_eq!(samples.stranger(&range(1.0, 2)), None);
        assert_eq!(samples.stranger(&range(2.0, 3)), Some(2.0));
        assert_eq!(samples.stranger(&range(1.0, 3)), Some(0.5));
        assert_eq!(samples.stranger(&Values::List(vec![1.0, -1.0])), Some(-1.0));
    }

    #[test]
    fn waveforms_of_two_lengths_are_incomplete() {
        let mut samples = two();
        assert!(samples.is_complete());
        samples.waveforms[1].pop();
        assert!(!samples.is_complete());
        samples.waveforms.clear();
        assert!(!samples.is_complete());
    }
}
