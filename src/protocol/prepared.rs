//! An experiment compiled once and run any number of times, its results in memory.
//!
//! Takes an experiment and an engine; gives [`Results`]. The quantities that the experiment's axes
//! vary may get other values, and another number of cells, at every run: nothing is compiled again.

use super::gather::{Watch, explained, gather_from};
use super::{Progress, ProtocolError, Results, Silent, pace, rows, space, tables};
use crate::exec::{Engine, Job, Start, TileOutput};
use crate::experiment::{Axis, Experiment, Grid, Values};
use crate::plan::{Compiled, compile_with};

/// A prepared experiment.
pub struct Prepared {
    /// The experiment; its grid is that of the last run.
    experiment: Experiment,
    /// The experiment's own grid.
    grid: Grid,
    /// All cells.
    whole: Part,
    /// The cells chosen for traces.
    traced: Option<Part>,
    progress: Box<dyn Progress>,
}

/// What is run by itself.
struct Part {
    compiled: Compiled,
    job: Box<dyn Job>,
}

impl Prepared {
    /// Most bytes that the parameters and results of one run may take.
    pub const MOST_BYTES: u64 = 4 << 30;

    /// Compiles `experiment` for `engine`.
    ///
    /// # Errors
    /// No plan, or an engine that cannot take it.
    pub fn new(experiment: &Experiment, engine: &dyn Engine) -> Result<Prepared, ProtocolError> {
        rows::refuse_clash(experiment)?;
        let traced = experiment.tracing();
        Ok(Prepared {
            experiment: experiment.clone(),
            grid: experiment.grid.clone(),
            whole: Part::new(experiment, engine)?,
            traced: traced.map(|e| Part::new(&e, engine)).transpose()?,
            progress: Box::new(Silent),
        })
    }

    /// Shows the progress of every later run to `progress`, which may end it.
    pub fn watch(&mut self, progress: impl Progress + 'static) {
        self.progress = Box::new(progress);
    }

    /// Runs the experiment's own cells from their initial values.
    ///
    /// # Errors
    /// An engine that fails, results that would not fit in memory, or the end that a watching
    /// [`Progress`] asked for.
    pub fn run(&mut self) -> Result<Results, ProtocolError> {
        self.rerun(&[])
    }

    /// Runs cells with other values of what the experiment's axes vary: for each quantity named
    /// here a value per cell, or one for all, in its declared unit. What is not named keeps its
    /// values; they are one, or one per cell.
    ///
    /// # Errors
    /// As [`run`](Prepared::run); a quantity that is no axis of the experiment; numbers of values
    /// that do not go together; a cell chosen for traces that is not there.
    pub fn rerun(&mut self, values: &[(&str, &[f64])]) -> Result<Results, ProtocolError> {
        self.start(Start::Initial, values)
    }

    /// [`rerun`](Prepared::rerun) with the states that the last run, of as many cells, ended in
    /// (hysteresis, a long run in parts). Stimuli begin anew, as does what is recorded.
    ///
    /// # Errors
    /// As [`rerun`](Prepared::rerun); no last run, or one of another number of cells or of more
    /// than [`tile_cells`](Prepared::tile_cells).
    pub fn go_on(&mut self, values: &[(&str, &[f64])]) -> Result<Results, ProtocolError> {
        self.start(Start::Carry, values)
    }

    /// Most cells whose states can be carried on.
    #[must_use]
    pub fn tile_cells(&self) -> u64 {
        self.whole.job.tile_cells()
    }

    /// The experiment, with the cells of the last run.
    #[must_use]
    pub fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// The plan and the method chosen.
    #[must_use]
    pub fn compiled(&self) -> &Compiled {
        &self.whole.compiled
    }

    fn start(&mut self, start: Start, values: &[(&str, &[f64])]) -> Result<Results, ProtocolError> {
        self.experiment.grid = match values {
            [] => self.grid.clone(),
            _ => self.regrid(values)?,
        };
        if let Some(traced) = &mut self.experiment.traced {
            let cells = traced.cells.numbers(0..traced.cells.n_cells());
            let chosen = self.experiment.grid.choose(&cells);
            traced.cells = chosen.map_err(|problem| {
                misfit(format!("no traces: {}; {}", problem.message, problem.help))
            })?;
        }
        let n = self.room()?;
        if start == Start::Carry && n as u64 > self.whole.job.tile_cells() {
            return Err(misfit(format!(
                "the states of {n} cells cannot be carried on, only those of at most {}; \
                 carry on fewer at a time",
                self.whole.job.tile_cells()
            )));
        }
        let tracing = self.experiment.tracing();
        let n_steps = u64::from(self.whole.compiled.plan.schedule().n_steps);
        let n_traced = tracing.as_ref().map_or(0, |e| e.grid.n_cells());
        let total = (n as u64).saturating_add(n_traced).saturating_mul(n_steps);
        let progress = &mut self.progress;
        let mut watch = |done| progress.at(done, total);
        let mut results = self.whole.run(start, &self.experiment, &mut watch)?;
        if let (Some(part), Some(tracing)) = (&mut self.traced, tracing) {
            let done = results.stats.cell_steps;
            let mut watch = |more| progress.at(done + more, total);
            let chosen = part.run(start, &tracing, &mut watch)?;
            results.traces = chosen.traces;
            results.stats.add(&chosen.stats);
        }
        Ok(results)
    }

