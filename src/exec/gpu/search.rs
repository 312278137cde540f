//! Which shape of launch is the fastest, found while the work goes on.
//!
//! Takes the times of chunks; gives the shape of the next chunk. Any shape gives the same results, so
//! the chunks of a trial are part of the run, and all that a trial costs is the making of a kernel and
//! what a slower one loses. It climbs: the shapes beside the best are tried, chunk about with it.
//!
//! Must not know devices or kernels.

use super::launch::Launch;

/// Chunks of each of the two shapes in a trial; the fastest of each counts.
const ROUNDS: u32 = 3;

/// Shapes that are tried at most, for a device on which every change seems to help.
const MOST_TRIALS: usize = 16;

/// A shape is taken for the best if it takes less than this part of the time of the best before:
/// smaller differences are those between two runs of one shape.
const BETTER: f64 = 0.97;

/// Part of the run's time that the search may take.
const SHARE: f64 = 0.05;

/// Seconds of work below which no search begins.
const LEAST_S: f64 = 1.0;

/// The search, of one kernel on one device.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Search {
    best: Launch,
    /// The best and all that were tried; none where nothing is to be tried.
    tried: Option<Vec<Launch>>,
    trial: Option<Trial>,
    /// Seconds of chunks so far.
    work_s: f64,
    /// Seconds that the search has taken.
    spent_s: f64,
    /// Seconds of the last chunk.
    chunk_s: f64,
}

/// A shape beside the best.
#[derive(Clone, Debug, PartialEq)]
struct Trial {
    launch: Launch,
    submitted: u32,
    best: Timed,
    new: Timed,
}

/// Chunks of one shape.
#[derive(Clone, Debug, PartialEq)]
struct Timed {
    n: u32,
    /// Seconds of a step, of the fastest.
    step_s: f64,
}

impl Timed {
    const NONE: Timed = Timed {
        n: 0,
        step_s: f64::INFINITY,
    };

    fn add(&mut self, step_s: f64) {
        self.n += 1;
        self.step_s = self.step_s.min(step_s);
    }
}

impl Search {
    /// A search that begins with `first`.
    pub(super) fn from(first: Launch) -> Search {
        Search {
            tried: Some(vec![first]),
            ..Search::ended(first)
        }
    }

    /// No search: `best` it is.
    pub(super) fn ended(best: Launch) -> Search {
        Search {
            best,
            tried: None,
            trial: None,
            work_s: 0.0,
            spent_s: 0.0,
            chunk_s: 0.0,
        }
    }

    /// The same as if there had been work for hours: every trial pays.
    #[cfg(test)]
    pub(super) fn at_leisure(first: Launch) -> Search {
        Search {
            work_s: 1e6,
            ..Search::from(first)
        }
    }

    /// The best so far.
    pub(super) fn best(&self) -> Launch {
        self.best
    }

    /// The shape of the next chunk.
    pub(super) fn next(&mut self) -> Launch {
        match &mut self.trial {
            Some(trial) if trial.submitted < 2 * ROUNDS => {
                trial.submitted += 1;
                match trial.submitted % 2 {
                    0 => trial.launch,
                    _ => self.best,
                }
            }
            _ => self.best,
        }
    }

    /// Takes note that a chunk of `steps` took `seconds`.
    pub(super) fn observe(&mut self, launch: Launch, steps: u32, seconds: f64) {
        self.work_s += seconds;
        self.chunk_s = seconds;
        let Some(trial) = &mut self.trial else { return };
        let timed = if launch == trial.launch {
            &mut trial.new
        } else {
            &mut trial.best
        };
        timed.add(seconds / f64::from(steps.max(1)));
        if trial.new.n < ROUNDS || trial.best.n < ROUNDS {
            return;
        }
        let lost_s = (trial.new.step_s - trial.best.step_s) * f64::from(steps * ROUNDS);
        self.spent_s += lost_s.max(0.0);
        if trial.new.step_s < BETTER * trial.best.step_s {
            self.best = trial.launch;
        }
        self.trial = None;
    }

