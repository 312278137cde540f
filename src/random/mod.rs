//! Random numbers as a function of where they are used: no state, so that cell k is the same in any
//! run, on any engine and under any cut of the work.
//!
//! Takes a counter and a key; gives words, uniforms and normals. Philox4x32-10: Salmon, Moraes, Dror
//! & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11. Uses nothing of ours.

mod sobol;

pub use sobol::{SOBOL_DIMENSIONS, sobol};

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;

/// Four random words for a counter and a key.
#[must_use]
#[inline(always)]
pub fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let mut c = counter;
    let mut k = key;
    for _ in 0..ROUNDS {
        let (high0, low0) = product(MULTIPLIERS[0], c[0]);
        let (high1, low1) = product(MULTIPLIERS[1], c[2]);
        c = [high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0];
        k = [k[0].wrapping_add(WEYL[0]), k[1].wrapping_add(WEYL[1])];
    }
    c
}

/// High and low word of a product. In line, so that a loop over cells becomes vector code.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the words of a 64-bit number"
)]
#[inline(always)]
fn product(a: u32, b: u32) -> (u32, u32) {
    let wide = u64::from(a) * u64::from(b);
    ((wide >> 32) as u32, wide as u32)
}

/// The random word of a step of a cell in one of its streams: word `step mod 4` of the counter (cell,
/// step div 4, stream, high half of the cell's number), so that engines may keep the other three.
#[must_use]
#[inline(always)]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the words of a 64-bit number"
)]
pub fn step_word(seed: u64, stream: u32, cell: [u32; 2], step: u32) -> u32 {
    let key = [seed as u32, (seed >> 32) as u32];
    let words = philox([cell[0], step >> 2, stream, cell[1]], key);
    // By masks: an index would keep a loop over cells from becoming vector code.
    let mask = |word: u32| 0u32.wrapping_sub(u32::from(step & 3 == word));
    words[0] & mask(0) | words[1] & mask(1) | words[2] & mask(2) | words[3] & mask(3)
}

/// 64 random bits for item `index` of `stream` under `seed`.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the words of 64-bit numbers"
)]
pub fn bits(seed: u64, stream: u32, index: u64) -> u64 {
    let counter = [index as u32, (index >> 32) as u32, stream, 0];
    let words = philox(counter, [seed as u32, (seed >> 32) as u32]);
    u64::from(words[0]) | u64::from(words[1]) << 32
}

/// A uniform number in the open interval (0, 1), of 52 bits.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "52 bits fit")]
pub fn uniform(seed: u64, stream: u32, index: u64) -> f64 {
    ((bits(seed, stream, index) >> 12) as f64 + 0.5) * 2f64.powi(-52)
}

/// A random order of 0..n, evaluated at one place: where `index` goes. A Feistel network over the
/// smallest even number of bits that holds n, walked until it stays below n.
#[must_use]
pub fn permuted(seed: u64, stream: u32, index: u64, n: u64) -> u64 {
    let half_bits = (64 - n.saturating_sub(1).leading_zeros())
        .div_ceil(2)
        .max(1);
    let mask = (1u64 << half_bits) - 1;
    let mut place = index;
    loop {
        let (mut left, mut right) = (place >> half_bits, place & mask);
        for round in 0..6 {
            let mixed = bits(seed ^ (round << 56), stream, right);
            (left, right) = (right, left ^ (mixed & mask));
        }
        place = left << half_bits | right;
        if place < n {
            return place;
        }
    }
}

/// The standard normal quantile of p in (0, 1), relative error below 1e-15: Wichura, algorithm
/// AS 241 (PPND16), Appl Stat 37:477 (1988).
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * ratio(r, &CENTRE);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = (-tail.ln()).sqrt();
    let size = if r <= 5.0 {
        ratio(r - 1.6, &MIDDLE)
    } else {
        ratio(r - 5.0, &FAR)
    };
    if q < 0.0 { -size } else { size }
}

/// Numerator and denominator, lowest power first.
type Rational = [[f64; 8]; 2];

fn ratio(x: f64, of: &Rational) -> f64 {
    let sum = |row: &[f64; 8]| row.iter().rev().fold(0.0, |sum, c| sum * x + c);
    sum(&of[0]) / sum(&of[1])
}

