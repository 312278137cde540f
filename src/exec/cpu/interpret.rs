//! The interpreter: steps of a program on one tile of cells.
//!
//! Takes a program, the memory of a tile and what the time block sets; leaves the memory as it is
//! after the steps. A guarded block costs a reduction where no lane needs it, and runs on parts of
//! the tile where few do.
//!
//! Must not know plans or threads.

use super::condition::parts_where;
use super::lanes::execute;
use super::leap::{Leap, SHORTEST};
use super::math::Elementary;
use super::program::{CodeBlock, Deferral, Guard, Memory, Program};
use super::real::Real;
use super::register::{PART, Register, set_bits};
use super::timeline::{Change, Timeline};

/// With this many parts in need, a block runs on the whole tile.
const fn many_parts<R: Real>() -> u32 {
    whole::<R>().count_ones() / 2 + 1
}

/// Some steps of a program on one tile.
pub(super) struct Work<'a, R: Real> {
    /// The program.
    pub(super) program: &'a Program<R>,
    /// The tile.
    pub(super) memory: &'a mut Memory<R>,
    /// What the time block sets, at these steps.
    pub(super) timeline: &'a Timeline<R>,
    /// The steps.
    pub(super) steps: std::ops::Range<u32>,
}

/// Does the work. To be called where the processor's vector instructions are enabled; `LANES` is that of the type.
#[inline(always)]
pub(super) fn advance<R: Elementary, const LANES: usize, const FMA: bool>(work: &mut Work<'_, R>) {
    let mut changes = work.timeline.from(work.steps.start);
    let (program, memory, end) = (work.program, &mut *work.memory, work.steps.end);
    if work.steps.start % 2 == 1 {
        turn(&program.pairs, memory);
    }
    let mut step = work.steps.start;
    // One round more than steps: blocks that wait catch up.
    while step <= end {
        while let Some((first, rest)) = changes.split_first()
            && first.step <= step
            && step < end
        {
            memory.registers[usize::from(first.register)] = Register::of(first.value);
            changes = rest;
        }
        let blocks = if step.is_multiple_of(2) {
            program.blocks.as_slice()
        } else {
            &program.turned
        };
        let n = match &program.leap {
            Some(leap) => leap_length(program, leap, changes, step..end),
            None => 1,
        };
        let leap = program.leap.as_ref().filter(|_| n > 1);
        // One place that carries instructions out: there is much code behind it.
        for stage in 0..2 {
            let blocks = match (leap, stage) {
                (None, 0) => blocks,
                (None, _) => &[][..],
                (Some(leap), 0) => &leap.begin,
                (Some(leap), _) if leap.take::<FMA>(program.simd, memory, step, n) => &leap.end,
                (Some(_), _) => &[],
            };
            let mut need = 0;
            for block in blocks {
                if !block.is_known {
                    need = match &block.condition {
                        Some(condition) => parts_where(condition, memory, many_parts::<R>()),
                        None => in_need(block.guard, memory),
                    };
                }
                let parts = if step < end {
                    parts_to_run(block, need, memory)
                } else {
                    parts_behind(block, memory)
                };
                if parts == const { whole::<R>() } {
                    let mut insts = block.insts.as_slice();
                    while let Some((inst, behind)) = insts.split_first() {
                        let stood_for =
                            execute::<R, LANES, FMA>(inst, behind, program, memory, 0, step);
                        insts = &behind[stood_for..];
                    }
                } else if parts != 0 {
                    for part in set_bits(parts) {
                        let mut insts = block.insts.as_slice();
                        while let Some((inst, behind)) = insts.split_first() {
                            let stood_for =
                                execute::<R, PART, FMA>(inst, behind, program, memory, part, step);
                            insts = &behind[stood_for..];
                        }
                    }
                }
                if let Some(deferral) = &block.deferral {
                    if parts != 0 {
                        memory.registers[usize::from(deferral.pending)] = Register::of(R::ZERO);
                    }
                    if step < end {
                        keep(block, deferral, need, memory);
                    }
                }
            }
        }
        step += n;
        // Those within a leap are of the number of the step.
        while let Some((first, rest)) = changes.split_first()
            && first.step < step
        {
            changes = rest;
        }
        if (step - 1).is_multiple_of(program.sweep_steps) && step <= end {
            sweep(&program.swept, memory);
        }
    }
    if end % 2 == 1 {
        turn(&program.pairs, memory);
    }
}

