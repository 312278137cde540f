//! Exponentials of multiples of one argument, from a single exponential.
//!
//! e^(k·x + c) with k = p·k₀ is (e^(k₀·x + c₀))ᵖ·e^(c − p·c₀): up to three products instead of an
//! exponential. Gates of one cell often have slopes that are whole multiples of each other; of the
//! six exponentials of Hodgkin and Huxley's rates, five are powers of one (1/80, 1/20, 1/10 per mV).

use super::super::{BinaryOp, Block, Builder, Op, Type, UnaryOp, Value, classify};
use super::Pass;

pub(super) const POWERS: Pass = Pass {
    name: "powers",
    doc: "exponentials of multiples of one argument are powers of one exponential",
    bound: "a power p of an exponential is off by p times as much, p at most 8",
    run: share,
};

/// Powers made: those that take at most three products.
const POWERS_MADE: [u8; 7] = [1, 2, 3, 4, 5, 6, 8];

/// Largest |c − p·c₀|: beyond, the power and its factor might leave the range of f32 where their
/// product does not.
const LARGEST_SHIFT: f64 = 20.0;

/// Something that needs e^(k·x + c).
#[derive(Clone, Copy, Debug)]
struct Use {
    /// The instruction: `exp` or `exprel`.
    at: usize,
    x: Value,
    k: f64,
    c: f64,
}

/// How a use gets its exponential: as this power of that of another.
#[derive(Clone, Copy, Debug)]
struct Share {
    of: Use,
    power: u8,
}

fn share(block: &Block) -> Block {
    let mut uses = uses(block);
    let mut shares: Vec<Option<Share>> = vec![None; block.instrs.len()];
    while let Some(base) = best(&uses) {
        uses.retain(|one| match power(one, &base) {
            Some(power) => {
                shares[one.at] = Some(Share { of: base, power });
                false
            }
            None => true,
        });
    }
    rebuild(block, &shares)
}

/// The exponentials of the step, with what they are affine in. Those of a constant slope and shift
/// only: what varies from cell to cell has no common base.
fn uses(block: &Block) -> Vec<Use> {
    let classes = classify(block);
    let exponential = |(at, instr): (usize, &super::super::Instr)| {
        let Op::Unary(UnaryOp::Exp | UnaryOp::Exprel, argument) = instr.op else {
            return None;
        };
        let (x, k, c) = affine(block, argument);
        let moves = classes[x.index()] == super::super::Class::Step;
        (moves && k.is_normal() && c.is_finite()).then_some(Use { at, x, k, c })
    };
    block
        .instrs
        .iter()
        .enumerate()
        .filter_map(exponential)
        .collect()
}

/// Writes `v` as k·x + c.
fn affine(block: &Block, v: Value) -> (Value, f64, f64) {
    let float = |v: Value| match block.instrs[v.index()].op {
        Op::Const(literal) => literal.float(),
        _ => None,
    };
    let (mut x, mut k, mut c) = (v, 1.0, 0.0);
    loop {
        let (inner, slope, shift) = match block.instrs[x.index()].op {
            Op::Unary(UnaryOp::Neg, a) => (a, -1.0, 0.0),
            Op::Binary(BinaryOp::Mul, a, b) => match float(b) {
                Some(factor) => (a, factor, 0.0),
                None => return (x, k, c),
            },
            Op::Binary(BinaryOp::Add, a, b) => match float(b) {
                Some(term) => (a, 1.0, term),
                None => return (x, k, c),
            },
            Op::Binary(BinaryOp::Sub, a, b) => match float(a) {
                Some(term) => (b, -1.0, term),
                None => return (x, k, c),
            },
            _ => return (x, k, c),
        };
        (x, k, c) = (inner, k * slope, c + k * shift);
    }
}

/// The power of `base` that `one` needs.
fn power(one: &Use, base: &Use) -> Option<u8> {
    let ratio = one.k / base.k;
    let fits = |&p: &u8| {
        let p = f64::from(p);
        (ratio - p).abs() <= 1e-14 * p && (one.c - p * base.c).abs() <= LARGEST_SHIFT
    };
    POWERS_MADE
        .into_iter()
        .find(fits)
        .filter(|_| one.x == base.x)
}

/// The use that most others are powers of; none where each stands alone.
fn best(uses: &[Use]) -> Option<Use> {
    let served = |base: &Use| uses.iter().filter(|one| power(one, base).is_some()).count();
    let best = uses.iter().rev().max_by_key(|base| served(base))?;
    (served(best) > 1).then_some(*best)
}

