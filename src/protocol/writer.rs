//! Rows written while the device computes the next.
//!
//! Takes tiles of outputs in the order of their cells; writes each to the tables, then to the
//! journal, some thousand cells at a time. The first failure ends it; whole rows stay.

use std::ops::Range;
use std::time::Instant;

use super::journal::{self, Entry, Journal, Marks};
use super::tables;
use super::{ProtocolError, Target, Written};
use crate::exec::TileOutput;
use crate::experiment::Experiment;
use crate::plan::{Compiled, Plan};
use crate::report::RunReport;
use crate::table::{
    Existing, FileError, Table, TableError, TableWriter, clear, partial_path, whole_rows,
};

/// Most cells turned into rows at once: what is held as text and columns stays small.
const SLICE: usize = 1 << 13;
/// Most entries of a list, such as samples of a trace, turned into rows at once, all cells together,
/// as long as one cell has no more.
const ENTRIES: usize = 1 << 18;

/// The places of `n` cells, cut into those that are turned into rows at once.
pub(super) fn slices(plan: &Plan, n: usize) -> impl Iterator<Item = Range<usize>> + use<> {
    let lists = plan.layout().streams.iter().map(|list| list.capacity);
    let longest = lists.max().unwrap_or(0).max(1) as usize;
    let size = (ENTRIES / longest).clamp(1, SLICE);
    (0..n)
        .step_by(size)
        .map(move |first| first..n.min(first + size))
}

/// The tables of a sweep, being written.
pub(super) struct Writer<'a> {
    pub(super) experiment: &'a Experiment,
    pub(super) compiled: &'a Compiled,
    /// The main table first.
    pub(super) tables: Vec<TableWriter>,
    pub(super) journal: Journal,
    /// Shown the rows.
    pub(super) also: &'a mut (dyn FnMut(Written<'_>) + Send),
    /// What is written so far.
    pub(super) entry: Entry,
    /// Seconds of work.
    pub(super) busy_s: f64,
}

impl Writer<'_> {
    /// Writes the rows of a tile.
    pub(super) fn take(&mut self, output: &TileOutput) -> Result<(), ProtocolError> {
        let begin = Instant::now();
        for places in slices(&self.compiled.plan, output.n) {
            self.slice(output, places)?;
        }
        self.busy_s += begin.elapsed().as_secs_f64();
        Ok(())
    }

    fn slice(&mut self, output: &TileOutput, places: Range<usize>) -> Result<(), ProtocolError> {
        let recorded = &self.compiled.recorded;
        let rows = tables::of(self.experiment, recorded, output, places.clone())?;
        let Some((main, long)) = self.tables.split_first_mut() else {
            return Ok(());
        };
        // The long tables first: a row of the main table says that its cell is done.
        for (table, (_, rows)) in long.iter_mut().zip(&rows.long) {
            table.append(rows)?;
            (self.also)(Written::Long(rows));
        }
        main.append(&rows.main)?;
        (self.also)(Written::Main(&rows.main));
        let n = places.len() as u64;
        let lost = output.non_finite[places].iter().filter(|lost| **lost);
        self.entry.n_non_finite += lost.count() as u64;
        self.entry.n_dropped += rows.n_dropped;
        self.entry.cells += n;
        self.entry.rows = self.tables.iter().map(TableWriter::n_rows).collect();
        Ok(self.journal.write(&self.entry)?)
    }
}

/// The tables of a sweep at its end.
pub(super) struct Ended<'a> {
    /// The main table first.
    pub(super) tables: Vec<TableWriter>,
    pub(super) journal: Journal,
    pub(super) sheets: &'a [(String, Table)],
    pub(super) target: &'a Target,
}

