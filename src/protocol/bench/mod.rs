//! Speed: every engine there is on the same cells, in one run, their repetitions interleaved so
//! that a machine that slows down slows all of them.
//!
//! Takes an experiment and numbers of cells; gives a table of speeds, times and agreement, and the
//! numbers of cells at which one engine overtakes another.
//!
//! The cells of `fi` are spread over the range of its amplitude, its further axes cycled through; those
//! of any other experiment are the first of its grid, which is repeated where it has fewer.
//! The number of steps is chosen so that all of it takes a few seconds, unless the user fixed it.
//!
//! | file | job |
//! |---|---|
//! | `contestants` | which engines, and how |
//! | `cells` | which cells |
//! | `measure` | the repetitions |
//! | `break_even` | who overtakes whom |
//! | `export` | the table as text, CSV, Markdown and JSON; the picture |
//! | `software` | what is to be known of a software driver |

mod break_even;
mod cells;
mod contestants;
mod export;
mod measure;
mod software;

pub use break_even::BreakEven;
pub use cells::BenchCells;
pub use contestants::{Contestant, Kind};
pub use export::Format;

use super::{Progress, ProtocolError, pace};
use crate::exec::cpu::Precision;
use crate::exec::gpu::Launch;
use crate::experiment::{Experiment, Timing};
use crate::plan::{Compiled, Plan, compile};
use crate::record::Recorder;
use break_even::break_even;
use contestants::{Entry, contestants};
use measure::{measure, probe};

/// Most cells that are measured: their results are held in memory, some 100 bytes each.
pub const MOST_BENCH_CELLS: u64 = 1 << 24;

/// What to measure.
#[derive(Clone, Debug, PartialEq)]
pub struct BenchOptions {
    /// Numbers of cells.
    pub cells: Vec<u64>,
    /// Which cells these are.
    pub which: BenchCells,
    /// Repetitions of each measurement.
    pub repeats: usize,
    /// Is the CPU engine measured in f64, too?
    pub precision: Precision,
    /// About how many seconds all of it may take; none keeps the experiment's number of steps.
    pub seconds: Option<f64>,
}

impl Default for BenchOptions {
    fn default() -> Self {
        BenchOptions {
            cells: vec![1000, 10_000, 100_000],
            which: BenchCells::Spread,
            repeats: 5,
            precision: Precision::F32,
            seconds: Some(12.0),
        }
    }
}

/// What was measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bench {
    /// Name of the model.
    pub model: String,
    /// The method.
    pub method: String,
    /// Length of a step in ms.
    pub dt: f64,
    /// Steps of every run.
    pub n_steps: u32,
    /// Repetitions.
    pub repeats: usize,
    /// The engines, in the order of the rows.
    pub contestants: Vec<Contestant>,
    /// One row per number of cells and engine.
    pub rows: Vec<Row>,
    /// Who overtakes whom, and where.
    pub break_even: Vec<BreakEven>,
    /// What the user should know.
    pub notes: Vec<String>,
}

/// One engine at one number of cells. Times are medians over the repetitions, in seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Number of the engine in [`Bench::contestants`].
    pub contestant: usize,
    /// Number of cells.
    pub n_cells: u64,
    /// How many of them this engine ran.
    pub n_run: u64,
    /// Compilation, once.
    pub compile_s: f64,
    /// Handing the cells to the engine, on the host.
    pub set_up_s: f64,
    /// Bringing them to the device.
    pub upload_s: f64,
    /// Computing.
    pub run_s: f64,
    /// Reading back and handing over.
    pub readback_s: f64,
    /// All of it but compilation.
    pub total_s: f64,
    /// Slowest less fastest repetition, over the median.
    pub spread: f64,
    /// The shape in which the last repetition launched its kernel, where it has one.
    pub launch: Option<Launch>,
    /// Cells whose spike count is not that of the CPU engine in f64; none where no spikes are
    /// counted.
    pub n_differ: Option<u64>,
}

impl Row {
    /// Cell-steps per second, all but compilation counted.
    #[must_use]
    pub fn speed(&self, n_steps: u32) -> f64 {
        self.n_run as f64 * f64::from(n_steps) / self.total_s.max(1e-12)
    }
}

