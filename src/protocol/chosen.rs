//! Traces of chosen cells of a sweep: a second, small run of these cells alone, before the large
//! one, so that a grid of any size costs no more than they do.
//!
//! Takes an experiment; gives `traces.csv`. Must not know the main table.

use super::flow::{Flow, Work, flow};
use super::journal::Entry;
use super::summary::complete;
use super::{Progress, ProtocolError, Target, Written, tables, writer};
use crate::exec::{Engine, ExecError, Job, TileOutput};
use crate::experiment::Experiment;
use crate::plan::{Compiled, compile_with};
use crate::table::{FileError, Table, clear};

/// The run of the chosen cells.
pub(super) struct Chosen {
    experiment: Experiment,
    compiled: Compiled,
    /// Its file's name and its columns.
    sheet: (String, Table),
}

impl Chosen {
    /// None where `experiment` has no traces of chosen cells.
    pub(super) fn of(
        experiment: &Experiment,
        engine: &dyn Engine,
        target: &Target,
    ) -> Result<Option<Chosen>, ProtocolError> {
        let Some(experiment) = experiment.tracing() else {
            return Ok(None);
        };
        let compiled = compile_with(&experiment, engine.passes())?;
        // The table of the traces; the main one stays empty.
        let sheet = writer::sheets(&experiment, target)?.into_iter().nth(1);
        Ok(sheet.map(|sheet| Chosen {
            experiment,
            compiled,
            sheet,
        }))
    }

    /// Name of its file.
    pub(super) fn name(&self) -> &str {
        &self.sheet.0
    }

    /// Cell-steps of all of it.
    pub(super) fn cell_steps(&self) -> u64 {
        let n_steps = u64::from(self.compiled.plan.schedule().n_steps);
        self.experiment.grid.n_cells().saturating_mul(n_steps)
    }

    /// Refuses to replace a file of another run.
    pub(super) fn refuse_existing(&self, target: &Target) -> Result<(), FileError> {
        writer::refuse_existing(std::slice::from_ref(&self.sheet), target, None)
    }

    /// Are the traces still to be made, in a run that goes on after so many cells of the main table?
    /// Until there is one of these, traces that are there may be of another run.
    pub(super) fn is_due(&self, target: &Target, n_resumed: u64) -> bool {
        n_resumed == 0 || !target.folder.join(self.name()).exists()
    }

    pub(super) fn prepare(&self, engine: &dyn Engine) -> Result<Box<dyn Job>, ExecError> {
        engine.prepare(&self.compiled.plan)
    }

    /// Runs the cells, with a prepared job, writes their traces and shows them to `also`. A
    /// failure on the way is in the flow that is given; whole rows stay in the partial file then.
    pub(super) fn run(
        &self,
        engine: &dyn Engine,
        job: Box<dyn Job>,
        target: &Target,
        progress: &mut dyn Progress,
        also: &mut (dyn FnMut(Written<'_>) + Send),
    ) -> Result<Flow, ProtocolError> {
        let sheet = std::slice::from_ref(&self.sheet);
        let mut tables = writer::open(sheet, target, &Entry::begin(1), &mut |_| {})?;
        let work = Work {
            engine,
            experiment: &self.experiment,
            plan: &self.compiled.plan,
            first: 0,
        };
        let mut take = |output: &TileOutput| {
            for places in writer::slices(&self.compiled.plan, output.n) {
                let recorded = &self.compiled.recorded;
                let rows = tables::of(&self.experiment, recorded, output, places)?;
                for (table, (_, rows)) in tables.iter_mut().zip(&rows.long) {
                    table.append(rows)?;
                    also(Written::Long(rows));
                }
            }
            Ok(())
        };
        let flow = flow(&work, job, &mut take, progress);
        let facts =
            complete(&self.experiment, engine, &self.compiled).facts(&self.sheet.1.schema());
        for table in tables {
            match flow.failure {
                None => {
                    table.finish(&facts)?;
                    clear(&target.folder.join(self.name()));
                }
                Some(_) => table.keep(&facts)?,
            }
        }
        Ok(flow)
    }
}
