//! A verification as text. Takes what was found; must not know how.

use std::fmt;

use super::{SpikeError, StateError, Verification};

impl Verification {
    fn write_states(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\nstates after {} ms ({} steps), {} any spike: worst errors",
            f64::from(self.n_steps_states) * self.dt,
            self.n_steps_states,
            if self.n_firing > 0 {
                "before"
            } else {
                "without"
            }
        )?;
        for state in &self.states {
            let StateError {
                name,
                unit,
                cell,
                error,
                allowed,
                ..
            } = state;
            let mark = mark(state.agrees());
            writeln!(
                f,
                "  {mark} {:<24} {error:.1e} in cell {cell}, {allowed:.1e} allowed",
                named(name, unit)
            )?;
        }
        Ok(())
    }

    fn write_spikes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nspikes of the whole run")?;
        let n = self.cells.len() - self.ill_conditioned.len();
        if self.counts.is_empty() {
            writeln!(f, "  {} counts equal in {n} cells", mark(true))?;
        } else {
            writeln!(
                f,
                "  {} counts differ in {} of {n} cells",
                mark(false),
                self.counts.len()
            )?;
        }
        for (cell, expected, found) in self.counts.iter().take(SHOWN) {
            writeln!(
                f,
                "      cell {cell}: {found}, the reference has {expected}"
            )?;
        }
        if let Some(SpikeError { cell, spike, error }) = &self.worst_spike {
            writeln!(
                f,
                "  {} times of {} spikes: worst {error:.1e} ms (spike {} of cell {cell}), {:.1e} ms allowed",
                mark(*error <= self.tolerance),
                self.n_spikes,
                spike + 1,
                self.tolerance
            )?;
        }
        if !self.non_finite.is_empty() {
            let cells = list(&self.non_finite);
            writeln!(f, "  {} finite on one side only: {cells}", mark(false))?;
        }
        Ok(())
    }

    fn write_features(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\nfeatures of the whole run: worst errors, where counts are equal"
        )?;
        for feature in &self.features {
            writeln!(
                f,
                "  {} {:<24} {:.1e} in cell {}",
                mark(feature.n_off_list == 0),
                named(feature.name, feature.unit),
                feature.error,
                feature.cell
            )?;
        }
        Ok(())
    }
}

/// Cells named of a long list.
const SHOWN: usize = 8;

fn mark(good: bool) -> &'static str {
    if good { "ok       " } else { "DIFFERENT" }
}

fn named(name: &str, unit: &str) -> String {
    if unit.is_empty() {
        name.to_owned()
    } else {
        format!("{name} [{unit}]")
    }
}

fn list(cells: &[u64]) -> String {
    let shown: Vec<String> = cells.iter().take(SHOWN).map(u64::to_string).collect();
    let more = if cells.len() > SHOWN { ", ..." } else { "" };
    format!("cells {}{more}", shown.join(", "))
}

impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: {} of {} cells by seed {}, {} of them firing; {} steps of {} ms by {}\n{}\nagainst the reference, f64",
            self.model,
            self.cells.len(),
            self.n_grid,
            self.seed,
            self.n_firing,
            self.n_steps,
            self.dt,
            self.method,
            self.engine
        )?;
        self.write_states(f)?;
        self.write_spikes(f)?;
        self.write_features(f)?;
        if !self.ill_conditioned.is_empty() {
            writeln!(
                f,
                "\nill-conditioned: {} ({}), left out: the reference itself moves by more than is allowed when the \
                 parameters change by 1e-6",
                self.ill_conditioned.len(),
                list(&self.ill_conditioned)
            )?;
        }
        let faults = self.faults();
        if faults.is_empty() {
            return writeln!(f, "\nverdict: agrees");
        }
        writeln!(f, "\nverdict: DIFFERENT")?;
        faults.iter().try_for_each(|fault| writeln!(f, "  {fault}"))
    }
}
