//! The elementary functions over dense sweeps, in units in the last place.
//!
//! Both types are measured against sums carried in two doubles.

use crate::exec::cpu::math::{
    Elementary, exp, exp2, expm1, exprel, exprel_near, over_exprel, over_exprel_given,
    over_positive, relax, relax_any, relax_far, tanh,
};
use crate::exec::cpu::real::Real;
use crate::exec::cpu::simd::Simd;

/// exp(x) − 1 as a sum of two doubles, by its series after halving x until it is small.
pub(super) fn expm1_pair(x: f64) -> (f64, f64) {
    let halvings = if x == 0.0 {
        0
    } else {
        (x.abs().log2().ceil() as i32 + 4).max(0)
    };
    let x = x * 0.5_f64.powi(halvings);
    let mut sum = (0.0, 0.0);
    // Horner: x(1 + x/2(1 + x/3(1 + ...)))
    for n in (1..=24).rev() {
        let inner = add(sum, (1.0, 0.0));
        sum = times(divided(inner, f64::from(n)), (x, 0.0));
    }
    for _ in 0..halvings {
        // (y + 1)² − 1 = 2y + y²
        sum = add(add(sum, sum), times(sum, sum));
    }
    sum
}

pub(super) fn add(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    let s = a.0 + b.0;
    let v = s - a.0;
    let e = (a.0 - (s - v)) + (b.0 - v) + a.1 + b.1;
    (s + e, e - ((s + e) - s))
}

pub(super) fn times(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    let p = a.0 * b.0;
    let e = a.0.mul_add(b.0, -p) + (a.0 * b.1 + a.1 * b.0);
    (p + e, e - ((p + e) - p))
}

fn divided(a: (f64, f64), n: f64) -> (f64, f64) {
    let q = a.0 / n;
    let e = (q.mul_add(-n, a.0) + a.1) / n;
    (q + e, e - ((q + e) - q))
}

pub(super) fn over(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    let q = a.0 / b.0;
    let rest = add(a, times((-q, 0.0), b));
    add((q, 0.0), ((rest.0 + rest.1) / b.0, 0.0))
}

/// The functions in two doubles, in the order of [`functions`].
fn truth(x: f64) -> [(f64, f64); 5] {
    let e = expm1_pair(x);
    let x = (x, 0.0);
    let (relative, inverse) = if x.0 == 0.0 {
        ((1.0, 0.0), (1.0, 0.0))
    } else {
        (over(e, x), over(x, e))
    };
    let double = expm1_pair(-2.0 * x.0.abs());
    let tanh = over(double, add(double, (2.0, 0.0)));
    let tanh = if x.0 < 0.0 { tanh } else { (-tanh.0, -tanh.1) };
    // Of a negative argument by the reciprocal: 1 would swallow the sum.
    let exp = if x.0 < 0.0 {
        over((1.0, 0.0), add(expm1_pair(-x.0), (1.0, 0.0)))
    } else {
        add(e, (1.0, 0.0))
    };
    [exp, e, relative, inverse, tanh]
}

fn functions<R: Elementary, const FMA: bool>(x: R) -> [R; 5] {
    [
        exp::<R, FMA>(x),
        expm1::<R, FMA>(x),
        exprel::<R, FMA>(x),
        over_exprel::<R, FMA>(R::ONE / R::TWO, x),
        tanh::<R, FMA>(x),
    ]
}

const NAMES: [&str; 5] = ["exp", "expm1", "exprel", "1/exprel", "tanh"];

/// Size of a unit in the last place of a number of this size.
pub(super) fn ulp(x: f64, digits: i32) -> f64 {
    2.0_f64.powi((x.abs().log2().floor() as i32) - digits)
}

/// The worst error of each function over the sweep.
fn worst<R: Elementary, const FMA: bool>(
    digits: i32,
    points: impl Iterator<Item = f64>,
) -> [f64; 5] {
    let mut worst = [0.0_f64; 5];
    for x in points {
        let x = R::from_f64(x);
        let found = functions::<R, FMA>(x);
        for ((worst, found), truth) in worst.iter_mut().zip(found).zip(truth(x.to_f64())) {
            if truth.0 != 0.0 {
                let error = ((found.to_f64() - truth.0) - truth.1).abs() / ulp(truth.0, digits);
                *worst = worst.max(error);
            }
        }
    }
    worst
}

/// Points that are dense near 0 and reach the ends of the exponential's range.
fn sweep(n: i32, most: f64) -> impl Iterator<Item = f64> {
    let even = (-n..=n).map(move |i| most * f64::from(i) / f64::from(n));
    let near = (-n..=n).map(move |i| 3.0 * f64::from(i) / f64::from(n));
    let small = (0..n).flat_map(move |i| {
        let x = 2.0_f64.powf(-40.0 * f64::from(i) / f64::from(n));
        [x, -x]
    });
    even.chain(near).chain(small)
}

