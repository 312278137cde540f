//! Leaps: an integrate-and-fire cell whose membrane is linear, many steps at once.
//!
//! Takes a plan; tells whether its step is one of these:
//!
//! ```text
//! v' = v + (refractory ? 0 : d + k·v);  spike = v' ≥ θ and not refractory;  then v = reset, refractory for n steps
//! ```
//!
//! Such a step is a dozen instructions on a tile, of which loads, stores and calls take most of the
//! time. In a leap they are one loop. A cell spikes at most once in a leap that is no longer than
//! its refractory period: its spike is remembered by v before it and found again by the countdown,
//! and the recorders are told of all spikes of a leap together.
//!
//! Must not know threads, nor who records.

use super::deferral::latched;
use super::math::{Elementary, fma};
use super::program::{CodeBlock, LANES, Memory, Tile};
use super::real::Real;
use crate::ir::{
    BinaryOp, Block, Builder, CompareOp, Literal, Op, Slot, UnaryOp, Value, depends_on,
};
use crate::plan::Plan;

/// A leap shorter than this is not worth its beginning and end.
pub(super) const SHORTEST: u32 = 4;

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
}

impl Shape {
    /// The drive alone, stored to `to`.
    #[must_use]
    pub(super) fn drive_block(&self, advance: &Block, to: Slot) -> Block {
        let mut b = Builder::new("drive");
        let values = b.inline(advance, |b, slot, ty| b.load(slot, ty));
        b.store(to, values[self.drive.index()]);
        b.finish()
    }

    /// What recorders read of the step of a spike, from v before it in `before`.
    #[must_use]
    pub(super) fn event_block(&self, advance: &Block, before: Slot, read: &[Slot]) -> Block {
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
            b.store(*slot, values[value.index()]);
        }
        b.finish()
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
    let [advance, reset, recorders @ ..] = step else {
        return None;
    };
    // Recorders that wait, with nothing of the states but what can be found again.
    let waits = |index: usize| {
        let kept = latched(step, index)?;
        let is_state = kept.iter().any(|slot| matches!(slot, Slot::State(_)));
        (!is_state).then_some(())
    };
    (2..step.len()).try_for_each(waits)?;
    let (spike, counted, window) = guards(advance, reset, recorders)?;
    let block = Reader(advance);
    let (countdown, held) = block.countdown()?;
    let (v, [this, other]) = advance.stores.iter().find_map(|&(slot, value)| {
        let Op::Binary(BinaryOp::Add, a, b) = block.op(value) else {
            return None;
        };
        matches!(slot, Slot::State(_)).then_some((slot, [a, b]))
    })?;
    let change = if block.op(this) == Op::Load(v) {
        other
    } else {
        this
    };
    if ![this, other].iter().any(|&x| block.op(x) == Op::Load(v)) {
        return None;
    }
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
    (n_states(advance) == 2 && hold >= SHORTEST).then_some(Shape {
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
    })
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
    recorders: &[Block],
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

/// A shape with its registers.
#[derive(Clone, Debug)]
pub(super) struct Leap<R> {
    /// v.
    pub(super) v: u16,
    /// The countdown.
    pub(super) countdown: u16,
    /// What is to be done before: the drive.
    pub(super) begin: Vec<CodeBlock<R>>,
    /// What is to be done after a leap with spikes: what recorders ask for, from `before`, and the
    /// recorders.
    pub(super) end: Vec<CodeBlock<R>>,
    /// The drive.
    pub(super) drive: u16,
    /// k.
    pub(super) leak: Operand<R>,
    /// θ.
    pub(super) threshold: Operand<R>,
    /// As in [`Shape`].
    pub(super) exceeds: bool,
    /// Where v is reset to.
    pub(super) reset: Operand<R>,
    /// As in [`Shape`].
    pub(super) hold: u32,
    /// True in the lanes with a spike in the leap.
    pub(super) counted: u16,
    /// The uniform that says whether they are recorded.
    pub(super) window: Option<u16>,
    /// v before the spike, in these lanes.
    pub(super) before: u16,
    /// Number of the step of the spike, where recorders ask for it: the uniform's register.
    pub(super) step: Option<u16>,
}

/// A number of a leap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Operand<R> {
    /// The same in all lanes.
    Literal(R),
    /// A register.
    Register(u16),
}

impl<R: Real> Operand<R> {
    fn tile(self, memory: &Memory<R>) -> Tile<R> {
        match self {
            Operand::Literal(x) => Tile::of(x),
            Operand::Register(register) => memory.registers[usize::from(register)],
        }
    }
}

impl<R: Elementary> Leap<R> {
    /// Takes `n` steps from `step` on; the drive is in its register. Sets the lanes of spikes; true
    /// if there are any to record.
    #[inline(always)]
    pub(super) fn take<const FMA: bool>(&self, memory: &mut Memory<R>, step: u32, n: u32) -> bool {
        // Whole tiles, because they are aligned: no vector straddles two lines of the cache.
        let tile = |register: u16| memory.registers[usize::from(register)];
        let (mut v, mut countdown, drive) = (tile(self.v), tile(self.countdown), tile(self.drive));
        let (leak, reset) = (self.leak.tile(memory), self.reset.tile(memory));
        let threshold = self.threshold.tile(memory);
        let mut before = Tile::of(R::ZERO);
        let hold = R::word(self.hold);
        macro_rules! steps {
            ($beyond:tt) => {
                let (v, countdown, before) = (&mut v.0, &mut countdown.0, &mut before.0);
                let (leak, drive, reset) = (&leak.0, &drive.0, &reset.0);
                for _ in 0..n {
                    for i in 0..LANES {
                        let held = countdown[i].order() > R::ZERO.order();
                        let change = fma::<R, FMA>(v[i], leak[i], drive[i]);
                        let new = v[i] + if held { R::ZERO } else { change };
                        let spike = (new $beyond threshold.0[i]) & !held;
                        let less = countdown[i].decremented();
                        let left = if held { less } else { R::ZERO };
                        before[i] = if spike { v[i] } else { before[i] };
                        v[i] = if spike { reset[i] } else { new };
                        countdown[i] = if spike { hold } else { left };
                    }
                }
            };
        }
        if self.exceeds {
            steps!(>);
        } else {
            steps!(>=);
        }
        // Who spiked in this leap has more left than who was refractory before it.
        let (least, mut any) = (R::word(self.hold - n).order(), R::ZERO);
        let counted = &mut memory.registers[usize::from(self.counted)].0;
        for i in 0..LANES {
            counted[i] = R::mask(countdown.0[i].order() > least);
            any = any.or(counted[i]);
        }
        if let (true, Some(register)) = (any.is_true(), self.step) {
            let last = step.wrapping_add(n - 1).wrapping_sub(self.hold);
            let steps = &mut memory.registers[usize::from(register)].0;
            for i in 0..LANES {
                steps[i] = R::word(countdown.0[i].to_word().wrapping_add(last));
            }
        }
        memory.registers[usize::from(self.v)] = v;
        memory.registers[usize::from(self.countdown)] = countdown;
        memory.registers[usize::from(self.before)] = before;
        let recorded = self
            .window
            .is_none_or(|w| memory.registers[usize::from(w)].0[0].is_true());
        any.is_true() && recorded
    }
}
