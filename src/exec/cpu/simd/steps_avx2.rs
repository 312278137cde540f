//! The steps of a leap in AVX2.
//!
//! Takes the lanes of a tile; leaves them as [`plain`] does, with the same bits. The lanes stay in the vector
//! registers for all steps; four vectors at once are what the sixteen registers hold. Must not know programs.
//!
//! [`plain`]: crate::exec::cpu::leap::steps::plain

use std::arch::x86_64::{
    __m256, __m256d, _CMP_GE_OQ, _CMP_GT_OQ, _CMP_LE_OQ, _mm256_add_pd, _mm256_add_ps,
    _mm256_and_pd, _mm256_and_ps, _mm256_andnot_pd, _mm256_andnot_ps, _mm256_cmp_pd, _mm256_cmp_ps,
    _mm256_fmadd_pd, _mm256_fmadd_ps, _mm256_max_pd, _mm256_max_ps, _mm256_set1_pd, _mm256_set1_ps,
    _mm256_setzero_pd, _mm256_setzero_ps,
};

use bytemuck::cast;

use crate::exec::cpu::leap::steps::{Cells, Numbers, Rule};
use crate::exec::cpu::program::LANES;
use crate::exec::cpu::real::Real;

/// Vectors at once.
const AT_ONCE: usize = 4;

macro_rules! narrow {
    (
        $name:ident, $steps:ident, $real:ident, $vector:ty, $width:literal;
        $set:ident, $zero:ident, $fused:ident, $add:ident, $compare:ident, $and:ident, $and_not:ident, $max:ident
    ) => {
        /// The steps.
        #[target_feature(enable = "avx2,fma")]
        pub(super) fn $name(cells: &mut Cells<'_, $real>, rule: Rule) {
            match (cells.numbers, rule.exceeds) {
                (Numbers::Same(_), true) => $steps::<true, true>(cells, rule),
                (Numbers::Same(_), false) => $steps::<true, false>(cells, rule),
                (Numbers::Own(_), true) => $steps::<false, true>(cells, rule),
                (Numbers::Own(_), false) => $steps::<false, false>(cells, rule),
            }
        }

        #[target_feature(enable = "avx2,fma")]
        fn $steps<const SAME: bool, const EXCEEDS: bool>(cells: &mut Cells<'_, $real>, rule: Rule) {
            let (same, own) = match cells.numbers {
                Numbers::Same(same) => (same, None),
                Numbers::Own(own) => ([0.0; 2], Some(own)),
            };
            let same = same.map(|number| $set(number));
            let own = own.map(|own| own.map(|tile| tile.as_chunks::<$width>().0));
            let number = |which: usize, vector: usize| -> $vector {
                match own {
                    Some(own) if !SAME => cast(own[which][vector]),
                    _ => same[which],
                }
            };
            let v = cells.v.as_chunks_mut::<$width>().0;
            let free_froms = cells.free_from.as_chunks_mut::<$width>().0;
            let drives = cells.drive.as_chunks::<$width>().0;
            let one = $set(1.0);
            for first in (0..LANES / $width).step_by(AT_ONCE) {
                let mut now = [$zero(); AT_ONCE];
                let mut free_from = now;
                for i in 0..AT_ONCE {
                    now[i] = cast(v[first + i]);
                    free_from[i] = cast(free_froms[first + i]);
                }
                let mut step = $zero();
                let mut after_spike = $set($real::small(rule.hold + 1));
                for _ in 0..rule.n {
                    for i in 0..AT_ONCE {
                        let [leak, threshold] = [0, 1].map(|which| number(which, first + i));
                        let drive: $vector = cast(drives[first + i]);
                        let free = $compare::<_CMP_LE_OQ>(free_from[i], step);
                        let change = $and($fused(now[i], leak, drive), free);
                        let new = $add(now[i], change);
                        let beyond = if EXCEEDS {
                            $compare::<_CMP_GT_OQ>(new, threshold)
                        } else {
                            $compare::<_CMP_GE_OQ>(new, threshold)
                        };
                        let spike = $and(beyond, free);
                        now[i] = $add(now[i], $and_not(spike, change));
                        free_from[i] = $max($and(after_spike, spike), free_from[i]);
                    }
                    step = $add(step, one);
                    after_spike = $add(after_spike, one);
                }
                for i in 0..AT_ONCE {
                    v[first + i] = cast(now[i]);
                    free_froms[first + i] = cast(free_from[i]);
                }
            }
        }
    };
}

narrow!(
    leap_f32, steps_f32, f32, __m256, 8;
    _mm256_set1_ps, _mm256_setzero_ps, _mm256_fmadd_ps, _mm256_add_ps, _mm256_cmp_ps, _mm256_and_ps,
    _mm256_andnot_ps, _mm256_max_ps
);
narrow!(
    leap_f64, steps_f64, f64, __m256d, 4;
    _mm256_set1_pd, _mm256_setzero_pd, _mm256_fmadd_pd, _mm256_add_pd, _mm256_cmp_pd, _mm256_and_pd,
    _mm256_andnot_pd, _mm256_max_pd
);
