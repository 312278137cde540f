//! Weighted sums, multiplied out: c·(a·(x − E) − b·y) + z is x·(c·a) + y·(−c·b) + z and one literal.
//!
//! A step of a state adds a few such terms; written as a model is, it multiplies what it adds up, and
//! adds a constant at every level. Multiplied out, each term is one fused operation, and what is the
//! same in all steps of a cell, such as a constant current, joins into one number, worked out once.

use super::super::{BinaryOp, Block, Builder, Class, Op, Slot, Type, UnaryOp, Value, classify};
use super::Pass;

pub(super) const SUMS: Pass = Pass {
    name: "sums",
    doc: "sums with weights are multiplied out, where that saves operations",
    bound: "as if each variable of the sum were off by one and a half units in the last place",
    run: multiply_out,
};

/// Σ k·x + j.
#[derive(Debug, Default)]
struct Sum {
    terms: Vec<(Value, f64)>,
    shift: f64,
    /// Additions and products of which nothing is left when the sum is written anew.
    own: [usize; 2],
    /// Operations that others read, too, and that were seen through.
    seen: usize,
}

impl Sum {
    /// Adds k·v. A weight of 1 stays by itself: 1 − c would round away what is behind it.
    #[expect(clippy::float_cmp, reason = "exactly one is meant")]
    fn add(&mut self, v: Value, k: f64) {
        let same = |(term, weight): &&mut (Value, f64)| *term == v && *weight != 1.0 && k != 1.0;
        match self.terms.iter_mut().find(same) {
            Some(term) => term.1 += k,
            None => self.terms.push((v, k)),
        }
    }
}

struct Reader<'a> {
    block: &'a Block,
    uses: Vec<usize>,
}

fn multiply_out(block: &Block) -> Block {
    let reader = Reader {
        block,
        uses: block.uses(),
    };
    let classes = classify(block);
    let within = reader.within();
    let mut b = Builder::new(block.label);
    let mut here: Vec<Value> = Vec::with_capacity(block.instrs.len());
    for (index, instr) in block.instrs.iter().enumerate() {
        let anew = (!within[index] && instr.ty == Type::Float)
            .then(|| reader.better(index, &classes))
            .flatten();
        here.push(match anew {
            Some(sum) => write(&mut b, &sum, &classes, &here),
            None => b.emit(instr.op.map_operands(|v| here[v.index()]), instr.ty),
        });
    }
    b.store_as(block, |v| here[v.index()]);
    b.finish()
}

