//! The steps of a leap in AVX-512.
//!
//! Takes the lanes of a tile; leaves them as [`plain`] does, with the same bits. The lanes stay in the vector
//! registers for all steps; eight vectors at once hide how long a step takes. Must not know programs.
//!
//! [`plain`]: crate::exec::cpu::leap::steps::plain

use std::arch::x86_64::{
    __m512, __m512d, _CMP_GE_OQ, _CMP_GT_OQ, _CMP_LE_OQ, _mm512_add_pd, _mm512_add_ps,
    _mm512_cmp_pd_mask, _mm512_cmp_ps_mask, _mm512_fmadd_pd, _mm512_fmadd_ps, _mm512_mask_add_pd,
    _mm512_mask_add_ps, _mm512_mask_cmp_pd_mask, _mm512_mask_cmp_ps_mask, _mm512_mask_mov_pd,
    _mm512_mask_mov_ps, _mm512_set1_pd, _mm512_set1_ps, _mm512_setzero_pd, _mm512_setzero_ps,
};

use bytemuck::cast;

use crate::exec::cpu::leap::steps::{Cells, Numbers, Rule};
use crate::exec::cpu::program::LANES;
use crate::exec::cpu::real::Real;

/// Vectors at once.
const AT_ONCE: usize = 8;

macro_rules! wide {
    (
        $name:ident, $steps:ident, $real:ident, $vector:ty, $width:literal;
        $set:ident, $zero:ident, $fused:ident, $add:ident,
        $add_where:ident, $compare:ident, $compare_where:ident, $move:ident
    ) => {
        /// The steps.
        #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
        pub(super) fn $name(cells: &mut Cells<'_, $real>, rule: Rule) {
            match (cells.numbers, rule.exceeds) {
                (Numbers::Same(_), true) => $steps::<true, true>(cells, rule),
                (Numbers::Same(_), false) => $steps::<true, false>(cells, rule),
                (Numbers::Own(_), true) => $steps::<false, true>(cells, rule),
                (Numbers::Own(_), false) => $steps::<false, false>(cells, rule),
            }
        }

        #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
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
                let (mut drive, mut free_from) = (now, now);
                for i in 0..AT_ONCE {
                    now[i] = cast(v[first + i]);
                    drive[i] = cast(drives[first + i]);
                    free_from[i] = cast(free_froms[first + i]);
                }
                let mut step = $zero();
                let mut after_spike = $set($real::small(rule.hold + 1));
                for _ in 0..rule.n {
                    for i in 0..AT_ONCE {
                        let [leak, threshold] = [0, 1].map(|which| number(which, first + i));
                        let free = $compare::<_CMP_LE_OQ>(free_from[i], step);
                        let change = $fused(now[i], leak, drive[i]);
                        let new = $add_where(now[i], free, now[i], change);
                        let spike = if EXCEEDS {
                            $compare_where::<_CMP_GT_OQ>(free, new, threshold)
                        } else {
                            $compare_where::<_CMP_GE_OQ>(free, new, threshold)
                        };
                        now[i] = $move(new, spike, now[i]);
                        free_from[i] = $move(free_from[i], spike, after_spike);
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

wide!(
    leap_f32, steps_f32, f32, __m512, 16;
    _mm512_set1_ps, _mm512_setzero_ps, _mm512_fmadd_ps,
    _mm512_add_ps, _mm512_mask_add_ps, _mm512_cmp_ps_mask, _mm512_mask_cmp_ps_mask,
    _mm512_mask_mov_ps
);
wide!(
    leap_f64, steps_f64, f64, __m512d, 8;
    _mm512_set1_pd, _mm512_setzero_pd, _mm512_fmadd_pd,
    _mm512_add_pd, _mm512_mask_add_pd, _mm512_cmp_pd_mask, _mm512_mask_cmp_pd_mask,
    _mm512_mask_mov_pd
);