#[test]
fn errors_are_within_the_stated_units() {
    let cases = [
        (
            "f32 fma",
            worst::<f32, true>(23, sweep(200_000, 87.0)),
            [1.1, 1.6, 2.5, 2.0, 2.5],
        ),
        (
            "f32",
            worst::<f32, false>(23, sweep(200_000, 87.0)),
            [1.1, 1.7, 3.8, 2.0, 2.5],
        ),
        (
            "f64 fma",
            worst::<f64, true>(52, sweep(30_000, 600.0)),
            [1.1, 1.9, 2.5, 2.1, 2.5],
        ),
        (
            "f64",
            worst::<f64, false>(52, sweep(30_000, 600.0)),
            [1.1, 1.9, 3.8, 2.1, 2.5],
        ),
    ];
    for (name, errors, bounds) in cases {
        println!("{name}: {errors:.2?}");
        for ((error, bound), function) in errors.iter().zip(bounds).zip(NAMES) {
            assert!(*error <= bound, "{name} {function}: {error} units");
        }
    }
}

fn ends<R: Elementary, const FMA: bool>() {
    let at = |x: f64| functions::<R, FMA>(R::from_f64(x)).map(Real::to_f64);
    assert_eq!(at(0.0), [1.0, 0.0, 1.0, 1.0, 0.0]);
    assert!(at(f64::NAN).iter().all(|y| y.is_nan()));
    let far = at(1e30);
    assert_eq!(
        [far[0], far[1], far[4]],
        [f64::INFINITY, f64::INFINITY, 1.0]
    );
    assert!(far[3].abs() < 1e-30);
    let low = at(-1e30);
    assert_eq!([low[0], low[1], low[4]], [0.0, -1.0, -1.0]);
    assert_eq!(at(f64::NEG_INFINITY)[..2], [0.0, -1.0]);
    assert_eq!(at(f64::INFINITY)[0], f64::INFINITY);
    // No result is denormal, wherever the argument lies.
    for i in 0..4000 {
        let x = R::EXP_MIN.to_f64() * (0.98 + f64::from(i) * 1e-5);
        let two = exp2::<R, FMA>(R::from_f64(x * std::f64::consts::LOG2_E)).to_f64();
        let smallest = (R::TINY.to_f64() * 1e-20).min(1e-37);
        for y in [at(x)[0], two] {
            assert!(y == 0.0 || y > smallest * 1e-2, "{y}");
        }
    }
    let two = |x: f64| exp2::<R, FMA>(R::from_f64(x)).to_f64();
    assert!(two(f64::NAN).is_nan());
    let smallest = two(R::EXP2_MIN.to_f64());
    assert_eq!(
        [two(-1e6), two(1e6), two(3.0)],
        [smallest, f64::INFINITY, 8.0]
    );
    assert!(smallest > 0.0 && smallest < 1e-37);
}

#[test]
fn ends_of_the_range_are_zero_infinity_or_nan() {
    ends::<f32, true>();
    ends::<f32, false>();
    ends::<f64, true>();
    ends::<f64, false>();
}

#[test]
fn powers_of_two_are_within_a_unit() {
    for i in -126_000..128_000 {
        let t = f64::from(i) / 1000.0;
        let narrow = f64::from(exp2::<f32, true>(t as f32));
        let truth = f64::from(t as f32).exp2();
        assert!((narrow - truth).abs() <= 1.0 * ulp(truth, 23), "f32 {t}");
        let wide = exp2::<f64, true>(t);
        assert!(
            (wide - t.exp2()).abs() <= 2.0 * ulp(t.exp2(), 52),
            "f64 {t}"
        );
    }
}

/// Where a processor has code of its own for them: 1.5 units (1.0 found, of which the platform has a part) and the same ends, the same bits whether the
/// range is known or not, and none that depend on where a lane stands.
#[test]
fn powers_of_two_by_parts_of_their_exponents_are_as_good() {
    let own = Simd::available().into_iter().find(|simd| simd.has_exp2());
    let Some(simd) = own else { return };
    let powers = |x: &[f64], of: [f64; 3], within: bool| {
        let mut lanes = vec![0.0; x.len()];
        f64::exp2_lanes(simd, &mut lanes, x, of, within);
        lanes
    };
    let as_it_is = [1.0, 0.0, 0.0];
    let exponents: Vec<f64> = (-960_000..1_020_000).map(|i| f64::from(i) * 1e-3).collect();
    let found = powers(&exponents, as_it_is, false);
    assert_eq!(found, powers(&exponents, as_it_is, true));
    for (&t, y) in exponents.iter().zip(found) {
        let error = (y - t.exp2()).abs() / ulp(t.exp2(), 52);
        assert!(error <= 1.5, "{t}: {y}, off by {error}");
    }
    let shifted: Vec<f64> = (0..800).map(|i| f64::from(i) * 0.125 - 40.0).collect();
    let found = powers(&shifted, [0.5, 3.0, 7.0], true);
    for (&x, y) in shifted.iter().zip(found) {
        let truth = ((x + 7.0) * 0.5 + 3.0).exp2();
        assert!((y - truth).abs() <= 2.0 * ulp(truth, 52), "{x}: {y}");
    }
    let ends = [
        -1e6,
        1e6,
        1023.999,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -1022.0,
        3.0,
        f64::NAN,
    ];
    let found = powers(&ends, as_it_is, false);
    let smallest = f64::MIN_POSITIVE;
    let expected = [
        smallest,
        f64::INFINITY,
        1023.999_f64.exp2(),
        f64::INFINITY,
        smallest,
        smallest,
        8.0,
    ];
    assert!(found[7].is_nan());
    for (y, truth) in found.into_iter().zip(expected) {
        assert!(
            y == truth || (y - truth).abs() <= 2.0 * ulp(truth, 52),
            "{y}, not {truth}"
        );
    }
}