impl Reader<'_> {
    fn op(&self, v: Value) -> Op {
        self.block.instrs[v.index()].op
    }

    fn literal(&self, v: Value) -> Option<f64> {
        match self.op(v) {
            Op::Const(literal) => literal.float(),
            _ => None,
        }
    }

    /// The operands of a sum with their weights; of a product with a literal, and of a negation, too.
    fn parts(&self, v: Value) -> Option<[(Value, f64); 2]> {
        let none = (v, 0.0);
        match self.op(v) {
            Op::Binary(BinaryOp::Add, x, y) => Some([(x, 1.0), (y, 1.0)]),
            Op::Binary(BinaryOp::Sub, x, y) => Some([(x, 1.0), (y, -1.0)]),
            Op::Binary(BinaryOp::Mul, x, y) => self.literal(y).map(|k| [(x, k), none]),
            Op::Unary(UnaryOp::Neg, x) => Some([(x, -1.0), none]),
            _ => None,
        }
    }

    /// Is it part of a larger sum, which alone reads it?
    fn within(&self) -> Vec<bool> {
        let mut within = vec![false; self.block.instrs.len()];
        for index in 0..self.block.instrs.len() {
            let parts = self.parts(value(index)).filter(|_| self.is_float(index));
            for (part, _) in parts.into_iter().flatten().filter(|(_, k)| *k != 0.0) {
                within[part.index()] |= self.uses[part.index()] == 1;
            }
        }
        within
    }

    fn is_float(&self, index: usize) -> bool {
        self.block.instrs[index].ty == Type::Float
    }

    /// The sum at `index` multiplied out, if that takes fewer operations in a step: a product and the
    /// addition after it are one. What others read, too, may be needed no longer.
    fn better(&self, index: usize, classes: &[Class]) -> Option<Sum> {
        let mut sum = Sum::default();
        self.gather(value(index), 1.0, true, &mut sum);
        sum.terms.retain(|&(_, k)| k != 0.0);
        let is_step = |&&(v, _): &&(Value, f64)| classes[v.index()] == Class::Step;
        let steps = sum.terms.iter().filter(is_step).count();
        let constant = usize::from(steps < sum.terms.len() || sum.shift != 0.0);
        let cost = (steps + constant).saturating_sub(1);
        let [additions, products] = sum.own;
        let now = additions.max(products);
        let pays = cost < now || (sum.seen > 0 && cost <= now + sum.seen);
        let mut sizes = sum.terms.iter().map(|(_, k)| *k).chain([sum.shift]);
        let is_sound = sizes.all(|k| k == 0.0 || k.is_normal());
        (is_sound && pays && steps > 1).then_some(sum)
    }

    /// Adds k·v to `sum`; `opens` where v is to be taken apart whoever else reads it.
    fn gather(&self, v: Value, k: f64, opens: bool, sum: &mut Sum) {
        if let Some(c) = self.literal(v) {
            sum.shift += k * c;
            return;
        }
        let own = opens || self.uses[v.index()] == 1;
        let Some(parts) = self.parts(v).filter(|parts| own || self.is_affine(parts)) else {
            sum.add(v, k);
            return;
        };
        let is_addition = parts[1].1 != 0.0;
        sum.own[usize::from(!is_addition)] += usize::from(own);
        sum.seen += usize::from(!own);
        for (part, weight) in parts.into_iter().filter(|(_, weight)| *weight != 0.0) {
            self.gather(part, k * weight, false, sum);
        }
    }

    /// Is it one value with a weight and a literal? Then it is seen through, even if others read it.
    fn is_affine(&self, parts: &[(Value, f64); 2]) -> bool {
        let values = parts
            .iter()
            .filter(|(v, k)| *k != 0.0 && self.literal(*v).is_none());
        values.count() == 1
    }
}

fn value(index: usize) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "bounded by memory")]
    Value(index as u32)
}

/// Writes a sum: first what is the same in all steps, so that it joins; last the states without a
/// weight, which are the largest, so that their size rounds once.
fn write(b: &mut Builder, sum: &Sum, classes: &[Class], here: &[Value]) -> Value {
    let rank = |&(v, k): &(Value, f64)| {
        let is_state = matches!(b.op(here[v.index()]), Op::Load(Slot::State(_)));
        #[expect(clippy::float_cmp, reason = "exactly one is meant")]
        let plain = k == 1.0;
        match classes[v.index()] {
            Class::Run | Class::Cell => 0,
            Class::Time => 1,
            Class::Step => 2 + usize::from(plain) + usize::from(plain && is_state),
        }
    };
    let mut terms = sum.terms.clone();
    terms.sort_by_key(rank);
    let mut total: Option<Value> = None;
    for (v, k) in terms {
        let weight = b.float(k);
        let term = b.mul(here[v.index()], weight);
        total = Some(match total {
            Some(total) => b.add(total, term),
            // The literal joins the first term, and with it what is worked out once.
            None if sum.shift != 0.0 => {
                let shift = b.float(sum.shift);
                b.add(term, shift)
            }
            None => term,
        });
    }
    total.unwrap_or_else(|| b.float(sum.shift))
}

#[cfg(test)]
mod tests {
    use super::super::super::OpCounts;
    use super::super::tests::stored;
    use super::*;

