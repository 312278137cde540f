//! Lowering: a plan becomes a vector program.
//!
//! Takes a plan; gives a [`Program`]. Every slot that the steps use has a register of its own.
//!
//! Must not know how instructions are carried out.

use super::condition::take_conditions;
use super::curves::lookup::Lookup;
use super::curves::{Curves, LookedUp};
use super::deferral::latched;
use super::leap::{Leap, Operand};
use super::lower_block::{Lowering, Selection, guard, register};
use super::lower_curves::join_curves;
use super::program::{CodeBlock, Deferral, Guard, Home, Program, mark_known_guards};
use super::real::Real;
use super::shape::{Factor, Shape, shape};
use super::simd::Simd;
use super::turns::{Turn, Turns, writer};
use super::windows::with_windows;
use crate::exec::ExecError;
use crate::ir::{Block, Op, Slot, Type, Value};
use crate::plan::{Plan, SlotInfo};

/// States are swept for denormals after every so many steps: arithmetic on denormals costs a
/// hundred times more. What decays by less than a factor of 10⁷ (f32) in that time never becomes
/// denormal; what decays faster is soon 0. Measured: a decay by 0.01 to 0.999 per step runs as fast
/// to its end as at its beginning. Products of tiny states within a step are not swept.
const SWEEP_STEPS: u32 = 32;

/// With leaps, after as many as this: what decays by less than 12 % a step still never becomes denormal.
const MOST_SWEEP_STEPS: u32 = 128;

/// What a program is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    /// The vector instructions.
    pub(super) simd: Simd,
    /// May several steps be taken at once?
    pub(super) leaps: bool,
    /// May values be looked up, where that is faster?
    pub(super) curves: bool,
}

/// The program that does one step of `plan`, or several where its shape allows.
///
/// # Errors
/// A plan with more values than there are register numbers.
pub(super) fn lower<R: Lookup>(plan: &Plan, target: Target) -> Result<Program<R>, ExecError> {
    let Target { simd, leaps, .. } = target;
    let homes = homes(plan)?;
    let n_registers = homes
        .iter()
        .map(|home| usize::from(home.register) + 1)
        .max();
    let n_registers = n_registers.unwrap_or(0);
    let layout = plan.layout();
    let streams = layout.streams.iter();
    let mut program = Program {
        blocks: Vec::new(),
        turned: Vec::new(),
        leap: None,
        pairs: Vec::new(),
        n_registers,
        n_fixed: n_registers,
        swept: Vec::new(),
        sweep_steps: SWEEP_STEPS,
        tables: layout.tables.iter().map(|t| table(&t.values)).collect(),
        capacities: streams.map(|s| s.capacity as usize).collect(),
        n_windows: 0,
        curves: Vec::new(),
        simd,
        homes,
    };
    let shape = shape(plan);
    // The drive rounds alike in leaps and in single steps.
    let pinned = |index: usize| shape.as_ref().filter(|_| index == 0).map(|s| s.drive);
    program.sweep_steps = shape.as_ref().map_or(SWEEP_STEPS, sweep_steps);
    let mut curves = Curves::new();
    let has_curves = target.curves && R::IS_FASTER && simd.has_curves();
    let steps = plan.step().iter().enumerate();
    let selections: Vec<Selection> = steps
        .map(|(index, block)| Selection {
            pinned: pinned(index),
            looked_up: if has_curves && block.guard.is_none() {
                curves.of(block)
            } else {
                LookedUp::default()
            },
        })
        .collect();
    program.curves = curves.all;
    let turns = match shape {
        Some(_) if leaps => Turns::default(),
        _ => turns(plan.step(), &selections, &mut program)?,
    };
    let lasting = |slot: Slot| match slot {
        Slot::State(i) => layout.states[usize::from(i)].ty == Type::Float,
        Slot::Accum(i) => layout.accums[usize::from(i)].ty == Type::Float,
        _ => false,
    };
    // What only a spike changes does not decay.
    let changes = |block: &Block, slot: Slot| {
        !matches!(block.guard, Some(Slot::Temp(_))) && block.stored(slot).is_some()
    };
    let is_swept = |home: &&Home| {
        let mut step = plan.step().iter();
        lasting(home.slot) && step.any(|block| changes(block, home.slot))
    };
    let swept = program.homes.iter().filter(is_swept);
    program.swept = swept.map(|home| turns.other(home.register)).collect();
    let deferrals = deferrals(plan.step(), &turns, &mut program)?;
    program.n_registers = program.n_fixed;
    for (index, deferral) in deferrals.into_iter().enumerate() {
        let block = &plan.step()[index];
        let Lowering {
            insts, n_registers, ..
        } = Lowering::new(
            &program,
            block,
            index,
            &turns,
            deferral.as_ref(),
            &selections[index],
        )
        .lower()?;
        program.n_registers = program.n_registers.max(n_registers);
        let (mut insts, n_windows) = with_windows(&insts, program.n_windows);
        join_curves(&mut insts);
        program.n_windows = n_windows;
        program.blocks.push(CodeBlock {
            guard: guard(&program, &turns, block, index),
            condition: None,
            is_known: false,
            insts,
            deferral,
        });
    }
    mark_known_guards(&mut program.blocks);
    take_conditions(&mut program.blocks);
    if let Some(shape) = shape.as_ref().filter(|_| leaps) {
        program.leap = Some(leap(plan, shape, &mut program)?);
    }
    program.turned = turns.turned(&program.blocks);
    program.pairs = turns.pairs();
    Ok(program)
}

