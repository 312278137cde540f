//! The interpreter compiled for the target's baseline: SSE2 on x86-64, NEON (which has fused multiplication) on
//! aarch64.
//!
//! Must not know what the work means.

use crate::exec::cpu::interpret::{self, Work};
use crate::exec::cpu::math::Elementary;

pub(super) fn advance<R: Elementary, const LANES: usize>(work: &mut Work<'_, R>) {
    if cfg!(target_arch = "aarch64") {
        interpret::advance::<R, LANES, true>(work);
    } else {
        interpret::advance::<R, LANES, false>(work);
    }
}