    const V: Slot = Slot::State(0);
    const W: Slot = Slot::State(1);
    const I: Slot = Slot::Derived(0);

    /// v + 0.01·((I − 3·(v + 70)) − w), and w + 0.002·(4·(v + 70) − w).
    fn plain() -> Block {
        let mut b = Builder::new("test");
        let [v, w, i] = [V, W, I].map(|slot| b.load(slot, Type::Float));
        let [e, g, a, c, d] = [70.0, 3.0, 4.0, 0.01, 0.002].map(|x| b.float(x));
        let above = b.add(v, e);
        let leak = b.mul(above, g);
        let net = b.sub(i, leak);
        let net = b.sub(net, w);
        let change = b.mul(net, c);
        let new = b.add(v, change);
        b.store(V, new);
        let pull = b.mul(above, a);
        let net = b.sub(pull, w);
        let change = b.mul(net, d);
        let new = b.add(w, change);
        b.store(W, new);
        b.finish()
    }

    fn results(block: &Block, at: [f64; 3]) -> Vec<f64> {
        let [v, w, i] = at;
        stored(block, |slot| match slot {
            V => Some(v),
            W => Some(w),
            I => Some(i),
            _ => None,
        })
    }

    #[test]
    fn a_sum_is_what_it_was_within_roundings_of_its_terms() {
        let (plain, sums) = (plain(), multiply_out(&plain()));
        assert_ne!(plain, sums);
        for i in 0..1000 {
            let x = f64::from(i);
            let at = [0.13 * x - 90.0, 0.7 * x - 300.0, 3.1 * x - 500.0];
            // The largest terms: v, c·g·(|v| + 70), c·|w| and c·|I|.
            let size = at.iter().map(|x| x.abs()).sum::<f64>() + 70.0;
            for (a, b) in results(&plain, at).iter().zip(results(&sums, at)) {
                assert!((a - b).abs() <= 2.0 * f64::EPSILON * size, "{a} and {b}");
            }
        }
    }

    #[test]
    fn what_is_the_same_in_all_steps_is_one_number() {
        let sums = multiply_out(&plain());
        let classes = classify(&sums);
        let hoisted = OpCounts::of([&sums]).adds - steps(&sums, &classes);
        assert_eq!(hoisted, 1, "c·I and the literal");
        // v·k, w·k and v; w·k, v·k, the literal and w.
        assert_eq!(steps(&sums, &classes), 3 + 3);
    }

    fn steps(block: &Block, classes: &[Class]) -> usize {
        let adds = block.instrs.iter().zip(classes).filter(|(instr, class)| {
            matches!(instr.op, Op::Binary(BinaryOp::Add | BinaryOp::Sub, ..))
                && **class == Class::Step
        });
        adds.count()
    }

    #[test]
    fn a_state_keeps_its_weight_of_one() {
        // x + 1e-9·(x + 2): as x·(1 + 1e-9) it would stand still in f32.
        let mut b = Builder::new("test");
        let (x, k, e) = (b.load(V, Type::Float), b.float(1e-9), b.float(2.0));
        let above = b.add(x, e);
        let above = b.mul(above, k);
        let new = b.add(above, x);
        b.store(V, new);
        b.store(W, above);
        let sums = multiply_out(&b.finish());
        let is_near_one = |k: f64| (k - 1.0).abs() < 0.5;
        let mut weights = sums.instrs.iter().filter_map(|instr| match instr.op {
            Op::Const(literal) => literal.float(),
            _ => None,
        });
        assert!(!weights.any(is_near_one));
    }

    #[test]
    fn nothing_changes_where_nothing_is_saved() {
        let mut b = Builder::new("test");
        let [v, w] = [V, W].map(|slot| b.load(slot, Type::Float));
        let k = b.float(0.5);
        let half = b.mul(w, k);
        let new = b.add(v, half);
        b.store(V, new);
        let block = b.finish();
        assert_eq!(multiply_out(&block), block);
    }
}
