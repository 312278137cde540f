//! Execution: a plan in, columns of numbers out.
//!
//! Takes a [`Plan`] and, tile by tile, the parameter columns of some cells; gives each tile's
//! outputs to a [`Sink`]. All engines stand behind [`Engine`] and [`Job`] and pass one conformance
//! suite (`tests/conformance.rs`).
//!
//! Must not know: equations, units, files, the grid. The engines never import each other.

pub mod cpu;
pub mod gpu;
pub mod reference;
mod registry;
mod setup;

pub use registry::{ENGINES, EngineKind, EngineOptions, engine, find};

use std::ops::ControlFlow;

use crate::ir::Passes;
use crate::plan::Plan;

/// What an engine is, for reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineLabel {
    /// Its name in [`ENGINES`].
    pub name: String,
    /// Its floating type, `f32` or `f64`.
    pub precision: String,
    /// Name and driver of its device, where it has one.
    pub adapter: Option<(String, String)>,
}

/// An engine: something that runs plans.
pub trait Engine {
    /// One line for people: the engine, its device and driver, its precision.
    fn describe(&self) -> String;

    /// The same for reports, in parts.
    fn label(&self) -> EngineLabel;

    /// What decides the last bits of its results, in words: equal words, equal bits.
    fn arithmetic(&self) -> String {
        let label = self.label();
        let mut words = vec![label.name, label.precision];
        words.extend(label.adapter.into_iter().flat_map(|(a, b)| [a, b]));
        words.join(", ")
    }

    /// The optimiser's passes that its plans are to go through.
    fn passes(&self) -> Passes {
        Passes::ALL
    }

    /// Compiles `plan` and takes what memory it needs to start.
    ///
    /// # Errors
    /// No device, a plan that exceeds its limits, or a kernel that does not compile.
    fn prepare(&self, plan: &Plan) -> Result<Box<dyn Job>, ExecError>;
}

impl Engine for Box<dyn Engine> {
    fn describe(&self) -> String {
        self.as_ref().describe()
    }

    fn label(&self) -> EngineLabel {
        self.as_ref().label()
    }

    fn arithmetic(&self) -> String {
        self.as_ref().arithmetic()
    }

    fn passes(&self) -> Passes {
        self.as_ref().passes()
    }

    fn prepare(&self, plan: &Plan) -> Result<Box<dyn Job>, ExecError> {
        self.as_ref().prepare(plan)
    }
}

/// A prepared plan, to be run any number of times with other parameter values.
pub trait Job {
    /// Most cells that one call of [`run`](Job::run) takes: a tile.
    fn tile_cells(&self) -> u64;

    /// Runs every step of the plan for `cells` and hands the outputs to `sink`, as one
    /// [`TileOutput`] or several with ascending, adjoining cells.
    ///
    /// # Errors
    /// A device fault, too many cells, carried states of another number of cells, or an
    /// interruption asked for by the sink.
    fn run(
        &mut self,
        cells: &Cells,
        start: Start,
        sink: &mut dyn Sink,
    ) -> Result<RunStats, ExecError>;

    /// [`run`](Job::run) from the initial values, where the run after it is to be that of `next`: an
    /// engine may begin with them while it hands over the outputs of `cells`, whose states cannot be
    /// carried on then. Another run after it is no error; what was begun is lost.
    ///
    /// # Errors
    /// As [`run`](Job::run), and none that concerns `next`.
    fn run_before(
        &mut self,
        cells: &Cells,
        _next: Option<&Cells>,
        sink: &mut dyn Sink,
    ) -> Result<RunStats, ExecError> {
        self.run(cells, Start::Initial, sink)
    }
}

/// Some cells and their parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Cells {
    /// Number of the first cell in the grid.
    pub first: u64,
    /// How many cells.
    pub n: usize,
    /// One column per parameter of the plan's layout, each of `n` values in base units.
    pub params: Vec<Vec<f64>>,
}

/// Where the states begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At the initial values of the set-up block.
    Initial,
    /// Where the job's last run ended, for the same cells (hysteresis, bisection, settling once).
    Carry,
}

/// A column of a tile's outputs. Streams have `capacity` entries per cell, cell by cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Floats, widened to f64.
    Float(Vec<f64>),
    /// Integers; bools are 0 and 1.
    U32(Vec<u32>),
}

