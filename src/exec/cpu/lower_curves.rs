//! What a curve stands for, behind it: the instructions for tiles of which some lane is beyond its domain.
//!
//! Takes the lowering of a block that has just emitted a curve; emits the rest. Must not know how values are
//! computed.

use std::collections::{HashMap, HashSet};

use super::lower_block::Lowering;
use super::program::{Code, Inst, sources};
use super::real::Real;
use super::select::Pick;
use crate::exec::ExecError;
use crate::ir::Value;

impl<R: Real> Lowering<'_, R> {
    /// Emits what the curve stands for that was emitted last, and the curve in the lanes where it holds all
    /// the same.
    pub(super) fn exact(&mut self, curve: &Pick) -> Result<(), ExecError> {
        let at = self.insts.len() - 1;
        let inst = self.insts[at];
        let mut place: HashMap<Value, u16> = HashMap::new();
        for (i, v) in curve.src.iter().enumerate() {
            place.insert(*v, inst.src[i]);
        }
        let mut last_use: HashMap<Value, usize> = HashMap::new();
        for (position, pick) in curve.exact.iter().enumerate() {
            last_use.extend(pick.src.iter().map(|&v| (v, position)));
        }
        let mut dst = inst.dst;
        for (position, pick) in curve.exact.iter().enumerate() {
            dst = self.scratch()?;
            self.put(pick, dst, |_, v| place.get(&v).copied().unwrap_or(0));
            let ends = |v: &&Value| last_use[*v] == position && !curve.src.contains(v);
            for v in pick.src.iter().filter(ends) {
                self.free.extend(place.remove(v));
            }
            place.insert(Value::at(pick.value), dst);
        }
        self.free.push(dst);
        self.insts.push(Inst {
            code: Code::CurveWithin,
            src: sources(&[inst.src[0], inst.src[1], dst]),
            ..inst
        });
        let behind = self.insts.len() - 1 - at;
        // Of its own, and with the curves that it stands for (`join_curves`).
        let behind = R::word(u32::try_from(behind).unwrap_or(u32::MAX));
        self.insts[at].k[1] = behind;
        self.insts[at].k[2] = behind;
        Ok(())
    }
}

/// Lets a curve stand for the curves of the same window behind it, which then share the work on x: as far as none
/// reads or writes what another of them writes, and nothing else lies between.
pub(super) fn join_curves<R: Real>(insts: &mut [Inst<R>]) {
    let mut first = 0;
    while first < insts.len() {
        if insts[first].code != Code::Curve {
            first += 1;
            continue;
        }
        let (x, window) = (insts[first].src[0], insts[first].list);
        let mut written = HashSet::from([insts[first].dst]);
        let mut end = behind(insts, first);
        while let Some(next) = insts.get(end)
            && next.code == Code::Curve
            && (next.src[0], next.list) == (x, window)
            && window != 0
            && !written.contains(&x)
            && ![next.src[1], next.dst].iter().any(|r| written.contains(r))
        {
            written.insert(next.dst);
            end = behind(insts, end);
        }
        insts[first].k[2] = R::word(u32::try_from(end - first - 1).unwrap_or(0));
        first = end;
    }
}

/// The first instruction that a curve does not stand for by itself.
fn behind<R: Real>(insts: &[Inst<R>], curve: usize) -> usize {
    curve + 1 + insts[curve].k[1].to_word() as usize
}
