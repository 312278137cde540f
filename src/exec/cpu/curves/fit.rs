//! Polynomials on segments.
//!
//! Takes the block of a cone; gives its curve, if polynomials of few terms are as exact as f32: on each segment
//! the series of Chebyshev polynomials through [`NODES`] nodes is cut where what is left out is below
//! [`REST`] of the largest value there, and the curve that comes of it, in f32, is tried at points between the
//! nodes, where it may be [`WORST`] units of roundoff away. What has a jump, a corner or a pole nearby fails.
//!
//! Is that enough? A potential of −65 mV in f32 is itself half a unit of 8·10⁻⁶ mV away from what it stands for,
//! which moves e^(v/10) by 6 units of roundoff, and e^(v/k) worked out as a power of two has an error of up to
//! 0.7·v/k units, five times as much where it is the fifth power of another.
//!
//! Must not know where the block is from.

use super::cone::{C, VALUE, X};
use super::domain::{place, segments, x};
use super::{Curve, Real, Row};
use crate::ir::{
    BinaryOp, Block, Environment, Instr, Literal, Op, Slot, UnaryOp, Value, evaluate_into,
};

/// Nodes of a segment.
const NODES: usize = 14;

/// Coefficients of a polynomial, at most.
const MOST_ROWS: usize = 10;

/// What a cut series may leave out, to the largest value of the segment: four units of roundoff of f32.
const REST: f64 = 2.4e-7;

/// How far a curve may be from what it stands for, in units of roundoff of the largest value of the segment
/// (2⁻²⁴): the cut, and the roundings of the last terms.
const WORST: f64 = 8.0;

/// The largest value of a segment counts as this at least.
const SMALL: f64 = 1e-23;

/// Coefficients below are 0, well before they could be denormal.
const TINY: f64 = 1e-30;

/// By how much the argument of an exponential may change from one node to the next. A bump like
/// e^(−(x/ε)²) or 1/cosh(x/ε) could lie between the nodes unseen else, and be nothing at them.
const STEEPEST: f64 = 3.0;

/// From which distance on 0 of c is too far from where the value is 0: so that c is near the latter, most of
/// p(x) − q(x)·c could cancel where q(x)·(d − c) would not.
const FAR: f64 = 4.0;

/// A polynomial in t for each segment, by its coefficients.
type Pieces = Vec<[f64; NODES]>;

/// The curve of the value that `cone` stores.
pub(super) fn fit<R: Real>(cone: &Block) -> Option<Curve<R>> {
    if !is_resolved(cone)? {
        return None;
    }
    let is_line = cone.loads().contains(&C);
    let mut values = Vec::new();
    let mut value = |x: f64, c: f64| {
        evaluate_at(cone, x, c, &mut values);
        let at = cone.stored(VALUE)?;
        values.get(at.index())?.float().filter(|y| y.is_finite())
    };
    if !is_line {
        let mut p = |x: f64| value(x, 0.0);
        let (pieces, n_rows) = pieces(&mut p)?;
        let curve = Curve {
            p: rows(&pieces, n_rows),
            q: Vec::new(),
            moves: false,
        };
        return holds(&curve.p, &mut p).then_some(curve);
    }
    let moves = moves(&mut value)?;
    let kept = f64::from(u8::from(moves));
    let mut p = |x: f64| value(x, 0.0);
    let (p_pieces, p_rows) = pieces(&mut p)?;
    let mut q = |x: f64| Some(kept - (value(x, 1.0)? - value(x, 0.0)?));
    let (q_pieces, q_rows) = pieces(&mut q).filter(|&(_, n_rows)| n_rows > 0)?;
    let curve = Curve {
        p: rows(&p_pieces, p_rows),
        q: rows(&q_pieces, q_rows),
        moves,
    };
    let q_holds = holds(&curve.q, &mut q);
    let mut p = |x: f64| value(x, 0.0);
    (q_holds && holds(&curve.p, &mut p) && !cancels(&mut value)).then_some(curve)
}

/// Every value of the cone.
fn evaluate_at(cone: &Block, x: f64, c: f64, values: &mut Vec<Literal>) {
    let load = |slot: Slot| match slot {
        X => Some(Literal::Float(x)),
        C => Some(Literal::Float(c)),
        _ => None,
    };
    let env = Environment {
        load: &load,
        step: 0,
        tables: &[],
    };
    evaluate_into(cone, &env, values);
}

/// Does no exponential change by more than [`STEEPEST`] allows between nodes? None of a cone depends on c.
fn is_resolved(cone: &Block) -> Option<bool> {
    let argument = |instr: &Instr| match instr.op {
        Op::Unary(
            UnaryOp::Exp
            | UnaryOp::Expm1
            | UnaryOp::Exprel
            | UnaryOp::Tanh
            | UnaryOp::Sin
            | UnaryOp::Cos,
            a,
        )
        | Op::Binary(BinaryOp::ExprelGiven, a, _) => Some(a),
        _ => None,
    };
    let arguments: Vec<Value> = cone.instrs.iter().filter_map(argument).collect();
    let (mut values, mut before) = (Vec::new(), Vec::new());
    for segment in segments() {
        for node in (0..NODES).rev() {
            evaluate_at(cone, x(segment, 0.5 * angle(node).cos()), 0.0, &mut values);
            let now: Option<Vec<f64>> = arguments
                .iter()
                .map(|v| values.get(v.index())?.float())
                .collect();
            let now = now?;
            let is_steep = |(a, b): (&f64, &f64)| (a - b).abs() > STEEPEST;
            if now.iter().zip(&before).any(is_steep) {
                return Some(false);
            }
            before = now;
        }
    }
    Some(true)
}

