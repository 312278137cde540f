//! Lowering of one block: a block of the IR becomes instructions on registers.
//!
//! Takes a block and the registers of its slots; gives its instructions. The values of a block get
//! scratch registers by last use, so few are alive at once. A block's result is computed straight
//! into its slot's register where the old value is dead by then, and copied (under a guard: blended)
//! at the end of the block otherwise (`lower_stores`).
//!
//! Must not know how instructions are carried out.

use super::curves::LookedUp;
use super::fuse::{pair, with_pairs};
use super::lower_stores::goes_first;
use super::program::{Code, Deferral, Guard, Inst, NO_REGISTER, Program, SOURCES};
use super::real::Real;
use super::select::{Pick, select};
use super::turns::Turns;
use crate::exec::ExecError;
use crate::ir::{Block, Literal, Op, Slot, Value};

/// When `block` runs, in registers of an even step.
pub(super) fn guard<R: Real>(
    program: &Program<R>,
    turns: &Turns,
    block: &Block,
    index: usize,
) -> Guard {
    let Some(slot) = block.guard else {
        return Guard::Always;
    };
    let register = turns.read(slot, index).or_else(|| program.home(slot));
    match (slot, register.unwrap_or(0)) {
        (Slot::Uniform(_), register) => Guard::Uniform(register),
        (_, register) => Guard::Lanes(register),
    }
}

/// The number of a register.
pub(super) fn register(index: usize) -> Result<u16, ExecError> {
    let register = u16::try_from(index).ok().filter(|&r| r != NO_REGISTER);
    register.ok_or_else(|| {
        ExecError::TooLarge("the model needs more than 65535 vector registers".into())
    })
}

/// What is settled about a block before its instructions are chosen.
#[derive(Clone, Debug, Default)]
pub(super) struct Selection {
    /// A value that has an instruction of its own.
    pub(super) pinned: Option<Value>,
    /// The values that are looked up.
    pub(super) looked_up: LookedUp,
}

/// The lowering of one block.
pub(super) struct Lowering<'a, R> {
    pub(super) block: &'a Block,
    /// Its place in the step.
    index: usize,
    turns: &'a Turns,
    program: &'a Program<R>,
    picks: Vec<Pick>,
    /// Position of the last pick that reads a value; `picks.len()` where the block's end does.
    last_use: Vec<usize>,
    /// The register of each value, once it has one.
    place: Vec<Option<u16>>,
    /// Scratch registers that hold nothing.
    pub(super) free: Vec<u16>,
    /// Those that will hold nothing after the next pick.
    held: Vec<u16>,
    pub(super) guard: Guard,
    pub(super) insts: Vec<Inst<R>>,
    pub(super) n_registers: usize,
}

impl<'a, R: Real> Lowering<'a, R> {
    pub(super) fn new(
        program: &'a Program<R>,
        block: &'a Block,
        index: usize,
        turns: &'a Turns,
        deferral: Option<&Deferral>,
        how: &Selection,
    ) -> Self {
        let picks = select(block, how.pinned, &how.looked_up);
        let mut last_use = vec![0; block.instrs.len()];
        for (at, pick) in picks.iter().enumerate() {
            pick.src.iter().for_each(|v| last_use[v.index()] = at);
        }
        let at_end = block
            .stores
            .iter()
            .filter(|store| !goes_first(block, store))
            .map(|&(_, v)| v);
        let listed = block.store_ats.iter().flat_map(|s| [s.index, s.value]);
        at_end
            .chain(listed)
            .for_each(|v| last_use[v.index()] = picks.len());
        let kept = |home: u16| {
            let latches = deferral.map_or(&[][..], |d| &d.latches);
            let latch = latches.iter().find(|&&(from, _)| from == home);
            latch.map_or(home, |&(_, to)| to)
        };
        let place = block
            .instrs
            .iter()
            .map(|instr| match instr.op {
                Op::Load(slot) => {
                    let register = turns.read(slot, index).or_else(|| program.home(slot));
                    register.map(kept)
                }
                _ => None,
            })
            .collect();
        let guard = match deferral {
            Some(deferral) => Guard::Lanes(deferral.pending),
            None => guard(program, turns, block, index),
        };
        Lowering {
            block,
            index,
            turns,
            program,
            picks,
            last_use,
            place,
            free: Vec::new(),
            held: Vec::new(),
            guard,
            insts: Vec::new(),
            n_registers: program.n_fixed,
        }
    }

    pub(super) fn lower(mut self) -> Result<Self, ExecError> {
        for store in self
            .block
            .stores
            .iter()
            .filter(|store| goes_first(self.block, store))
        {
            if let Some(home) = self.target(store.0) {
                self.emit(Code::Copy, home, &[self.register_of(store.1)], None);
            }
        }
        for at in 0..self.picks.len() {
            self.compute(at)?;
        }
        for entry in &self.block.store_ats {
            self.list(entry);
        }
        self.store()?;
        self.insts = with_pairs(self.insts, register(self.program.n_fixed)?);
        Ok(self)
    }

