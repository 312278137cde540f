//! Conditions: a comparison for which only guarded blocks wait, such as v ≥ threshold. It is looked at part by part, and
//! its truth values are written down only in parts where it holds somewhere; in most steps nothing is written.
//!
//! Takes the blocks of a step; moves such comparisons from the block that ends with one to the guard. Must not know
//! plans or vector instructions.

use super::loops::from_one;
use super::math::Elementary;
use super::operands::split;
use super::program::{Code, CodeBlock, Guard, Inst, Memory};
use super::real::Real;
use super::register::{PART, set_bits};

/// Makes a condition of each comparison that ends a block and is read by the guarded blocks right behind alone.
pub(super) fn take_conditions<R: Real>(blocks: &mut [CodeBlock<R>]) {
    for at in 0..blocks.len().saturating_sub(1) {
        let Some(&last) = blocks[at].insts.last() else {
            continue;
        };
        let guard = Guard::Lanes(last.dst);
        let is_comparison = matches!(last.code, Code::GtK | Code::GeK);
        let guarded = blocks[at + 1..].iter().take_while(|b| b.guard == guard);
        let behind = at + 1..at + 1 + guarded.count();
        let is_used = |(index, block): (usize, &CodeBlock<R>)| {
            let latches = block.deferral.iter().flat_map(|d| &d.latches);
            let reads = |inst: &Inst<R>| inst.src.contains(&last.dst);
            let is_here = behind.contains(&index);
            let insts = || block.insts.iter();
            latches.into_iter().any(|&(from, _)| from == last.dst)
                || (!is_here && (block.guard == guard || insts().any(reads)))
                || (index != at && insts().any(|inst| inst.written() == Some(last.dst)))
        };
        let is_written_once = || {
            let writers = blocks[at].insts.iter();
            writers.filter(|i| i.written() == Some(last.dst)).count() == 1
        };
        if blocks[at].guard == Guard::Always
            && is_comparison
            && !behind.is_empty()
            && is_written_once()
            && !blocks.iter().enumerate().any(is_used)
        {
            blocks[at].insts.pop();
            blocks[at + 1].condition = Some(last);
        }
    }
}

/// The parts of the tile in which the condition holds in some lane. Its truth values are in its register in these, and in
/// all where there are as many as `many`.
#[inline(always)]
pub(super) fn parts_where<R: Elementary>(
    condition: &Inst<R>,
    memory: &mut Memory<R>,
    many: u32,
) -> u32 {
    let level = condition.k[0];
    match condition.code {
        Code::GtK => look(condition, memory, many, |a| a > level),
        _ => look(condition, memory, many, |a| a >= level),
    }
}

#[inline(always)]
fn look<R: Elementary>(
    condition: &Inst<R>,
    memory: &mut Memory<R>,
    many: u32,
    holds: impl Fn(R) -> bool,
) -> u32 {
    let (source, n_parts) = (condition.src[0], R::LANES / PART);
    let lanes = &memory.registers[usize::from(source)];
    let parts = lanes.parts_where(|a| R::mask(holds(a))) & memory.filled;
    let written = if parts.count_ones() < many {
        parts
    } else {
        (1 << n_parts) - 1
    };
    for part in set_bits(written) {
        let (mask, others) = split::<R, PART>(&mut memory.registers, condition.dst, part);
        from_one(mask, others.part(source, part), |a| R::mask(holds(a)));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::super::program::Deferral;
    use super::*;

    fn inst(code: Code, dst: u16, from: &[u16]) -> Inst<f64> {
        Inst::of(code, dst, from, [])
    }

    fn block(guard: Guard, insts: &[Inst<f64>]) -> CodeBlock<f64> {
        CodeBlock {
            guard,
            condition: None,
            is_known: false,
            insts: insts.to_vec(),
            deferral: None,
        }
    }

    /// v moves, and where it is beyond its threshold it is reset.
    fn step() -> Vec<CodeBlock<f64>> {
        let spike = inst(Code::GeK, 5, &[0]);
        vec![
            block(Guard::Always, &[inst(Code::AddK, 0, &[0]), spike]),
            block(Guard::Lanes(5), &[inst(Code::SelectK, 0, &[5, 0])]),
            block(Guard::Lanes(5), &[inst(Code::SelectK, 1, &[5, 1])]),
        ]
    }

    fn is_taken(mut blocks: Vec<CodeBlock<f64>>) -> bool {
        take_conditions(&mut blocks);
        blocks[1].condition.is_some() && blocks[0].insts.len() == 1
    }

    #[test]
    fn a_comparison_for_guards_alone_is_taken() {
        assert!(is_taken(step()));
        let mut rises = step();
        rises[0].insts[1].code = Code::RiseGe;
        assert!(!is_taken(rises));
    }

    #[test]
    fn a_comparison_that_others_read_is_not() {
        let mut read_here = step();
        read_here[0].insts.insert(0, inst(Code::Copy, 7, &[5]));
        assert!(!is_taken(read_here));
        let mut guards_later = step();
        guards_later.insert(2, block(Guard::Always, &[]));
        assert!(!is_taken(guards_later));
        let mut written_behind = step();
        written_behind[1].insts.push(inst(Code::Copy, 5, &[0]));
        assert!(!is_taken(written_behind));
        let mut kept = step();
        kept[1].deferral = Some(Deferral {
            pending: 8,
            latches: vec![(5, 9)],
        });
        assert!(!is_taken(kept));
    }
}
