//! Progress on stderr, with a rate and the time left; and Ctrl-C, which ends a run with its rows
//! kept.

use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::protocol::Progress;

/// Set by Ctrl-C.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Shows a bar once a run takes longer than a second, on a terminal.
pub(super) struct Bar {
    bar: ProgressBar,
    begin: Instant,
    /// Cell-steps done before this run, which goes on with an earlier one.
    earlier: Option<u64>,
}

/// Runs shorter than this show no bar.
const PATIENCE: Duration = Duration::from_secs(1);

impl Bar {
    /// Begins to watch for Ctrl-C, too.
    pub(super) fn new() -> Bar {
        // A second handler (a library user's own) keeps its place; the run then cannot be stopped
        // here, which is that user's choice.
        let _ = ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed));
        Bar {
            bar: ProgressBar::hidden(),
            begin: Instant::now(),
            earlier: None,
        }
    }

    fn show(&mut self, done: u64, total: u64) {
        if self.bar.is_hidden()
            && self.begin.elapsed() > PATIENCE
            && std::io::stderr().is_terminal()
        {
            self.bar
                .set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent:>3} %  {msg}") {
                self.bar.set_style(style);
            }
        }
        self.bar.set_length(total);
        self.bar.set_position(done);
        let earlier = *self.earlier.get_or_insert(done);
        self.bar.set_message(message(
            done - earlier.min(done),
            total - earlier.min(total),
            self.begin.elapsed(),
        ));
    }
}

/// "4.1e8 cell-steps/s, 12 seconds left".
#[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
fn message(done: u64, total: u64, elapsed: Duration) -> String {
    let rate = done as f64 / elapsed.as_secs_f64().max(1e-9);
    let left = (total.saturating_sub(done)) as f64 / rate.max(1e-9);
    let left = Duration::try_from_secs_f64(left)
        .map_or("a long time".into(), |left| HumanDuration(left).to_string());
    format!("{rate:.1e} cell-steps/s, {left} left")
}

impl Progress for Bar {
    fn at(&mut self, done: u64, total: u64) -> ControlFlow<()> {
        self.show(done, total);
        if INTERRUPTED.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