/// Steps between sweeps of a shape, with leaps or without: a leap ends at a sweep, so there are whole ones
/// between two.
fn sweep_steps(shape: &Shape) -> u32 {
    let whole = (SWEEP_STEPS..=MOST_SWEEP_STEPS).find(|n| n % shape.hold == 0 && n % 2 == 0);
    whole.unwrap_or(MOST_SWEEP_STEPS)
}

/// The registers of a leap, and what it computes before and after.
fn leap<R: Real>(
    plan: &Plan,
    shape: &Shape,
    program: &mut Program<R>,
) -> Result<Leap<R>, ExecError> {
    let advance = &plan.step()[0];
    let n_temps = plan.layout().temps.len();
    let mut fresh = |i: usize| {
        let slot = Slot::Temp(register(n_temps + i)?);
        let register = register(program.n_registers)?;
        program.homes.push(Home { slot, register });
        program.n_registers += 1;
        Ok::<_, ExecError>(slot)
    };
    // What a cell's parameters alone give needs no register more, nor does v where it is kept already.
    let drive = match advance.instrs[shape.drive.index()].op {
        Op::Load(slot @ Slot::Derived(_)) => slot,
        _ => fresh(0)?,
    };
    let keeps_v = |&&(slot, value): &&(Slot, Value)| {
        matches!(slot, Slot::Temp(_)) && advance.instrs[value.index()].op == Op::Load(shape.v)
    };
    let before = match advance.stores.iter().find(keeps_v) {
        Some(&(slot, _)) => slot,
        None => fresh(1)?,
    };
    program.n_fixed = program.n_registers;
    let recorders = shape.recorders.iter();
    let kept = recorders.filter_map(|&index| latched(plan.step(), index));
    let kept: Vec<Slot> = kept.flatten().collect();
    let alone = |block: Block| {
        let none = Turns::default();
        let lowering =
            Lowering::new(program, &block, 0, &none, None, &Selection::default()).lower()?;
        let code = CodeBlock {
            guard: Guard::Always,
            condition: None,
            is_known: false,
            insts: lowering.insts,
            deferral: None,
        };
        Ok::<_, ExecError>((code, lowering.n_registers))
    };
    let (begin, first) = alone(shape.drive_block(advance, drive))?;
    let begin = if begin.insts.is_empty() {
        Vec::new()
    } else {
        vec![begin]
    };
    let (event, second) = alone(shape.event_block(advance, before, drive, &kept))?;
    program.n_registers = program.n_registers.max(first).max(second);
    let recorders = shape.recorders.iter().map(|&i| program.blocks[i].clone());
    let mut end: Vec<_> = std::iter::once(event).chain(recorders).collect();
    mark_known_guards(&mut end);
    let at = |slot: Slot| program.home(slot).unwrap_or(0);
    let operand = |factor: Factor| match factor {
        Factor::Literal(x) => Operand::Literal(R::from_f64(x)),
        Factor::Slot(slot) => Operand::Register(at(slot)),
    };
    Ok(Leap {
        v: at(shape.v),
        countdown: at(shape.countdown),
        begin,
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
fn turns<R: Real>(
    step: &[Block],
    selections: &[Selection],
    program: &mut Program<R>,
) -> Result<Turns, ExecError> {
    let none = Turns::default();
    let mut turns = Vec::new();
    let mut lowerings: Vec<Option<Lowering<'_, R>>> = step.iter().map(|_| None).collect();
    for home in &program.homes {
        let Some(block) = writer(step, home.slot) else {
            continue;
        };
        let lowering = lowerings[block].get_or_insert_with(|| {
            Lowering::new(
                program,
                &step[block],
                block,
                &none,
                None,
                &selections[block],
            )
        });
        if lowering.would_copy(home.slot) {
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

/// An empty table has no entry to read; the reference gives NaN.
fn table<R: Real>(values: &[f64]) -> Vec<R> {
    let values = if values.is_empty() {
        &[f64::NAN]
    } else {
        values
    };
    values.iter().map(|&x| R::from_f64(x)).collect()
}

/// A register for each slot of a step; temps that are always the same share theirs.
fn homes(plan: &Plan) -> Result<Vec<Home>, ExecError> {
    type Make = fn(u16) -> Slot;
    let layout = plan.layout();
    let kinds: [(&[SlotInfo], Make); 5] = [
        (&layout.states, Slot::State),
        (&layout.temps, Slot::Temp),
        (&layout.derived, Slot::Derived),
        (&layout.accums, Slot::Accum),
        (&layout.uniforms, Slot::Uniform),
    ];
    let mut homes: Vec<Home> = Vec::new();
    let mut n_registers = 0;
    for (infos, make) in kinds {
        for index in 0..infos.len() {
            let slot = make(register(index)?);
            let twin = twin(plan.step(), slot);
            let shared = twin.and_then(|twin| home(&homes, twin));
            let register = match shared {
                Some(register) => register,
                None => register(n_registers)?,
            };
            n_registers += usize::from(shared.is_none());
            homes.push(Home { slot, register });
        }
    }
    Ok(homes)
}

/// An earlier temp that is given the same value as `slot`, where neither is ever given another.
fn twin(step: &[Block], slot: Slot) -> Option<Slot> {
    let writer = |slot: Slot| {
        let mut writers = step.iter().filter(|block| block.stored(slot).is_some());
        let first = writers.next().filter(|block| block.guard.is_none())?;
        writers.next().is_none().then_some(first)
    };
    let Slot::Temp(own) = slot else {
        return None;
    };
    let block = writer(slot)?;
    let value = block.stored(slot);
    (0..own).map(Slot::Temp).find(|&other| {
        writer(other).is_some_and(|by| std::ptr::eq(by, block)) && block.stored(other) == value
    })
}