fn rebuild(block: &Block, shares: &[Option<Share>]) -> Block {
    let mut b = Builder::new(block.label);
    let mut here: Vec<Value> = Vec::with_capacity(block.instrs.len());
    for (instr, share) in block.instrs.iter().zip(shares) {
        let op = instr.op.map_operands(|v| here[v.index()]);
        let value = match (share, op) {
            (Some(share), Op::Unary(UnaryOp::Exprel, z)) => {
                let e = powered(&mut b, block, &here, share, instr.op);
                b.binary(BinaryOp::ExprelGiven, z, e)
            }
            (Some(share), _) => powered(&mut b, block, &here, share, instr.op),
            (None, op) => b.emit(op, instr.ty),
        };
        here.push(value);
    }
    b.store_as(block, |v| here[v.index()]);
    b.finish()
}

/// The exponential of the argument of `op`, as a power of the shared one.
fn powered(b: &mut Builder, block: &Block, here: &[Value], share: &Share, op: Op) -> Value {
    let Op::Unary(_, argument) = op else {
        return b.emit(op, Type::Float);
    };
    let base = share.of;
    let slope = b.scale(here[base.x.index()], base.k);
    let shift = b.float(base.c);
    let exponent = b.add(slope, shift);
    let one = b.unary(UnaryOp::Exp, exponent);
    let exact = b.float(f64::from(share.power));
    let power = b.binary(BinaryOp::Pow, one, exact);
    let (_, _, c) = affine(block, argument);
    let scaled = f64::from(share.power) * base.c;
    // What is left of two equal shifts is rounding.
    let rest = c - scaled;
    let rest = if rest.abs() <= 4.0 * f64::EPSILON * c.abs().max(scaled.abs()) {
        0.0
    } else {
        rest
    };
    b.scale(power, rest.exp())
}

#[cfg(test)]
mod tests {
    use super::super::super::{Environment, Literal, Slot, evaluate};
    use super::*;

    const X: Slot = Slot::State(0);

    /// A block that stores the exponential (or exprel) of each k·(x − x0).
    fn exponentials(of: &[(UnaryOp, f64, f64)]) -> Block {
        let mut b = Builder::new("test");
        let x = b.load(X, Type::Float);
        for (&(op, k, x0), i) in of.iter().zip(1..) {
            let x0 = b.float(x0);
            let away = b.sub(x, x0);
            let z = b.scale(away, k);
            let y = b.unary(op, z);
            b.store(Slot::State(i), y);
        }
        b.finish()
    }

    fn count(block: &Block, op: UnaryOp) -> usize {
        let is =
            |instr: &&super::super::super::Instr| matches!(instr.op, Op::Unary(o, _) if o == op);
        block.instrs.iter().filter(is).count()
    }

    fn results(block: &Block, x: f64) -> Vec<f64> {
        let env = Environment {
            load: &|slot| (slot == X).then_some(Literal::Float(x)),
            step: 0,
            tables: &[],
        };
        let values = evaluate(block, &env);
        let value = |&(_, v): &(Slot, Value)| values[v.index()].as_f64();
        block.stores.iter().map(value).collect()
    }

    const SQUID: [(UnaryOp, f64, f64); 6] = [
        (UnaryOp::Exprel, -0.1, -40.0),
        (UnaryOp::Exp, -1.0 / 18.0, -65.0),
        (UnaryOp::Exp, -0.05, -65.0),
        (UnaryOp::Exp, -0.1, -35.0),
        (UnaryOp::Exprel, -0.1, -55.0),
        (UnaryOp::Exp, -0.0125, -65.0),
    ];

    #[test]
    fn the_squid_axon_needs_two_exponentials() {
        let shared = share(&exponentials(&SQUID));
        assert_eq!(
            (
                count(&shared, UnaryOp::Exp),
                count(&shared, UnaryOp::Exprel)
            ),
            (2, 0)
        );
    }

    #[test]
    fn powers_are_what_the_exponentials_were() {
        let plain = exponentials(&SQUID);
        let shared = share(&plain);
        for i in 0..2000 {
            let x = -150.0 + 0.15 * f64::from(i);
            for (a, b) in results(&plain, x).iter().zip(results(&shared, x)) {
                // Eight times the rounding of an exponential and its argument, in f64.
                assert!(
                    (a - b).abs() <= 64.0 * f64::EPSILON * a.abs(),
                    "at {x}: {a} and {b}"
                );
            }
        }
    }

    #[test]
    fn slopes_without_a_common_measure_are_left_alone() {
        let plain = exponentials(&[(UnaryOp::Exp, -0.1, 0.0), (UnaryOp::Exp, -0.07, 0.0)]);
        assert_eq!(share(&plain), plain);
        // A factor of e^30 between the two.
        let far = exponentials(&[(UnaryOp::Exp, -0.1, 0.0), (UnaryOp::Exp, -0.1, 300.0)]);
        assert_eq!(share(&far), far);
    }
}
