//! How many cells a tile takes: as many as fit in memory and are done in about half a minute.
//!
//! Takes measured times and failures; gives the size of the next tile. Results do not depend on it.

use crate::exec::ExecError;
use crate::ir::Type;
use crate::plan::{Output, Plan};

/// Most seconds of work in a tile: what an interruption may lose.
const MOST_S: f64 = 30.0;
/// A tile takes at most so many times as long as all before it, so that a short run loses little.
const GROWTH: f64 = 4.0;
/// A tile may always take so many seconds.
const LEAST_S: f64 = 2.0;
/// Most cells of a tile; more make nothing faster.
const MOST_CELLS: u64 = 1 << 18;
/// Bytes of a tile's parameters and results on the host; about four tiles are held at a time.
const MOST_BYTES: u64 = 64 << 20;
/// Cell-steps of the first tile, before anything is known of the engine's speed.
const FIRST_WORK: u64 = 500_000_000;
/// Least cells of the first tile: fewer would leave most of a device idle.
const FIRST_CELLS: u64 = 4096;
/// Device faults in a row after which the engine is given up.
const MOST_FAULTS: u32 = 5;

/// The size of tiles.
pub(super) struct Pace {
    /// Cells of the next tile.
    size: u64,
    /// Most that fit.
    most: u64,
    /// Seconds of all tiles so far.
    elapsed: f64,
    /// Device faults since the last tile that was done.
    faults: u32,
}

impl Pace {
    /// For `plan` on an engine that takes at most `tile_cells`.
    pub(super) fn new(plan: &Plan, tile_cells: u64) -> Pace {
        let fitting = MOST_BYTES / bytes_per_cell(plan).max(1);
        let most = tile_cells.min(MOST_CELLS).min(fitting).max(1);
        let first = FIRST_WORK / u64::from(plan.schedule().n_steps.max(1));
        Pace {
            size: first.max(FIRST_CELLS).min(most),
            most,
            elapsed: 0.0,
            faults: 0,
        }
    }

    /// Most cells that a tile may grow to.
    pub(super) fn most(&self) -> u64 {
        self.most
    }

    /// Cells of the next tile.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// `n` cells took `seconds`. Sizes are powers of two, so that they change seldom: engines keep
    /// their memory from a tile to the next of the same size.
    pub(super) fn observe(&mut self, n: u64, seconds: f64) {
        self.faults = 0;
        self.elapsed += seconds;
        let wanted = (GROWTH * self.elapsed).clamp(LEAST_S, MOST_S);
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let fitting = n as f64 * wanted / seconds.max(1e-6);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "positive; beyond the bound it does not matter"
        )]
        let fitting = (fitting as u64).clamp(1, self.most);
        self.size = match fitting {
            all if all == self.most => all,
            part => 1 << part.ilog2(),
        };
    }

    /// A tile of `n` cells failed for `error`: is it to be tried again, in halves?
    pub(super) fn halve(&mut self, n: u64, error: &ExecError) -> bool {
        let again = match error {
            ExecError::TooLarge(_) => n > 1,
            ExecError::Device(_) => {
                self.faults += 1;
                self.faults < MOST_FAULTS
            }
            ExecError::NoDevice(_)
            | ExecError::Misuse(_)
            | ExecError::Sink(_)
            | ExecError::Interrupted => false,
        };
        if again {
            self.most = (n / 2).max(1);
            self.size = self.most;
        }
        again
    }
}

/// Bytes on the host: a column of doubles per parameter, and what is read back.
pub(super) fn bytes_per_cell(plan: &Plan) -> u64 {
    let layout = plan.layout();
    let types = layout.types();
    let size = |ty: Option<Type>| if ty == Some(Type::Float) { 8 } else { 4 };
    let output = |output: &Output| match *output {
        Output::Slot(slot) => size(types.of(slot)),
        Output::Stream(i) => {
            let stream = &layout.streams[usize::from(i)];
            size(Some(stream.ty)) * u64::from(stream.capacity)
        }
    };
    8 * layout.params.len() as u64 + plan.outputs().iter().map(output).sum::<u64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(most: u64) -> Pace {
        Pace {
            size: 1000.min(most),
            most,
            elapsed: 0.0,
            faults: 0,
        }
    }

    #[test]
    fn a_tile_takes_about_half_a_minute_within_what_fits() {
        let mut pace = pace(100_000);
        pace.observe(1000, 0.1);
        assert_eq!(pace.size(), 16_384, "two seconds");
        pace.observe(16_384, 1.9);
        assert_eq!(pace.size(), 65_536, "eight seconds");
        pace.observe(65_536, 8.0);
        assert_eq!(pace.size(), 100_000);
        pace.observe(100_000, 3000.0);
        assert_eq!(pace.size(), 512);
        pace.observe(1, 1e9);
        assert_eq!(pace.size(), 1);
        pace.observe(1, 0.0);
        assert_eq!(pace.size(), 100_000);
    }

    #[test]
    fn faults_halve_the_tile_until_they_are_too_many() {
        let fault = ExecError::Device("gone".into());
        let mut pace = pace(1000);
        let sizes: Vec<u64> = std::iter::from_fn(|| {
            let size = pace.size();
            pace.halve(size, &fault).then(|| pace.size())
        })
        .collect();
        assert_eq!(sizes, [500, 250, 125, 62]);
        pace.observe(62, 1e-9);
        assert_eq!(pace.size(), 62, "what failed once is not tried again");
        assert!(pace.halve(62, &fault));
    }

    #[test]
    fn what_is_too_large_is_halved_down_to_one_cell() {
        let large = ExecError::TooLarge("out of memory".into());
        let mut pace = pace(1000);
        while pace.halve(pace.size(), &large) {}
        assert_eq!(pace.size(), 1);
        assert!(!pace.halve(1, &ExecError::Interrupted));
    }
}
