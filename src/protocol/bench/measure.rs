//! The repetitions: every engine once, then every engine again. Takes engines and cells; gives the
//! medians. Must not know what is made of them.

use std::ops::ControlFlow;
use std::time::Instant;

use super::contestants::Entry;
use super::{Row, Work};
use crate::exec::cpu::{CpuEngine, Precision};
use crate::exec::{Column, Engine, ExecError, Job, RunStats};
use crate::plan::Plan;
use crate::protocol::gather::{Gathered, explained, gather};
use crate::protocol::{Progress, ProtocolError};

/// Seconds per cell-step of an engine, from a short run.
pub(super) fn probe(
    plan: &Plan,
    entry: &Entry,
    params: &[Vec<f64>],
    n: u64,
) -> Result<f64, ExecError> {
    let mut job = entry.prepare(plan)?;
    // The first run compiles and warms up.
    let mut patient = |_| ControlFlow::Continue(());
    gather(job.as_mut(), params, n as usize, &mut patient)?;
    let (_, stats, total_s) = gather(job.as_mut(), params, n as usize, &mut patient)?;
    Ok(total_s / stats.cell_steps.max(1) as f64)
}

/// All engines at all numbers of cells.
pub(super) fn measure(
    work: &Work<'_>,
    entries: &[Entry],
    sizes: &[u64],
    repeats: usize,
    progress: &mut dyn Progress,
) -> Result<Vec<Row>, ProtocolError> {
    let plan = work.plan;
    let mut runners = Vec::new();
    for entry in entries {
        let begin = Instant::now();
        let job = entry.prepare(plan)?;
        runners.push(Runner {
            entry,
            job,
            compile_s: begin.elapsed().as_secs_f64(),
        });
    }
    let mut watch = Watch::new(plan, entries, sizes, repeats, progress);
    let mut truth = CpuEngine::new(Precision::F64)?.prepare(plan)?;
    let mut rows = Vec::new();
    for &n in sizes {
        let params = work.columns(n);
        let (expected, ..) =
            gather(truth.as_mut(), &params, n as usize, &mut |_| watch.at(0)).map_err(explained)?;
        let size = Size {
            n,
            params: &params,
            counts: work.counts,
            expected: work.counts.map_or(&[][..], |i| counts(&expected, i)),
        };
        rows.extend(at_size(&mut runners, &size, repeats, &mut watch)?);
    }
    Ok(rows)
}

/// A prepared engine.
struct Runner<'a> {
    entry: &'a Entry,
    job: Box<dyn Job>,
    compile_s: f64,
}

/// One number of cells.
struct Size<'a> {
    n: u64,
    params: &'a [Vec<f64>],
    /// The output that counts spikes, if one does.
    counts: Option<usize>,
    /// What it should hold.
    expected: &'a [u32],
}

impl Size<'_> {
    /// How many of the cells chosen have another number of spikes than they should.
    fn n_differ(&self, found: &Gathered, chosen: &[usize]) -> Option<u64> {
        let pairs = counts(found, self.counts?).iter().zip(chosen);
        let differ = pairs.filter(|(count, cell)| self.expected.get(**cell) != Some(count));
        Some(differ.count() as u64)
    }
}

