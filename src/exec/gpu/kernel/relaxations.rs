//! Relaxations: exponential steps, by polynomials where their decay is short.
//!
//! Takes a block; gives, of each relaxation, how far its decay is thought to reach. Such a guess decides on
//! speed alone: every cell's decay is looked at, and where one reaches farther, all that were looked at
//! together are worked out again for any decay. A polynomial takes neither an exponential nor a division,
//! of which a device makes an eighth as many in the same time.
//!
//! Must not know names or text but for its own lines.

use std::fmt::Write as _;

use super::names::float;
use crate::ir::{Block, Environment, Literal, Op, Slot, Value, evaluate};

/// The membrane potentials, in mV, between which a decay is tried: where spiking cells are. Another state
/// than a potential is tried there, too, for want of knowledge.
const TRIED_MV: std::ops::RangeInclusive<i32> = -90..=50;

/// The largest r of `m_part_near` and of `m_part_far` in `math.wgsl`.
const NEAR: f32 = 0.5;
const FAR: f32 = 2.0;

/// How far the decay r of a relaxation reaches within a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reach {
    /// From 0 to [`NEAR`]: a short polynomial.
    Near,
    /// From 0 to [`FAR`]: a longer one.
    Far,
    /// r is a literal, and so is (1 − e⁻ʳ)/r, which this is.
    Known(f64),
}

impl Reach {
    /// The bits of the largest r for which its polynomial is. Bits of positive numbers are in the order of the
    /// numbers, and those of negative ones and of NaN come after them.
    fn most(self) -> Option<u32> {
        match self {
            Reach::Near => Some(NEAR.to_bits()),
            Reach::Far => Some(FAR.to_bits()),
            Reach::Known(_) => None,
        }
    }
}

/// The reach of each relaxation of `block`; none where it is anywhere, and of all that is something else.
pub(super) fn reaches(block: &Block) -> Vec<Option<Reach>> {
    let of = |op: Op| match op {
        Op::Relax { r, .. } => reach(block, r),
        _ => None,
    };
    block.instrs.iter().map(|instr| of(instr.op)).collect()
}

fn reach(block: &Block, r: Value) -> Option<Reach> {
    if let Op::Const(Literal::Float(r)) = block.instrs[r.index()].op {
        let part = if r == 0.0 { 1.0 } else { -(-r).exp_m1() / r };
        return part.is_finite().then_some(Reach::Known(part));
    }
    match sole_state(block, r) {
        Some(state) => tried(block, r, state),
        None => block.is_conductance(r).then_some(Reach::Far),
    }
}

/// The state that `v` depends on, if it depends on nothing else.
fn sole_state(block: &Block, v: Value) -> Option<Slot> {
    let (mut open, mut seen) = (vec![v], vec![false; block.instrs.len()]);
    let mut found = None;
    while let Some(v) = open.pop() {
        if std::mem::replace(&mut seen[v.index()], true) {
            continue;
        }
        match block.instrs[v.index()].op {
            Op::Load(slot @ Slot::State(_)) if found.is_none_or(|state| state == slot) => {
                found = Some(slot);
            }
            Op::Load(_) | Op::Step | Op::Random { .. } | Op::Relax { .. } => return None,
            op => open.extend(op.operands()),
        }
    }
    found
}

/// The reach of `r`, which depends on one state alone.
fn tried(block: &Block, r: Value, state: Slot) -> Option<Reach> {
    let mut reach = Reach::Near;
    for x in TRIED_MV {
        let load = |slot| (slot == state).then_some(Literal::Float(f64::from(x)));
        let environment = Environment {
            load: &load,
            step: 0,
            tables: &[],
        };
        match evaluate(block, &environment)[r.index()] {
            Literal::Float(r) if (0.0..=f64::from(NEAR)).contains(&r) => {}
            Literal::Float(r) if (0.0..=f64::from(FAR)).contains(&r) => reach = Reach::Far,
            _ => return None,
        }
    }
    Some(reach)
}

/// A relaxation as text: its value's name and those of its operands.
pub(super) struct Relaxation {
    pub(super) value: Value,
    pub(super) reach: Reach,
    pub(super) x: String,
    pub(super) a: String,
    pub(super) r: String,
}

impl Relaxation {
    /// Its first line. By a polynomial it is a variable, which may be [settled](settle) later.
    pub(super) fn line(&self) -> String {
        let Relaxation { x, a, r, .. } = self;
        let (word, part) = match self.reach {
            Reach::Near => ("var", format!("m_part_near({r})")),
            Reach::Far => ("var", format!("m_part_far({r})")),
            Reach::Known(part) => ("let", float(part)),
        };
        let v = self.value.index();
        format!("        {word} v{v} = {x} + ({a} - {r} * {x}) * {part};\n")
    }

    /// May it have to be worked out again?
    pub(super) fn is_guess(&self) -> bool {
        self.reach.most().is_some()
    }
}

/// Works out `guesses` again where the decay of one reaches farther than its polynomial; leaves none.
pub(super) fn settle(text: &mut String, guesses: &mut Vec<Relaxation>) {
    let beyond = |reach: Reach| {
        let bits = reach.most()?;
        let alike = guesses.iter().filter(|guess| guess.reach == reach);
        let decays = alike.map(|guess| format!("bitcast<u32>({})", guess.r));
        let most = decays.reduce(|most, one| format!("max({most}, {one})"))?;
        Some(format!("{most} > {bits}u"))
    };
    let conditions: Vec<String> = [Reach::Near, Reach::Far]
        .into_iter()
        .filter_map(beyond)
        .collect();
    if conditions.is_empty() {
        return;
    }
    // Writing into a String cannot fail, here and below.
    let _ = writeln!(text, "        if ({}) {{", conditions.join(" || "));
    for guess in guesses.drain(..) {
        let (v, Relaxation { x, a, r, .. }) = (guess.value.index(), &guess);
        let _ = writeln!(text, "            v{v} = m_relax({x}, {a}, {r});");
    }
    text.push_str("        }\n");
}