/// The angle of a node: they are at the cosines.
#[expect(clippy::cast_precision_loss, reason = "small integers")]
fn angle(node: usize) -> f64 {
    std::f64::consts::PI * (node as f64 + 0.5) / NODES as f64
}

/// Is the value q(x)·(d − c) with a d that is [`FAR`] from 0?
fn cancels(value: &mut dyn FnMut(f64, f64) -> Option<f64>) -> bool {
    let mut zero = |segment: i32| {
        let x = x(segment, 0.0);
        let (begin, end) = (value(x, 0.0)?, value(x, 1.0)?);
        Some(begin / (begin - end))
    };
    let zeros: Vec<Option<f64>> = segments().map(&mut zero).collect();
    let is_same = |d: &Option<f64>| match (d, zeros[0]) {
        (Some(d), Some(first)) => first.abs() > FAR && (d - first).abs() < 1e-6 * first.abs(),
        _ => false,
    };
    zeros.iter().all(is_same)
}

/// Is c the larger part of the value everywhere, so that what is added to it is better looked up alone?
fn moves(value: &mut dyn FnMut(f64, f64) -> Option<f64>) -> Option<bool> {
    for segment in segments() {
        let x = x(segment, 0.0);
        let weight = value(x, 1.0)? - value(x, 0.0)?;
        if (weight - 1.0).abs() > 0.5 {
            return Some(false);
        }
    }
    Some(true)
}

/// A polynomial for each segment, and how many terms all of them need: none where all is 0.
fn pieces(f: &mut dyn FnMut(f64) -> Option<f64>) -> Option<(Pieces, usize)> {
    let mut pieces = Vec::new();
    let mut n_rows = 0;
    for segment in segments() {
        let (series, largest) = series(|t| f(x(segment, t)))?;
        let n = terms(&series, REST * largest);
        n_rows = n_rows.max(n);
        if n_rows > MOST_ROWS {
            return None;
        }
        pieces.push(series);
    }
    let pieces = pieces.iter().map(|series| powers(series, n_rows)).collect();
    Some((pieces, n_rows))
}

/// The weights of Chebyshev's polynomials of 2t that go through the nodes, and the largest value at them.
#[expect(clippy::cast_precision_loss, reason = "small integers")]
fn series(mut f: impl FnMut(f64) -> Option<f64>) -> Option<([f64; NODES], f64)> {
    let n = NODES as f64;
    let mut values = [0.0; NODES];
    for (node, value) in values.iter_mut().enumerate() {
        *value = f(0.5 * angle(node).cos())?;
    }
    let largest = values.iter().fold(0.0, |most: f64, y| most.max(y.abs()));
    let weight = |k: usize| {
        let terms = values.iter().enumerate();
        let sum: f64 = terms
            .map(|(node, y)| y * (k as f64 * angle(node)).cos())
            .sum();
        sum * if k == 0 { 1.0 } else { 2.0 } / n
    };
    Some((std::array::from_fn(weight), largest.max(SMALL)))
}

/// How many terms a series needs that leaves out `rest`.
fn terms(series: &[f64; NODES], rest: f64) -> usize {
    let mut left = 0.0;
    for (k, weight) in series.iter().enumerate().rev() {
        left += weight.abs();
        if left > rest {
            return k + 1;
        }
    }
    0
}

/// The first `n` terms of a series of Chebyshev's polynomials of 2t, as powers of t.
fn powers(series: &[f64; NODES], n: usize) -> [f64; NODES] {
    let mut sum = [0.0; NODES];
    let (mut before, mut this) = ([0.0; NODES], [0.0; NODES]);
    before[0] = 1.0;
    this[1] = 2.0;
    for &weight in &series[..n] {
        for (sum, power) in sum.iter_mut().zip(before) {
            *sum += weight * power;
        }
        // T(k+1) = 2·2t·T(k) − T(k−1).
        let next = std::array::from_fn(|k| {
            let higher = if k == 0 { 0.0 } else { this[k - 1] };
            4.0 * higher - before[k]
        });
        (before, this) = (this, next);
    }
    sum
}

fn rows<R: Real>(pieces: &Pieces, n: usize) -> Vec<Row<R>> {
    let mut rows = vec![Row([R::ZERO; super::SEGMENTS]); n];
    for (piece, segment) in pieces.iter().zip(segments()) {
        for (row, &coefficient) in rows.iter_mut().zip(piece) {
            if coefficient.abs() >= TINY {
                row.0[place(segment)] = R::from_f64(coefficient);
            }
        }
    }
    rows
}

