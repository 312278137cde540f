//! Simulations in a program: an experiment built in code, run on any engine, its results in memory.
//!
//! Takes a model and settings as numbers or texts with units; gives [`Results`], or a [`Prepared`]
//! to run again and again. Must not know the command line.
//!
//! A [`Simulation`] is an experiment file written in code: each method adds an entry of that file,
//! and [`Simulation::text`] shows it, for `rheobase run`. What is wrong with it is told at
//! [`experiment`](Simulation::experiment), [`prepare`](Simulation::prepare) or
//! [`run`](Simulation::run), all at once, each with its line in that text.
//!
//! # An f–I curve
//!
//! ```
//! use rheobase::exec::engine;
//! use rheobase::simulation::{Simulation, linear};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let results = Simulation::of("lif")?
//!     .sweep("I.amplitude", linear(0, "4 nA", 41))
//!     .duration("500 ms")
//!     .run(&engine("cpu")?)?;
//! let (current, rate) = (results.values("I.amplitude")?, results.values("rate")?);
//! # assert_eq!((current.len(), rate[0]), (41, 0.0));
//! # assert!(rate[40] > rate[30] && rate[30] > 0.0);
//! # Ok(())
//! # }
//! ```
//!
//! A number is in the unit that the model declares, a text may carry its own. [`Results::table`] has
//! all columns with their units; `values` gives one of them as numbers, NaN where one is missing.
//!
//! # A grid, a stimulus, statistics
//!
//! ```
//! use rheobase::exec::engine;
//! use rheobase::simulation::{Simulation, linear, stimulus};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let results = Simulation::of("hodgkin_huxley")?
//!     .set("E_L", "-54.4 mV")
//!     .drive("I", stimulus("step").with("onset", "5 ms").with("duration", "40 ms").with("amplitude", 10))
//!     .sweep("g_Na", linear(100, 140, 3)) // axes multiply, the last runs fastest
//!     .sweep("g_K", [30.0, 36.0])
//!     .record_features()
//!     .record_statistics(["v", "m"])
//!     .record_spikes(16)
//!     .run(&engine("cpu")?)?;
//! assert_eq!(results.table.n_rows(), 6);
//! let highest = results.table.column("v_max").expect("recorded");
//! assert_eq!(highest.header(), "v_max [mV]");
//! for cell in 0..6 {
//!     let first_spike = results.spike_times(cell)[0]; // ms from onset
//!     assert!(first_spike > 0.0 && results.values("v_max")?[cell as usize] > 0.0);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Fitting: run again without compiling
//!
//! What is to change from run to run is an axis, or [`open`](Simulation::open). A rerun takes a value
//! per cell, so a whole population is one call. Here every cell bisects its own threshold current.
//!
//! ```
//! use rheobase::exec::engine;
//! use rheobase::simulation::Simulation;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut prepared = Simulation::of("lif")?
//!     .open("tau", 10)
//!     .open("I.amplitude", 0)
//!     .duration("200 ms")
//!     .prepare(&engine("cpu")?)?;
//! let tau = [5.0, 10.0, 20.0];
//! let (mut silent, mut firing) = ([0.0; 3], [10.0; 3]);
//! for _ in 0..20 {
//!     let current: Vec<f64> = silent.iter().zip(firing).map(|(a, b)| (a + b) / 2.0).collect();
//!     let results = prepared.rerun(&[("tau", &tau), ("I.amplitude", &current)])?;
//!     for (cell, count) in results.values("spike_count")?.iter().enumerate() {
//!         if *count > 0.0 { firing[cell] = current[cell] } else { silent[cell] = current[cell] }
//!     }
//! }
//! assert!(firing.iter().zip(silent).all(|(b, a)| b - a < 1e-4 && a > 0.0));
//! # Ok(())
//! # }
//! ```
//!
//! [`Prepared::go_on`] carries the states of the last run on, [`Prepared::watch`] shows progress and
//! can end a run.
//!
//! # A stimulus of one's own, and traces
//!
//! ```
//! use rheobase::exec::engine;
//! use rheobase::simulation::{Simulation, stimulus};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let chirp: Vec<f64> = (0..1000).map(|k| (k * k) as f64 * 2e-5).map(f64::sin).collect();
//! let results = Simulation::of_text("membrane", "
//!     param tau = 10 ms
//!     param R = 100 Mohm
//!     input I : nA
//!     dv/dt = (R*I - v)/tau : mV
//!     init v = 0 mV
//! ")?
//!     .drive("I", stimulus("samples").with("values", chirp).with("interval", "0.1 ms"))
//!     .dt("0.1 ms")
//!     .duration("100 ms")
//!     .record_trace(["v", "I"], "0.5 ms")
//!     .run(&engine("cpu")?)?;
//! let (time, v) = (results.trace(0, "time")?, results.trace(0, "v")?);
//! assert_eq!((time.len(), v.len()), (200, 200));
//! # Ok(())
//! # }
//! ```

