//! Logarithms, powers, sine and cosine over dense sweeps, in units in the last place, and at the ends
//! of their ranges.

use super::accuracy::{add, expm1_pair, over, times, ulp};
use crate::exec::cpu::logs::{all_plain, log, plain_pow, pow};
use crate::exec::cpu::math::Elementary;
use crate::exec::cpu::waves::{all_small, cos, sin};

type Pair = (f64, f64);

/// The logarithm in two doubles: the platform's, and one step of Newton's.
fn log_pair(x: f64) -> Pair {
    let about = x.ln();
    // x/e^about − 1, of the size of the platform's error.
    let size = add(expm1_pair(about.abs()), (1.0, 0.0));
    let ratio = if about < 0.0 {
        times(size, (x, 0.0))
    } else {
        over((x, 0.0), size)
    };
    add((about, 0.0), add(ratio, (-1.0, 0.0)))
}

/// x − n·π/2 with n so that it is small, in two doubles, and n.
fn reduced(x: f64) -> (Pair, i64) {
    const PARTS: [f64; 3] = [
        std::f64::consts::FRAC_PI_2,
        6.123_233_995_736_766e-17,
        -1.497_384_904_859_183_3e-33,
    ];
    let n = (x / PARTS[0]).round();
    let less = |rest: Pair, part: f64| add(rest, times((-n, 0.0), (part, 0.0)));
    (PARTS.into_iter().fold((x, 0.0), less), n as i64)
}

/// Sine and cosine in two doubles, by their series.
fn waves_pair(x: f64) -> [Pair; 2] {
    let (r, n) = reduced(x);
    let square = times(r, r);
    // 1 − z/(a·b)·(1 − z/(c·d)·(...)), the factors from `from` on.
    let series = |from: i32| {
        (0..14).rev().fold((1.0, 0.0), |inner, i| {
            let factors = f64::from((from + 2 * i) * (from + 2 * i + 1));
            let over = |a: Pair| {
                let q = a.0 / factors;
                let rest = add(a, times((-q, 0.0), (factors, 0.0)));
                add((q, 0.0), ((rest.0 + rest.1) / factors, 0.0))
            };
            let term = over(times(inner, square));
            add((1.0, 0.0), (-term.0, -term.1))
        })
    };
    let (s, c) = (times(r, series(2)), series(1));
    let negative = |a: Pair| (-a.0, -a.1);
    match n.rem_euclid(4) {
        0 => [s, c],
        1 => [c, negative(s)],
        2 => [negative(s), negative(c)],
        _ => [negative(c), s],
    }
}

fn units(found: f64, truth: Pair, digits: i32) -> f64 {
    ((found - truth.0) - truth.1).abs() / ulp(truth.0, digits)
}

/// The worst errors of log, sin and cos.
fn worst<R: Elementary, const FMA: bool>(n: i32, least: i32, digits: i32) -> [f64; 3] {
    let mut worst = [0.0_f64; 3];
    let mut at_log = |x: f64| {
        let x = R::from_f64(x);
        let truth = log_pair(x.to_f64());
        if truth.0 != 0.0 {
            worst[0] = worst[0].max(units(log::<R, FMA>(x).to_f64(), truth, digits));
        }
    };
    for i in 1..=n {
        let part = f64::from(i) / f64::from(n);
        at_log(0.5 + 1.5 * part);
        at_log(2f64.powf(f64::from(least) * part));
        at_log(2f64.powf(f64::from(-least) * part));
        at_log(1.0 + 2f64.powf(-20.0 * part));
        at_log(1.0 - 2f64.powf(-20.0 * part));
    }
    let mut at_wave = |x: f64| {
        let x = R::from_f64(x);
        let found = [sin::<R, FMA>(x), cos::<R, FMA>(x)];
        for (i, (found, truth)) in found.into_iter().zip(waves_pair(x.to_f64())).enumerate() {
            if truth.0 != 0.0 {
                worst[i + 1] = worst[i + 1].max(units(found.to_f64(), truth, digits));
            }
        }
    };
    for i in -n..=n {
        let part = f64::from(i) / f64::from(n);
        at_wave(4.0 * part);
        at_wave(100.0 * part);
        at_wave(R::WAVE_MAX.to_f64() * part);
        at_wave(2f64.powf(-30.0 * part.abs()));
        // As near to a multiple of a quarter as a number of the type comes.
        at_wave(std::f64::consts::FRAC_PI_2 * f64::from(i));
    }
    worst
}

