//! The rewrites that make a step cheaper: one file each, with its test and its bound on the error.
//!
//! Takes the blocks of a step as they were written; gives blocks of the same meaning, within the
//! stated bounds. The reference runs blocks that no pass has touched, so every comparison with it
//! checks the passes, too. Each can be left out by name ([`Passes::without`]).
//!
//! Must not know models or engines.

mod powers;
mod reciprocals;
mod sigmoids;
mod sums;

use super::Block;

/// A rewrite: one row of [`PASSES`].
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    /// Its name in options.
    pub name: &'static str,
    /// What it does, in a line.
    pub doc: &'static str,
    /// By how much results may change, in words.
    pub bound: &'static str,
    /// Does it.
    run: fn(&Block) -> Block,
}

/// Every rewrite, in the order in which they are made.
pub const PASSES: &[Pass] = &[
    sigmoids::SIGMOIDS,
    powers::POWERS,
    reciprocals::RECIPROCALS,
    sums::SUMS,
];

/// Which rewrites are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passes {
    /// For each of [`PASSES`], is it made?
    made: [bool; PASSES.len()],
}

impl Passes {
    /// All of them.
    pub const ALL: Passes = Passes {
        made: [true; PASSES.len()],
    };

    /// None of them: what the reference runs.
    pub const NONE: Passes = Passes {
        made: [false; PASSES.len()],
    };

    /// The same without the one of this name; none where there is no such pass.
    #[must_use]
    pub fn without(mut self, name: &str) -> Option<Passes> {
        let index = PASSES.iter().position(|pass| pass.name == name)?;
        self.made[index] = false;
        Some(self)
    }

    /// The names of those that are left out.
    pub fn left_out(&self) -> impl Iterator<Item = &'static str> {
        let left_out = PASSES.iter().zip(self.made).filter(|(_, made)| !made);
        left_out.map(|(pass, _)| pass.name)
    }

    /// `block` after the passes.
    #[must_use]
    pub fn apply(&self, block: &Block) -> Block {
        let made = PASSES.iter().zip(self.made).filter(|(_, made)| *made);
        made.fold(block.clone(), |block, (pass, _)| (pass.run)(&block))
    }
}

impl Default for Passes {
    fn default() -> Passes {
        Passes::ALL
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Environment, Literal, Slot, Value, evaluate};
    use super::*;

    /// What `block` stores, one after the other, where its slots are as `load` says.
    pub(super) fn stored(block: &Block, load: impl Fn(Slot) -> Option<f64>) -> Vec<f64> {
        let env = Environment {
            load: &|slot| load(slot).map(Literal::Float),
            step: 0,
            tables: &[],
        };
        let values = evaluate(block, &env);
        let value = |&(_, v): &(Slot, Value)| values[v.index()].as_f64();
        block.stores.iter().map(value).collect()
    }

    #[test]
    fn a_pass_is_left_out_by_its_name() {
        for pass in PASSES {
            assert_ne!(Passes::ALL.without(pass.name), Some(Passes::ALL));
        }
        assert_eq!(Passes::ALL.without("no such pass"), None);
        let all = PASSES
            .iter()
            .try_fold(Passes::ALL, |passes, pass| passes.without(pass.name));
        assert_eq!(all, Some(Passes::NONE));
    }
}
