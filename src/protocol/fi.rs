//! The f–I curve: amplitudes swept, rates drawn.
//!
//! Takes the experiment of `fi` and an engine; gives `fi.csv` (or `fi.parquet`), `fi.svg`, `run.json` and a few rows
//! to show.

use super::{Progress, ProtocolError, RunOutcome, Target, run};
use crate::exec::Engine;
use crate::experiment::Experiment;
use crate::plot::PictureFormat;

/// Runs `experiment`, as [`crate::experiment::fi`] makes it, and writes its files.
///
/// # Errors
/// As [`run`].
pub fn run_fi(
    experiment: &Experiment,
    engine: &dyn Engine,
    target: &Target,
    pictures: &[PictureFormat],
    progress: &mut dyn Progress,
) -> Result<RunOutcome, ProtocolError> {
    run(experiment, engine, target, pictures, progress)
}
