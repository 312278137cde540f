//! Random words of a tile, kept until their step: one block of Philox gives those of four steps, so a
//! step of noise costs a quarter of it and a comparison.
//!
//! Takes what [`step_word`] takes, for all lanes of a tile; gives the same words. What is kept stands
//! beside all that it is a function of and is made anew where that differs, so nothing has to be
//! forgotten when a tile gets other cells, begins in the middle of a block, or runs for the second
//! time.
//!
//! Must not know instructions or registers.
//!
//! [`step_word`]: crate::random::step_word

use super::real::Real;
use crate::random::philox;

/// What is kept for a tile.
#[derive(Debug, Default)]
pub(super) struct Draws(Vec<Block>);

/// The words of four steps in one stream of all lanes.
#[derive(Debug)]
struct Block {
    key: [u32; 2],
    stream: u32,
    /// The number of the step, div 4.
    quarter: u32,
    /// Both halves of the cells' numbers, the low ones first.
    cells: [Box<[u32]>; 2],
    words: [Box<[u32]>; 4],
}

impl Draws {
    /// The word of each lane in `step`; `low` and `high` are lanes with the halves of the cells' numbers.
    #[inline(always)]
    pub(super) fn words<R: Real>(
        &mut self,
        key: [u32; 2],
        stream: u32,
        [low, high]: [&[R]; 2],
        step: u32,
    ) -> &[u32] {
        let known = |block: &Block| block.key == key && block.stream == stream;
        let quarter = step >> 2;
        let index = match self.0.iter().position(known) {
            Some(index) => index,
            None => {
                self.0.push(Block::new(key, stream, low.len()));
                self.0.len() - 1
            }
        };
        let block = &mut self.0[index];
        let mut other = block.quarter ^ quarter;
        let (low, high) = (&low[..R::LANES], &high[..R::LANES]);
        let [lows, highs] = block.cells.each_mut().map(|half| &mut half[..R::LANES]);
        for i in 0..R::LANES {
            other |= (lows[i] ^ low[i].to_word()) | (highs[i] ^ high[i].to_word());
        }
        if other != 0 {
            block.quarter = quarter;
            let words = block.words.each_mut().map(|words| &mut words[..R::LANES]);
            let [first, second, third, fourth] = words;
            for i in 0..R::LANES {
                (lows[i], highs[i]) = (low[i].to_word(), high[i].to_word());
                let counter = [lows[i], quarter, stream, highs[i]];
                [first[i], second[i], third[i], fourth[i]] = philox(counter, key);
            }
        }
        &block.words[step as usize % 4]
    }
}

impl Block {
    /// With the words of no step, since there is none of this number.
    #[cold]
    fn new(key: [u32; 2], stream: u32, n_lanes: usize) -> Self {
        let lanes = || vec![0; n_lanes].into_boxed_slice();
        Block {
            key,
            stream,
            quarter: u32::MAX,
            cells: std::array::from_fn(|_| lanes()),
            words: std::array::from_fn(|_| lanes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::step_word;

    /// Streams, seeds and cells in turns, a step again, and steps out of order.
    #[test]
    fn words_are_those_of_the_step_whatever_was_asked_before() {
        let mut draws = Draws::default();
        let cells = |of: u32| -> [<f32 as Real>::Lanes; 2] {
            let lane = |i: usize| of.wrapping_mul(1000).wrapping_add(i as u32);
            let low = std::array::from_fn(|i| f32::word(lane(i)));
            let mut high = f32::lanes(f32::word(of / 2));
            // Cells that differ in one half of one lane.
            high[of as usize] = f32::word(77);
            [low, high]
        };
        let mut rng = fastrand::Rng::with_seed(3);
        let mut step = 0;
        for _ in 0..2000 {
            let (stream, of) = (rng.u32(..2), rng.u32(..2));
            let seed = [7, 7 << 32, 0][rng.usize(..3)];
            step = match rng.u8(..8) {
                0 => rng.u32(..),
                1 => step,
                _ => step.wrapping_add(1),
            };
            let [low, high] = cells(of);
            let key = [seed as u32, (seed >> 32) as u32];
            let words = draws.words(key, stream, [&low, &high], step);
            for i in [0, 1, 2, f32::LANES / 2, f32::LANES - 1] {
                let cell = [low[i].to_word(), high[i].to_word()];
                assert_eq!(words[i], step_word(seed, stream, cell, step), "lane {i}");
            }
        }
        assert_eq!(draws.0.len(), 6);
    }
}
