//! Windows: powers of two of one value share the test of its range.
//!
//! Takes the instructions of a block; gives the same with a [`Code::Window`] before the first of three or
//! more powers of two with one source. Where every lane is within it, no exponent is beyond what
//! its type holds, and none of them need look; the bits are the same. Curves of one source have a
//! window, too: the domain of all curves.
//!
//! Must not know blocks or guards.

use std::collections::HashMap;

use super::curves::domain;
use super::program::{Code, Inst};
use super::real::Real;

/// With fewer powers the test takes as long as it saves.
const FEWEST: usize = 3;

/// Some powers of two of one value, or some curves of it.
struct Group {
    source: u16,
    are_curves: bool,
    /// Their exponents are in range for sources from here
    low: f64,
    /// to here.
    high: f64,
    /// Positions of the instructions.
    users: Vec<usize>,
}

/// `insts` with windows, whose numbers begin after `last`; gives the last number as well.
pub(super) fn with_windows<R: Real>(insts: &[Inst<R>], last: u16) -> (Vec<Inst<R>>, u16) {
    let mut groups = groups(insts);
    let pays = |group: &Group| group.are_curves || group.users.len() >= FEWEST;
    groups.retain(|group| pays(group) && group.low < group.high);
    let mut out = Vec::with_capacity(insts.len() + groups.len());
    let mut number = last;
    let mut of_user: HashMap<usize, u16> = HashMap::new();
    // In the order of their first users. Those beyond the last number go without.
    let mut groups = groups.iter().zip((last..=u16::MAX).skip(1)).peekable();
    for (at, inst) in insts.iter().enumerate() {
        if let Some((group, its)) = groups.next_if(|(group, _)| group.users[0] == at) {
            number = its;
            of_user.extend(group.users.iter().map(|&user| (user, number)));
            out.push(window(group, number));
        }
        let list = of_user.get(&at).copied().unwrap_or(inst.list);
        out.push(Inst { list, ..*inst });
    }
    (out, number)
}

/// The powers of two of each value that a register holds.
fn groups<R: Real>(insts: &[Inst<R>]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut of_register: HashMap<(u16, bool), usize> = HashMap::new();
    let mut stood_for = 0_u32;
    for (at, inst) in insts.iter().enumerate() {
        // What a curve stands for is seldom carried out, so it cannot look at the range for others.
        let is_passed = stood_for > 0;
        stood_for = stood_for.saturating_sub(1);
        if let Some((low, high)) = in_range(inst).filter(|_| !is_passed) {
            let source = inst.src[0];
            let are_curves = inst.code == Code::Curve;
            if are_curves {
                stood_for = inst.k[1].to_word();
            }
            let group = *of_register.entry((source, are_curves)).or_insert_with(|| {
                groups.push(Group {
                    source,
                    are_curves,
                    low,
                    high,
                    users: Vec::new(),
                });
                groups.len() - 1
            });
            let group = &mut groups[group];
            group.low = group.low.max(low);
            group.high = group.high.min(high);
            group.users.push(at);
        }
        of_register.remove(&(inst.dst, false));
        of_register.remove(&(inst.dst, true));
    }
    groups
}

/// The sources of a power of two for which its exponent is in range.
fn in_range<R: Real>(inst: &Inst<R>) -> Option<(f64, f64)> {
    if inst.code == Code::Curve {
        let [k, j] = domain::range();
        return Some(((-1.0 - j) / k, (1.0 - j) / k));
    }
    let [k, j, s, ..] = inst.k.map(R::to_f64);
    let shift = match inst.code {
        Code::Exp2Affine | Code::Logistic => j,
        Code::Exp2Shifted | Code::Exp2Sum | Code::Exp2Sum4 | Code::Exp2Sum5 => s * k + j,
        _ => return None,
    };
    let ends = [-R::EXPONENTS, R::EXPONENTS].map(|t| (t - shift) / k);
    let (low, high) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
    (low.is_finite() && high.is_finite()).then_some((low, high))
}

/// The test: a·k + j within −1 .. 1.
fn window<R: Real>(group: &Group, number: u16) -> Inst<R> {
    let half = 0.5 * (group.high - group.low);
    let middle = 0.5 * (group.high + group.low);
    let [k, j] = if group.are_curves {
        // The bits that each lane is tested by where some are outside.
        domain::range()
    } else {
        [1.0 / half, -middle / half]
    };
    let k = [k, j].map(R::from_f64);
    Inst {
        list: number,
        ..Inst::of(Code::Window, group.source, &[group.source], k)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inst(code: Code, dst: u16, source: u16, k: f32, j: f32) -> Inst<f32> {
        Inst::of(code, dst, &[source], [k, j])
    }

    #[test]
    fn three_powers_of_one_value_share_a_window() {
        let insts = [
            inst(Code::Exp2Affine, 1, 0, 0.5, 0.0),
            inst(Code::Logistic, 2, 0, -0.25, 5.0),
            inst(Code::Exp2Affine, 3, 0, 0.125, 0.0),
            inst(Code::Exp2Affine, 3, 1, 0.5, 0.0),
        ];
        let (out, last) = with_windows(&insts, 4);
        assert_eq!((out.len(), last), (5, 5));
        assert_eq!(out[0].code, Code::Window);
        assert_eq!(
            out.iter().map(|i| i.list).collect::<Vec<_>>(),
            [5, 5, 5, 5, 0]
        );
        // From 0.5 a = −124 to 0.5 a = 124.
        for (a, inside) in [
            (-247.0, true),
            (247.0, true),
            (-249.0, false),
            (249.0, false),
        ] {
            let [k, j, ..] = out[0].k;
            assert_eq!((a * k + j).abs() <= 1.0, inside, "{a}");
        }
    }

    #[test]
    fn another_value_in_the_register_has_a_window_of_its_own() {
        let mut insts = vec![inst(Code::Exp2Affine, 1, 0, 0.5, 0.0); 2];
        insts.push(inst(Code::AddK, 0, 0, 1.0, 0.0));
        insts.extend(vec![inst(Code::Exp2Affine, 1, 0, 0.5, 0.0); 2]);
        assert_eq!(with_windows(&insts, 0), (insts, 0));
    }
}