#[test]
fn the_near_polynomial_has_the_bits_of_the_whole_function() {
    for i in -2000..=500 {
        let x = f64::from(i) / 1000.0;
        assert_eq!(
            exprel_near::<f64, true>(x).to_bits(),
            exprel::<f64, true>(x).to_bits()
        );
        let x = x as f32;
        assert_eq!(
            exprel_near::<f32, true>(x).to_bits(),
            exprel::<f32, true>(x).to_bits()
        );
    }
}

/// The worst error of a relaxation from 0 by a = 1, which is (1 − e⁻ʳ)/r, in units in the last place,
/// over the short polynomial, the long one and what lies beyond.
fn relaxations<R: Elementary, const FMA: bool>(digits: i32) -> [f64; 5] {
    let worst = |from: f64, to: f64, f: &dyn Fn(R) -> R| {
        let error = |i: i32| {
            let r = R::from_f64(from + (to - from) * f64::from(i) / 20_000.0);
            let truth = -(-r.to_f64()).exp_m1() / r.to_f64();
            (f(r).to_f64() - truth).abs() / ulp(truth, digits)
        };
        (1..=20_000).map(error).fold(0.0, f64::max)
    };
    let (zero, one) = (R::ZERO, R::ONE);
    [
        worst(0.0, 0.5, &|r| relax::<R, FMA>(zero, one, r)),
        worst(0.0, 2.0, &|r| relax_far::<R, FMA, true>(zero, one, r)),
        worst(-5.0, 40.0, &|r| relax_any::<R, FMA, true>(zero, one, r)),
        worst(0.0, 2.0, &|r| relax_far::<R, FMA, false>(zero, one, r)),
        worst(-5.0, 40.0, &|r| relax_any::<R, FMA, false>(zero, one, r)),
    ]
}

#[test]
fn relaxations_are_within_the_stated_units() {
    for (found, bounds) in [
        (relaxations::<f32, true>(23), [0.8, 2.5, 2.5, 2.5, 2.5]),
        (relaxations::<f32, false>(23), [0.9, 3.4, 3.4, 3.4, 3.4]),
        // The truth of the platform is good to a unit, too.
        (relaxations::<f64, true>(52), [2.1; 5]),
        (relaxations::<f64, false>(52), [3.1; 5]),
    ] {
        println!("{found:?} within {bounds:?}");
        for (found, bound) in found.iter().zip(bounds) {
            assert!(*found <= bound, "{found} units, not {bound}");
        }
    }
}

/// k/exprel(x) from an exponential that is exact: near 1/4, where its series ends, the error of
/// eˣ − 1 is four times that of eˣ.
#[test]
fn what_is_given_an_exponential_loses_no_more_than_its_last_places() {
    fn worst<R: Elementary, const FMA: bool>(digits: i32) -> [f64; 2] {
        let mut worst = [0.0_f64; 2];
        for i in -40_000..=40_000 {
            let x = R::from_f64(f64::from(i) / 2000.0);
            let wide = x.to_f64();
            let e = R::from_f64(wide.exp());
            let exprel = if wide == 0.0 {
                1.0
            } else {
                wide.exp_m1() / wide
            };
            let over = over_exprel_given::<R, FMA, false>(R::ONE, x, e - R::ONE);
            let divided = over_exprel_given::<R, FMA, true>(R::ONE, x, e - R::ONE);
            let under = over_positive::<R, FMA>(e);
            let (over_truth, under_truth) = (1.0 / exprel, 1.0 / e.to_f64());
            for (of, found, truth) in [
                (0, over, over_truth),
                (0, divided, over_truth),
                (1, under, under_truth),
            ] {
                let error = (found.to_f64() - truth).abs() / ulp(truth, digits);
                worst[of] = worst[of].max(error);
            }
        }
        worst
    }
    for (found, bounds) in [
        (worst::<f32, true>(23), [3.4, 0.8]),
        (worst::<f32, false>(23), [3.1, 0.6]),
        (worst::<f64, true>(52), [4.1, 0.6]),
        (worst::<f64, false>(52), [4.1, 0.6]),
    ] {
        println!("{found:?} within {bounds:?}");
        for (found, bound) in found.iter().zip(bounds) {
            assert!(*found <= bound, "{found} units, not {bound}");
        }
    }
}
