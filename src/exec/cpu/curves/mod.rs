//! Curves: what a step computes from one value alone is looked up, however many exponentials it holds.
//!
//! Takes the blocks of a step; tells which values are p(x) or p(x) − q(x)·c, where x and c are values of
//! the block and p and q depend on x alone, and gives p and q as polynomials on segments of x. The rates of
//! a gate are of that kind, and so is the whole step of a gate. A curve is as exact as what it stands for
//! ([`fit`]); beyond its [`domain`] the instructions that it stands for are carried out. Only f32 on
//! AVX-512 has curves: two registers hold the 32 coefficients of a row there, and one instruction picks
//! from them.
//!
//! Must not know registers.
//!
//! | file | job |
//! |---|---|
//! | `kind` | what each value depends on, and how |
//! | `cone` | the instructions between x, c and a value, and their cost |
//! | `fit` | polynomials on segments |
//! | `domain` | the segments, and which x they are for |
//! | `lookup` | curves of all lanes |

mod cone;
pub(super) mod domain;
mod fit;
mod kind;
pub(super) mod lookup;

use std::collections::HashMap;

use super::real::Real;
use crate::ir::{BinaryOp, Block, Op, Value};
use cone::Cone;
use domain::SEGMENTS;
use kind::Kind;

/// A coefficient for each segment.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
pub(super) struct Row<R>(pub(super) [R; SEGMENTS]);

/// p(x), p(x) − q(x)·c or c + p(x) − q(x)·c.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Curve<R> {
    /// The coefficients of p, from that of the constant term on.
    pub(super) p: Vec<Row<R>>,
    /// Those of q, which has none where there is no c.
    pub(super) q: Vec<Row<R>>,
    /// Is c added?
    pub(super) moves: bool,
}

/// A value of a block that is looked up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Looked {
    /// What the curve is a curve of.
    pub(super) x: Value,
    /// In what it is linear besides.
    pub(super) c: Option<Value>,
    /// Number of the curve.
    pub(super) curve: u16,
}

/// The values of a block that are looked up, by their positions.
#[derive(Clone, Debug, Default)]
pub(super) struct LookedUp(HashMap<usize, Looked>);

impl LookedUp {
    /// How the value at `index` is looked up, if it is.
    #[must_use]
    pub(super) fn get(&self, index: usize) -> Option<Looked> {
        self.0.get(&index).copied()
    }
}

/// All curves of a program.
#[derive(Debug)]
pub(super) struct Curves<R> {
    /// The curves.
    pub(super) all: Vec<Curve<R>>,
    /// What was tried already: equal cones have one curve, or none.
    tried: Vec<(Block, Option<u16>)>,
}

/// What fewer vector operations compute is not looked up.
const LEAST_COST: u32 = 16;

impl<R: Real> Curves<R> {
    /// None yet.
    pub(super) fn new() -> Self {
        Curves {
            all: Vec::new(),
            tried: Vec::new(),
        }
    }

    /// The values of `block` that are looked up: as much at once as can be, and where all that are of one x
    /// together cost less than what they stand for.
    pub(super) fn of(&mut self, block: &Block) -> LookedUp {
        let kinds = kind::kinds(block);
        let mut dear = Vec::new();
        loop {
            let found = self.choose(block, &kinds, &dear);
            let more = self.dear(block, &found);
            if more.is_empty() {
                return LookedUp(found);
            }
            dear.extend(more);
        }
    }

    fn choose(&mut self, block: &Block, kinds: &[Kind], dear: &[Value]) -> HashMap<usize, Looked> {
        let uses = block.uses();
        let mut found = HashMap::new();
        let mut needed = vec![false; block.instrs.len()];
        block.results().for_each(|v| needed[v.index()] = true);
        for index in (0..block.instrs.len()).rev() {
            if !needed[index] {
                continue;
            }
            let looked = match kinds[index] {
                Kind::Of(x) => self.look_up(block, index, x, None, &needed, &uses),
                Kind::Line(x, c) => self.look_up(block, index, x, Some(c), &needed, &uses),
                Kind::Const | Kind::Linear(_) => None,
            };
            if let Some(looked) = looked.filter(|looked| !dear.contains(&looked.x)) {
                needed[looked.x.index()] = true;
                looked.c.iter().for_each(|c| needed[c.index()] = true);
                found.insert(index, looked);
            } else {
                let operands = block.instrs[index].op.operands();
                operands.for_each(|v| needed[v.index()] = true);
            }
        }
        found
    }

    /// How the value at `index` is looked up, if that pays and no part of it is needed elsewhere.
    fn look_up(
        &mut self,
        block: &Block,
        index: usize,
        x: Value,
        c: Option<Value>,
        needed: &[bool],
        uses: &[usize],
    ) -> Option<Looked> {
        let (cone, instrs) = (Cone::of(block, index, x, c)?, &block.instrs);
        if let Op::Binary(BinaryOp::Mul, a, b) = instrs[index].op
            && matches!(instrs[b.index()].op, Op::Const(_))
            && (c.is_some() || uses[a.index()] > 1)
        {
            // A weight is drawn into the sum that reads it, and stages of a step that differ in no more
            // share their curves.
            return None;
        }
        let is_shared = |&part: &usize| {
            let own = Cone::of(block, part, x, c);
            needed[part] && own.is_some_and(|own| own.cost(block) >= LEAST_COST)
        };
        if cone.cost(block) < LEAST_COST || cone.parts().iter().any(is_shared) {
            return None;
        }
        let curve = self.curve(&cone.block(block))?;
        Some(Looked { x, c, curve })
    }

    /// The number of the curve for this block, if there is one.
    fn curve(&mut self, cone: &Block) -> Option<u16> {
        if let Some(&(_, curve)) = self.tried.iter().find(|(tried, _)| tried == cone) {
            return curve;
        }
        let number = u16::try_from(self.all.len()).ok();
        let fitted = number.and_then(|number| Some((number, fit::fit(cone)?)));
        let number = fitted.map(|(number, curve)| {
            self.all.push(curve);
            number
        });
        self.tried.push((cone.clone(), number));
        number
    }

    /// The x whose curves cost more than what they stand for.
    fn dear(&self, block: &Block, found: &HashMap<usize, Looked>) -> Vec<Value> {
        let mut of_x: HashMap<Value, (u32, Vec<usize>)> = HashMap::new();
        for (&index, looked) in found {
            let (cost, parts) = of_x.entry(looked.x).or_default();
            *cost += self.all[usize::from(looked.curve)].cost();
            let cone = Cone::of(block, index, looked.x, looked.c);
            parts.extend(cone.iter().flat_map(Cone::parts).chain([&index]));
        }
        let is_dear = |(cost, parts): &mut (u32, Vec<usize>)| {
            parts.sort_unstable();
            parts.dedup();
            let exact: u32 = parts.iter().map(|&part| cone::cost(block, part)).sum();
            *cost + domain::TEST_COST > exact
        };
        let curves = of_x.into_iter();
        let dear = curves.filter_map(|(x, mut curves)| is_dear(&mut curves).then_some(x));
        dear.collect()
    }
}

impl<R> Curve<R> {
    /// Vector operations: three for the segment, two for a coefficient, two for c.
    fn cost(&self) -> u32 {
        let rows = u32::try_from(self.p.len() + self.q.len()).unwrap_or(u32::MAX / 4);
        3 + 2 * rows + 2 * u32::from(!self.q.is_empty())
    }
}