impl Ended<'_> {
    /// Gives the tables their final names, the main one last; a run killed between two names can
    /// be gone on with.
    pub(super) fn finish(self, report: &RunReport) -> Result<(), TableError> {
        let tables = self.tables.into_iter().zip(self.sheets);
        for (table, (_, empty)) in tables.rev() {
            table.finish(&report.facts(&empty.schema()))?;
        }
        self.journal.remove();
        for (name, _) in self.sheets {
            clear(&self.target.folder.join(name));
        }
        Ok(())
    }

    /// Leaves the tables as they are, in a state that others can read.
    pub(super) fn keep(self, report: &RunReport) -> Result<(), TableError> {
        let tables = self.tables.into_iter().zip(self.sheets);
        let kept = tables.map(|(table, (_, empty))| table.keep(&report.facts(&empty.schema())));
        // One that cannot be kept so does not spoil the others.
        kept.fold(Ok(()), Result::and)
    }
}

/// The files of the tables, the main one first, with their columns.
pub(super) fn sheets(
    experiment: &Experiment,
    target: &Target,
) -> Result<Vec<(String, Table)>, ProtocolError> {
    let empty = tables::empty(experiment)?;
    let main = (target.name.clone(), empty.main);
    let end = target.format().extension();
    let long = empty.long.into_iter();
    let long = long.map(|(name, table)| (format!("{name}.{end}"), table));
    Ok([main].into_iter().chain(long).collect())
}

/// How far an earlier run of the same marks came, if it is to be gone on with and there is one.
pub(super) fn earlier(
    sheets: &[(String, Table)],
    target: &Target,
    marks: &Marks,
    n_cells: u64,
) -> Result<Option<Entry>, ProtocolError> {
    if !target.resume {
        return Ok(None);
    }
    if journal::is_at(&target.path(), marks, n_cells) {
        take_back(sheets, target)?;
    }
    if whole_rows(&target.path())?.is_none() {
        return match target.other_partial() {
            None => Ok(None),
            Some(path) => Err(ProtocolError::Resume {
                path,
                why: format!("its format is not {}", target.format().extension()),
            }),
        };
    }
    let mut rows = Vec::new();
    for (name, _) in sheets {
        rows.push(whole_rows(&target.folder.join(name))?.unwrap_or(0));
    }
    journal::read(&target.path(), marks, &rows).map(Some)
}

/// Gives complete tables their partial names again, after a run that was killed between the final
/// names of two.
fn take_back(sheets: &[(String, Table)], target: &Target) -> Result<(), FileError> {
    for (name, _) in sheets {
        let path = target.folder.join(name);
        let partial = partial_path(&path);
        if path.exists() && !partial.exists() {
            std::fs::rename(&path, &partial)
                .map_err(|source| FileError::write(&partial, "it keeps its name".into(), source))?;
        }
    }
    Ok(())
}

/// Refuses tables of an earlier run that may not be replaced.
pub(super) fn refuse_existing(
    sheets: &[(String, Table)],
    target: &Target,
    earlier: Option<&Entry>,
) -> Result<(), FileError> {
    for (name, _) in sheets {
        let path = target.folder.join(name);
        let partial = partial_path(&path);
        for (path, own) in [(path, false), (partial, earlier.is_some())] {
            if target.existing == Existing::Refuse && !own && path.exists() {
                return Err(FileError::Exists { path });
            }
        }
    }
    Ok(())
}

/// Opens the tables at `entry`, and creates them where that is the beginning. The journal is there
/// before them: whenever the run is killed, it can be gone on with.
pub(super) fn open(
    sheets: &[(String, Table)],
    target: &Target,
    entry: &Entry,
    also: &mut dyn FnMut(Written<'_>),
) -> Result<Vec<TableWriter>, TableError> {
    let mut tables = Vec::new();
    for (i, ((name, empty), rows)) in sheets.iter().zip(&entry.rows).enumerate() {
        let (path, schema) = (target.folder.join(name), empty.schema());
        let mut show = |rows: &Table| match i {
            0 => also(Written::Main(rows)),
            _ => also(Written::Long(rows)),
        };
        tables.push(match entry.cells {
            0 => TableWriter::create(&path, &schema, Existing::Replace)?,
            _ => TableWriter::resume(&path, &schema, target.existing, *rows, &mut show)?,
        });
    }
    Ok(tables)
}