/// How many of `steps` are taken at once: none across a change of a uniform (but the number of the
/// step) or across a sweep.
#[inline(always)]
fn leap_length<R: Elementary>(
    program: &Program<R>,
    leap: &Leap<R>,
    changes: &[Change<R>],
    steps: std::ops::Range<u32>,
) -> u32 {
    let between = program.sweep_steps;
    let to_sweep = between - (steps.start + between - 1) % between;
    let most = leap
        .hold
        .min(to_sweep)
        .min(steps.end.saturating_sub(steps.start));
    let changed = changes
        .iter()
        .take_while(|change| change.step < steps.start + most)
        .find(|change| Some(change.register) != leap.step);
    let n = changed.map_or(most, |change| change.step - steps.start);
    if n < SHORTEST { 1 } else { n }
}

/// Brings the states from where they are after an even step to where they are before one, or back.
#[inline(always)]
fn turn<R: Elementary>(pairs: &[(u16, u16)], memory: &mut Memory<R>) {
    for &(a, b) in pairs {
        memory.registers.swap(usize::from(a), usize::from(b));
    }
}

/// All parts of a tile.
const fn whole<R: Real>() -> u32 {
    (1 << (R::LANES / PART)) - 1
}

/// On which parts of the tile a guard holds in some lane.
#[inline(always)]
fn in_need<R: Elementary>(guard: Guard, memory: &Memory<R>) -> u32 {
    match guard {
        Guard::Always => memory.filled,
        Guard::Uniform(register) => {
            if memory.registers[usize::from(register)].lanes()[0].is_true() {
                memory.filled
            } else {
                0
            }
        }
        Guard::Lanes(register) => {
            memory.registers[usize::from(register)].parts_where(|lane| lane) & memory.filled
        }
    }
}

/// On which parts of the tile a block has to run now, where its guard holds in those in `need`.
#[inline(always)]
fn parts_to_run<R: Elementary>(block: &CodeBlock<R>, need: u32, memory: &Memory<R>) -> u32 {
    match (&block.deferral, block.guard) {
        (Some(deferral), Guard::Lanes(guard)) => {
            let [guard, pending] =
                [guard, deferral.pending].map(|r| &memory.registers[usize::from(r)]);
            if set_bits(need).any(|part| meet(guard.part(part), pending.part(part))) {
                parts_behind(block, memory)
            } else {
                0
            }
        }
        _ => few_or_whole::<R>(need),
    }
}

/// On which parts a block that waits has to run before the tile is read.
#[inline(always)]
fn parts_behind<R: Elementary>(block: &CodeBlock<R>, memory: &Memory<R>) -> u32 {
    match &block.deferral {
        None => 0,
        Some(deferral) => {
            let pending = &memory.registers[usize::from(deferral.pending)];
            few_or_whole::<R>(pending.parts_where(|lane| lane))
        }
    }
}

/// Where many parts are in need, the whole tile is done with less work.
#[inline(always)]
fn few_or_whole<R: Real>(parts: u32) -> u32 {
    if parts.count_ones() < const { many_parts::<R>() } {
        parts
    } else {
        const { whole::<R>() }
    }
}

/// Keeps, for a block that waits, what it needs of this step in the lanes where its guard holds, which
/// are in the parts in `need`.
#[inline(always)]
fn keep<R: Elementary>(
    block: &CodeBlock<R>,
    deferral: &Deferral,
    need: u32,
    memory: &mut Memory<R>,
) {
    let Guard::Lanes(guard) = block.guard else {
        return;
    };
    for part in set_bits(need) {
        let mask = *memory.registers[usize::from(guard)].part::<PART>(part);
        for &(from, to) in &deferral.latches {
            let new = *memory.registers[usize::from(from)].part::<PART>(part);
            let old = memory.registers[usize::from(to)].part_mut::<PART>(part);
            for ((old, new), mask) in old.iter_mut().zip(new).zip(mask) {
                *old = R::select(mask, new, *old);
            }
        }
        let pending = &mut memory.registers[usize::from(deferral.pending)];
        let waiting = pending.part_mut::<PART>(part);
        for (waiting, mask) in waiting.iter_mut().zip(mask) {
            *waiting = waiting.or(mask);
        }
    }
}

/// Is there a lane in which both hold?
#[inline(always)]
fn meet<R: Elementary>(a: &[R; PART], b: &[R; PART]) -> bool {
    let mut both = R::ZERO;
    for (&a, &b) in a.iter().zip(b) {
        both = both.or(a.and(b));
    }
    both.is_true()
}

/// Sets to 0 what is about to become denormal.
#[inline(always)]
fn sweep<R: Elementary>(registers: &[u16], memory: &mut Memory<R>) {
    for &register in registers {
        for lane in memory.registers[usize::from(register)].lanes_mut() {
            *lane = if lane.abs() < R::TINY { R::ZERO } else { *lane };
        }
    }
}
