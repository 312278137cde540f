//! Whole quotients of integers, which no engine divides.
//!
//! Takes an integer value and a literal divisor; gives ⌊n/d⌋ from a remainder, a product and, for
//! even divisors, an exact scaling.

use super::{BinaryOp, Builder, UnaryOp, Value};

impl Builder {
    /// ⌊n/d⌋ for a `u32` value and a literal divisor (0 is taken as 1).
    ///
    /// What is left of n without its remainder is a multiple of d = odd·2ˢ. Multiplied by the
    /// inverse of the odd part modulo 2³² it is the quotient times 2ˢ, exactly (Granlund &
    /// Montgomery, PLDI 1994, §9). The factor 2ˢ goes by way of a float, where quotients below 2²⁴
    /// are exact in f32; for odd divisors there is no bound.
    pub fn quotient(&mut self, n: Value, d: u32) -> Value {
        let d = d.max(1);
        if d == 1 {
            return n;
        }
        let divisor = self.u32(d);
        let rest = self.binary(BinaryOp::Rem, n, divisor);
        let multiple = self.sub(n, rest);
        let shift = d.trailing_zeros();
        let inverse = self.u32(inverse(d >> shift));
        let scaled = self.mul(multiple, inverse);
        if shift == 0 {
            return scaled;
        }
        let scaled = self.unary(UnaryOp::ToFloat, scaled);
        let quotient = self.scale(scaled, 1.0 / f64::from(1u32 << shift));
        self.unary(UnaryOp::ToU32, quotient)
    }
}

/// The inverse of an odd number modulo 2³², by Newton's iteration: each round doubles the correct
/// bits, of which an odd number as its own inverse has three.
fn inverse(odd: u32) -> u32 {
    let improve = |x: u32| x.wrapping_mul(2u32.wrapping_sub(odd.wrapping_mul(x)));
    (0..4).fold(odd, |x, _| improve(x))
}

#[cfg(test)]
mod tests {
    use super::super::{Environment, Literal, Slot, evaluate};
    use super::*;

    #[test]
    fn quotients_are_whole_and_exact() {
        for d in [1, 2, 3, 4, 5, 7, 8, 10, 12, 25, 40, 96, 1000, 1024, 65_536] {
            let mut b = Builder::new("test");
            let n = b.step();
            let q = b.quotient(n, d);
            b.store(Slot::Accum(0), q);
            let block = b.finish();
            for n in (0..3000).chain([65_535, 1_000_000, 16_777_215, 16_777_216, u32::MAX]) {
                let values = evaluate(
                    &block,
                    &Environment {
                        load: &|_| None,
                        step: n,
                        tables: &[],
                    },
                );
                let found = block.stored(Slot::Accum(0)).map(|v| values[v.index()]);
                assert_eq!(found, Some(Literal::U32(n / d)), "{n}/{d}");
            }
        }
    }
}
