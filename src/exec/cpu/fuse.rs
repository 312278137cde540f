//! Pairs: two instructions in one loop, so that what the first gives stays in the processor's registers.
//!
//! Takes the instructions of a block; gives the same, where some of them stand for the one behind them as
//! well: a value that one instruction alone reads is neither stored nor loaded, and a division in it is
//! carried out beside the arithmetic of its reader. That the two are side by side is `select::order`'s work.
//!
//! Must not know blocks, guards, or what instructions do beyond their operands.

use super::program::{Code, Inst, NO_REGISTER, immediates};
use super::real::Real;

/// What the two become: `first` gives what `second` reads at the given position.
#[must_use]
pub(super) fn pair(first: Code, second: Code, position: usize) -> Option<Code> {
    Some(match (first, second, position) {
        (Code::OverExprelGiven, Code::Gate, 0) => Code::OverExprelGate,
        (Code::OverPositive, Code::Gate, 1) => Code::OverPositiveGate,
        (Code::Exp2Affine | Code::Exp2Shifted, Code::Sum, 1..) => Code::Exp2Sum,
        (Code::Exp2Affine | Code::Exp2Shifted, Code::Sum4, 1..) => Code::Exp2Sum4,
        (Code::Exp2Affine | Code::Exp2Shifted, Code::Sum5, 1..) => Code::Exp2Sum5,
        (Code::Sum, Code::RelaxMembrane, 0) => Code::SumRelax,
        (Code::CubeMulK, Code::FmaShift, 0) => Code::CubeShift,
        (Code::CubeMulK, Code::Fnma, 0 | 1) => Code::CubeShift,
        (Code::Pow4K, Code::FmaShift, 0) => Code::Pow4Shift,
        (Code::Pow4K, Code::Fnma, 0 | 1) => Code::Pow4Shift,
        _ => return None,
    })
}

/// `insts` with pairs; registers from `scratch` on hold nothing beyond the block.
pub(super) fn with_pairs<R: Real>(mut insts: Vec<Inst<R>>, scratch: u16) -> Vec<Inst<R>> {
    let mut at = 0;
    while at + 1 < insts.len() {
        if let Some((code, position)) = fitting(&insts[at..], scratch) {
            let second = &mut insts[at + 1];
            second.src[position] = NO_REGISTER;
            match second.code {
                // With the power for b, the first that has a weight.
                Code::Sum | Code::Sum4 | Code::Sum5 => {
                    second.src.swap(1, position);
                    second.k.swap(1, position);
                }
                // c − a·b, with the power for a, as c + a·(−1)·(b + 0).
                Code::Fnma => {
                    second.src.swap(0, position);
                    second.k = immediates([R::ZERO, -R::ONE]);
                }
                _ => {}
            }
            let dst = second.dst;
            insts[at] = Inst {
                code,
                dst,
                ..insts[at]
            };
            at += 1;
        }
        at += 1;
    }
    insts
}

/// What the first two instructions become, and at which position the second reads the first, if they are a pair
/// and nobody else reads the first.
fn fitting<R: Real>(insts: &[Inst<R>], scratch: u16) -> Option<(Code, usize)> {
    let [first, second, behind @ ..] = insts else {
        return None;
    };
    let reads = |inst: &Inst<R>| inst.src.contains(&first.dst);
    let position = second.src.iter().position(|&r| r == first.dst)?;
    let code = pair(first.code, second.code, position)?;
    let reads_once = !second.src[position + 1..].contains(&first.dst);
    // Until it is written anew, nobody else reads it.
    let ends = second.written() == Some(first.dst);
    let mut to_its_end = behind
        .iter()
        .take_while(|inst| !ends && (reads(inst) || inst.written() != Some(first.dst)));
    let is_alone = first.dst >= scratch && !to_its_end.any(reads);
    let is_apart = !first.src.contains(&second.dst);
    // There is no loop in which a current is written over the rest of its sum; relaxations keep it aside.
    let is_current = matches!(code, Code::CubeShift | Code::Pow4Shift);
    let has_loop = !is_current || second.src[2] != second.dst;
    (reads_once && is_alone && is_apart && has_loop).then_some((code, position))
}

#[cfg(test)]
mod tests {
    use super::super::program::sources;
    use super::*;

    const SCRATCH: u16 = 10;

    fn inst(code: Code, dst: u16, from: &[u16]) -> Inst<f64> {
        Inst::of(code, dst, from, [])
    }

    fn codes(insts: Vec<Inst<f64>>) -> Vec<Code> {
        let paired = with_pairs(insts, SCRATCH);
        paired.iter().map(|inst| inst.code).collect()
    }

    /// The rates of a gate and the gate.
    fn gate() -> Vec<Inst<f64>> {
        vec![
            inst(Code::MulK, 12, &[2]),
            inst(Code::OverExprelGiven, 11, &[0, 1]),
            inst(Code::Gate, 3, &[11, 12, 3]),
        ]
    }

    #[test]
    fn a_rate_and_its_gate_are_a_pair() {
        let paired = with_pairs(gate(), SCRATCH);
        assert_eq!(paired[0], gate()[0]);
        assert_eq!(paired[1], inst(Code::OverExprelGate, 3, &[0, 1]));
        assert_eq!(paired[2].src, sources(&[NO_REGISTER, 12, 3]));
    }

    #[test]
    fn what_is_read_again_or_written_over_is_no_pair() {
        let alone = [Code::MulK, Code::OverExprelGiven, Code::Gate];
        let mut read_later = gate();
        read_later.push(inst(Code::MulK, 4, &[11]));
        assert_eq!(codes(read_later.clone())[..3], alone);
        // What is read is written anew before.
        read_later.insert(3, inst(Code::MulK, 11, &[5]));
        assert_eq!(codes(read_later)[1], Code::OverExprelGate);
        let mut onto_its_source = gate();
        onto_its_source[2].dst = 0;
        assert_eq!(codes(onto_its_source), alone);
        let mut twice = gate();
        twice[2].src[1] = 11;
        assert_eq!(codes(twice), alone);
        let mut lasting = gate();
        lasting[1].dst = 9;
        lasting[2].src[0] = 9;
        assert_eq!(codes(lasting), alone);
    }

    #[test]
    fn a_power_is_the_second_term_of_its_sum() {
        let power = inst(Code::Exp2Affine, 11, &[0]);
        for (src, k) in [([2, 11, 1], [7.0, 3.0, 4.0]), ([2, 1, 11], [7.0, 4.0, 3.0])] {
            let sum = Inst {
                k: immediates(k),
                ..inst(Code::Sum, 12, &src)
            };
            let paired = with_pairs(vec![power, sum], SCRATCH);
            assert_eq!(paired[0].code, Code::Exp2Sum);
            assert_eq!(paired[1].src, sources(&[2, NO_REGISTER, 1]));
            assert_eq!(paired[1].k, immediates([7.0, 3.0, 4.0]));
        }
    }
}
