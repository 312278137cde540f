//! What the user is told of a run, and where its files go.

use std::path::Path;
use std::time::Instant;

use super::args::{FormatArg, OutputArgs};
use super::failure::Failure;
use super::{note, say};
use crate::protocol::{RunOutcome, Target};
use crate::table::{Existing, Format, render_text};

/// Rows from which on Parquet is chosen, or named.
const MANY: u64 = 1_000_000;

/// Shows some rows on stdout, and the rest on stderr.
pub(super) fn finish(
    outcome: &RunOutcome,
    target: &Target,
    engine: &str,
    begin: Instant,
) -> Result<(), Failure> {
    if let Some(sample) = &outcome.sample {
        say(&render_text(sample, usize::MAX, None))?;
        let more = outcome.swept.n_rows - sample.n_rows() as u64;
        if more > 0 {
            say(&format!(
                "{more} more rows in {}\n",
                target.path().display()
            ))?;
        }
    }
    report(outcome, engine, begin.elapsed().as_secs_f64());
    Ok(())
}

impl OutputArgs {
    /// The current folder's own files may be replaced; those of another folder only with --force.
    /// The tables may have as many as `most_rows` rows.
    pub(super) fn target(&self, name: &str, most_rows: u64) -> Result<Target, Failure> {
        std::fs::create_dir_all(&self.out).map_err(|error| {
            Failure::misuse(format!(
                "cannot make the folder {}: {error}; choose another with --out",
                self.out.display()
            ))
        })?;
        let replace = self.force || is_current(&self.out);
        let existing = if replace {
            Existing::Replace
        } else {
            Existing::Refuse
        };
        Ok(Target {
            folder: self.out.clone(),
            name: format!("{name}.{}", self.format(most_rows).extension()),
            existing,
            resume: self.resume,
        })
    }

    fn format(&self, most_rows: u64) -> Format {
        match self.format {
            Some(FormatArg::Csv) => Format::Csv,
            Some(FormatArg::Parquet) => Format::Parquet,
            Some(FormatArg::Auto) if most_rows > MANY => Format::Parquet,
            Some(FormatArg::Auto) | None => Format::Csv,
        }
    }

    /// Names a better format for large tables, once they are written.
    pub(super) fn advise(&self, most_rows: u64) {
        if self.format.is_none() && most_rows > MANY {
            note(
                "note: a table may have more than a million rows; --format parquet makes it smaller and quicker to \
                 read",
            );
        }
    }
}

/// However it is written: `.`, `./`, or its whole path.
fn is_current(folder: &Path) -> bool {
    match (folder.canonicalize(), std::env::current_dir()) {
        (Ok(folder), Ok(here)) => here.canonicalize().is_ok_and(|here| here == folder),
        _ => false,
    }
}

fn report(outcome: &RunOutcome, engine: &str, total_s: f64) {
    let swept = &outcome.swept;
    if swept.n_non_finite > 0 {
        note(&format!(
            "warning: {} of {} cells ended in no finite number; their fields are empty. A smaller --dt may help",
            swept.n_non_finite, swept.n_rows
        ));
    }
    if swept.n_dropped_spikes > 0 {
        note(&format!(
            "warning: {} spikes found no room in the record and are not listed; a larger capacity keeps them",
            swept.n_dropped_spikes
        ));
    }
    if swept.n_resumed > 0 {
        note(&format!(
            "{} of the rows are of the earlier run; speed and times are of this one",
            swept.n_resumed
        ));
    }
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let rate = swept.stats.cell_steps as f64 / swept.times.run.max(1e-9);
    note(&format!(
        "{} cells x {} steps, {} at dt {} ms\nengine: {engine}\n{rate:.2e} cell-steps/s; {:.2} s in all (compile {:.2}, \
         upload {:.2}, run {:.2}, read back {:.2}, write {:.2})\nwrote {}",
        swept.n_rows,
        swept.compiled.plan.schedule().n_steps,
        swept.compiled.method,
        swept.compiled.plan.schedule().dt,
        total_s,
        swept.times.compile,
        swept.times.upload,
        swept.times.run,
        swept.times.readback,
        swept.times.write,
        outcome.files.join(", "),
    ));
}
