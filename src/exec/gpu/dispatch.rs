//! How much goes into one dispatch.
//!
//! Takes numbers of cells and steps and how long past chunks took; gives the grid of workgroups
//! and the next chunk. Pure.

use super::launch::Launch;

/// Seconds that a chunk should take on hardware: far below every watchdog (2 s on Windows), far
/// above the cost of a submission (about 50 µs).
const HARDWARE_TARGET_S: f64 = 0.1;

/// The same on a software driver, where an interruption should be answered, too.
const SOFTWARE_TARGET_S: f64 = 0.05;

/// Cell-steps of the first chunk, whose time is not known: safe on the slowest device.
const FIRST_CELL_STEPS: u32 = 1 << 22;

/// Steps of the first chunk of few cells.
const FIRST_STEPS: u32 = 16;

/// Most steps of a chunk: llvmpipe ends any loop after 65,535 rounds, without a word. On hardware a
/// chunk of so many steps is long past the cost of its submission.
const MOST_STEPS: u32 = 1 << 15;

/// Most that a chunk may grow over the one before.
const GROWTH: f64 = 4.0;

/// How long the next chunk may be.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pace {
    target_s: f64,
    most: u32,
    steps: u32,
    /// Seconds of a step, by the last chunk; infinite where there was none.
    step_s: f64,
    /// Do chunks take about their time, as far as they may?
    settled: bool,
}

impl Pace {
    /// `most` is the plan's bound on the steps of a chunk.
    pub(super) fn new(hardware: bool, n_cells: u32, most: u32) -> Pace {
        let most = most.clamp(1, MOST_STEPS);
        let target_s = if hardware {
            HARDWARE_TARGET_S
        } else {
            SOFTWARE_TARGET_S
        };
        Pace {
            target_s,
            most,
            steps: (FIRST_CELL_STEPS / n_cells.max(1)).clamp(1, FIRST_STEPS.min(most)),
            step_s: f64::INFINITY,
            settled: false,
        }
    }

    /// Steps of the next chunk.
    pub(super) fn steps(&self) -> u32 {
        self.steps
    }

    /// Seconds that `steps` take if they are like the last.
    pub(super) fn expected(&self, steps: u32) -> f64 {
        f64::from(steps) * self.step_s
    }

    /// Takes note that a chunk of `steps` took `seconds`.
    pub(super) fn observe(&mut self, steps: u32, seconds: f64) {
        self.step_s = seconds / f64::from(steps.max(1));
        let ratio = (self.target_s / seconds.max(1e-9)).clamp(1.0 / GROWTH, GROWTH);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "positive; casts saturate"
        )]
        let steps = (f64::from(steps) * ratio) as u32;
        self.steps = steps.clamp(1, self.most);
        self.settled = (0.5..2.0).contains(&ratio) || self.steps == self.most;
    }

    /// Is one chunk like the next?
    pub(super) fn settled(&self) -> bool {
        self.settled
    }
}

/// Workgroups of a dispatch, in two dimensions because one has at most `most`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Groups {
    pub(super) x: u32,
    pub(super) y: u32,
}

impl Groups {
    /// Those of `launch` over `n_cells`; none where two dimensions do not suffice.
    pub(super) fn of(n_cells: u32, launch: Launch, most: u32) -> Option<Groups> {
        let invocations = n_cells.div_ceil(launch.cells);
        let groups = invocations.div_ceil(launch.workgroup_size).max(1);
        let x = groups.min(most.max(1));
        let y = groups.div_ceil(x);
        (y <= most).then_some(Groups { x, y })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_reach_their_time_and_stay_within_bounds() {
        let cell_step_s = 1e-5;
        let mut pace = Pace::new(true, 1000, u32::MAX);
        for _ in 0..10 {
            let steps = pace.steps();
            pace.observe(steps, f64::from(steps) * cell_step_s);
        }
        assert!((9_000..11_000).contains(&pace.steps()), "{pace:?}");
        assert!(pace.settled());
        assert!((pace.expected(7) - 7.0 * cell_step_s).abs() < 1e-9);
        pace.observe(10_000, 1e9);
        assert_eq!((pace.steps(), pace.settled()), (2_500, false));
        pace.observe(1, 1e9);
        assert_eq!(pace.steps(), 1);
        let mut bounded = Pace::new(false, 1000, 7);
        bounded.observe(7, 0.0);
        assert_eq!(bounded.steps(), 7);
        assert_eq!(Pace::new(true, 10_000_000, u32::MAX).steps(), 1);
        let mut fast = Pace::new(false, 1, u32::MAX);
        for _ in 0..20 {
            fast.observe(fast.steps(), 1e-9);
        }
        assert_eq!(fast.steps(), MOST_STEPS);
    }

    #[test]
    fn the_grid_covers_all_cells_without_a_row_to_spare() {
        for cells in [1, 2, 4] {
            let launch = Launch {
                workgroup_size: 64,
                cells,
                unroll: 1,
            };
            for n in [1, 63, 64, 65, 64 * 65_535, 64 * 65_535 + 1, 1 << 29] {
                let groups = Groups::of(n, launch, 65_535).expect("fits");
                let row = u64::from(groups.x * 64 * cells);
                assert!(row * u64::from(groups.y) >= u64::from(n));
                assert!(row * u64::from(groups.y - 1) < u64::from(n));
            }
            assert_eq!(Groups::of(64 * cells * 5, launch, 2), None);
        }
    }
}