mod entry;
#[cfg(test)]
mod tests;
mod text;

pub use entry::{
    Drive, Entry, linear, log, log_normal, normal, stimulus, truncated_normal, uniform,
};

pub use crate::protocol::{Prepared, Progress, Results};

use std::path::Path;

use crate::exec::Engine;
use crate::experiment::{Experiment, FileProblem, from_toml_with};
use crate::model::{LoadError, Model, from_text, load};
use crate::protocol::ProtocolError;

/// What messages call the text of a simulation.
const NAME: &str = "simulation";

/// An experiment in the making. Methods may be called in any order, except that axes stand in the
/// order of their calls; a value given again replaces the earlier one.
#[derive(Clone, Debug)]
pub struct Simulation {
    model: Model,
    /// What a file would call the model.
    source: String,
    top: Vec<(String, Entry)>,
    set: Vec<(String, Entry)>,
    sweep: Vec<(String, Entry)>,
    record: Vec<(String, Entry)>,
    drives: Vec<(String, Drive)>,
}

impl Simulation {
    /// A simulation of a built-in model, or of a model file by its path.
    ///
    /// # Errors
    /// There is no such model, or its text is wrong.
    pub fn of(name_or_path: &str) -> Result<Simulation, LoadError> {
        let mut simulation = Simulation::new(load(name_or_path)?);
        name_or_path.clone_into(&mut simulation.source);
        Ok(simulation)
    }

    /// A simulation of a model given as text.
    ///
    /// # Errors
    /// The text is wrong; the message shows every mistake with its line.
    pub fn of_text(name: &str, text: &str) -> Result<Simulation, LoadError> {
        Ok(Simulation::new(from_text(name, text)?))
    }

    /// A simulation of a model that is at hand.
    #[must_use]
    pub fn new(model: Model) -> Simulation {
        Simulation {
            source: format!("{}.eqn", model.name),
            model,
            top: Vec::new(),
            set: Vec::new(),
            sweep: Vec::new(),
            record: Vec::new(),
            drives: Vec::new(),
        }
    }

