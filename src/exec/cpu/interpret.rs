//! The interpreter: steps of a program on one tile of cells.
//!
//! Takes a program, the memory of a tile and what the time block sets; leaves the memory as it is
//! after the steps. A guarded block costs a reduction where no lane needs it, and runs on parts of
//! the tile where few do.
//!
//! Must not know plans or threads.

use super::lanes::execute;
use super::math::Elementary;
use super::program::{CodeBlock, Guard, LANES, Memory, PART, Program, Tile};
use super::timeline::Timeline;

/// States are swept for denormals after every so many steps: arithmetic on denormals costs a
/// hundred times more. What decays by less than a factor of 10⁷ (f32) in that time never becomes
/// denormal; what decays faster is soon 0. Measured: a decay by 0.01 to 0.999 per step runs as fast
/// to its end as at its beginning. Products of tiny states within a step are not swept.
const SWEEP_STEPS: u32 = 32;

/// With this many parts in need, a guarded block runs on the whole tile.
const MANY_PARTS: u32 = 5;

/// Some steps of a program on one tile.
pub(super) struct Work<'a, R> {
    /// The program.
    pub(super) program: &'a Program<R>,
    /// The tile.
    pub(super) memory: &'a mut Memory<R>,
    /// What the time block sets, at these steps.
    pub(super) timeline: &'a Timeline<R>,
    /// The steps.
    pub(super) steps: std::ops::Range<u32>,
}

/// Does the work. To be called where the processor's vector instructions are enabled.
#[inline(always)]
pub(super) fn advance<R: Elementary, const FMA: bool>(work: &mut Work<'_, R>) {
    let mut changes = work.timeline.from(work.steps.start);
    for step in work.steps.clone() {
        while let Some((first, rest)) = changes.split_first()
            && first.step <= step
        {
            work.memory.registers[usize::from(first.register)] = Tile([first.value; LANES]);
            changes = rest;
        }
        for block in &work.program.blocks {
            run_block::<R, FMA>(work.program, block, work.memory, step);
        }
        if step % SWEEP_STEPS == 0 {
            sweep(&work.program.swept, work.memory);
        }
    }
}

#[inline(always)]
fn run_block<R: Elementary, const FMA: bool>(
    program: &Program<R>,
    block: &CodeBlock<R>,
    memory: &mut Memory<R>,
    step: u32,
) {
    match block.guard {
        Guard::Always => {}
        Guard::Uniform(register) => {
            if !memory.registers[usize::from(register)].0[0].is_true() {
                return;
            }
        }
        Guard::Lanes(register) => {
            let guard = &memory.registers[usize::from(register)];
            if !any(guard) {
                return;
            }
            let parts = parts_in_need(guard);
            if parts.count_ones() < MANY_PARTS {
                for part in (0..LANES / PART).filter(|part| parts >> part & 1 == 1) {
                    for inst in &block.insts {
                        execute::<R, PART, FMA>(inst, &program.tables, memory, part, step);
                    }
                }
                return;
            }
        }
    }
    for inst in &block.insts {
        execute::<R, LANES, FMA>(inst, &program.tables, memory, 0, step);
    }
}

/// Does the guard hold in any lane?
#[inline(always)]
fn any<R: Elementary>(guard: &Tile<R>) -> bool {
    let mut any = R::ZERO;
    for &lane in &guard.0 {
        any = any.or(lane);
    }
    any.is_true()
}

/// One bit for each part of the tile in which the guard holds in a lane.
#[inline(always)]
fn parts_in_need<R: Elementary>(guard: &Tile<R>) -> u32 {
    let mut parts = 0;
    for (index, part) in guard.0.as_chunks::<PART>().0.iter().enumerate() {
        let mut any = R::ZERO;
        for &lane in part {
            any = any.or(lane);
        }
        // Opaque, or the compiler gathers across parts instead of reducing each.
        let any = std::hint::black_box(any.is_true());
        parts |= u32::from(any) << index;
    }
    parts
}

/// Sets to 0 what is about to become denormal.
#[inline(always)]
fn sweep<R: Elementary>(registers: &[u16], memory: &mut Memory<R>) {
    for &register in registers {
        for lane in &mut memory.registers[usize::from(register)].0 {
            *lane = if lane.abs() < R::TINY { R::ZERO } else { *lane };
        }
    }
}