    /// Emits one pick. The destination is taken before the sources are freed, so it is none of
    /// them, unless it is a slot's register in a position that allows that.
    fn compute(&mut self, at: usize) -> Result<(), ExecError> {
        let pick = self.picks[at].clone();
        let dst = match self.direct(at, &pick) {
            Some(home) => home,
            None => self.scratch()?,
        };
        self.place[pick.value] = Some(dst);
        let src = self.put(&pick, dst, |lowering, v| lowering.register_of(v));
        if pick.code == Code::Curve {
            self.exact(&pick)?;
        }
        for (i, v) in pick.src.iter().enumerate() {
            let is_scratch = src[i] >= register(self.program.n_fixed)?;
            if is_scratch && self.last_use[v.index()] == at && !pick.src[..i].contains(v) {
                self.held.push(src[i]);
            }
        }
        // The second of a pair must not write what the first reads.
        if !self.is_first(at) {
            self.free.append(&mut self.held);
        }
        Ok(())
    }

    /// May the pick and the next one become a pair?
    fn is_first(&self, at: usize) -> bool {
        let first = &self.picks[at];
        self.picks.get(at + 1).is_some_and(|second| {
            let mut sources = second.src.iter().enumerate();
            sources.any(|(position, v)| {
                v.index() == first.value && pair(first.code, second.code, position).is_some()
            })
        })
    }

    /// Emits the instruction of a pick; gives the registers that it reads.
    pub(super) fn put(
        &mut self,
        pick: &Pick,
        dst: u16,
        register_of: impl Fn(&Self, Value) -> u16,
    ) -> [u16; SOURCES] {
        let mut src = [NO_REGISTER; SOURCES];
        for (register, &v) in src.iter_mut().zip(&pick.src) {
            *register = register_of(self, v);
        }
        self.insts.push(Inst {
            code: pick.code,
            dst,
            src,
            list: pick.list,
            k: pick.k.map(R::literal),
        });
        src
    }

    /// The register to which the block stores `slot`, if it has to.
    pub(super) fn target(&self, slot: Slot) -> Option<u16> {
        if self.turns.is_alias(slot) {
            return None;
        }
        let turned = self.turns.write(slot, self.index);
        turned.or_else(|| self.program.home(slot))
    }

    /// Must the new value of `slot`, or its old one, be copied if it has but one register?
    pub(super) fn would_copy(&self, slot: Slot) -> bool {
        let Some(value) = self.block.stored(slot) else {
            return false;
        };
        let Some(at) = self.picks.iter().position(|p| p.value == value.index()) else {
            return false;
        };
        let pick = &self.picks[at];
        // A relaxation in place keeps its old value aside.
        let keeps = matches!(pick.code, Code::Gate | Code::Relax | Code::RelaxMembrane);
        let is_direct = self.direct(at, pick) == self.program.home(slot);
        let old_is_stored =
            self.block.stores.iter().any(|&(other, v)| {
                other != slot && self.block.instrs[v.index()].op == Op::Load(slot)
            });
        keeps || !is_direct || old_is_stored
    }

    pub(super) fn register_of(&self, v: Value) -> u16 {
        self.place[v.index()].unwrap_or(0)
    }

    pub(super) fn scratch(&mut self) -> Result<u16, ExecError> {
        if let Some(free) = self.free.pop() {
            return Ok(free);
        }
        let new = register(self.n_registers)?;
        self.n_registers += 1;
        Ok(new)
    }

    /// The register of a slot into which the pick may write at once.
    fn direct(&self, at: usize, pick: &Pick) -> Option<u16> {
        if self.guard != Guard::Always {
            return None;
        }
        let stored = |&&(_, v): &&(Slot, Value)| v.index() == pick.value;
        let fits = |&(slot, _): &(Slot, Value)| {
            if self.turns.is_written(slot, self.index) {
                return self.target(slot);
            }
            let old = self
                .block
                .instrs
                .iter()
                .position(|i| i.op == Op::Load(slot));
            let dead = match old {
                None => true,
                Some(old) => self.last_use[old] < at || self.may_replace(at, pick, old),
            };
            dead.then(|| self.target(slot)).flatten()
        };
        self.block.stores.iter().filter(stored).find_map(fits)
    }

    /// Is `old` read here for the last time, once, and where the destination may be?
    fn may_replace(&self, at: usize, pick: &Pick, old: usize) -> bool {
        let mut positions = (0..pick.src.len()).filter(|&i| pick.src[i].index() == old);
        self.last_use[old] == at
            && match (positions.next(), positions.next()) {
                (Some(position), None) => pick.code.in_place(pick.src.len(), position),
                (None, _) => true,
                _ => false,
            }
    }

    pub(super) fn emit(&mut self, code: Code, dst: u16, from: &[u16], k: Option<Literal>) {
        let k = k.map_or(R::ZERO, R::literal);
        self.insts.push(Inst::of(code, dst, from, [k]));
    }
}