/// Measures.
///
/// # Errors
/// No plan, an engine that fails in the middle, or an interruption.
pub fn bench(
    experiment: &Experiment,
    options: &BenchOptions,
    progress: &mut dyn Progress,
) -> Result<Bench, ProtocolError> {
    let mut sizes = options.cells.clone();
    sizes.sort_unstable();
    sizes.dedup();
    let (entries, mut notes) = contestants(options.precision)?;
    let experiment = match options.seconds {
        None => experiment.clone(),
        Some(seconds) => {
            let steps = calibrated(experiment, &entries, &sizes, options, seconds)?;
            match steps == experiment.timing.n_steps() {
                true => experiment.clone(),
                false => shortened(experiment, steps),
            }
        }
    };
    let compiled = compile(&experiment)?;
    let work = Work {
        experiment: &experiment,
        plan: &compiled.plan,
        which: options.which,
        counts: counts_of(&experiment, &compiled),
    };
    work.check_room(sizes.last().copied().unwrap_or(0))?;
    let rows = measure(&work, &entries, &sizes, options.repeats, progress)?;
    let Compiled { plan, method, .. } = &compiled;
    let contestants: Vec<Contestant> = entries.into_iter().map(|entry| entry.contestant).collect();
    notes.extend(software::notes(&contestants));
    Ok(Bench {
        model: experiment.model.name.clone(),
        method: method.clone(),
        dt: experiment.timing.dt,
        n_steps: plan.schedule().n_steps,
        repeats: options.repeats.max(1),
        break_even: break_even(&contestants, &rows),
        contestants,
        rows,
        notes,
    })
}

/// What every engine runs.
struct Work<'a> {
    experiment: &'a Experiment,
    plan: &'a Plan,
    which: BenchCells,
    /// The output that counts spikes, if one does.
    counts: Option<usize>,
}

impl Work<'_> {
    /// Parameter columns of `n` cells, in base units.
    fn columns(&self, n: u64) -> Vec<Vec<f64>> {
        self.which.columns(self.experiment, n)
    }

    /// Results are held in memory, those of two engines at a time.
    fn check_room(&self, n_cells: u64) -> Result<(), ProtocolError> {
        let bytes = n_cells.saturating_mul(pace::bytes_per_cell(self.plan));
        if bytes <= MOST_BENCH_BYTES {
            return Ok(());
        }
        Err(ProtocolError::NoSpace {
            what: format!(
                "the results of {n_cells} cells take {} in memory, of {} allowed; take fewer --cells, or record less",
                super::space::human(bytes),
                super::space::human(MOST_BENCH_BYTES)
            ),
        })
    }
}

/// Most bytes of results that are held.
const MOST_BENCH_BYTES: u64 = 4 << 30;

/// The first output of both recorders of spikes is their number.
fn counts_of(experiment: &Experiment, compiled: &Compiled) -> Option<usize> {
    let recorders = experiment.recorders.iter().zip(&compiled.recorded);
    let mut counting =
        recorders.filter(|(r, _)| matches!(r, Recorder::Features(_) | Recorder::Spikes { .. }));
    counting.next().map(|(_, outputs)| outputs.start)
}

/// Steps of the runs that tell how fast each engine is.
const PROBE_STEPS: u32 = 200;
/// Cells of those runs.
const PROBE_CELLS: u64 = 4096;
/// Runs shorter than this show nothing but their beginning.
const LEAST_STEPS: f64 = 100.0;

/// The number of steps with which all repetitions of all engines take about `seconds`.
fn calibrated(
    experiment: &Experiment,
    entries: &[Entry],
    sizes: &[u64],
    options: &BenchOptions,
    seconds: f64,
) -> Result<u32, ProtocolError> {
    let all = experiment.timing.n_steps();
    let short = shortened(experiment, PROBE_STEPS.min(all));
    let plan = compile(&short)?.plan;
    let mut step_s = 0.0;
    for entry in entries {
        let cells = entry.cells_of(PROBE_CELLS);
        let params = options.which.columns(&short, cells);
        let per_cell_step = probe(&plan, entry, &params, cells)?;
        let n: u64 = sizes.iter().map(|&size| entry.cells_of(size)).sum();
        // One repetition more warms up.
        step_s += per_cell_step * n as f64 * (options.repeats + 1) as f64;
    }
    let steps = (seconds / step_s.max(1e-12)).max(LEAST_STEPS);
    let steps = steps.min(f64::from(all)).max(1.0);
    // Two digits are enough.
    let round = 10f64.powf(steps.log10().floor() - 1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most a u32"
    )]
    let steps = ((steps / round).floor() * round).max(1.0) as u32;
    Ok(steps.min(all))
}

/// The experiment with a run of so many steps, all of them in the window.
fn shortened(experiment: &Experiment, steps: u32) -> Experiment {
    let mut short = experiment.clone();
    short.timing = Timing {
        settle: 0,
        duration: steps.max(1),
        tail: 0,
        skip: 0,
        ..experiment.timing
    };
    short
}