    /// What to try next, if that pays where the run still takes about `left_s` and a kernel
    /// `compile_s` to make. `suits` says which shapes can be.
    pub(super) fn wanted(
        &mut self,
        left_s: f64,
        compile_s: f64,
        suits: impl Fn(Launch) -> bool,
    ) -> Option<Launch> {
        let tried = self.tried.as_ref().filter(|_| self.trial.is_none())?;
        let new = |launch: &Launch| !tried.contains(launch) && suits(*launch);
        let left = tried.len() <= MOST_TRIALS;
        let Some(launch) = self.best.neighbours().find(new).filter(|_| left) else {
            self.tried = None;
            return None;
        };
        // A shape is rarely slower by half.
        let cost_s = self.spent_s + compile_s + 0.5 * f64::from(ROUNDS) * self.chunk_s;
        let run_s = self.work_s + left_s;
        let pays = left_s > 2.0 * f64::from(ROUNDS) * self.chunk_s && cost_s <= SHARE * run_s;
        (run_s >= LEAST_S && self.work_s > 0.0 && pays).then_some(launch)
    }

    /// Has it come to its end?
    pub(super) fn has_ended(&self) -> bool {
        self.tried.is_none()
    }

    /// `launch` was made in `seconds`; if it `serves`, its chunks begin.
    pub(super) fn made(&mut self, launch: Launch, seconds: f64, serves: bool) {
        self.spent_s += seconds;
        if let Some(tried) = &mut self.tried {
            tried.push(launch);
        }
        self.trial = serves.then_some(Trial {
            launch,
            submitted: 0,
            best: Timed::NONE,
            new: Timed::NONE,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Launch = Launch {
        workgroup_size: 64,
        cells: 1,
        unroll: 1,
    };

    /// Runs chunks of 100 steps, each of which takes `step_s` seconds, until the search ends or all
    /// are done; the seconds that all took, those of compilation too.
    fn climb(
        n_chunks: u32,
        compile_s: f64,
        step_s: impl Fn(Launch) -> f64,
        serves: impl Fn(Launch) -> bool,
    ) -> (Search, f64) {
        let mut search = Search::from(FIRST);
        let mut all_s = 0.0;
        let mut last_s = step_s(FIRST);
        for chunk in 0..n_chunks {
            let left_s = f64::from(n_chunks - chunk) * 100.0 * last_s;
            if let Some(launch) = search.wanted(left_s, compile_s, |_| true) {
                search.made(launch, compile_s, serves(launch));
                all_s += compile_s;
            }
            let launch = search.next();
            last_s = step_s(launch);
            search.observe(launch, 100, 100.0 * last_s);
            all_s += 100.0 * last_s;
        }
        (search, all_s)
    }

    /// The fastest is 128, 2, 4.
    fn valley(launch: Launch) -> f64 {
        let off = |n: u32, best: u32| (f64::from(n) / f64::from(best)).log2().abs();
        let off = off(launch.workgroup_size, 128) + off(launch.cells, 2) + off(launch.unroll, 4);
        1e-3 * (1.0 + 0.1 * off)
    }

    #[test]
    fn the_best_of_a_valley_is_found_and_costs_little() {
        let (search, all_s) = climb(1000, 0.05, valley, |_| true);
        let best = Launch {
            workgroup_size: 128,
            cells: 2,
            unroll: 4,
        };
        assert_eq!((search.best(), search.has_ended()), (best, true));
        assert!(all_s < 1000.0 * 100.0 * valley(FIRST), "{all_s}");
    }

    #[test]
    fn where_nothing_is_faster_little_is_lost() {
        let slower = |launch| if launch == FIRST { 1e-3 } else { 1.5e-3 };
        for compile_s in [0.01, 1.0, 100.0] {
            let (search, all_s) = climb(1000, compile_s, slower, |_| true);
            assert_eq!(search.best(), FIRST);
            assert!(all_s < 1.06 * 1000.0 * 0.1, "{all_s}");
        }
        // Differences as small as those of the clock change nothing.
        let equal = |launch: Launch| 1e-3 - 1e-5 * f64::from(launch.unroll);
        assert_eq!(climb(1000, 0.01, equal, |_| true).0.best(), FIRST);
    }

    #[test]
    fn a_short_run_is_left_alone() {
        let (search, _) = climb(9, 0.0, |_| 1e-3, |_| true);
        assert_eq!(search.tried, Some(vec![FIRST]));
    }

    #[test]
    fn a_kernel_that_does_not_serve_is_never_launched() {
        let (search, _) = climb(2000, 0.01, valley, |launch| launch.unroll == 1);
        assert_eq!((search.best().unroll, search.best().cells), (1, 2));
    }
}
