//! Real numbers as decimal text, short and fast. Takes an `f64`, gives bytes.
//!
//! The rule: 9 significant digits, or 6 decimals where that is more, trailing zeros trimmed.
//! Nine digits are enough to tell any two `f32` apart, so nothing a single-precision run found
//! is lost, and 68.31400000000001 is written 68.314. Six decimals keep a spike time resolved to
//! 1 ns (1e-6 ms) after any duration. Below 1e-5 and above 1e9 the notation is scientific,
//! with 9 and 15 digits. Not a number and the infinities are `NaN`, `inf` and `-inf`.

use std::io::Write;

const POWERS: [u64; 16] = {
    let mut powers = [1; 16];
    let mut i = 1;
    while i < powers.len() {
        powers[i] = powers[i - 1] * 10;
        i += 1;
    }
    powers
};

/// Smallest magnitude written without an exponent.
const PLAIN_LOW: f64 = 1e-5;
/// Magnitudes above this are written with an exponent.
const PLAIN_HIGH: f64 = 1e9;

/// Appends `x` by the rule of this module: 9 significant digits or 6 decimals, trimmed.
///
/// ```
/// let mut text = Vec::new();
/// rheobase::table::push_float(&mut text, 68.31400000000001);
/// assert_eq!(text, b"68.314");
/// ```
pub fn push_float(out: &mut Vec<u8>, x: f64) {
    let magnitude = x.abs();
    if (PLAIN_LOW..=PLAIN_HIGH).contains(&magnitude) {
        if x < 0.0 {
            out.push(b'-');
        }
        push_plain(out, magnitude);
    } else if x == 0.0 {
        out.push(b'0');
    } else {
        push_scientific(out, x);
    }
}

/// `x` as it is read back from a table of text.
#[must_use]
pub fn as_written(x: f64) -> f64 {
    let mut text = Vec::new();
    push_float(&mut text, x);
    let text = std::str::from_utf8(&text).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(x)
}

/// `1e-5 <= x <= 1e9`. One multiplication by an exact power of ten and one rounding: the last
/// digit is right but for ties, and the same on every machine.
fn push_plain(out: &mut Vec<u8>, x: f64) {
    let decimals = decimals(x);
    let power = POWERS[decimals];
    // At most 1e15 and non-negative, so the conversion is exact.
    let scaled = (x * power as f64).round_ties_even() as u64;
    push_integer(out, scaled / power);
    let mut fraction = scaled % power;
    if fraction == 0 {
        return;
    }
    let mut digits = decimals;
    while fraction.is_multiple_of(10) {
        fraction /= 10;
        digits -= 1;
    }
    out.push(b'.');
    let end = out.len() + digits;
    out.resize(end, b'0');
    for byte in out[end - digits..].iter_mut().rev() {
        *byte = b'0' + (fraction % 10) as u8;
        fraction /= 10;
    }
}

/// Decimals that give 9 significant digits, at least 6.
fn decimals(x: f64) -> usize {
    const LEVELS: [f64; 7] = [1e2, 1e1, 1e0, 1e-1, 1e-2, 1e-3, 1e-4];
    6 + LEVELS.iter().take_while(|level| x < **level).count()
}

fn push_scientific(out: &mut Vec<u8>, x: f64) {
    let start = out.len();
    // Writing to a vector cannot fail.
    if x.abs() < 1.0 {
        write!(out, "{x:.8e}").ok();
    } else {
        write!(out, "{x:.14e}").ok();
    }
    let Some(mark) = out[start..].iter().position(|byte| *byte == b'e') else {
        return;
    };
    let mark = start + mark;
    let kept = out[start..mark].iter().rposition(|byte| *byte != b'0');
    let mut keep = kept.map_or(mark, |last| start + last + 1);
    if out[keep - 1] == b'.' {
        keep -= 1;
    }
    out.drain(keep..mark);
}

/// Appends a count in decimal.
pub(super) fn push_integer(out: &mut Vec<u8>, mut n: u64) {
    let mut digits = [0_u8; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[first..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(x: f64) -> String {
        let mut out = Vec::new();
        push_float(&mut out, x);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn numbers_are_short() {
        for (x, expected) in [
            (68.31400000000001, "68.314"),
            (0.1 + 0.2, "0.3"),
            (-65.0, "-65"),
            (0.0, "0"),
            (-0.0, "0"),
            (1.0 / 3.0, "0.333333333"),
            (f64::from(0.1_f32), "0.100000001"),
            (100_000.0 / 3.0, "33333.333333"),
            (999_999_999.999_999_9, "1000000000"),
            (0.000_012_345_678_91, "0.0000123456789"),
            (9.999_999_999_9e-6, "1e-5"),
            (1e9, "1000000000"),
            (1e10, "1e10"),
            (1.234_567_890_25e9, "1.23456789025e9"),
            (-1e-300, "-1e-300"),
            (f64::MIN_POSITIVE, "2.22507386e-308"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(text(x), expected, "{x:e}");
        }
    }

    #[test]
    fn text_is_close_and_stable_when_read_back() {
        let seed = fastrand::u64(..);
        println!("seed {seed}");
        let mut random = fastrand::Rng::with_seed(seed);
        for _ in 0..200_000 {
            let x = (random.f64() - 0.5) * 10_f64.powi(random.i32(-30..30));
            let written = text(x);
            let read: f64 = written.parse().expect("a number");
            assert_eq!(as_written(x), read);
            assert!((read - x).abs() <= 0.51e-8 * x.abs(), "{x:e} -> {written}");
            assert_eq!(text(read), written, "{x:e}");
        }
    }

    #[test]
    fn any_f32_survives() {
        let seed = fastrand::u64(..);
        println!("seed {seed}");
        let mut random = fastrand::Rng::with_seed(seed);
        for _ in 0..200_000 {
            let x = f32::from_bits(random.u32(..));
            if x.is_finite() {
                let read: f64 = text(f64::from(x)).parse().expect("a number");
                assert_eq!(read as f32, x);
            }
        }
    }
}
