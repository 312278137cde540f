//! Which cells of a grid are verified: chosen by chance from the seed, at least half of them firing
//! where the grid allows.
//!
//! Takes an experiment; gives the numbers of its sample's cells. Whether a cell fires is found out
//! on the CPU engine, so that the choice does not hang on the engine under test.

use std::collections::HashSet;

use crate::exec::cpu::{CpuEngine, Precision};
use crate::exec::{Column, Engine};
use crate::experiment::Experiment;
use crate::plan::compile;
use crate::protocol::gather::{columns, explained, gather};
use crate::protocol::{Progress, ProtocolError};
use crate::record::Recorder;

/// The sample.
pub(super) struct Sample {
    /// Numbers of its cells in the grid, ascending.
    pub(super) cells: Vec<u64>,
    /// How many of them fire.
    pub(super) n_firing: usize,
    /// Most spikes of a cell.
    pub(super) most_spikes: u32,
}

/// Cells tried for each cell of the sample.
const TRIED_EACH: usize = 16;
/// Most cells tried.
const MOST_TRIED: usize = 4096;

/// `n` cells, or all if there are fewer.
pub(super) fn draw(
    experiment: &Experiment,
    n: usize,
    progress: &mut dyn Progress,
) -> Result<Sample, ProtocolError> {
    let most = n.saturating_mul(TRIED_EACH).min(MOST_TRIED.max(n));
    let tried = scattered(experiment.grid.n_cells(), most, experiment.seed);
    let counts = spike_counts(experiment, &tried, progress)?;
    let (firing, silent): (Vec<_>, Vec<_>) = tried
        .iter()
        .copied()
        .zip(counts)
        .partition(|(_, count)| *count > 0);
    let n = n.min(tried.len());
    // Half of each; where one kind is short, more of the other.
    let n_firing = firing
        .len()
        .min(n.div_ceil(2).max(n.saturating_sub(silent.len())));
    let mut cells: Vec<(u64, u32)> = firing.into_iter().take(n_firing).collect();
    cells.extend(silent.into_iter().take(n - n_firing));
    cells.sort_unstable();
    Ok(Sample {
        n_firing,
        most_spikes: cells.iter().map(|(_, count)| *count).max().unwrap_or(0),
        cells: cells.into_iter().map(|(cell, _)| cell).collect(),
    })
}

/// At most `most` different cells of `n_cells`, in an order by chance.
fn scattered(n_cells: u64, most: usize, seed: u64) -> Vec<u64> {
    let mut chance = Chance(seed);
    if n_cells <= most as u64 {
        let mut all: Vec<u64> = (0..n_cells).collect();
        for i in (1..all.len()).rev() {
            #[expect(clippy::cast_possible_truncation, reason = "at most i")]
            all.swap(i, chance.below(i as u64 + 1) as usize);
        }
        return all;
    }
    let mut seen = HashSet::new();
    let mut cells = Vec::with_capacity(most);
    while cells.len() < most {
        let cell = chance.below(n_cells);
        if seen.insert(cell) {
            cells.push(cell);
        }
    }
    cells
}

fn spike_counts(
    experiment: &Experiment,
    cells: &[u64],
    progress: &mut dyn Progress,
) -> Result<Vec<u32>, ProtocolError> {
    let mut experiment = experiment.clone();
    experiment.recorders = vec![Recorder::Features(Vec::new())];
    let plan = compile(&experiment)?.plan;
    let mut job = CpuEngine::new(Precision::F32)?.prepare(&plan)?;
    let params = columns(&experiment, cells);
    let total = cells.len() as u64 * u64::from(plan.schedule().n_steps);
    let mut watch = |done| progress.at(done, total);
    let (gathered, ..) =
        gather(job.as_mut(), &params, cells.len(), &mut watch).map_err(explained)?;
    Ok(match gathered.columns.into_iter().next() {
        Some(Column::U32(counts)) => counts,
        Some(Column::Float(_)) | None => vec![0; cells.len()],
    })
}

/// SplitMix64 (Steele, Lea & Flood 2014): a choice that is the same on every machine.
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`, which is not 0.
    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cells_are_different_and_depend_on_the_seed_alone() {
        for (n_cells, most) in [(10, 100), (1000, 100), (1 << 52, 100)] {
            let cells = scattered(n_cells, most, 3);
            let different: HashSet<&u64> = cells.iter().collect();
            assert_eq!(different.len() as u64, n_cells.min(most as u64));
            assert!(cells.iter().all(|cell| *cell < n_cells));
            assert_eq!(cells, scattered(n_cells, most, 3));
            assert_ne!(cells, scattered(n_cells, most, 4));
        }
    }
}
