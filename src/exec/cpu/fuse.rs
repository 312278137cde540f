//! Pairs: two instructions in one loop, so that what the first gives stays in the processor's registers.
//!
//! Takes the instructions of a block; gives the same, where some of them stand for the one behind them as
//! well: a value that one instruction alone reads is neither stored nor loaded, and a division in it is
//! carried out beside the arithmetic of its reader. The first of a pair is moved to its reader.
//!
//! Must not know blocks, guards, or what instructions do beyond their operands.

use super::program::{Code, Inst, NO_REGISTER};
use super::real::Real;

/// Two instructions that become one.
struct Pair {
    /// Where the second is.
    reader: usize,
    /// Which of its sources the first gives.
    position: usize,
    /// What the first becomes.
    code: Code,
}

/// What the two become: `first` gives what `second` reads at the given position.
fn together<R: Real>(first: &Inst<R>, second: &Inst<R>, position: usize) -> Option<Code> {
    Some(match (first.code, second.code, position) {
        (Code::OverExprelGiven, Code::Gate, 0) => Code::OverExprelGate,
        (Code::OverPositive, Code::Gate, 1) => Code::OverPositiveGate,
        (Code::Exp2Affine | Code::Exp2Shifted, Code::Sum, 1) if second.src[2] != second.dst => {
            Code::Exp2Sum
        }
        (Code::Sum, Code::RelaxMembrane, 0) => Code::SumRelax,
        _ => return None,
    })
}

/// `insts` with pairs; registers from `scratch` on hold nothing beyond the block.
pub(super) fn with_pairs<R: Real>(mut insts: Vec<Inst<R>>, scratch: u16) -> Vec<Inst<R>> {
    let mut at = 0;
    while at < insts.len() {
        let fused = (insts[at].dst >= scratch)
            .then(|| reader(&insts, at))
            .flatten();
        let Some(pair) = fused else {
            at += 1;
            continue;
        };
        let first = insts.remove(at);
        let second = &mut insts[pair.reader - 1];
        second.src[pair.position] = NO_REGISTER;
        let (code, dst) = (pair.code, second.dst);
        insts.insert(pair.reader - 1, Inst { code, dst, ..first });
    }
    insts
}

/// The one instruction that reads what that at `at` gives, if the two can be one.
fn reader<R: Real>(insts: &[Inst<R>], at: usize) -> Option<Pair> {
    let first = &insts[at];
    let reads = |inst: &Inst<R>| inst.src.contains(&first.dst);
    let reader = at + 1 + insts[at + 1..].iter().position(reads)?;
    let second = &insts[reader];
    let position = second.src.iter().position(|&r| r == first.dst)?;
    let code = together(first, second, position)?;
    let reads_once = !second.src[position + 1..].contains(&first.dst);
    // Until it is written anew, nobody else reads it.
    let later = insts[reader..].iter();
    let to_its_end = later.take_while(|inst| inst.written() != Some(first.dst));
    let is_alone = to_its_end.skip(1).all(|inst| !reads(inst));
    let keeps = |inst: &Inst<R>| inst.written().is_none_or(|r| !first.src.contains(&r));
    let can_move = insts[at + 1..=reader].iter().all(keeps);
    let is_second = |at: usize| at > 0 && insts[at - 1].code.is_pair();
    let is_free = !is_second(at) && !is_second(reader);
    let is_same = exact_of(insts, at) == exact_of(insts, reader);
    (reads_once && is_alone && can_move && is_free && is_same).then_some(Pair {
        reader,
        position,
        code,
    })
}

/// The curve for which the instruction at `at` stands behind it.
fn exact_of<R: Real>(insts: &[Inst<R>], at: usize) -> Option<usize> {
    (0..at).rfind(|&curve| {
        let inst = &insts[curve];
        inst.code == Code::Curve && at - curve <= inst.k[1].to_word() as usize
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRATCH: u16 = 10;

    fn inst(code: Code, dst: u16, from: &[u16]) -> Inst<f64> {
        let mut src = [NO_REGISTER; 3];
        src[..from.len()].copy_from_slice(from);
        Inst {
            code,
            dst,
            src,
            list: 0,
            k: [0.0; 4],
        }
    }

    fn codes(insts: Vec<Inst<f64>>) -> Vec<Code> {
        let paired = with_pairs(insts, SCRATCH);
        paired.iter().map(|inst| inst.code).collect()
    }

    /// The rates of a gate, another instruction between them and the gate.
    fn gate() -> Vec<Inst<f64>> {
        vec![
            inst(Code::OverExprelGiven, 11, &[0, 1]),
            inst(Code::MulK, 12, &[2]),
            inst(Code::Gate, 3, &[11, 12, 3]),
        ]
    }

    #[test]
    fn a_rate_and_its_gate_are_a_pair_at_the_place_of_the_gate() {
        let paired = with_pairs(gate(), SCRATCH);
        assert_eq!(paired[0], gate()[1]);
        assert_eq!(paired[1], inst(Code::OverExprelGate, 3, &[0, 1]));
        assert_eq!(paired[2].src, [NO_REGISTER, 12, 3]);
    }

    #[test]
    fn what_is_read_again_or_changed_meanwhile_is_no_pair() {
        let alone = [Code::OverExprelGiven, Code::MulK, Code::Gate];
        let mut read_later = gate();
        read_later.push(inst(Code::MulK, 4, &[11]));
        assert_eq!(codes(read_later.clone())[..3], alone);
        // In a register that is written anew before.
        read_later.insert(3, inst(Code::MulK, 11, &[5]));
        assert_eq!(codes(read_later)[1], Code::OverExprelGate);
        let mut changed = gate();
        changed[1].dst = 1;
        changed[2].src[1] = 2;
        assert_eq!(codes(changed), alone);
        let mut onto_its_source = gate();
        onto_its_source[2].dst = 0;
        assert_eq!(codes(onto_its_source), alone);
        let mut twice = gate();
        twice[2].src[1] = 11;
        assert_eq!(codes(twice), alone);
        let mut lasting = gate();
        lasting[0].dst = 9;
        lasting[2].src[0] = 9;
        assert_eq!(codes(lasting), alone);
    }

    #[test]
    fn one_of_a_gates_two_rates_is_in_its_loop() {
        let both = vec![
            inst(Code::OverExprelGiven, 11, &[0, 1]),
            inst(Code::OverPositive, 12, &[1]),
            inst(Code::Gate, 3, &[11, 12, 3]),
        ];
        assert_eq!(
            codes(both),
            [Code::OverPositive, Code::OverExprelGate, Code::Gate]
        );
    }

    #[test]
    fn what_a_curve_stands_for_stays_behind_it() {
        let mut curve = inst(Code::Curve, 5, &[0]);
        curve.k[1] = f64::word(1);
        let mut insts = gate();
        insts.insert(0, curve);
        // The rate is what the curve stands for, the gate is not.
        assert_eq!(codes(insts)[1], Code::OverExprelGiven);
    }
}
