//! Steps, their length, and how much of the work an engine may take at once.
//!
//! Takes whole numbers of steps; gives chunks and tiles. Time is an integer here: `t = step·dt`,
//! never a running sum.

use std::ops::Range;

/// Steps and their length.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Schedule {
    /// Length of a step, in ms.
    pub dt: f64,
    /// Number of steps.
    pub n_steps: u32,
}

impl Schedule {
    /// Is this a schedule that can be run? The error says what is wrong.
    ///
    /// # Errors
    /// A step length that is not positive and finite, or no steps.
    pub fn check(&self) -> Result<(), String> {
        if !(self.dt.is_finite() && self.dt > 0.0) {
            return Err(format!(
                "dt must be positive and finite, not {} ms",
                self.dt
            ));
        }
        if self.n_steps == 0 {
            return Err("the run has no steps; give a longer --duration or a smaller --dt".into());
        }
        Ok(())
    }

    /// The steps cut into stretches of at most `chunk_steps`.
    pub fn chunks(&self, chunk_steps: u32) -> impl Iterator<Item = Range<u32>> + use<> {
        let (n_steps, size) = (self.n_steps, chunk_steps.max(1));
        (0..n_steps.div_ceil(size))
            .map(move |k| k * size..n_steps.min((k + 1).saturating_mul(size)))
    }
}

/// Bounds on what an engine may hold or do at once. They change speed and memory, never results;
/// tests lower them to reach every path in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most cells on the device at once (a tile).
    pub tile_cells: u64,
    /// Most steps in one dispatch (a chunk).
    pub chunk_steps: u32,
    /// Most bytes in one device buffer.
    pub buffer_bytes: u64,
    /// Most threads of the CPU engine.
    pub threads: usize,
}

impl Default for Limits {
    /// As much as the engine sees fit.
    fn default() -> Self {
        Limits {
            tile_cells: u64::MAX,
            chunk_steps: u32::MAX,
            buffer_bytes: u64::MAX,
            threads: usize::MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_every_step_once() {
        for n_steps in [1, 2, 7, 100] {
            for chunk in [1, 3, 7, 8, u32::MAX] {
                let schedule = Schedule { dt: 0.1, n_steps };
                let steps: Vec<u32> = schedule.chunks(chunk).flatten().collect();
                assert_eq!(steps, (0..n_steps).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn a_schedule_needs_steps_of_positive_length() {
        for dt in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Schedule { dt, n_steps: 1 }.check().is_err());
        }
        assert!(
            Schedule {
                dt: 0.1,
                n_steps: 0
            }
            .check()
            .is_err()
        );
        assert!(
            Schedule {
                dt: 0.1,
                n_steps: 1
            }
            .check()
            .is_ok()
        );
    }
}
