//! Lowering: a plan becomes a vector program.
//!
//! Takes a plan; gives a [`Program`]. Every slot that the steps use has a register of its own; the
//! values of a block get scratch registers by last use, so few are alive at once. A block's result
//! is computed straight into its slot's register where the old value is dead by then, and copied
//! (under a guard: blended) at the end of the block otherwise.
//!
//! Must not know how instructions are carried out.

use super::deferral::latched;
use super::leap::{Factor, Leap, Operand, Shape, shape};
use super::program::{Code, CodeBlock, Deferral, Guard, Home, Inst, Program};
use super::real::Real;
use super::select::{Pick, select};
use super::turns::{Turn, Turns, writer};
use crate::exec::ExecError;
use crate::ir::{Block, Literal, Op, Slot, StoreAt, Type, Value};
use crate::plan::{Layout, Plan, SlotInfo};

/// The program that does one step of `plan`.
///
/// # Errors
/// A plan with more values than there are register numbers.
pub(super) fn lower<R: Real>(plan: &Plan) -> Result<Program<R>, ExecError> {
    let homes = homes(plan.layout())?;
    let layout = plan.layout();
    let streams = layout.streams.iter();
    let mut program = Program {
        blocks: Vec::new(),
        turned: Vec::new(),
        leap: None,
        pairs: Vec::new(),
        n_registers: homes.len(),
        n_fixed: homes.len(),
        swept: Vec::new(),
        tables: layout.tables.iter().map(|t| table(&t.values)).collect(),
        capacities: streams.map(|s| s.capacity as usize).collect(),
        homes,
    };
    let shape = shape(plan);
    let turns = match shape {
        Some(_) => Turns::default(),
        None => turns(plan.step(), &mut program)?,
    };
    let lasting = |home: &&Home| match home.slot {
        Slot::State(i) => layout.states[usize::from(i)].ty == Type::Float,
        Slot::Accum(i) => layout.accums[usize::from(i)].ty == Type::Float,
        _ => false,
    };
    let lasting = program.homes.iter().filter(lasting);
    program.swept = lasting.map(|home| turns.other(home.register)).collect();
    let deferrals = deferrals(plan.step(), &turns, &mut program)?;
    program.n_registers = program.n_fixed;
    for (index, deferral) in deferrals.into_iter().enumerate() {
        let block = &plan.step()[index];
        let Lowering {
            insts, n_registers, ..
        } = Lowering::new(&program, block, index, &turns, deferral.as_ref()).lower()?;
        program.n_registers = program.n_registers.max(n_registers);
        program.blocks.push(CodeBlock {
            guard: guard(&program, &turns, block, index),
            insts,
            deferral,
        });
    }
    if let Some(shape) = &shape {
        program.leap = Some(leap(plan, shape, &mut program)?);
    }
    program.turned = turns.turned(&program.blocks);
    program.pairs = turns.pairs();
    Ok(program)
}

/// The registers of a leap, and what it computes before and after.
fn leap<R: Real>(
    plan: &Plan,
    shape: &Shape,
    program: &mut Program<R>,
) -> Result<Leap<R>, ExecError> {
    let n_temps = plan.layout().temps.len();
    let [drive, before] = [0, 1].map(|i| register(n_temps + i).map(Slot::Temp));
    let (drive, before) = (drive?, before?);
    for slot in [drive, before] {
        let register = register(program.n_registers)?;
        program.homes.push(Home { slot, register });
        program.n_registers += 1;
    }
    program.n_fixed = program.n_registers;
    let advance = &plan.step()[0];
    let kept = (2..plan.step().len()).filter_map(|index| latched(plan.step(), index));
    let kept: Vec<Slot> = kept.flatten().collect();
    let alone = |block: Block| {
        let none = Turns::default();
        let lowering = Lowering::new(program, &block, 0, &none, None).lower()?;
        let code = CodeBlock {
            guard: Guard::Always,
            insts: lowering.insts,
            deferral: None,
        };
        Ok::<_, ExecError>((code, lowering.n_registers))
    };
    let (begin, first) = alone(shape.drive_block(advance, drive))?;
    let (event, second) = alone(shape.event_block(advance, before, &kept))?;
    program.n_registers = program.n_registers.max(first).max(second);
    let recorders = program.blocks.iter().skip(2).cloned();
    let end = std::iter::once(event).chain(recorders).collect();
    let at = |slot: Slot| program.home(slot).unwrap_or(0);
    let operand = |factor: Factor| match factor {
        Factor::Literal(x) => Operand::Literal(R::from_f64(x)),
        Factor::Slot(slot) => Operand::Register(at(slot)),
    };
    Ok(Leap {
        v: at(shape.v),
        countdown: at(shape.countdown),
        begin: vec![begin],
        end,
        drive: at(drive),
        leak: operand(shape.leak),
        threshold: operand(shape.threshold),
        exceeds: shape.exceeds,
        reset: operand(shape.reset),
        hold: shape.hold,
        counted: at(shape.counted),
        window: shape.window.map(at),
        before: at(before),
        step: shape.step_number.map(at),
    })
}