fn at_size(
    runners: &mut [Runner<'_>],
    size: &Size<'_>,
    repeats: usize,
    watch: &mut Watch<'_>,
) -> Result<Vec<Row>, ProtocolError> {
    let mut repetitions: Vec<Vec<Repetition>> = runners.iter().map(|_| Vec::new()).collect();
    let mut rows: Vec<Row> = Vec::new();
    for repetition in 0..=repeats.max(1) {
        for (i, runner) in runners.iter_mut().enumerate() {
            let chosen = chosen(size.n, runner.entry.cells_of(size.n));
            let own = pick(size.params, &chosen);
            let (found, stats, total_s) =
                gather(runner.job.as_mut(), &own, chosen.len(), &mut |done| {
                    watch.at(done)
                })
                .map_err(explained)?;
            watch.done += stats.cell_steps;
            // What is compiled in a first run belongs to no other time.
            runner.compile_s += stats.compile_s;
            if repetition == 0 {
                rows.push(Row {
                    contestant: i,
                    n_cells: size.n,
                    n_run: chosen.len() as u64,
                    n_differ: size.n_differ(&found, &chosen),
                    ..Row::default()
                });
            } else {
                repetitions[i].push(Repetition { stats, total_s });
            }
        }
    }
    for ((row, times), runner) in rows.iter_mut().zip(&repetitions).zip(runners) {
        row.compile_s = runner.compile_s;
        summarise(row, times);
    }
    Ok(rows)
}

/// One run's figures.
struct Repetition {
    stats: RunStats,
    total_s: f64,
}

fn summarise(row: &mut Row, times: &[Repetition]) {
    let total: Vec<f64> = times.iter().map(|t| t.total_s).collect();
    row.upload_s = median(times.iter().map(|t| t.stats.upload_s));
    row.run_s = median(times.iter().map(|t| t.stats.run_s));
    row.readback_s = median(times.iter().map(|t| t.stats.readback_s));
    row.set_up_s = median(times.iter().map(|t| {
        let told = t.stats.compile_s + t.stats.upload_s + t.stats.run_s + t.stats.readback_s;
        (t.total_s - told).max(0.0)
    }));
    row.total_s = median(total.iter().copied());
    row.launch = times.last().and_then(|t| t.stats.launch);
    let slowest = total.iter().copied().fold(0.0, f64::max);
    let fastest = total.iter().copied().fold(f64::INFINITY, f64::min);
    row.spread = (slowest - fastest) / row.total_s.max(1e-12);
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        n if n % 2 == 0 => (values[middle - 1] + values[middle]) / 2.0,
        _ => values[middle],
    }
}

/// `n_run` of `n` cells, evenly spaced.
fn chosen(n: u64, n_run: u64) -> Vec<usize> {
    (0..n_run)
        .map(|k| (k * n / n_run.max(1)) as usize)
        .collect()
}

fn pick(params: &[Vec<f64>], chosen: &[usize]) -> Vec<Vec<f64>> {
    let column = |column: &Vec<f64>| chosen.iter().map(|&cell| column[cell]).collect();
    params.iter().map(column).collect()
}

/// The integers of output `i`.
fn counts(gathered: &Gathered, i: usize) -> &[u32] {
    match gathered.columns.get(i) {
        Some(Column::U32(counts)) => counts,
        Some(Column::Float(_)) | None => &[],
    }
}

/// Tells how far the measurement is.
struct Watch<'a> {
    progress: &'a mut dyn Progress,
    done: u64,
    total: u64,
}

impl<'a> Watch<'a> {
    fn new(
        plan: &Plan,
        entries: &[Entry],
        sizes: &[u64],
        repeats: usize,
        progress: &'a mut dyn Progress,
    ) -> Watch<'a> {
        let cells = sizes
            .iter()
            .flat_map(|&n| entries.iter().map(move |e| e.cells_of(n)));
        let runs = repeats.max(1) as u64 + 1;
        Watch {
            progress,
            done: 0,
            total: cells.sum::<u64>() * runs * u64::from(plan.schedule().n_steps),
        }
    }

    /// `cell_steps` of the run at work are done.
    fn at(&mut self, cell_steps: u64) -> ControlFlow<()> {
        self.progress.at(self.done + cell_steps, self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_spreads_are_what_they_say() {
        let times = [3.0, 1.0, 2.0, 10.0, 2.5].map(|total_s| Repetition {
            stats: RunStats {
                upload_s: total_s / 16.0,
                run_s: total_s / 2.0,
                readback_s: total_s / 4.0,
                ..RunStats::default()
            },
            total_s,
        });
        let mut row = Row::default();
        summarise(&mut row, &times);
        assert_eq!((row.total_s, row.run_s, row.upload_s), (2.5, 1.25, 0.15625));
        assert_eq!(row.set_up_s, 0.46875);
        assert_eq!(row.spread, 9.0 / 2.5);
        assert_eq!(median([1.0, 3.0].into_iter()), 2.0);
    }

    #[test]
    fn the_few_cells_of_the_reference_are_spread_over_all() {
        assert_eq!(chosen(100, 4), [0, 25, 50, 75]);
        assert_eq!(chosen(3, 3), [0, 1, 2]);
        assert_eq!(pick(&[vec![1.0, 2.0, 3.0]], &[0, 2]), [[1.0, 3.0]]);
    }
}
