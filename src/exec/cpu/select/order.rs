//! The order of instructions in which few values are alive: fewer registers fill less of the
//! first-level cache.
//!
//! Takes the picks of a block; gives the same in another order. Each result of the block is worked
//! out with what it needs just before; whatever uses a value up, and so needs no more room than it
//! frees, follows at once: a sum over the stages of a step is kept, not the stages.
//!
//! Must not know registers.

use super::Pick;
use crate::exec::cpu::fuse::pair;
use crate::ir::{Block, Value};

/// `picks` of `block`, ordered.
#[must_use]
pub(super) fn order(block: &Block, picks: Vec<Pick>) -> Vec<Pick> {
    let mut schedule = Schedule::new(block, &picks);
    for result in block.results() {
        schedule.demand(result);
    }
    let order = schedule.order;
    let mut picks: Vec<Option<Pick>> = picks.into_iter().map(Some).collect();
    order.iter().filter_map(|&at| picks[at].take()).collect()
}

/// `picks` with the first of each pair right before its reader. Of two that could be, the first operand is it.
#[must_use]
pub(super) fn side_by_side(block: &Block, picks: Vec<Pick>) -> Vec<Pick> {
    let mut by = vec![None; block.instrs.len()];
    let mut reads = vec![0_usize; block.instrs.len()];
    for (at, pick) in picks.iter().enumerate() {
        by[pick.value] = Some(at);
        pick.src.iter().for_each(|v| reads[v.index()] += 1);
    }
    block.results().for_each(|v| reads[v.index()] += 1);
    // The reader of each first.
    let mut reader = vec![None; picks.len()];
    for (at, pick) in picks.iter().enumerate() {
        let first = pick.src.iter().enumerate().find_map(|(position, v)| {
            let first = by[v.index()].filter(|_| reads[v.index()] == 1)?;
            pair(picks[first].code, pick.code, position)?;
            // Neither is one of another pair; readers come later.
            let is_second = reader[..first].contains(&Some(first));
            (!is_second).then_some(first)
        });
        if let Some(first) = first {
            reader[first] = Some(at);
        }
    }
    let mut first_of = vec![None; picks.len()];
    for (first, reader) in reader.iter().enumerate() {
        if let Some(reader) = reader {
            first_of[*reader] = Some(first);
        }
    }
    let order = (0..picks.len()).filter(|&at| reader[at].is_none());
    let order: Vec<usize> = order
        .flat_map(|at| first_of[at].into_iter().chain([at]))
        .collect();
    let mut picks: Vec<Option<Pick>> = picks.into_iter().map(Some).collect();
    order.iter().filter_map(|&at| picks[at].take()).collect()
}

struct Schedule<'a> {
    picks: &'a [Pick],
    /// Which pick computes a value.
    by: Vec<Option<usize>>,
    /// Picks that read the value of a pick.
    readers: Vec<Vec<usize>>,
    /// Reads of the value of a pick that are still to come; a result of the block has one more.
    reads: Vec<usize>,
    /// Values that are alive at once, at least, while that of a pick is worked out by itself
    /// (Sethi & Ullman 1970, J ACM 17:715).
    need: Vec<usize>,
    done: Vec<bool>,
    order: Vec<usize>,
}

impl<'a> Schedule<'a> {
    fn new(block: &Block, picks: &'a [Pick]) -> Self {
        let mut by = vec![None; block.instrs.len()];
        for (at, pick) in picks.iter().enumerate() {
            by[pick.value] = Some(at);
        }
        let mut readers = vec![Vec::new(); picks.len()];
        for (at, pick) in picks.iter().enumerate() {
            for read in sources(pick, &by) {
                readers[read].push(at);
            }
        }
        let mut reads: Vec<usize> = readers.iter().map(Vec::len).collect();
        for at in block.results().filter_map(|v| by[v.index()]) {
            reads[at] += 1;
        }
        let mut need: Vec<usize> = Vec::with_capacity(picks.len());
        for pick in picks {
            let mut parts: Vec<usize> = sources(pick, &by).map(|read| need[read]).collect();
            parts.sort_unstable_by(|a, b| b.cmp(a));
            let held = parts.iter().enumerate().map(|(i, part)| part + i);
            need.push(held.max().unwrap_or(1));
        }
        Schedule {
            picks,
            by,
            readers,
            reads,
            need,
            done: vec![false; picks.len()],
            order: Vec::with_capacity(picks.len()),
        }
    }