/// What one tile gives.
#[derive(Clone, Debug, PartialEq)]
pub struct TileOutput {
    /// Number of the first cell in the grid.
    pub first: u64,
    /// How many cells.
    pub n: usize,
    /// One column per output of the plan, in its order.
    pub columns: Vec<Column>,
    /// For each cell: did a state end up infinite or NaN? Its outputs mean nothing then.
    pub non_finite: Vec<bool>,
}

/// Receives results as they come.
pub trait Sink {
    /// Takes the outputs of some cells.
    ///
    /// # Errors
    /// What stopped the sink from taking them (a full disk); the run ends.
    fn tile(&mut self, output: TileOutput) -> Result<(), String>;

    /// Told now and then how many cell-steps of this run are done; `Break` ends the run.
    fn progress(&mut self, _cell_steps: u64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// How a run went. Where one run is begun while another ends, their seconds overlap.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct RunStats {
    /// Cell-steps computed.
    pub cell_steps: u64,
    /// Seconds of compilation, where it is part of the first run.
    pub compile_s: f64,
    /// Seconds of setting cells up for a device and bringing them there; 0 where there is none.
    pub upload_s: f64,
    /// Seconds of computing.
    pub run_s: f64,
    /// Seconds of reading results back and handing them over.
    pub readback_s: f64,
    /// The shape in which a GPU's kernel was launched at the end.
    pub launch: Option<gpu::Launch>,
}

impl RunStats {
    /// Adds another run's figures to these.
    pub fn add(&mut self, other: &RunStats) {
        self.cell_steps += other.cell_steps;
        self.compile_s += other.compile_s;
        self.upload_s += other.upload_s;
        self.run_s += other.run_s;
        self.readback_s += other.readback_s;
        self.launch = other.launch.or(self.launch);
    }
}

/// Why an engine could not do its work.
#[derive(Clone, Debug, PartialEq)]
pub enum ExecError {
    /// There is no such device; the text says what was looked for and what to do.
    NoDevice(String),
    /// The plan or tile exceeds what the device can hold; the text says what it would need.
    TooLarge(String),
    /// The device failed or gave an answer that cannot be right.
    Device(String),
    /// The call does not fit the job (columns of another length, nothing to carry).
    Misuse(String),
    /// The sink could not take the results.
    Sink(String),
    /// The sink asked to stop.
    Interrupted,
}

impl std::fmt::Display for ExecError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ExecError::NoDevice(text)
            | ExecError::TooLarge(text)
            | ExecError::Device(text)
            | ExecError::Misuse(text)
            | ExecError::Sink(text) => f.write_str(text),
            ExecError::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl std::error::Error for ExecError {}

/// Checks that `cells` fit `plan` and a tile of `tile_cells`.
fn check_cells(plan: &Plan, cells: &Cells, tile_cells: u64) -> Result<(), ExecError> {
    let n_params = plan.layout().params.len();
    if cells.params.len() != n_params || cells.params.iter().any(|column| column.len() != cells.n) {
        return Err(ExecError::Misuse(format!(
            "{n_params} columns of {} values are needed",
            cells.n
        )));
    }
    if cells.n as u64 > tile_cells {
        return Err(ExecError::TooLarge(format!(
            "{} cells exceed the tile of {tile_cells}",
            cells.n
        )));
    }
    Ok(())
}

/// Most bytes of lists (spikes, traces) that an engine of the host holds for the cells in work.
const MOST_LIST_BYTES: u64 = 4 << 30;

/// Refuses a plan whose lists would not fit into memory for `n_cells` at once, with entries of
/// `entry_bytes`.
fn check_lists(plan: &Plan, n_cells: u64, entry_bytes: u64) -> Result<(), ExecError> {
    let entries: u64 = plan
        .layout()
        .streams
        .iter()
        .map(|s| u64::from(s.capacity))
        .sum();
    let bytes = entries.saturating_mul(n_cells).saturating_mul(entry_bytes);
    if bytes <= MOST_LIST_BYTES {
        return Ok(());
    }
    Err(ExecError::TooLarge(format!(
        "the lists of spikes and traces have {entries} entries per cell and would take {} MiB for the {n_cells} cells \
         in work at once, of {} MiB allowed; take a smaller capacity, a longer interval between samples, or a shorter run",
        bytes >> 20,
        MOST_LIST_BYTES >> 20
    )))
}