#[test]
fn logarithms_and_waves_are_within_the_stated_units() {
    for (name, found, bounds) in [
        (
            "f32 fma",
            worst::<f32, true>(60_000, 125, 23),
            [0.8, 0.51, 0.51],
        ),
        (
            "f32",
            worst::<f32, false>(60_000, 125, 23),
            [0.8, 0.51, 0.51],
        ),
        (
            "f64 fma",
            worst::<f64, true>(20_000, 1000, 52),
            [0.8, 0.9, 0.9],
        ),
        (
            "f64",
            worst::<f64, false>(20_000, 1000, 52),
            [0.8, 0.9, 0.9],
        ),
    ] {
        println!("{name}: {found:.3?} within {bounds:?}");
        for (found, bound) in found.iter().zip(bounds) {
            assert!(*found <= bound, "{name}: {found} units, not {bound}");
        }
    }
}

#[test]
fn powers_in_f32_are_those_of_f64_rounded() {
    for i in 0..300_000 {
        let part = f64::from(i) / 300_000.0;
        let x = (100.0 * part + 1e-3) as f32;
        let y = (12.0 * (7.0 * part).sin()) as f32;
        let truth = f64::from(x).powf(f64::from(y));
        if truth > 1e-37 && truth < 1e38 {
            for found in [pow::<f32, true>(x, y), pow::<f32, false>(x, y)] {
                let off = units(f64::from(found), (truth, 0.0), 23);
                assert!(off <= 0.51, "{x}^{y}: {off} units");
            }
        }
    }
}

const SPECIAL: [f64; 17] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.0,
    -2.0,
    3.0,
    -3.0,
    2.5,
    -1e-3,
    1e30,
    -1e30,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

/// As the platform has it: the same number, infinity, NaN, or zero of the same sign.
fn same(found: f64, platform: f64) -> bool {
    let close = (found - platform).abs() <= 1e-6 * platform.abs();
    let alike = found == platform && found.is_sign_negative() == platform.is_sign_negative();
    alike || found.is_nan() && platform.is_nan() || platform != 0.0 && close
}

#[test]
fn powers_of_special_numbers_are_those_of_the_platform() {
    for x in SPECIAL {
        for y in SPECIAL {
            let platform = x.powf(y);
            for found in [pow::<f64, true>(x, y), pow::<f64, false>(x, y)] {
                assert!(same(found, platform), "{x}^{y}: {found}, not {platform}");
            }
            let (x, y) = (x as f32, y as f32);
            let platform = x.powf(y);
            for found in [pow::<f32, true>(x, y), pow::<f32, false>(x, y)] {
                assert!(
                    same(f64::from(found), f64::from(platform)),
                    "{x}^{y} in f32: {found}, not {platform}"
                );
            }
        }
    }
}

/// x to the power y in two doubles.
fn pow_pair(x: f64, y: f64) -> Pair {
    let exponent = times(log_pair(x), (y, 0.0));
    let size = add(expm1_pair(exponent.0.abs()), (1.0, 0.0));
    let power = if exponent.0 < 0.0 {
        over((1.0, 0.0), size)
    } else {
        size
    };
    times(power, (1.0, exponent.1))
}

/// The worst error of powers in f64, over all sizes of x and of the result.
fn worst_power<const FMA: bool>(n: u64) -> f64 {
    let mut rng = fastrand::Rng::with_seed(5);
    let mut worst = 0.0_f64;
    let mut at = |x: f64, y: f64| {
        let truth = pow_pair(x, y);
        if truth.0 > 1e-290 && truth.0 < 1e300 {
            let found = pow::<f64, FMA>(x, y);
            let plain = plain_pow::<f64, FMA>(x, y);
            assert!(all_plain(&[x], &[y]) && plain.to_bits() == found.to_bits());
            worst = worst.max(units(found, truth, 52));
        }
    };
    for _ in 0..n {
        let (part, side) = (rng.f64(), 2.0 * rng.f64() - 1.0);
        let to = |x: f64, exponent: f64| (x, exponent / x.ln());
        let any = 2f64.powf(2000.0 * part - 1000.0);
        let near = 1.0 + 2f64.powf(-20.0 * part - 1.0).copysign(side);
        for (x, y) in [
            (any, 10.0 * side),
            (100.0 * part + 1e-3, 3.0 * side),
            to(any, 700.0 * side),
            to(0.5 + 1.5 * part, 700.0 * side),
            to(near, 700.0 * side),
            // Where the error of the logarithm counts most.
            to(0.6 + part, (690.0 + 10.0 * side.abs()).copysign(side)),
            to(1.3 + 0.12 * part, 705.0),
        ] {
            at(x, y);
        }
    }
    worst
}

