//! The floating types of the engine, and how bools and integers live in their lanes.
//!
//! Takes nothing; gives [`Real`] for f32 and f64. A register of the engine is one array of reals;
//! a bool is a lane of all ones or all zeros, a `u32` the low 32 bits of a lane. So every
//! instruction works at one width, and a choice is bit logic.
//!
//! Must not know programs or plans.

use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::ir::{Literal, Type};

/// A floating type, with the bit operations that the lanes need.
pub(super) trait Real:
    Copy
    + Debug
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + 'static
{
    /// The bits of a lane.
    type Bits: Copy + Ord;
    /// The lanes of a register.
    type Lanes: Copy + Debug + AsRef<[Self]> + AsMut<[Self]>;

    /// Cells of a tile, those worked on at once: a register is 2 KiB, so that the 16 of HH fit in a first-level cache
    /// of 32 KiB. With twice as many no model is more than 8 % faster, with half as many AdEx takes 1.15 times as long, HH
    /// 1.04 times.
    const LANES: usize;
    /// Name for people.
    const NAME: &'static str;
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// 2.
    const TWO: Self;
    /// Infinity.
    const INFINITY: Self;
    /// 2ᵗ is a normal number for |t| up to this, and a little more.
    const EXPONENTS: f64;
    /// States smaller than this are swept to 0 before they become denormal: the smallest normal
    /// number divided by the machine epsilon.
    const TINY: Self;

    /// The same value in all lanes.
    fn lanes(value: Self) -> Self::Lanes;
    /// Rounds; every NaN becomes the same.
    fn from_f64(x: f64) -> Self;
    /// Widens.
    fn to_f64(self) -> f64;
    /// The lane that holds an integer.
    fn word(n: u32) -> Self;
    /// The integer that a lane holds.
    fn to_word(self) -> u32;
    /// The lane that holds a truth value.
    fn mask(truth: bool) -> Self;
    /// The truth value that a lane holds.
    fn is_true(self) -> bool;
    /// `self·a + b` in one rounding; slow where the processor has no such instruction.
    fn fused(self, a: Self, b: Self) -> Self;
    /// Bitwise and.
    fn and(self, other: Self) -> Self;
    /// Bitwise or.
    fn or(self, other: Self) -> Self;
    /// Bitwise not.
    fn not(self) -> Self;
    /// `yes` where `mask` has ones, else `no`.
    fn select(mask: Self, yes: Self, no: Self) -> Self;
    /// The bits of |x|: ordered as the sizes are, with infinity and NaN above all.
    fn size(self) -> Self::Bits;
    /// The bits of x: from 0 on ordered as the numbers are, with infinity, NaN and whatever is
    /// negative above all.
    fn order(self) -> Self::Bits;
    /// The float of an integer below 2²².
    fn small(n: u32) -> Self;
    /// The float of such an integer in a lane.
    fn float_of_small(self) -> Self;
    /// The lane that holds such an integer, of its float.
    fn small_of_float(self) -> Self;
    /// About 1/x, within 6 %, for |x| from 2⁻¹²⁵ to 2¹²⁵.
    fn about_reciprocal(self) -> Self;
    /// |x|.
    fn abs(self) -> Self;
    /// |x| with the sign of `of`.
    fn signed(self, of: Self) -> Self;
    /// Square root.
    fn sqrt(self) -> Self;
    /// Largest integer not above.
    fn floor(self) -> Self;
    /// Smallest integer not below.
    fn ceil(self) -> Self;
    /// Sine, of the platform.
    fn sin(self) -> Self;
    /// Cosine, of the platform.
    fn cos(self) -> Self;
    /// Float of the integer in the lane.
    fn float_of_word(self) -> Self;
    /// The lane that holds the float as an integer: towards zero, saturating, NaN to 0.
    fn word_of_float(self) -> Self;
    /// Neither infinite nor NaN.
    fn is_finite(self) -> bool;

    /// The lane that holds a literal.
    fn literal(literal: Literal) -> Self {
        match literal {
            Literal::Float(x) => Self::from_f64(x),
            Literal::U32(n) => Self::word(n),
            Literal::Bool(b) => Self::mask(b),
        }
    }

    /// The integer that goes out for a lane of type `ty` that is not a float.
    fn to_integer(self, ty: Type) -> u32 {
        if ty == Type::Bool {
            u32::from(self.is_true())
        } else {
            self.to_word()
        }
    }
}

