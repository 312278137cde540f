//! Sobol's low-discrepancy points, evaluated at one place.
//!
//! Direction numbers: Joe & Kuo, SIAM J Sci Comput 30:2635 (2008), table new-joe-kuo-6.21201; order
//! by Gray code: Antonov & Saleev, USSR Comput Math Math Phys 19:252 (1979). A random shift of the
//! bits, from the seed, keeps the points off the corner 0.

/// Degree of the primitive polynomial, its inner coefficients, and the first direction integers of
/// dimensions 2, 3, ...; dimension 1 is the van der Corput sequence.
const DIRECTIONS: [(u32, u32, [u32; 7]); 19] = [
    (1, 0, [1, 0, 0, 0, 0, 0, 0]),
    (2, 1, [1, 3, 0, 0, 0, 0, 0]),
    (3, 1, [1, 3, 1, 0, 0, 0, 0]),
    (3, 2, [1, 1, 1, 0, 0, 0, 0]),
    (4, 1, [1, 1, 3, 3, 0, 0, 0]),
    (4, 4, [1, 3, 5, 13, 0, 0, 0]),
    (5, 2, [1, 1, 5, 5, 17, 0, 0]),
    (5, 4, [1, 1, 5, 5, 5, 0, 0]),
    (5, 7, [1, 1, 7, 11, 19, 0, 0]),
    (5, 11, [1, 1, 5, 1, 1, 0, 0]),
    (5, 13, [1, 1, 1, 3, 11, 0, 0]),
    (5, 14, [1, 3, 5, 5, 31, 0, 0]),
    (6, 1, [1, 3, 3, 9, 7, 49, 0]),
    (6, 13, [1, 1, 1, 15, 21, 21, 0]),
    (6, 16, [1, 3, 1, 13, 27, 49, 0]),
    (6, 19, [1, 1, 1, 15, 7, 5, 0]),
    (6, 22, [1, 3, 1, 15, 13, 25, 0]),
    (6, 25, [1, 1, 5, 5, 19, 61, 0]),
    (7, 1, [1, 3, 7, 11, 23, 15, 103]),
];

/// Most dimensions.
pub const SOBOL_DIMENSIONS: usize = DIRECTIONS.len() + 1;

/// Bits of a point: 2^52 points before the sequence repeats.
const BITS: u32 = 52;

/// Coordinate `dimension` (from 0) of point `index`, in the open interval (0, 1); `shift` moves all
/// points of the dimension by the same random bits.
///
/// A dimension beyond [`SOBOL_DIMENSIONS`] gives that of the last; callers refuse it before.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "52 bits fit")]
pub fn sobol(dimension: usize, index: u64, shift: u64) -> f64 {
    let gray = index ^ (index >> 1);
    let mut point = 0u64;
    for (bit, direction) in directions(dimension).into_iter().enumerate() {
        if gray >> bit & 1 == 1 {
            point ^= direction;
        }
    }
    ((point ^ shift >> (64 - BITS)) as f64 + 0.5) * 2f64.powi(-52)
}

/// The direction numbers of one dimension as fractions of 2^52.
fn directions(dimension: usize) -> [u64; BITS as usize] {
    let mut v = [0u64; BITS as usize];
    let Some(row) = dimension.min(SOBOL_DIMENSIONS - 1).checked_sub(1) else {
        for (i, v) in (0..).zip(&mut v) {
            *v = 1 << (BITS - 1 - i);
        }
        return v;
    };
    let (degree, coefficients, first) = DIRECTIONS[row];
    let s = degree as usize;
    for i in 0..v.len() {
        v[i] = if i < s {
            u64::from(first[i]) << (BITS as usize - 1 - i)
        } else {
            let mut next = v[i - s] ^ (v[i - s] >> s);
            for k in 1..s {
                if coefficients >> (s - 1 - k) & 1 == 1 {
                    next ^= v[i - k];
                }
            }
            next
        };
    }
    v
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points 5 and 107 in 20 dimensions, as SciPy 1.16's `qmc.Sobol(scramble=False)` gives them.
    #[test]
    fn points_are_those_of_another_implementation() {
        let fifth = [
            28, 28, 4, 12, 28, 20, 28, 12, 12, 4, 12, 28, 28, 4, 28, 12, 28, 12, 12, 20,
        ];
        let later = [
            122, 178, 86, 234, 82, 142, 214, 42, 242, 2, 102, 158, 42, 74, 162, 174, 94, 78, 134,
            230,
        ];
        for d in 0..SOBOL_DIMENSIONS {
            let at = |index, scale: f64| (sobol(d, index, 0) * scale).floor() as u32;
            assert_eq!(at(5, 32.0), fifth[d], "dimension {d}");
            assert_eq!(at(107, 256.0), later[d], "dimension {d}");
        }
    }

    #[test]
    fn every_dyadic_interval_of_a_block_holds_one_point() {
        let shift = super::super::bits(3, 1, 4);
        for d in 0..SOBOL_DIMENSIONS {
            let mut seen = [false; 64];
            for k in 0..64 {
                seen[(sobol(d, k, shift) * 64.0) as usize] = true;
            }
            assert!(seen.iter().all(|s| *s), "dimension {d}");
        }
    }
}