    /// Puts down all that `value` needs, what needs most first, and it.
    fn demand(&mut self, value: Value) {
        let mut wanted: Vec<usize> = self.by[value.index()].into_iter().collect();
        while let Some(&at) = wanted.last() {
            let missing = sources(&self.picks[at], &self.by).filter(|&read| !self.done[read]);
            match missing.max_by_key(|&read| (self.need[read], std::cmp::Reverse(read))) {
                Some(read) => wanted.push(read),
                None => {
                    wanted.pop();
                    self.put(at);
                }
            }
        }
    }

    /// Puts down a pick whose sources are there, and those that then use up what they read.
    fn put(&mut self, first: usize) {
        let mut ready = vec![first];
        while let Some(at) = ready.pop() {
            if self.done[at] {
                continue;
            }
            self.done[at] = true;
            self.order.push(at);
            let reads: Vec<usize> = sources(&self.picks[at], &self.by).collect();
            for &read in &reads {
                self.reads[read] -= 1;
            }
            // Their last reads may now be those of a reader that has waited for this one.
            let around = reads.iter().chain([&at]).flat_map(|&v| &self.readers[v]);
            let follow = around.copied().filter(|&reader| self.frees(reader));
            ready.extend(follow.collect::<Vec<_>>().into_iter().rev());
        }
    }

    /// Can it be put down, and does it free what it reads?
    fn frees(&self, at: usize) -> bool {
        let mut reads = sources(&self.picks[at], &self.by).peekable();
        let is_ready = reads.peek().is_some() && reads.all(|read| self.done[read]);
        let last = |read: usize| {
            let here = sources(&self.picks[at], &self.by).filter(|&r| r == read);
            self.reads[read] == here.count()
        };
        !self.done[at] && is_ready && sources(&self.picks[at], &self.by).any(last)
    }
}

/// The picks whose values a pick reads.
fn sources<'a>(pick: &'a Pick, by: &'a [Option<usize>]) -> impl Iterator<Item = usize> + 'a {
    pick.src.iter().filter_map(|v| by[v.index()])
}

#[cfg(test)]
mod tests {
    use super::super::select;
    use super::*;
    use crate::exec::cpu::curves::LookedUp;
    use crate::ir::{Builder, Slot, Type, UnaryOp};

    /// Values that are alive at once, at most.
    fn most_alive(block: &Block, picks: &[Pick]) -> usize {
        let results: Vec<usize> = block.results().map(Value::index).collect();
        let last = |value: usize| {
            let reads = |pick: &Pick| pick.src.iter().any(|v| v.index() == value);
            let kept = results.contains(&value).then_some(picks.len());
            kept.or_else(|| picks.iter().rposition(reads)).unwrap_or(0)
        };
        let ends: Vec<usize> = picks.iter().map(|pick| last(pick.value)).collect();
        let alive = |at: usize| (0..=at).filter(|&i| ends[i] > at).count();
        (0..picks.len()).map(alive).max().unwrap_or(0)
    }

    /// Twelve exponentials, then their sum.
    fn sum_of_exponentials() -> Block {
        let mut b = Builder::new("test");
        let exponentials: Vec<Value> = (0..12)
            .map(|i| {
                let x = b.load(Slot::State(i), Type::Float);
                b.unary(UnaryOp::Exp, x)
            })
            .collect();
        let first = exponentials[0];
        let sum = exponentials[1..]
            .iter()
            .fold(first, |sum, &e| b.add(sum, e));
        b.store(Slot::State(0), sum);
        b.finish()
    }

    #[test]
    fn what_is_used_up_is_used_at_once() {
        let block = sum_of_exponentials();
        let picks = select(&block, None, &LookedUp::default());
        assert!(most_alive(&block, &picks) <= 6);
        let mut written = picks.clone();
        written.sort_by_key(|pick| pick.value);
        assert_eq!(most_alive(&block, &written), 12);
    }

    #[test]
    fn operands_come_before_their_uses_and_nothing_is_lost() {
        let block = sum_of_exponentials();
        let picks = select(&block, None, &LookedUp::default());
        for (at, pick) in picks.iter().enumerate() {
            let computed =
                |v: &&Value| !matches!(block.instrs[v.index()].op, crate::ir::Op::Load(_));
            for v in pick.src.iter().filter(computed) {
                assert!(picks[..at].iter().any(|before| before.value == v.index()));
            }
        }
        assert_eq!(picks.len(), 12 + 3, "sums of five terms are one");
    }
}
