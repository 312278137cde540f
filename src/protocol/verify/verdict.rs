//! What a verification found, and the verdict. Must not know how it was run.

use crate::compare::Tolerance;

/// What a verification found. Printed, it is the whole report.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "a verification says nothing until its verdict is read"]
pub struct Verification {
    /// Name of the model.
    pub model: String,
    /// The engine, in a line.
    pub engine: String,
    /// The method.
    pub method: String,
    /// What the sample was drawn with.
    pub seed: u64,
    /// Cells of the grid.
    pub n_grid: u64,
    /// Numbers of the cells of the sample.
    pub cells: Vec<u64>,
    /// How many of them fire.
    pub n_firing: usize,
    /// Steps of the run.
    pub n_steps: u32,
    /// Length of a step in ms.
    pub dt: f64,
    /// What a spike may be off, in ms.
    pub tolerance: f64,
    /// After how many steps the states were compared.
    pub n_steps_states: u32,
    /// One entry per state.
    pub states: Vec<StateError>,
    /// Cells with other numbers of spikes: cell, number on the reference, number on the engine.
    pub counts: Vec<(u64, u32, u32)>,
    /// Spikes of the cells compared.
    pub n_spikes: u64,
    /// The spike that is off most.
    pub worst_spike: Option<SpikeError>,
    /// Cells that ended in no finite number on one side only.
    pub non_finite: Vec<u64>,
    /// One entry per feature.
    pub features: Vec<FeatureError>,
    /// Cells left out because the reference itself cannot tell.
    pub ill_conditioned: Vec<u64>,
}

/// Largest error of a state before the first spike, in its unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StateError {
    /// Its name.
    pub name: String,
    /// Its unit; empty if dimensionless.
    pub unit: String,
    /// The cell that is worst in terms of what is allowed.
    pub cell: u64,
    /// The error there.
    pub error: f64,
    /// What is allowed there.
    pub allowed: f64,
    /// Cells compared.
    pub n: usize,
}

/// The spike that is off most.
#[derive(Clone, Debug, PartialEq)]
pub struct SpikeError {
    /// Its cell.
    pub cell: u64,
    /// Its number in the cell, from 0.
    pub spike: usize,
    /// How far it is off, in ms.
    pub error: f64,
}

/// Largest error of a feature, in its unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FeatureError {
    /// Its name.
    pub name: &'static str,
    /// Its unit; empty if dimensionless.
    pub unit: &'static str,
    /// The cell that is worst.
    pub cell: u64,
    /// The error there; infinite where one side has no value.
    pub error: f64,
    /// Cells in which the feature is not what the engine's own list of spikes makes it.
    pub n_off_list: usize,
}

impl StateError {
    pub(super) fn add(&mut self, cell: u64, error: f64, allowed: f64) {
        // No number is as far off as can be.
        let error = if error.is_nan() { f64::INFINITY } else { error };
        if self.n == 0 || error * self.allowed > self.error * allowed {
            (self.cell, self.error, self.allowed) = (cell, error, allowed);
        }
        self.n += 1;
    }

    /// Is the error allowed?
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.error <= self.allowed
    }
}

impl FeatureError {
    pub(super) fn add(&mut self, cell: u64, expected: Option<f64>, found: Option<f64>) {
        let error = match (expected, found) {
            (None, None) => 0.0,
            (Some(a), Some(b)) if a.is_finite() && b.is_finite() => (a - b).abs(),
            (Some(_) | None, Some(_) | None) => f64::INFINITY,
        };
        if error > self.error {
            (self.cell, self.error) = (cell, error);
        }
    }

    /// The running moments of the intervals are kept in the engine's precision.
    pub(super) fn hold_against_list(&mut self, found: Option<f64>, listed: Option<f64>) {
        let rule = Tolerance::new(1e-5, 1e-4);
        if !rule.is_ok_and(|rule| rule.accepts(found, listed)) {
            self.n_off_list += 1;
        }
    }
}

impl Verification {
    /// Most ill-conditioned cells that a sample may have: 1 % of it, rounded up.
    #[must_use]
    pub fn most_ill_conditioned(&self) -> usize {
        self.cells.len().div_ceil(100)
    }

    /// Are the spikes of this cell compared?
    pub(super) fn judges(&self, cell: u64) -> bool {
        !self.ill_conditioned.contains(&cell) && !self.counts.iter().any(|(c, ..)| *c == cell)
    }

    /// Does the engine agree with the reference?
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.faults().is_empty()
    }

    /// Why it does not, one line each; none if it does.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.ill_conditioned.len() >= self.cells.len() {
            faults.push("no cell is left to compare".into());
        }
        for state in self.states.iter().filter(|state| !state.agrees()) {
            faults.push(format!(
                "state {} is off by more than is allowed",
                state.name
            ));
        }
        if !self.counts.is_empty() {
            faults.push(format!(
                "spike counts differ in {} cells",
                self.counts.len()
            ));
        }
        if let Some(worst) = self
            .worst_spike
            .as_ref()
            .filter(|w| w.error > self.tolerance)
        {
            faults.push(format!(
                "a spike is off by {:.3e} ms, which is more than {:.3e} ms",
                worst.error, self.tolerance
            ));
        }
        if !self.non_finite.is_empty() {
            let n = self.non_finite.len();
            faults.push(format!("{n} cells are finite on one side only"));
        }
        for feature in self.features.iter().filter(|f| f.n_off_list > 0) {
            faults.push(format!(
                "{} is not what the engine's own list of spikes makes it in {} cells",
                feature.name, feature.n_off_list
            ));
        }
        if self.ill_conditioned.len() > self.most_ill_conditioned() {
            faults.push(format!(
                "{} cells are ill-conditioned, more than 1 % of the sample: no verdict on this experiment can be \
                 trusted; take a shorter --duration, or a grid away from the onset of firing",
                self.ill_conditioned.len()
            ));
        }
        faults
    }
}