    /// Sets a parameter (`g_Na`) or an initial value (`init.v`) for all cells. It becomes a literal
    /// of what is compiled.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Into<Entry>) -> Simulation {
        put(&mut self.set, name, value);
        self
    }

    /// An axis over a parameter, an initial value (`init.v`), or a property of a stimulus
    /// (`I.amplitude`): a list of values, [`linear`] or [`log`].
    #[must_use]
    pub fn sweep(mut self, name: &str, values: impl Into<Entry>) -> Simulation {
        put(&mut self.sweep, name, values);
        self
    }

    /// An axis of one value, which [`Prepared::rerun`] may change without compiling again.
    #[must_use]
    pub fn open(self, name: &str, value: impl Into<Entry>) -> Simulation {
        self.sweep(name, Entry::List(vec![value.into()]))
    }

    /// `n` random points, one axis for all the quantities drawn: pairs of a name and [`uniform`],
    /// [`normal`], [`truncated_normal`] or [`log_normal`]. `design` is `independent`,
    /// `latin_hypercube` or `sobol`.
    #[must_use]
    pub fn sample<'a>(
        mut self,
        n: u64,
        design: &str,
        quantities: impl IntoIterator<Item = (&'a str, Entry)>,
    ) -> Simulation {
        let mut fields = vec![("n".into(), n.into()), ("design".into(), design.into())];
        fields.extend(
            quantities
                .into_iter()
                .map(|(name, entry)| (name.to_owned(), entry)),
        );
        put(&mut self.sweep, "sample", Entry::Table(fields));
        self
    }

    /// Repeats every cell, each with random numbers of its own.
    #[must_use]
    pub fn repeats(self, n: u64) -> Simulation {
        self.top("repeats", n)
    }

    /// Drives an input by a stimulus; several add up.
    #[must_use]
    pub fn drive(mut self, input: &str, stimulus: Drive) -> Simulation {
        self.drives.push((input.to_owned(), stimulus));
        self
    }

    /// Length of a step; default the model's, else 0.01 ms.
    #[must_use]
    pub fn dt(self, time: impl Into<Entry>) -> Simulation {
        self.top("dt", time)
    }

    /// Method by name; default the model's, else the compiler's choice.
    #[must_use]
    pub fn method(self, name: &str) -> Simulation {
        self.top("method", name)
    }

    /// Length of the run; default to the end of the last stimulus, else the model's, else 1 s.
    #[must_use]
    pub fn duration(self, time: impl Into<Entry>) -> Simulation {
        self.top("duration", time)
    }

    /// Time after onset left out of every feature and statistic; default none.
    #[must_use]
    pub fn skip(self, time: impl Into<Entry>) -> Simulation {
        self.top("skip", time)
    }

    /// Key of all random numbers; default 0.
    #[must_use]
    pub fn seed(self, seed: u64) -> Simulation {
        self.top("seed", seed)
    }

    /// Records the features of the spike train, the columns of `fi.csv`. With no recorder these are
    /// recorded where the model has a threshold, else the states at the end.
    #[must_use]
    pub fn record_features(self) -> Simulation {
        self.record("features", true)
    }

    /// Records every state at the end: `v_end`.
    #[must_use]
    pub fn record_final_state(self) -> Simulation {
        self.record("final_state", true)
    }

    /// Records the times of the first spikes of every cell, up to `capacity`; the rest is counted.
    #[must_use]
    pub fn record_spikes(self, capacity: u32) -> Simulation {
        let capacity = ("capacity".into(), u64::from(capacity).into());
        self.record("spikes", Entry::Table(vec![capacity]))
    }

    /// Records minimum, maximum, mean and variance of states, sub-expressions or inputs over the
    /// window of the features: `v_max`.
    #[must_use]
    pub fn record_statistics(self, names: impl Into<Entry>) -> Simulation {
        self.record("statistics", names)
    }

    /// Records states, sub-expressions or inputs every so often.
    #[must_use]
    pub fn record_trace(self, names: impl Into<Entry>, every: impl Into<Entry>) -> Simulation {
        let fields = vec![
            ("variables".into(), names.into()),
            ("every".into(), every.into()),
        ];
        self.record("trace", Entry::Table(fields))
    }

    /// [`record_trace`](Simulation::record_trace) of some cells, by their numbers. They are run a
    /// second time by themselves, so that the others cost no more than without.
    #[must_use]
    pub fn record_trace_of(
        self,
        cells: &[u64],
        names: impl Into<Entry>,
        every: impl Into<Entry>,
    ) -> Simulation {
        let fields = vec![
            ("variables".into(), names.into()),
            ("every".into(), every.into()),
            ("cells".into(), cells.into()),
        ];
        self.record("trace", Entry::Table(fields))
    }

    /// The experiment file that this is. A model given as text is `NAME.eqn` there.
    #[must_use]
    pub fn text(&self) -> String {
        text::write(self)
    }

    /// The experiment, checked.
    ///
    /// # Errors
    /// All that is wrong with it, each with its line in [`text`](Simulation::text).
    pub fn experiment(&self) -> Result<Experiment, FileProblem> {
        from_toml_with(self.model.clone(), NAME, &self.text(), Path::new("."))
    }

    /// Checks and compiles, to run any number of times.
    ///
    /// # Errors
    /// As [`experiment`](Simulation::experiment) and [`Prepared::new`].
    pub fn prepare(&self, engine: &dyn Engine) -> Result<Prepared, SimulationError> {
        Ok(Prepared::new(&self.experiment()?, engine)?)
    }

    /// Checks, compiles and runs.
    ///
    /// # Errors
    /// As [`prepare`](Simulation::prepare) and [`Prepared::run`].
    pub fn run(&self, engine: &dyn Engine) -> Result<Results, SimulationError> {
        Ok(self.prepare(engine)?.run()?)
    }

    fn top(mut self, name: &str, value: impl Into<Entry>) -> Simulation {
        put(&mut self.top, name, value);
        self
    }

    fn record(mut self, name: &str, value: impl Into<Entry>) -> Simulation {
        put(&mut self.record, name, value);
        self
    }
}

fn put(entries: &mut Vec<(String, Entry)>, name: &str, value: impl Into<Entry>) {
    let value = value.into();
    match entries.iter_mut().find(|(known, _)| known == name) {
        Some((_, earlier)) => *earlier = value,
        None => entries.push((name.to_owned(), value)),
    }
}

/// Why a simulation could not be run. `Display` is the whole message.
#[derive(Debug)]
pub enum SimulationError {
    /// What was asked for is wrong.
    Experiment(FileProblem),
    /// It could not be compiled or run.
    Run(ProtocolError),
}

impl std::fmt::Display for SimulationError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SimulationError::Experiment(problem) => problem.fmt(f),
            SimulationError::Run(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SimulationError {}

impl From<FileProblem> for SimulationError {
    fn from(problem: FileProblem) -> Self {
        SimulationError::Experiment(problem)
    }
}

impl From<ProtocolError> for SimulationError {
    fn from(error: ProtocolError) -> Self {
        SimulationError::Run(error)
    }
}
