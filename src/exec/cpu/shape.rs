//! The shape of a step that can leap: an integrate-and-fire cell whose membrane is linear.
//!
//! Takes a plan; tells whether its step is one of these, and what it consists of:
//!
//! ```text
//! v' = v + (refractory ? 0 : d + k·v);  spike = v' ≥ θ and not refractory;  then v = reset, refractory for n steps
//! ```
//!
//! Must not know registers.

use super::deferral::latched;
use super::leap::{LONGEST_HOLD, SHORTEST};
use crate::ir::{
    BinaryOp, Block, Builder, CompareOp, Literal, Op, Slot, UnaryOp, Value, depends_on,
};
use crate::plan::Plan;

/// What such a step consists of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shape {
    /// The membrane potential.
    pub(super) v: Slot,
    /// Steps for which the cell is still refractory.
    pub(super) countdown: Slot,
    /// d, a value of the first block that no state changes.
    pub(super) drive: Value,
    /// k.
    pub(super) leak: Factor,
    /// θ.
    pub(super) threshold: Factor,
    /// Must θ be exceeded, not only reached?
    pub(super) exceeds: bool,
    /// Where v is reset to.
    pub(super) reset: Factor,
    /// Length of the refractory period, in steps.
    pub(super) hold: u32,
    /// True where a spike is recorded: what guards every recorder.
    pub(super) counted: Slot,
    /// Whether spikes are recorded at this step; none where they always are.
    pub(super) window: Option<Slot>,
    /// The uniform that is the number of the step.
    pub(super) step_number: Option<Slot>,
    /// The blocks that record.
    pub(super) recorders: Vec<usize>,
}

impl Shape {
    /// The drive alone, stored to `to`.
    #[must_use]
    pub(super) fn drive_block(&self, advance: &Block, to: Slot) -> Block {
        let mut b = Builder::new("drive");
        let values = b.inline(advance, |b, slot, ty| b.load(slot, ty));
        store_anew(&mut b, to, values[self.drive.index()]);
        b.finish()
    }

    /// What recorders read of the step of a spike, from v before it in `before`; and the drive once
    /// more, stored to `drive`, so that it rounds as it did.
    #[must_use]
    pub(super) fn event_block(
        &self,
        advance: &Block,
        before: Slot,
        drive: Slot,
        read: &[Slot],
    ) -> Block {
        let mut b = Builder::new("events");
        let values = b.inline(advance, |b, slot, ty| match slot {
            slot if slot == self.v => b.load(before, ty),
            slot if slot == self.countdown => b.u32(0),
            slot => b.load(slot, ty),
        });
        for (slot, value) in advance
            .stores
            .iter()
            .filter(|(slot, _)| read.contains(slot))
        {
            store_anew(&mut b, *slot, values[value.index()]);
        }
        store_anew(&mut b, drive, values[self.drive.index()]);
        b.finish()
    }
}

/// Stores what is not there already.
fn store_anew(b: &mut Builder, slot: Slot, value: Value) {
    if b.op(value) != Op::Load(slot) {
        b.store(slot, value);
    }
}

/// A number of the step that does not change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Factor {
    /// The same for all cells.
    Literal(f64),
    /// One for each.
    Slot(Slot),
}

/// The shape of the plan's step, if it is of that kind.
#[must_use]
pub(super) fn shape(plan: &Plan) -> Option<Shape> {
    let step = plan.step();
    let (advance, others) = step.split_first()?;
    let resetting = 1 + others.iter().position(writes_states)?;
    let reset = &step[resetting];
    let recorders: Vec<usize> = (1..step.len()).filter(|&i| i != resetting).collect();
    // Recorders that wait, with nothing of the states but what can be found again.
    let waits = |&index: &usize| {
        let kept = latched(step, index)?;
        let is_state = kept.iter().any(|slot| matches!(slot, Slot::State(_)));
        (!is_state).then_some(())
    };
    recorders.iter().try_for_each(waits)?;
    let recording: Vec<&Block> = recorders.iter().map(|&i| &step[i]).collect();
    let (spike, counted, window) = guards(advance, reset, &recording)?;
    let block = Reader(advance);
    let (countdown, held) = block.countdown()?;
    let (v, change) = advance.stores.iter().find_map(|&(slot, value)| {
        let Op::Binary(BinaryOp::Add, a, b) = block.op(value) else {
            return None;
        };
        let is_state = matches!(slot, Slot::State(_));
        match [a, b].map(|x| is_state && block.op(x) == Op::Load(slot)) {
            [true, _] => Some((slot, b)),
            [_, true] => Some((slot, a)),
            _ => None,
        }
    })?;
    let moved = block.held_at_zero(change, held)?;
    let (drive, leak) = block.affine(moved, v)?;
    let step_number = step_number(plan);
    let moving = [Some(v), Some(countdown), step_number];
    if moving
        .iter()
        .flatten()
        .any(|&s| depends_on(advance, drive, s))
    {
        return None;
    }
    let (exceeds, threshold) = block.threshold(advance.stored(spike)?, advance.stored(v)?, held)?;
    let (reset, hold) = resets(reset, v, countdown)?;
    let n_states = |b: &Block| {
        let states = b.stores.iter().filter(|(s, _)| matches!(s, Slot::State(_)));
        states.count()
    };
    (n_states(advance) == 2 && (SHORTEST..LONGEST_HOLD).contains(&hold)).then_some(Shape {
        v,
        countdown,
        drive,
        leak,
        threshold,
        exceeds,
        reset,
        hold,
        counted,
        window,
        step_number,
        recorders,
    })
}

