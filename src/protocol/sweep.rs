//! The flow of a sweep: a plan prepared once, then tile after tile of cells, each turned into rows
//! and written while the next is computed. Memory does not grow with the number of cells.
//!
//! Takes an experiment, an engine and a target; gives the tables' files and how it went. Must not
//! know what is done with the rows afterwards.

use std::ops::ControlFlow;
use std::time::Instant;

use super::chosen::Chosen;
use super::flow::{Flow, Share, Work, flow};
use super::journal::{Entry, Journal};
use super::writer::{self, Ended, Writer};
use super::{ProtocolError, Target, cost, marks, rows, space, summary};
use crate::exec::{Engine, ExecError, RunStats};
use crate::experiment::Experiment;
use crate::plan::{Compiled, compile_with};
use crate::report::Times;
use crate::table::{Table, TableWriter, partial_path};

/// Told how far a run is; asked whether to go on.
pub trait Progress {
    /// `done` of `total` cell-steps are done. `Break` ends the run after the rows in hand.
    fn at(&mut self, done: u64, total: u64) -> ControlFlow<()>;
}

/// Shows nothing and never stops.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn at(&mut self, _: u64, _: u64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// Rows that a sweep has written.
#[derive(Clone, Copy, Debug)]
pub enum Written<'a> {
    /// Of the main table, one per cell.
    Main(&'a Table),
    /// Of another table.
    Long(&'a Table),
}

/// How a sweep went.
#[derive(Clone, Debug)]
pub struct Swept {
    /// What was run, and by which method.
    pub compiled: Compiled,
    /// Figures of the engine; of this run alone if it went on with an earlier one.
    pub stats: RunStats,
    /// Where the time went. Rows are written while the engine computes.
    pub times: Times,
    /// Cells whose result is no finite number.
    pub n_non_finite: u64,
    /// Spikes that found no room in the record.
    pub n_dropped_spikes: u64,
    /// Rows of the main table.
    pub n_rows: u64,
    /// Rows of these that an earlier run had written.
    pub n_resumed: u64,
    /// Names of the tables as they are now, the main one first.
    pub files: Vec<String>,
    /// Why it ended early, if it did; the partial tables keep their rows.
    pub failure: Option<ExecError>,
}

/// Runs `experiment` on `engine`, writes its tables to `target`, and shows their rows to `also` (a
/// picture, a summary), some thousand at a time.
///
/// # Errors
/// No plan, no room, no file, or no earlier run that can be gone on with. A run that fails or is
/// interrupted on the way is not an error here: see [`Swept::failure`].
pub fn sweep(
    experiment: &Experiment,
    engine: &dyn Engine,
    target: &Target,
    progress: &mut dyn Progress,
    also: &mut (dyn FnMut(Written<'_>) + Send),
) -> Result<Swept, ProtocolError> {
    let compiled = compile_with(experiment, engine.passes())?;
    let n_cells = experiment.grid.n_cells();
    rows::refuse_clash(experiment)?;
    let chosen = Chosen::of(experiment, engine, target)?;
    let mut marks = marks::of(experiment, &compiled, engine);
    marks.push(("format", target.format().extension().to_owned()));
    let sheets = writer::sheets(experiment, target)?;
    let earlier = writer::earlier(&sheets, target, &marks, n_cells)?;
    writer::refuse_existing(&sheets, target, earlier.as_ref())?;
    if let (Some(chosen), None) = (&chosen, &earlier) {
        chosen.refuse_existing(target)?;
    }
    let left = n_cells - earlier.as_ref().map_or(0, |entry| entry.cells.min(n_cells));
    let bytes = cost::bytes_of(experiment, left);
    space::check(&target.folder, bytes, left)?;
    let entry = earlier.unwrap_or_else(|| Entry::begin(sheets.len()));
    let n_resumed = entry.cells;
    let due = chosen.as_ref().filter(|c| c.is_due(target, n_resumed));
    // What cannot be prepared is refused before there are files.
    let begin = Instant::now();
    let job = engine.prepare(&compiled.plan)?;
    let tracing = due.map(|c| Ok::<_, ExecError>((c, c.prepare(engine)?)));
    let tracing = tracing.transpose()?;
    let compile_s = begin.elapsed().as_secs_f64();
    let mut writer = Writer {
        experiment,
        compiled: &compiled,
        journal: Journal::create(&target.path(), &marks, &entry)?,
        tables: writer::open(&sheets, target, &entry, also)?,
        also,
        entry,
        busy_s: 0.0,
    };
    let steps_each = u64::from(compiled.plan.schedule().n_steps);
    let before = chosen.as_ref().map_or(0, Chosen::cell_steps);
    let mut share = Share {
        progress,
        before: 0,
        all: before.saturating_add(n_cells.saturating_mul(steps_each)),
    };
    let traced = match tracing {
        Some((chosen, job)) => chosen.run(engine, job, target, &mut share, &mut *writer.also)?,
        None => Flow::default(),
    };
    let is_cut = traced.failure.is_some();
    share.before = before;
    let flow = traced.then(|| {
        let work = Work {
            engine,
            experiment,
            plan: &compiled.plan,
            first: n_resumed,
        };
        flow(&work, job, &mut |output| writer.take(output), &mut share)
    });
    let times = flow.times(compile_s, writer.busy_s);
    let Writer {
        tables,
        journal,
        entry,
        ..
    } = writer;
    let is_failed = flow.failure.is_some();
    let main = sheets.iter().map(|(name, _)| named(name, is_failed));
    let traces = chosen.iter().map(|chosen| named(chosen.name(), is_cut));
    let mut swept = Swept {
        files: main.chain(traces).collect(),
        stats: flow.stats,
        times,
        n_non_finite: entry.n_non_finite,
        n_dropped_spikes: entry.n_dropped,
        n_rows: tables.first().map_or(0, TableWriter::n_rows),
        n_resumed,
        failure: flow.failure,
        compiled,
    };
    let report = summary::run_report(experiment, engine, &swept, &[]);
    let ended = Ended {
        tables,
        journal,
        sheets: &sheets,
        target,
    };
    match &swept.failure {
        None => ended.finish(&report)?,
        Some(failure) => {
            let kept = ended.keep(&report);
            // What stopped the run before says more.
            if let (ExecError::Interrupted, Err(error)) = (failure, kept) {
                swept.failure = Some(ExecError::Sink(error.to_string()));
            }
        }
    }
    Ok(swept)
}

/// The file of a table as it is now: a run that ended early leaves a partial one.
fn named(name: &str, is_cut: bool) -> String {
    match is_cut {
        false => name.to_owned(),
        true => partial_path(name.as_ref()).display().to_string(),
    }
}