/// The states that take turns: those whose new value would be copied otherwise.
fn turns<R: Real>(step: &[Block], program: &mut Program<R>) -> Result<Turns, ExecError> {
    let none = Turns::default();
    let mut turns = Vec::new();
    for home in &program.homes {
        let Some(block) = writer(step, home.slot) else {
            continue;
        };
        if Lowering::new(program, &step[block], block, &none, None).would_copy(home.slot) {
            turns.push(Turn {
                slot: home.slot,
                block,
                home: home.register,
                twin: register(program.n_fixed + turns.len())?,
            });
        }
    }
    program.n_fixed += turns.len();
    Ok(Turns::of(step, turns))
}

/// For each block of a step, how it waits, in registers of their own.
fn deferrals<R: Real>(
    step: &[Block],
    turns: &Turns,
    program: &mut Program<R>,
) -> Result<Vec<Option<Deferral>>, ExecError> {
    let mut deferrals = Vec::with_capacity(step.len());
    for index in 0..step.len() {
        let Some(slots) = latched(step, index) else {
            deferrals.push(None);
            continue;
        };
        let mut fresh = || {
            program.n_fixed += 1;
            register(program.n_fixed - 1)
        };
        let pending = fresh()?;
        let mut latches = Vec::new();
        for slot in slots {
            let to = fresh()?;
            let from = turns
                .read(slot, index)
                .or_else(|| home(&program.homes, slot));
            latches.extend(from.map(|from| (from, to)));
        }
        deferrals.push(Some(Deferral { pending, latches }));
    }
    Ok(deferrals)
}

fn home(homes: &[Home], slot: Slot) -> Option<u16> {
    homes
        .iter()
        .find(|home| home.slot == slot)
        .map(|home| home.register)
}

fn guard<R: Real>(program: &Program<R>, turns: &Turns, block: &Block, index: usize) -> Guard {
    let Some(slot) = block.guard else {
        return Guard::Always;
    };
    let register = turns.read(slot, index).or_else(|| program.home(slot));
    match (slot, register.unwrap_or(0)) {
        (Slot::Uniform(_), register) => Guard::Uniform(register),
        (_, register) => Guard::Lanes(register),
    }
}

/// An empty table has no entry to read; the reference gives NaN.
fn table<R: Real>(values: &[f64]) -> Vec<R> {
    let values = if values.is_empty() {
        &[f64::NAN]
    } else {
        values
    };
    values.iter().map(|&x| R::from_f64(x)).collect()
}

/// A register for each slot of a step.
fn homes(layout: &Layout) -> Result<Vec<Home>, ExecError> {
    type Make = fn(u16) -> Slot;
    let kinds: [(&[SlotInfo], Make); 5] = [
        (&layout.states, Slot::State),
        (&layout.temps, Slot::Temp),
        (&layout.derived, Slot::Derived),
        (&layout.accums, Slot::Accum),
        (&layout.uniforms, Slot::Uniform),
    ];
    let mut homes = Vec::new();
    for (infos, make) in kinds {
        for index in 0..infos.len() {
            homes.push(Home {
                slot: make(register(index)?),
                register: register(homes.len())?,
            });
        }
    }
    Ok(homes)
}

fn register(index: usize) -> Result<u16, ExecError> {
    u16::try_from(index)
        .map_err(|_| ExecError::TooLarge("the model needs more than 65536 vector registers".into()))
}

/// May this store happen when the block begins? It saves another slot's old value where nothing
/// reads its own, so that the other slot can be written in place.
fn goes_first(block: &Block, &(slot, v): &(Slot, Value)) -> bool {
    let copies = matches!(block.instrs[v.index()].op, Op::Load(loaded) if loaded != slot);
    copies && block.guard.is_none() && block.instrs.iter().all(|instr| instr.op != Op::Load(slot))
}

/// The lowering of one block.
struct Lowering<'a, R> {
    block: &'a Block,
    /// Its place in the step.
    index: usize,
    turns: &'a Turns,
    program: &'a Program<R>,
    picks: Vec<Pick>,
    /// Position of the last pick that reads a value; `picks.len()` where the block's end does.
    last_use: Vec<usize>,
    /// The register of each value, once it has one.
    place: Vec<Option<u16>>,
    free: Vec<u16>,
    guard: Guard,
    insts: Vec<Inst<R>>,
    n_registers: usize,
}