fn writes_states(block: &Block) -> bool {
    let is_state = |&(slot, _): &(Slot, Value)| matches!(slot, Slot::State(_));
    block.stores.iter().any(is_state)
}

/// The uniform that is the number of the step.
fn step_number(plan: &Plan) -> Option<Slot> {
    let time = plan.time();
    let is_step = |&&(_, value): &&(Slot, Value)| time.instrs[value.index()].op == Op::Step;
    time.stores.iter().find(is_step).map(|&(slot, _)| slot)
}

/// The spike's slot, that of the recorded spike, and the uniform by which they differ.
fn guards(
    advance: &Block,
    reset: &Block,
    recorders: &[&Block],
) -> Option<(Slot, Slot, Option<Slot>)> {
    let spike = reset.guard.filter(|slot| matches!(slot, Slot::Temp(_)))?;
    let counted = recorders.first().map_or(Some(spike), |r| r.guard)?;
    let same = recorders.iter().all(|r| r.guard == Some(counted));
    if advance.guard.is_some() || !advance.store_ats.is_empty() || !same {
        return None;
    }
    let (all, some) = (advance.stored(spike)?, advance.stored(counted)?);
    if all == some {
        return Some((spike, counted, None));
    }
    let block = Reader(advance);
    let Op::Binary(BinaryOp::And, a, b) = block.op(some) else {
        return None;
    };
    let window = if a == all { b } else { a };
    match block.op(window) {
        Op::Load(slot @ Slot::Uniform(_)) if a == all || b == all => {
            Some((spike, counted, Some(slot)))
        }
        _ => None,
    }
}

/// What a spike sets v and the countdown to, if it sets nothing else.
fn resets(block: &Block, v: Slot, countdown: Slot) -> Option<(Factor, u32)> {
    let hold = match Reader(block).op(block.stored(countdown)?) {
        Op::Const(Literal::U32(n)) => n,
        _ => return None,
    };
    let reset = Reader(block).factor(block.stored(v)?)?;
    (block.stores.len() == 2 && block.store_ats.is_empty()).then_some((reset, hold))
}

/// A block, read by its patterns.
struct Reader<'a>(&'a Block);

impl Reader<'_> {
    fn op(&self, v: Value) -> Op {
        self.0.instrs[v.index()].op
    }

    fn factor(&self, v: Value) -> Option<Factor> {
        match self.op(v) {
            Op::Const(Literal::Float(x)) => Some(Factor::Literal(x)),
            Op::Load(slot @ Slot::Derived(_)) => Some(Factor::Slot(slot)),
            _ => None,
        }
    }

    /// c where the block stores c > 0 ? c − 1 : 0, and c > 0.
    fn countdown(&self) -> Option<(Slot, Value)> {
        self.0.stores.iter().find_map(|&(slot, value)| {
            let Op::Select { cond, yes, no } = self.op(value) else {
                return None;
            };
            let zero = Op::Const(Literal::U32(0));
            let is_left = matches!(self.op(cond), Op::Compare(CompareOp::Gt, c, z)
                if self.op(c) == Op::Load(slot) && self.op(z) == zero);
            let is_less = matches!(self.op(yes), Op::Binary(BinaryOp::Sub, c, one)
                if self.op(c) == Op::Load(slot) && self.op(one) == Op::Const(Literal::U32(1)));
            let is_state = matches!(slot, Slot::State(_));
            (is_state && is_left && is_less && self.op(no) == zero).then_some((slot, cond))
        })
    }

    /// x of held ? 0 : x.
    fn held_at_zero(&self, v: Value, held: Value) -> Option<Value> {
        match self.op(v) {
            Op::Select { cond, yes, no } if cond == held => {
                (self.op(yes) == Op::Const(Literal::Float(0.0))).then_some(no)
            }
            _ => None,
        }
    }

    /// d and k of d + k·v.
    fn affine(&self, x: Value, v: Slot) -> Option<(Value, Factor)> {
        let Op::Binary(BinaryOp::Add, a, b) = self.op(x) else {
            return None;
        };
        let weight = |product: Value| match self.op(product) {
            Op::Binary(BinaryOp::Mul, p, q) if self.op(p) == Op::Load(v) => self.factor(q),
            Op::Binary(BinaryOp::Mul, p, q) if self.op(q) == Op::Load(v) => self.factor(p),
            _ => None,
        };
        weight(b)
            .map(|k| (a, k))
            .or_else(|| weight(a).map(|k| (b, k)))
    }

    /// Whether `spike` is new > θ, not new ≥ θ, and not held; θ.
    fn threshold(&self, spike: Value, new: Value, held: Value) -> Option<(bool, Factor)> {
        let Op::Binary(BinaryOp::And, a, b) = self.op(spike) else {
            return None;
        };
        let is_free = |v: Value| self.op(v) == Op::Unary(UnaryOp::Not, held);
        let beyond = match (is_free(a), is_free(b)) {
            (_, true) => a,
            (true, _) => b,
            _ => return None,
        };
        match self.op(beyond) {
            Op::Compare(op @ (CompareOp::Gt | CompareOp::Ge), x, level) if x == new => {
                Some((op == CompareOp::Gt, self.factor(level)?))
            }
            _ => None,
        }
    }
}
