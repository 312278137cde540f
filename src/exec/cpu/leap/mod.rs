//! Leaps: many steps of an integrate-and-fire cell at once.
//!
//! Takes the memory of a tile whose step has the right [`Shape`]; leaves it as it is after some steps,
//! with the spikes in it, at most one in each lane. Such a step is a dozen instructions, of which
//! loads, stores and calls take most of the time; in a leap they are one loop. A cell spikes at most
//! once in a leap that is no longer than its refractory period: its spike is remembered by v before
//! it and found again by the countdown, and the recorders are told of all spikes of a leap together.
//!
//! Must not know plans or who records.
//!
//! | file | job |
//! |---|---|
//! | `steps` | the steps of a leap |
//!
//! [`Shape`]: super::shape::Shape

pub(super) mod steps;

use super::math::Elementary;
use super::program::{CodeBlock, Memory};
use super::real::Real;
use super::register::Register;
use super::simd::Simd;
use steps::{Cells, Numbers, Rule, plain};

/// A leap shorter than this is not worth its beginning and end.
pub(super) const SHORTEST: u32 = 4;

/// A refractory period from here on is not for leaps, which count steps beyond its end in small floats.
pub(super) const LONGEST_HOLD: u32 = 1 << 20;

/// A leap is of so many cells, or a multiple: as many as a loop by hand holds in its registers.
pub(super) const STRIDE: usize = 128;

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
    /// As in the shape.
    pub(super) exceeds: bool,
    /// Where v is reset to.
    pub(super) reset: Operand<R>,
    /// As in the shape.
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
    fn tile(self, memory: &Memory<R>) -> Register<R> {
        match self {
            Operand::Literal(x) => Register::of(x),
            Operand::Register(register) => memory.registers[usize::from(register)],
        }
    }
}

impl<R: Elementary> Leap<R> {
    /// Takes `n` steps from `step` on, with the vector instructions `simd`; the drive is in its register. Sets
    /// the lanes of spikes; true if there are any to record.
    #[inline(always)]
    pub(super) fn take<const FMA: bool>(
        &self,
        simd: Simd,
        memory: &mut Memory<R>,
        step: u32,
        n: u32,
    ) -> bool {
        let numbers = [self.leak, self.threshold];
        let tiles;
        let numbers = match numbers {
            [Operand::Literal(leak), Operand::Literal(threshold)] => {
                Numbers::Same([leak, threshold])
            }
            _ => {
                tiles = numbers.map(|number| number.tile(memory));
                Numbers::Own(tiles.each_ref().map(Register::lanes))
            }
        };
        let reset = match self.reset {
            Operand::Literal(_) => None,
            own @ Operand::Register(_) => Some(own.tile(memory)),
        };
        // In place: a copy of a tile is stored in pieces that the first loads would have to wait for.
        let registers = [
            self.v,
            self.countdown,
            self.before,
            self.counted,
            self.drive,
        ];
        let registers = registers.map(usize::from);
        let n_lanes = memory.n_lanes().next_multiple_of(STRIDE);
        let Ok(registers) = memory.registers.get_disjoint_mut(registers) else {
            // They are made to differ.
            return false;
        };
        let lanes = registers.map(|register| &mut register.lanes_mut()[..n_lanes]);
        let [v, countdown, before, counted, drive] = lanes;
        for left in &mut *countdown {
            *left = left.float_of_small();
        }
        let mut cells = Cells {
            v,
            free_from: countdown,
            drive,
            numbers,
        };
        let rule = Rule {
            exceeds: self.exceeds,
            hold: self.hold,
            n,
        };
        if !R::leap(simd, &mut cells, rule) {
            plain::<R, FMA>(&mut cells, rule);
        }
        let lanes = [v, countdown, before, counted];
        let any = match (self.reset, &reset) {
            (Operand::Literal(to), _) => settle(lanes, rule, |_| to),
            (_, Some(to)) => settle(lanes, rule, |lane| to.lanes()[lane]),
            (_, None) => return false,
        };
        if !any {
            return false;
        }
        let asked = self
            .step
            .map(|step| [step, self.countdown].map(usize::from));
        if let Some(Ok([steps, countdown])) =
            asked.map(|both| memory.registers.get_disjoint_mut(both))
        {
            let last = step.wrapping_add(n - 1).wrapping_sub(self.hold);
            for (step, left) in steps.lanes_mut().iter_mut().zip(countdown.lanes()) {
                *step = R::word(left.to_word().wrapping_add(last));
            }
        }
        self.window
            .is_none_or(|w| memory.registers[usize::from(w)].lanes()[0].is_true())
    }
}

/// Resets who spiked, after the steps of `rule`, and counts down again; true if anybody spiked. Given are the lanes of
/// v, the countdown, v before a spike, and whether there was one.
#[inline(always)]
fn settle<R: Elementary>(lanes: [&mut [R]; 4], rule: Rule, reset: impl Fn(usize) -> R) -> bool {
    let [v, countdown, before, spikes] = lanes.map(|lanes| lanes.as_chunks_mut().0);
    let (ended, recorded) = (v.iter_mut().zip(countdown), before.iter_mut().zip(spikes));
    let mut any = false;
    for (stride, ((v, countdown), (before, spikes))) in ended.zip(recorded).enumerate() {
        let reset = |lane: usize| reset(stride * STRIDE + lane);
        any |= settle_stride(v, countdown, before, spikes, rule, reset);
    }
    any
}

/// Some of them: arguments that are known not to overlap.
#[inline(always)]
fn settle_stride<R: Elementary>(
    v: &mut [R; STRIDE],
    countdown: &mut [R; STRIDE],
    before: &mut [R; STRIDE],
    spikes: &mut [R; STRIDE],
    rule: Rule,
    reset: impl Fn(usize) -> R,
) -> bool {
    let (hold, n, mut any) = (R::small(rule.hold), R::small(rule.n), R::ZERO);
    for i in 0..STRIDE {
        // Who was refractory before the leap is free before the end of a whole period.
        let spiked = R::mask(countdown[i] > hold);
        spikes[i] = spiked;
        any = any.or(spiked);
        before[i] = R::select(spiked, v[i], before[i]);
        // A step of a refractory cell adds 0, which ends a -0.
        v[i] = R::select(spiked, reset(i) + R::ZERO, v[i]);
        let left = countdown[i] - n;
        countdown[i] = if left > R::ZERO { left } else { R::ZERO }.small_of_float();
    }
    any.is_true()
}
