//! Verification: a sample of cells on an engine and on the f64 reference.
//!
//! Takes an experiment and an engine; gives the errors of states, spikes and features, and a
//! verdict.
//!
//! The rule: equal spike counts, and each spike within dt + 5·10⁻³ ms per simulated second. A cell
//! whose reference moves by more than that when its parameters change by 10⁻⁶ is ill-conditioned:
//! it is listed and left out, and more than 1 % of such cells is a failure. States are compared
//! before the first spike of the sample, where nothing has been thrown out of phase; the summary
//! behind the features is held against the engine's own list of spikes. All spikes of the run
//! count, also those in times that features leave out.
//!
//! | file | job |
//! |---|---|
//! | `sample` | which cells |
//! | `trains` | spike trains side by side |
//! | `errors` | errors of states and features |
//! | `verdict` | what was found, and whether that is agreement |
//! | `text` | the same in words |

mod errors;
mod sample;
mod text;
mod trains;
mod verdict;

pub use verdict::{FeatureError, SpikeError, StateError, Verification};

use super::gather::{Gathered, columns, explained, gather, gather_reference};
use super::{Progress, ProtocolError};
use crate::exec::Engine;
use crate::experiment::{Experiment, Setting, Timing as Times};
use crate::ir::Passes;
use crate::plan::{Plan, compile, compile_with};
use crate::record::Recorder;
use errors::{feature_errors, state_errors};
use sample::{Chance, Sample, draw};
use trains::{Train, read, recorders};

/// Cells in a sample where the user does not say.
pub const DEFAULT_SAMPLE: usize = 64;
/// Most cells in a sample: the lists of all their spikes are held in memory.
pub const MOST_SAMPLE: usize = 100_000;
/// Relative change of all parameters that an ill-conditioned cell does not stand.
const NUDGE: f64 = 1e-6;
/// What a spike may move in ms per simulated second, beyond one step.
const DRIFT: f64 = 5e-3;
/// How much of the time to the first spike the states are run for.
const BEFORE_SPIKE: f64 = 0.9;
/// Runs `n` cells of `experiment`'s grid (all, if it has fewer) on `engine` and on the reference.
///
/// # Errors
/// No plan, an engine that fails, or an interruption. A disagreement is no error:
/// [`Verification::agrees`].
pub fn verify(
    experiment: &Experiment,
    engine: &dyn Engine,
    n: usize,
    progress: &mut dyn Progress,
) -> Result<Verification, ProtocolError> {
    let experiment = whole_run(experiment);
    let sample = draw(&experiment, n, progress)?;
    let pair = Pair::of(&experiment, &sample);
    let capacity = sample
        .most_spikes
        .saturating_add(sample.most_spikes / 4 + 16);
    let recorders = recorders(capacity.min(experiment.timing.n_steps()));
    let runs = pair.run(engine, &recorders, experiment.timing, progress)?;
    let trains = runs.each_ref().map(read);
    let before = steps_before_spikes(&trains, experiment.timing.n_steps());
    let short = Times {
        duration: before,
        ..experiment.timing
    };
    let states = pair.run(engine, &[Recorder::FinalState], short, progress)?;

    let compiled = compile(&experiment)?;
    let dt = experiment.timing.dt;
    let run_ms = f64::from(experiment.timing.n_steps()) * dt;
    let mut verification = Verification {
        model: experiment.model.name.clone(),
        engine: engine.describe(),
        method: compiled.method.clone(),
        seed: experiment.seed,
        n_grid: experiment.grid.n_cells(),
        n_firing: sample.n_firing,
        cells: numbers(&experiment, &sample.cells),
        n_steps: experiment.timing.n_steps(),
        dt,
        tolerance: dt + DRIFT * run_ms / 1000.0,
        n_steps_states: before,
        ..Verification::default()
    };
    verification.compare_spikes(&trains);
    verification.states = state_errors(&experiment, &states, &verification);
    verification.features = feature_errors(&trains, &verification);
    Ok(verification)
}

/// The numbers that tables have of cells of the grid.
fn numbers(experiment: &Experiment, cells: &[u64]) -> Vec<u64> {
    let number = |cell: &u64| experiment.grid.numbers(*cell..cell + 1);
    cells.iter().flat_map(number).collect()
}

/// The same run with every step in the window, so that every spike is seen.
fn whole_run(experiment: &Experiment) -> Experiment {
    let mut whole = experiment.clone();
    whole.timing = Times {
        dt: experiment.timing.dt,
        settle: 0,
        duration: experiment.timing.n_steps(),
        tail: 0,
        skip: 0,
    };
    whole
}