macro_rules! real {
    ($real:ident, $lanes:literal, $bits:ident, $sign:expr, $twice_one:expr, $units:expr, $from:expr) => {
        impl Real for $real {
            type Bits = $bits;
            type Lanes = [Self; $lanes];

            const LANES: usize = $lanes;
            const NAME: &'static str = stringify!($real);
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const TWO: Self = 2.0;
            const INFINITY: Self = $real::INFINITY;
            const EXPONENTS: f64 = ($real::MAX_EXP - 4) as f64;
            const TINY: Self = $real::MIN_POSITIVE / $real::EPSILON;

            #[inline(always)]
            fn lanes(value: Self) -> Self::Lanes {
                [value; $lanes]
            }
            #[inline(always)]
            fn from_f64(x: f64) -> Self {
                if x.is_nan() { $real::NAN } else { $from(x) }
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn word(n: u32) -> Self {
                $real::from_bits($bits::from(n))
            }
            #[inline(always)]
            #[expect(
                clippy::allow_attributes,
                reason = "one body for two widths; only one of them narrows"
            )]
            #[allow(
                clippy::cast_possible_truncation,
                clippy::unnecessary_cast,
                trivial_numeric_casts,
                reason = "an integer is the low half of a wide lane"
            )]
            fn to_word(self) -> u32 {
                self.to_bits() as u32
            }
            #[inline(always)]
            fn mask(truth: bool) -> Self {
                $real::from_bits(if truth { $bits::MAX } else { 0 })
            }
            #[inline(always)]
            fn is_true(self) -> bool {
                self.to_bits() != 0
            }
            #[inline(always)]
            fn fused(self, a: Self, b: Self) -> Self {
                self.mul_add(a, b)
            }
            #[inline(always)]
            fn and(self, other: Self) -> Self {
                $real::from_bits(self.to_bits() & other.to_bits())
            }
            #[inline(always)]
            fn or(self, other: Self) -> Self {
                $real::from_bits(self.to_bits() | other.to_bits())
            }
            #[inline(always)]
            fn not(self) -> Self {
                $real::from_bits(!self.to_bits())
            }
            #[inline(always)]
            fn select(mask: Self, yes: Self, no: Self) -> Self {
                let mask = mask.to_bits();
                $real::from_bits((mask & yes.to_bits()) | (!mask & no.to_bits()))
            }
            #[inline(always)]
            fn size(self) -> $bits {
                self.to_bits() & !$sign
            }
            #[inline(always)]
            fn order(self) -> $bits {
                self.to_bits()
            }
            #[inline(always)]
            fn small(n: u32) -> Self {
                Self::word(n).float_of_small()
            }
            #[inline(always)]
            fn float_of_small(self) -> Self {
                // Put into the last places of 2²³ or 2⁵².
                $real::from_bits(self.to_bits() | $units.to_bits()) - $units
            }
            #[inline(always)]
            fn small_of_float(self) -> Self {
                $real::from_bits((self + $units).to_bits() ^ $units.to_bits())
            }
            #[inline(always)]
            fn about_reciprocal(self) -> Self {
                $real::from_bits($twice_one.wrapping_sub(self.to_bits()))
            }
            #[inline(always)]
            fn abs(self) -> Self {
                $real::from_bits(self.to_bits() & !$sign)
            }
            #[inline(always)]
            fn signed(self, of: Self) -> Self {
                $real::from_bits((self.to_bits() & !$sign) | (of.to_bits() & $sign))
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                $real::sqrt(self)
            }
            #[inline(always)]
            fn floor(self) -> Self {
                $real::floor(self)
            }
            #[inline(always)]
            fn ceil(self) -> Self {
                $real::ceil(self)
            }
            #[inline(always)]
            fn sin(self) -> Self {
                $real::sin(self)
            }
            #[inline(always)]
            fn cos(self) -> Self {
                $real::cos(self)
            }
            #[inline(always)]
            #[expect(
                clippy::allow_attributes,
                reason = "one body for two widths; only one of them rounds"
            )]
            #[allow(
                clippy::cast_precision_loss,
                clippy::cast_lossless,
                reason = "rounding to nearest is the meaning"
            )]
            fn float_of_word(self) -> Self {
                self.to_word() as $real
            }
            #[inline(always)]
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "saturating by definition"
            )]
            fn word_of_float(self) -> Self {
                Self::word(self as u32)
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                $real::is_finite(self)
            }
        }
    };
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "rounding to the engine's precision is the meaning"
)]
#[inline(always)]
fn narrow(x: f64) -> f32 {
    x as f32
}

#[inline(always)]
fn same(x: f64) -> f64 {
    x
}

real!(
    f32,
    512,
    u32,
    0x8000_0000_u32,
    0x7ef3_11c7_u32,
    8_388_608.0_f32,
    narrow
);
real!(
    f64,
    256,
    u64,
    0x8000_0000_0000_0000_u64,
    0x7fde_6238_22fc_16e6_u64,
    4_503_599_627_370_496.0_f64,
    same
);
