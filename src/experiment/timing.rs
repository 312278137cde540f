//! Times of an experiment as whole numbers of steps.
//!
//! Takes times in ms; gives steps, rounded once, with a warning where that moves an edge.

use std::ops::Range;

use super::problem::shown;
use super::{Form, Problem};

/// Settle, then stimulus, then tail; the window of all features is the part of the stimulus after
/// `skip`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timing {
    /// Length of a step, in ms.
    pub dt: f64,
    /// Steps at zero input before onset.
    pub settle: u32,
    /// Steps from onset to offset.
    pub duration: u32,
    /// Steps after offset.
    pub tail: u32,
    /// Steps after onset that every feature leaves out.
    pub skip: u32,
}

impl Timing {
    /// Checks the times (ms) and rounds them to steps. Also gives warnings. `form` is how the user
    /// wrote them.
    ///
    /// # Errors
    /// Every time that is negative, not finite or too long, and a step or window without room.
    pub fn new(
        dt: f64,
        settle: f64,
        duration: f64,
        skip: f64,
        form: Form,
    ) -> Result<(Timing, Vec<String>), Vec<Problem>> {
        if !(dt.is_finite() && dt > 0.0) {
            return Err(vec![Problem::new(
                format!("dt must be a positive time, not {} ms", shown(dt)),
                format!("write for example {}", form.with("dt", "0.01 ms")),
            )]);
        }
        let mut problems = Vec::new();
        let mut warnings = Vec::new();
        let mut steps = |name: &str, time: f64| match to_steps(name, time, dt, form) {
            Ok((steps, moved)) => {
                warnings.extend(moved);
                steps
            }
            Err(problem) => {
                problems.push(problem);
                0
            }
        };
        let timing = Timing {
            dt,
            settle: steps("settle", settle),
            duration: steps("duration", duration),
            tail: 0,
            skip: steps("skip", skip),
        };
        if problems.is_empty() {
            problems.extend(timing.without_room(duration, form));
        }
        if problems.is_empty() {
            Ok((timing, warnings))
        } else {
            Err(problems)
        }
    }

    fn without_room(&self, duration: f64, form: Form) -> Option<Problem> {
        let longer = || {
            let (duration, dt) = (form.name("duration"), form.name("dt"));
            format!("take a longer {duration} or a smaller {dt}")
        };
        if duration < self.dt * (1.0 - NEGLIGIBLE) {
            return Some(Problem::new(
                format!(
                    "the duration of {} ms is shorter than one step of {} ms",
                    shown(duration),
                    shown(self.dt)
                ),
                longer(),
            ));
        }
        if self.settle.checked_add(self.duration).is_none() {
            return Some(Problem::new(
                "the run has more than 4294967295 steps",
                format!(
                    "take a shorter {} or a larger {}",
                    form.name("duration"),
                    form.name("dt")
                ),
            ));
        }
        (self.skip >= self.duration).then(|| {
            Problem::new(
                format!(
                    "{} leaves nothing of the stimulus, {} ms, to look at",
                    form.name("skip"),
                    shown(self.duration_ms())
                ),
                format!(
                    "take a {} shorter than that, or a longer {}",
                    form.name("skip"),
                    form.name("duration")
                ),
            )
        })
    }

    /// Number of steps of the run.
    #[must_use]
    pub fn n_steps(&self) -> u32 {
        self.settle + self.duration + self.tail
    }

    /// The steps whose spikes count: from onset + skip to offset.
    #[must_use]
    pub fn window(&self) -> Range<u32> {
        self.settle + self.skip..self.settle + self.duration
    }

    /// Duration of the stimulus in ms.
    #[must_use]
    pub fn duration_ms(&self) -> f64 {
        f64::from(self.duration) * self.dt
    }
}

/// Decimal fractions of a millisecond are not exact in binary; that alone moves nothing. In steps.
const NEGLIGIBLE: f64 = 1e-6;

/// `time` of `name`, in ms, in steps; also warns where it had to be rounded.
pub(super) fn to_steps(
    name: &str,
    time: f64,
    dt: f64,
    form: Form,
) -> Result<(u32, Option<String>), Problem> {
    if !time.is_finite() || time < 0.0 {
        return Err(Problem::new(
            format!(
                "{name} must be a time that is not negative, not {} ms",
                shown(time)
            ),
            format!("write for example {}", form.with(name, "300 ms")),
        ));
    }
    let exact = time / dt;
    let whole = exact.round();
    if whole > f64::from(u32::MAX) {
        return Err(Problem::new(
            format!(
                "{name} {} ms is more than 4294967295 steps of {} ms",
                shown(time),
                shown(dt)
            ),
            format!("take a shorter time or a larger {}", form.name("dt")),
        ));
    }
    let moved = ((exact - whole).abs() > NEGLIGIBLE).then(|| {
        format!(
            "{name} {time} ms is no whole number of steps of {dt} ms; {} ms is used",
            whole * dt
        )
    });
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked above"
    )]
    Ok((whole as u32, moved))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_become_whole_steps() {
        let (timing, warnings) = Timing::new(0.01, 0.0, 1000.0, 300.0, Form::Option).unwrap();
        assert_eq!((timing.n_steps(), timing.window().start), (100_000, 30_000));
        assert!(warnings.is_empty());
        let (timing, warnings) = Timing::new(0.03, 0.0, 1.0, 0.0, Form::Option).unwrap();
        assert_eq!(timing.duration, 33);
        assert_eq!(warnings.len(), 1);
    }

    #[test]
    fn bad_times_are_refused_together() {
        for dt in [0.0, -0.1, f64::NAN, f64::INFINITY] {
            assert!(Timing::new(dt, 0.0, 1.0, 0.0, Form::Option).is_err());
        }
        assert_eq!(
            Timing::new(0.1, -1.0, f64::NAN, 1e300, Form::Option)
                .unwrap_err()
                .len(),
            3
        );
        assert!(
            Timing::new(2.0, 0.0, 0.5, 0.0, Form::Option).is_err(),
            "dt longer than the duration"
        );
        assert!(
            Timing::new(2.0, 0.0, 1.5, 0.0, Form::Option).is_err(),
            "also where rounding would make it one step"
        );
        assert!(Timing::new(0.1, 0.0, 0.3 - 0.2, 0.0, Form::Option).is_ok());
        assert!(
            Timing::new(0.1, 0.0, 1.0, 1.0, Form::Option).is_err(),
            "nothing left after skip"
        );
    }
}