/// The experiment and itself with all parameters changed a little.
struct Pair {
    exact: Experiment,
    nudged: Experiment,
    params: Vec<Vec<f64>>,
    nudged_params: Vec<Vec<f64>>,
    n: usize,
}

/// The outputs of the reference, of the nudged reference and of the engine.
type Runs<T> = [T; 3];

impl Pair {
    /// Each parameter is changed up or down by chance, lest the changes cancel.
    fn of(experiment: &Experiment, sample: &Sample) -> Pair {
        let mut chance = Chance(experiment.seed.wrapping_add(1));
        let mut factor = || {
            if chance.next() & 1 == 0 {
                1.0 + NUDGE
            } else {
                1.0 - NUDGE
            }
        };
        let params = columns(experiment, &sample.cells);
        let mut nudged = experiment.clone();
        for param in &mut nudged.params {
            if let Setting::Fixed(value) = param {
                *value *= factor();
            }
        }
        // A cell's own number, which comes last where there is noise, stays: the noise is to be the same.
        let n_axes = experiment.grid.axes().len();
        let nudged_params = params.iter().enumerate().map(|(i, column)| {
            let factor = if i < n_axes { factor() } else { 1.0 };
            column.iter().map(|x| x * factor).collect()
        });
        Pair {
            nudged_params: nudged_params.collect(),
            exact: experiment.clone(),
            nudged,
            n: sample.cells.len(),
            params,
        }
    }

    fn run(
        &self,
        engine: &dyn Engine,
        recorders: &[Recorder],
        timing: Times,
        progress: &mut dyn Progress,
    ) -> Result<Runs<Gathered>, ProtocolError> {
        let plan_of = |experiment: &Experiment, passes| -> Result<Plan, ProtocolError> {
            let mut experiment = experiment.clone();
            experiment.recorders = recorders.to_vec();
            experiment.timing = timing;
            Ok(compile_with(&experiment, passes)?.plan)
        };
        let plan = plan_of(&self.exact, engine.passes())?;
        let mut job = engine.prepare(&plan)?;
        let total = self.n as u64 * u64::from(plan.schedule().n_steps);
        let mut watch = |done| progress.at(done, total);
        let (found, ..) =
            gather(job.as_mut(), &self.params, self.n, &mut watch).map_err(explained)?;
        let plain = plan_of(&self.exact, Passes::NONE)?;
        let nudged = plan_of(&self.nudged, Passes::NONE)?;
        let mut reference =
            |plan, params| gather_reference(plan, params, self.n, progress).map_err(explained);
        Ok([
            reference(&plain, &self.params)?,
            reference(&nudged, &self.nudged_params)?,
            found,
        ])
    }
}

/// Most of the time to the earliest spike of all, in steps; the whole run where there is none.
fn steps_before_spikes(trains: &Runs<Vec<Train>>, n_steps: u32) -> u32 {
    let firsts = trains[0].iter().filter_map(|train| train.times.first());
    let first = firsts.fold(f64::INFINITY, |first, time| first.min(*time));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a time within the run"
    )]
    let before = (BEFORE_SPIKE * first).min(f64::from(n_steps)) as u32;
    before.max(1)
}

impl Verification {
    /// Sorts out the ill-conditioned cells, then compares counts and times of the others.
    fn compare_spikes(&mut self, [reference, nudged, found]: &Runs<Vec<Train>>) {
        let bound = self.tolerance / self.dt;
        for (i, &cell) in self.cells.iter().enumerate() {
            let (Some(expected), Some(moved), Some(found)) =
                (reference.get(i), nudged.get(i), found.get(i))
            else {
                self.non_finite.push(cell);
                continue;
            };
            if !expected.agrees(moved, bound) {
                self.ill_conditioned.push(cell);
                continue;
            }
            if expected.non_finite != found.non_finite {
                self.non_finite.push(cell);
            }
            if expected.non_finite || found.non_finite {
                continue;
            }
            if expected.count != found.count {
                self.counts.push((cell, expected.count, found.count));
                continue;
            }
            self.n_spikes += u64::from(expected.count);
            if let Some((spike, steps)) = expected.farthest(found) {
                let error = steps * self.dt;
                let worse = |worst: &SpikeError| error > worst.error;
                if self.worst_spike.as_ref().is_none_or(worse) {
                    self.worst_spike = Some(SpikeError { cell, spike, error });
                }
            }
        }
    }
}