#[test]
fn powers_in_f64_are_within_the_stated_units() {
    for (name, found) in [
        ("fma", worst_power::<true>(30_000)),
        ("no fma", worst_power::<false>(30_000)),
    ] {
        println!("f64 {name}: {found:.3} units");
        assert!(found <= 1.1, "{name}: {found} units");
    }
}

#[test]
fn powers_in_f64_end_where_numbers_do() {
    // A power of 2 is exact, denormal x count, and whole exponents beyond 2⁵² are even or odd.
    let odd = 4_503_599_627_370_497.0;
    for (x, y, power) in [
        (2.0, 1023.0, 2f64.powi(1023)),
        (2.0, 1024.0, f64::INFINITY),
        (2.0, -1021.0, 2f64.powi(-1021)),
        (2.0, -1023.0, 0.0),
        (-2.0, -1023.0, -0.0),
        (f64::from_bits(1), -0.5, 2f64.powi(537)),
        (-1.0, odd, -1.0),
        (-1.0, 2.0 * odd, 1.0),
        (1e300, 1e300, f64::INFINITY),
        (1e300, -1e300, 0.0),
    ] {
        for found in [pow::<f64, true>(x, y), pow::<f64, false>(x, y)] {
            assert_eq!(found.to_bits(), power.to_bits(), "{x}^{y}: {found}");
        }
    }
    // Around the largest number: finite if and only if the platform's is, to the last places.
    for i in 0..20_000 {
        let x = 1.5 + 1e-4 * f64::from(i);
        for exponent in [
            709.782_712_893_383_9,
            709.782_712_893_384,
            709.782_712_893_385,
        ] {
            let y = exponent / x.ln();
            let (platform, units) = (x.powf(y), 4.0 * f64::EPSILON);
            for found in [pow::<f64, true>(x, y), pow::<f64, false>(x, y)] {
                let alike = found == platform || (found / platform - 1.0).abs() <= units;
                let edge = found.min(platform) >= f64::MAX * (1.0 - units);
                assert!(alike || edge, "{x}^{y}: {found:e}, not {platform:e}");
            }
        }
    }
    for (x, y) in [
        (0.0, 1.0),
        (f64::from_bits(1), 1.0),
        (-1.0, 2.0),
        (f64::NAN, 1.0),
        (2.0, f64::NAN),
    ] {
        assert!(!all_plain(&[1.0, x], &[1.0, y]), "{x}^{y}");
    }
    assert!(!all_plain(&[f64::INFINITY, 1.0], &[1.0, 1.0]));
    assert!(!all_plain(&[2.0, 1.0], &[f64::NEG_INFINITY, 1.0]));
}

fn ends<R: Elementary, const FMA: bool>(tiny: f64) {
    let at = |x: f64| log::<R, FMA>(R::from_f64(x)).to_f64();
    for x in SPECIAL.into_iter().chain([tiny, 3.0 * tiny, 1e3 * tiny]) {
        assert!(same(at(x), x.ln()), "log {x}: {}", at(x));
    }
    let largest = R::WAVE_MAX;
    assert!(all_small(&[R::ZERO, -largest, largest]));
    let beyond = R::from_f64(1.001 * largest.to_f64());
    for x in [beyond, -beyond, R::INFINITY, R::from_f64(f64::NAN)] {
        assert!(!all_small(&[R::ZERO, x]), "{x:?}");
    }
    assert_eq!(sin::<R, FMA>(R::ZERO).to_f64(), 0.0);
    assert_eq!(cos::<R, FMA>(R::ZERO).to_f64(), 1.0);
    let small = R::from_f64(1e3 * tiny);
    assert!(sin::<R, FMA>(small) == small);
}

#[test]
fn ends_of_the_ranges_are_those_of_the_platform() {
    ends::<f32, true>(f64::from(f32::from_bits(1)));
    ends::<f32, false>(f64::from(f32::from_bits(1)));
    ends::<f64, true>(f64::from_bits(1));
    ends::<f64, false>(f64::from_bits(1));
}