impl<'a, R: Real> Lowering<'a, R> {
    fn new(
        program: &'a Program<R>,
        block: &'a Block,
        index: usize,
        turns: &'a Turns,
        deferral: Option<&Deferral>,
    ) -> Self {
        let picks = select(block);
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
            guard,
            insts: Vec::new(),
            n_registers: program.n_fixed,
        }
    }

    fn lower(mut self) -> Result<Self, ExecError> {
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
        let mut src = [dst; 3];
        for (register, v) in src.iter_mut().zip(&pick.src) {
            *register = self.register_of(*v);
        }
        self.insts.push(Inst {
            code: pick.code,
            dst,
            src,
            list: pick.list,
            k: pick.k.map(R::literal),
        });
        for (i, v) in pick.src.iter().enumerate() {
            let is_scratch = src[i] >= register(self.program.n_fixed)?;
            if is_scratch && self.last_use[v.index()] == at && !pick.src[..i].contains(v) {
                self.free.push(src[i]);
            }
        }
        Ok(())
    }

    /// The register to which the block stores `slot`, if it has to.
    fn target(&self, slot: Slot) -> Option<u16> {
        if self.turns.is_alias(slot) {
            return None;
        }
        let turned = self.turns.write(slot, self.index);
        turned.or_else(|| self.program.home(slot))
    }

    /// Must the new value of `slot`, or its old one, be copied if it has but one register?
    fn would_copy(&self, slot: Slot) -> bool {
        let Some(value) = self.block.stored(slot) else {
            return false;
        };
        let Some(at) = self.picks.iter().position(|p| p.value == value.index()) else {
            return false;
        };
        let pick = &self.picks[at];
        // A relaxation in place keeps its old value aside.
        let keeps = matches!(pick.code, Code::Gate | Code::Relax);
        let is_direct = self.direct(at, pick) == self.program.home(slot);
        let old_is_stored =
            self.block.stores.iter().any(|&(other, v)| {
                other != slot && self.block.instrs[v.index()].op == Op::Load(slot)
            });
        keeps || !is_direct || old_is_stored
    }

    fn register_of(&self, v: Value) -> u16 {
        self.place[v.index()].unwrap_or(0)
    }

    fn scratch(&mut self) -> Result<u16, ExecError> {
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

    fn list(&mut self, entry: &StoreAt) {
        let (index, value) = (self.register_of(entry.index), self.register_of(entry.value));
        let (code, mask) = match self.guard {
            Guard::Lanes(mask) => (Code::StoreAtWhere, mask),
            Guard::Always | Guard::Uniform(_) => (Code::StoreAt, 0),
        };
        self.insts.push(Inst {
            code,
            dst: 0,
            src: [index, value, mask],
            list: entry.stream,
            k: [R::ZERO; 4],
        });
    }

    /// Emits the stores that are left, as if they happened together.
    fn store(&mut self) -> Result<(), ExecError> {
        let mut moves = Vec::new();
        for &(slot, v) in &self.block.stores {
            let Some(home) = self.target(slot) else {
                continue;
            };
            match self.block.instrs[v.index()].op {
                Op::Const(literal) => moves.push((home, Err(literal))),
                Op::Load(loaded) if loaded == slot => {}
                Op::Load(_) if goes_first(self.block, &(slot, v)) => {}
                Op::Load(loaded)
                    if self.block.stored(loaded).is_some()
                        && !self.turns.is_written(loaded, self.index) =>
                {
                    let copy = self.scratch()?;
                    self.emit(Code::Copy, copy, &[self.register_of(v)], None);
                    moves.push((home, Ok(copy)));
                }
                _ if self.register_of(v) == home => {}
                _ => moves.push((home, Ok(self.register_of(v)))),
            }
        }
        // The guard's own slot comes last: until then the others need it.
        moves.sort_by_key(|&(home, _)| self.guard == Guard::Lanes(home));
        for (home, from) in moves {
            match (self.guard, from) {
                // Where the guard does not hold, its slot is false already.
                (Guard::Lanes(mask), Ok(from)) if home == mask => {
                    self.emit(Code::And, home, &[from, home], None);
                }
                (Guard::Lanes(mask), Err(k)) if home == mask => {
                    self.emit(Code::SelectKK, home, &[home], Some(k));
                }
                (Guard::Lanes(mask), Ok(from)) => {
                    self.emit(Code::Select, home, &[mask, from, home], None);
                }
                (Guard::Lanes(mask), Err(k)) => {
                    self.emit(Code::SelectK, home, &[mask, home], Some(k));
                }
                (_, Ok(from)) => self.emit(Code::Copy, home, &[from], None),
                (_, Err(k)) => self.emit(Code::Splat, home, &[], Some(k)),
            }
        }
        Ok(())
    }

    fn emit(&mut self, code: Code, dst: u16, from: &[u16], k: Option<Literal>) {
        let mut src = [dst; 3];
        src[..from.len()].copy_from_slice(from);
        let k = k.map_or(R::ZERO, R::literal);
        self.insts.push(Inst {
            code,
            dst,
            src,
            list: 0,
            k: [k, R::ZERO, R::ZERO, R::ZERO],
        });
    }
}
