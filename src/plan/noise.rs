//! Random numbers of a step, as expressions of the middle.
//!
//! Takes random bits; gives standard normal numbers and Poisson counts, the same on every engine up to
//! the rounding of its logarithm, exponential and square root. Must not know models or methods.

use crate::ir::{BinaryOp, Builder, CompareOp, Type, UnaryOp, Value};

/// Giles, "Approximating the erfinv function", GPU Computing Gems Jade Edition (2012), ch. 10, single
/// precision: highest power first, for w < 5 in powers of w − 5/2, else in powers of √w − 3.
const CENTRE: [f64; 9] = [
    2.810_226_36e-8,
    3.432_739_39e-7,
    -3.523_387_7e-6,
    -4.391_506_54e-6,
    0.000_218_580_87,
    -0.001_253_725_03,
    -0.004_177_681_64,
    0.246_640_727,
    1.501_409_41,
];
const TAIL: [f64; 9] = [
    -0.000_200_214_257,
    0.000_100_950_558,
    0.001_349_343_22,
    -0.003_673_428_44,
    0.005_739_507_73,
    -0.007_622_461_3,
    0.009_438_870_47,
    1.001_674_06,
    2.832_976_82,
];

/// Both halves of the number of a cell, the low one first, from that number as a float.
pub(super) fn halves(b: &mut Builder, number: Value) -> [Value; 2] {
    let scaled = b.scale(number, 2f64.powi(-32));
    let high = b.unary(UnaryOp::Floor, scaled);
    let below = b.scale(high, 2f64.powi(32));
    let low = b.sub(number, below);
    [low, high].map(|half| b.unary(UnaryOp::ToU32, half))
}

/// √2·erf⁻¹(x) with x = 2u − 1 and u = (bits + ½)/2²³, both exact in f32: mean and variance of all 2²³
/// numbers are those of the normal distribution to 10⁻⁶, the largest is 5.3.
pub(super) fn normal(b: &mut Builder, bits: Value) -> Value {
    let float = b.unary(UnaryOp::ToFloat, bits);
    let scaled = b.scale(float, 2f64.powi(-22));
    let shift = b.float(2f64.powi(-23) - 1.0);
    let x = b.add(scaled, shift);
    let one = b.float(1.0);
    let (below, above) = (b.sub(one, x), b.add(one, x));
    let product = b.mul(below, above);
    let log = b.unary(UnaryOp::Log, product);
    let w = b.unary(UnaryOp::Neg, log);
    let root = b.unary(UnaryOp::Sqrt, w);
    let (two_and_half, three, five) = (b.float(2.5), b.float(3.0), b.float(5.0));
    let (near, far) = (b.sub(w, two_and_half), b.sub(root, three));
    let (near, far) = (polynomial(b, &CENTRE, near), polynomial(b, &TAIL, far));
    let central = b.compare(CompareOp::Lt, w, five);
    let factor = b.select(central, near, far);
    let product = b.mul(factor, x);
    b.scale(product, std::f64::consts::SQRT_2)
}

fn polynomial(b: &mut Builder, coefficients: &[f64], x: Value) -> Value {
    let mut sum = b.float(coefficients[0]);
    for &next in &coefficients[1..] {
        let product = b.mul(sum, x);
        let next = b.float(next);
        sum = b.add(product, next);
    }
    sum
}

/// Largest number of events in a step.
const MOST_EVENTS: u32 = 8;

/// The number of events of a Poisson process with mean `mean` in the step, by inversion, at most 8. The mean
/// must be from 0 to 1 (more than 8 events have then a probability below 2·10⁻⁶); else the result is not
/// finite, which marks the cell.
pub(super) fn events(b: &mut Builder, bits: Value, mean: Value) -> Value {
    let float = b.unary(UnaryOp::ToFloat, bits);
    let half = b.float(0.5);
    let middle = b.add(float, half);
    let u = b.scale(middle, 2f64.powi(-23));
    let (zero, one) = (b.float(0.0), b.float(1.0));
    let minus = b.unary(UnaryOp::Neg, mean);
    let mut probability = b.unary(UnaryOp::Exp, minus);
    let mut cumulated = probability;
    let mut count = zero;
    for k in 1..=MOST_EVENTS {
        let more = b.compare(CompareOp::Ge, u, cumulated);
        let added = b.select(more, one, zero);
        count = b.add(count, added);
        let product = b.mul(probability, mean);
        probability = b.scale(product, 1.0 / f64::from(k));
        cumulated = b.add(cumulated, probability);
    }
    let not_below = b.compare(CompareOp::Ge, mean, zero);
    let not_above = b.compare(CompareOp::Le, mean, one);
    let possible = b.binary(BinaryOp::And, not_below, not_above);
    debug_assert_eq!(b.type_of(possible), Type::Bool);
    let divisor = b.select(possible, one, zero);
    b.div(count, divisor)
}
