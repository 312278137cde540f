//! The interpreter compiled for AVX2 with fused multiplication.
//!
//! Must not know what the work means.

use crate::exec::cpu::interpret::{self, Work};
use crate::exec::cpu::math::Elementary;

#[target_feature(enable = "avx2,fma")]
pub(super) fn advance<R: Elementary, const LANES: usize>(work: &mut Work<'_, R>) {
    interpret::advance::<R, LANES, true>(work);
}