    /// The number of cells, if their results fit in memory.
    fn room(&self) -> Result<usize, ProtocolError> {
        let n_cells = self.experiment.grid.n_cells();
        let bytes = n_cells.saturating_mul(pace::bytes_per_cell(&self.whole.compiled.plan));
        match usize::try_from(n_cells) {
            Ok(n) if bytes <= Self::MOST_BYTES => Ok(n),
            _ => Err(ProtocolError::NoSpace {
                what: format!(
                    "the results of {n_cells} cells would take {} in memory, of {} allowed; take fewer cells, or \
                     `protocol::sweep`, which writes them to files as they come",
                    space::human(bytes),
                    space::human(Self::MOST_BYTES)
                ),
            }),
        }
    }

    /// A grid of cells that have these values.
    fn regrid(&self, values: &[(&str, &[f64])]) -> Result<Grid, ProtocolError> {
        let axes = self.grid.axes();
        for (name, _) in values {
            if !axes.iter().any(|axis| axis.name == *name) {
                return Err(self.not_open(name));
            }
        }
        let n = values.iter().map(|(_, v)| v.len()).max().unwrap_or(0);
        let column = |(i, axis): (usize, &Axis)| {
            let given = values.iter().find(|(name, _)| *name == axis.name);
            let column = match given {
                Some((_, given)) => given.to_vec(),
                None if self.grid.n_cells() == n as u64 => self.grid.column(i, 0..n as u64),
                None if axis.values.len() == 1 => vec![axis.values.at(0)],
                None => {
                    return Err(misfit(format!(
                        "`{}` varies over {} values, so it needs new ones for {n} cells; name it, too",
                        axis.name,
                        axis.values.len()
                    )));
                }
            };
            let column = match column.as_slice() {
                [one] => vec![*one; n],
                _ => column,
            };
            if column.len() != n {
                return Err(misfit(format!(
                    "`{}` has {} values where another quantity has {n}; give as many, or one for all cells",
                    axis.name,
                    column.len()
                )));
            }
            Ok(Axis {
                values: Values::List(column),
                joint_with: (i > 0).then_some(0),
                ..axis.clone()
            })
        };
        let axes: Result<Vec<Axis>, _> = axes.iter().enumerate().map(column).collect();
        Grid::new(axes?).map_err(|problem| misfit(problem.message))
    }

    fn not_open(&self, name: &str) -> ProtocolError {
        let names: Vec<&str> = self.grid.axes().iter().map(|a| a.name.as_str()).collect();
        let open = match names.as_slice() {
            [] => "nothing is".to_owned(),
            names => format!("only {} can be", names.join(", ")),
        };
        misfit(format!(
            "`{name}` cannot get new values without compiling again: {open} changed from run to run; \
             make it an axis before preparing"
        ))
    }
}

impl Part {
    fn new(experiment: &Experiment, engine: &dyn Engine) -> Result<Part, ProtocolError> {
        let compiled = compile_with(experiment, engine.passes())?;
        let job = engine.prepare(&compiled.plan)?;
        Ok(Part { compiled, job })
    }

    fn run(
        &mut self,
        start: Start,
        experiment: &Experiment,
        watch: Watch<'_>,
    ) -> Result<Results, ProtocolError> {
        let n_cells = experiment.grid.n_cells();
        let params = experiment.columns(0..n_cells);
        let n = usize::try_from(n_cells).map_err(|_| misfit("too many cells".into()))?;
        let (gathered, stats, _) =
            gather_from(start, self.job.as_mut(), &params, n, watch).map_err(explained)?;
        let output = TileOutput {
            first: 0,
            n,
            columns: gathered.columns,
            non_finite: gathered.non_finite,
        };
        let n_lost = output.non_finite.iter().filter(|lost| **lost).count();
        let rows = tables::of(experiment, &self.compiled.recorded, &output, 0..n)?;
        Ok(Results::new(rows, n_lost as u64, stats))
    }
}

fn misfit(what: String) -> ProtocolError {
    ProtocolError::Misfit { what }
}