/// Is the polynomial of `rows`, in the engine's precision, near `f` between the nodes?
fn holds<R: Real>(rows: &[Row<R>], f: &mut dyn FnMut(f64) -> Option<f64>) -> bool {
    let points = [-0.499, -0.41, -0.27, -0.08, 0.13, 0.29, 0.43, 0.499];
    segments().all(|segment| {
        let (mut largest, mut worst) = (SMALL, 0.0_f64);
        for point in points {
            let t = R::from_f64(point);
            let Some(exact) = f(x(segment, t.to_f64())) else {
                return false;
            };
            let terms = rows.iter().rev().map(|row| row.0[place(segment)]);
            let found = terms.reduce(|sum, term| sum.fused(t, term));
            let found = found.map_or(0.0, R::to_f64);
            largest = largest.max(exact.abs());
            worst = worst.max((found - exact).abs());
        }
        worst <= WORST * 0.5 * f64::from(f32::EPSILON) * largest
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should stop")]
mod tests {
    use super::*;
    use crate::ir::{Builder, Type};

    fn cone(compute: impl Fn(&mut Builder, Value, Value) -> Value) -> Block {
        let mut b = Builder::new("test");
        let (x, c) = (b.load(X, Type::Float), b.load(C, Type::Float));
        let value = compute(&mut b, x, c);
        b.store(VALUE, value);
        b.finish()
    }

    /// 1/(1 + e^((x + 40)/width)).
    fn sigmoid(b: &mut Builder, x: Value, width: f64) -> Value {
        let (shift, one) = (b.float(40.0 / width), b.float(1.0));
        let exponent = b.scale(x, 1.0 / width);
        let exponent = b.add(exponent, shift);
        let e = b.unary(UnaryOp::Exp, exponent);
        let below = b.add(e, one);
        b.div(one, below)
    }

    #[test]
    fn steeper_sigmoids_need_more_terms_and_the_steepest_have_no_curve() {
        let terms = |width: f64| {
            let curve = fit::<f32>(&cone(|b, x, _| sigmoid(b, x, width)));
            curve.map(|curve| (curve.p.len(), curve.q.len()))
        };
        assert_eq!(
            [20.0, 10.0, 5.0, 0.5].map(terms),
            [Some((5, 0)), Some((6, 0)), Some((7, 0)), None]
        );
    }

    #[test]
    fn a_corner_has_no_curve() {
        let corner = cone(|b, x, _| {
            let shift = b.float(41.3);
            let shifted = b.add(x, shift);
            b.unary(UnaryOp::Abs, shifted)
        });
        assert_eq!(fit::<f32>(&corner), None);
    }

    #[test]
    fn a_bump_between_the_nodes_is_seen() {
        // e^(−((x + 40.03)/0.01)²), which is 0 at every node.
        let bump = cone(|b, x, _| {
            let shift = b.float(40.03);
            let from = b.add(x, shift);
            let from = b.scale(from, 100.0);
            let square = b.mul(from, from);
            let exponent = b.unary(UnaryOp::Neg, square);
            b.unary(UnaryOp::Exp, exponent)
        });
        assert_eq!(fit::<f32>(&bump), None);
    }

    #[test]
    fn what_is_not_finite_has_no_curve() {
        assert_eq!(fit::<f32>(&cone(|b, x, _| b.unary(UnaryOp::Log, x))), None);
    }

    #[test]
    fn a_difference_is_not_multiplied_out_where_it_would_cancel() {
        let from = |d: f64| {
            cone(|b, x, c| {
                let (open, d) = (sigmoid(b, x, 10.0), b.float(d));
                let difference = b.sub(d, c);
                b.mul(open, difference)
            })
        };
        assert!(fit::<f32>(&from(1.0)).is_some());
        assert!(fit::<f32>(&from(1000.0)).is_none());
    }

    #[test]
    fn what_is_far_below_the_rest_is_zero_and_not_denormal() {
        let steep = cone(|b, x, _| {
            let (exponent, shift) = (b.scale(x, -0.5), b.float(-52.5));
            let exponent = b.add(exponent, shift);
            b.unary(UnaryOp::Exp, exponent)
        });
        let curve = fit::<f32>(&steep).unwrap();
        let all = curve.p.iter().flat_map(|row| row.0);
        assert!(all.into_iter().all(|k| k == 0.0 || k.abs() >= 1e-30));
    }

    #[test]
    fn a_conductance_has_no_constant_part_and_a_small_step_moves() {
        let conductance = cone(|b, x, c| {
            let open = sigmoid(b, x, 10.0);
            b.mul(open, c)
        });
        let curve = fit::<f32>(&conductance).unwrap();
        assert_eq!((curve.p.len(), curve.q.len(), curve.moves), (0, 6, false));
        let step = cone(|b, x, c| {
            let steady = sigmoid(b, x, 10.0);
            let change = b.sub(steady, c);
            let change = b.scale(change, 0.01);
            b.add(c, change)
        });
        let curve = fit::<f32>(&step).unwrap();
        assert_eq!((curve.p.len(), curve.q.len(), curve.moves), (6, 1, true));
    }
}