#[rustfmt::skip]
#[expect(clippy::excessive_precision, reason = "as published")]
const CENTRE: Rational = [
    [3.387_132_872_796_366_608_0, 133.141_667_891_784_377_45, 1_971.590_950_306_551_442_7, 13_731.693_765_509_461_125,
     45_921.953_931_549_871_457, 67_265.770_927_008_700_853, 33_430.575_583_588_128_105, 2_509.080_928_730_122_672_7],
    [1.0, 42.313_330_701_600_911_252, 687.187_007_492_057_908_3, 5_394.196_021_424_751_107_7,
     21_213.794_301_586_595_867, 39_307.895_800_092_710_610, 28_729.085_735_721_942_674, 5_226.495_278_852_854_561_0],
];

#[rustfmt::skip]
#[expect(clippy::excessive_precision, reason = "as published")]
const MIDDLE: Rational = [
    [1.423_437_110_749_683_577_34, 4.630_337_846_156_545_295_90, 5.769_497_221_460_691_405_50, 3.647_848_324_763_204_605_04,
     1.270_458_252_452_368_382_58, 2.417_807_251_774_506_117_70e-1, 2.272_384_498_926_918_458_33e-2, 7.745_450_142_783_414_076_40e-4],
    [1.0, 2.053_191_626_637_758_821_87, 1.676_384_830_183_803_849_40, 6.897_673_349_851_000_045_50e-1,
     1.481_039_764_274_800_745_90e-1, 1.519_866_656_361_645_719_66e-2, 5.475_938_084_995_344_946_00e-4, 1.050_750_071_644_416_843_24e-9],
];

#[rustfmt::skip]
#[expect(clippy::excessive_precision, reason = "as published")]
const FAR: Rational = [
    [6.657_904_643_501_103_777_20, 5.463_784_911_164_114_369_90, 1.784_826_539_917_291_335_80, 2.965_605_718_285_048_912_30e-1,
     2.653_218_952_657_612_309_30e-2, 1.242_660_947_388_078_438_60e-3, 2.711_555_568_743_487_578_15e-5, 2.010_334_399_292_288_132_65e-7],
    [1.0, 5.998_322_065_558_879_376_90e-1, 1.369_298_809_227_358_053_10e-1, 1.487_536_129_085_061_485_25e-2,
     7.868_691_311_456_132_591_00e-4, 1.846_318_317_510_054_681_80e-5, 1.421_511_758_316_445_888_70e-7, 2.044_263_103_389_939_785_64e-15],
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answers of the Random123 library (`kat_vectors`).
    #[test]
    fn words_are_those_of_the_known_answers() {
        assert_eq!(
            philox([0; 4], [0; 2]),
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        );
        assert_eq!(
            philox([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        let counter = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
        let expected = [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1];
        assert_eq!(philox(counter, [0xa409_3822, 0x299f_31d0]), expected);
    }

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (p, z) in [
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054),
            (0.001, -3.090_232_306_167_813_5),
            (1e-20, -9.262_340_089_798_408),
        ] {
            assert!(
                (normal_quantile(p) - z).abs() < 1e-13,
                "{p}: {}",
                normal_quantile(p)
            );
        }
    }

    #[test]
    fn normals_have_the_moments_of_normals() {
        let n = 200_000;
        let values: Vec<f64> = (0..n).map(|k| normal_quantile(uniform(7, 3, k))).collect();
        let mean = values.iter().sum::<f64>() / n as f64;
        let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64;
        // Five standard errors.
        assert!(mean.abs() < 5.0 / (n as f64).sqrt(), "{mean}");
        assert!(
            (variance - 1.0).abs() < 5.0 * (2.0 / n as f64).sqrt(),
            "{variance}"
        );
    }

    #[test]
    fn a_permutation_takes_every_place_once() {
        for n in [1, 2, 3, 7, 64, 1000] {
            let mut places: Vec<u64> = (0..n).map(|k| permuted(5, 1, k, n)).collect();
            if n == 1000 {
                assert!(
                    places
                        .iter()
                        .enumerate()
                        .filter(|(k, p)| *k as u64 == **p)
                        .count()
                        < 10
                );
            }
            places.sort_unstable();
            assert_eq!(places, (0..n).collect::<Vec<_>>());
        }
    }
}
