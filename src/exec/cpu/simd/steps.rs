//! The steps of a leap in AVX-512 and in AVX2.
//!
//! Takes the lanes of a tile; leaves them as [`plain`] does, with the same bits. The lanes stay in the vector
//! registers for all steps; several vectors at once hide how long a step takes, as many as there are registers
//! for. Must not know programs.
//!
//! [`plain`]: crate::exec::cpu::leap::steps::plain

use std::arch::x86_64::{
    __m256, __m256d, __m512, __m512d, _CMP_GE_OQ, _CMP_GT_OQ, _CMP_LE_OQ, _mm256_add_pd,
    _mm256_add_ps, _mm256_and_pd, _mm256_and_ps, _mm256_blendv_pd, _mm256_blendv_ps, _mm256_cmp_pd,
    _mm256_cmp_ps, _mm256_fmadd_pd, _mm256_fmadd_ps, _mm256_set1_pd, _mm256_set1_ps, _mm512_add_pd,
    _mm512_add_ps, _mm512_cmp_pd_mask, _mm512_cmp_ps_mask, _mm512_fmadd_pd, _mm512_fmadd_ps,
    _mm512_mask_add_pd, _mm512_mask_add_ps, _mm512_mask_cmp_pd_mask, _mm512_mask_cmp_ps_mask,
    _mm512_mask_mov_pd, _mm512_mask_mov_ps, _mm512_set1_pd, _mm512_set1_ps,
};

use bytemuck::cast;

use crate::exec::cpu::leap::steps::{Cells, Numbers, Rule};
use crate::exec::cpu::real::Real;

/// The steps of all lanes, by `$step` of a vector.
macro_rules! leap {
    (
        $name:ident, $steps:ident, $step:ident, $features:literal;
        $real:ident, $vector:ty, $width:literal, $at_once:literal; $set:ident, $add:ident
    ) => {
        /// The steps.
        #[target_feature(enable = $features)]
        pub(super) fn $name(cells: &mut Cells<'_, $real>, rule: Rule) {
            match (cells.numbers, rule.exceeds) {
                (Numbers::Same(_), true) => $steps::<true, true>(cells, rule),
                (Numbers::Same(_), false) => $steps::<true, false>(cells, rule),
                (Numbers::Own(_), true) => $steps::<false, true>(cells, rule),
                (Numbers::Own(_), false) => $steps::<false, false>(cells, rule),
            }
        }

        #[target_feature(enable = $features)]
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
            let v = cells
                .v
                .as_chunks_mut::<$width>()
                .0
                .as_chunks_mut::<$at_once>()
                .0;
            let free_from = cells
                .free_from
                .as_chunks_mut::<$width>()
                .0
                .as_chunks_mut::<$at_once>()
                .0;
            let drive = cells
                .drive
                .as_chunks::<$width>()
                .0
                .as_chunks::<$at_once>()
                .0;
            let one = $set(1.0);
            let groups = v.iter_mut().zip(free_from).zip(drive).enumerate();
            for (group, ((v, free_froms), drives)) in groups {
                let first = group * $at_once;
                let mut now = [$set(0.0); $at_once];
                let (mut drive, mut free_from) = (now, now);
                for i in 0..$at_once {
                    now[i] = cast(v[i]);
                    drive[i] = cast(drives[i]);
                    free_from[i] = cast(free_froms[i]);
                }
                let mut step = $set(0.0);
                let mut after_spike = $set($real::small(rule.hold + 1));
                for _ in 0..rule.n {
                    for i in 0..$at_once {
                        let numbers = [0, 1].map(|which| number(which, first + i));
                        let when = [step, after_spike];
                        (now[i], free_from[i]) =
                            $step::<EXCEEDS>(now[i], free_from[i], drive[i], numbers, when);
                    }
                    step = $add(step, one);
                    after_spike = $add(after_spike, one);
                }
                for i in 0..$at_once {
                    v[i] = cast(now[i]);
                    free_froms[i] = cast(free_from[i]);
                }
            }
        }
    };
}

/// A step of one vector: v and the step from which on it is free, of those before, the drive, k and θ, and the
/// number of the step and that from which on a cell is free that spikes now.
macro_rules! step_avx512 {
    (
        $name:ident, $vector:ty;
        $fused:ident, $add_where:ident, $compare:ident, $compare_where:ident, $move:ident
    ) => {
        #[inline]
        #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
        fn $name<const EXCEEDS: bool>(
            v: $vector,
            free_from: $vector,
            drive: $vector,
            [leak, threshold]: [$vector; 2],
            [step, after_spike]: [$vector; 2],
        ) -> ($vector, $vector) {
            let free = $compare::<_CMP_LE_OQ>(free_from, step);
            let new = $add_where(v, free, v, $fused(v, leak, drive));
            let spike = if EXCEEDS {
                $compare_where::<_CMP_GT_OQ>(free, new, threshold)
            } else {
                $compare_where::<_CMP_GE_OQ>(free, new, threshold)
            };
            ($move(new, spike, v), $move(free_from, spike, after_spike))
        }
    };
}

/// The same without registers for masks.
macro_rules! step_avx2 {
    (
        $name:ident, $vector:ty;
        $fused:ident, $add:ident, $compare:ident, $and:ident, $blend:ident
    ) => {
        #[inline]
        #[target_feature(enable = "avx2,fma")]
        fn $name<const EXCEEDS: bool>(
            v: $vector,
            free_from: $vector,
            drive: $vector,
            [leak, threshold]: [$vector; 2],
            [step, after_spike]: [$vector; 2],
        ) -> ($vector, $vector) {
            let free = $compare::<_CMP_LE_OQ>(free_from, step);
            let change = $and($fused(v, leak, drive), free);
            let new = $add(v, change);
            let beyond = if EXCEEDS {
                $compare::<_CMP_GT_OQ>(new, threshold)
            } else {
                $compare::<_CMP_GE_OQ>(new, threshold)
            };
            let spike = $and(beyond, free);
            ($blend(new, v, spike), $blend(free_from, after_spike, spike))
        }
    };
}

step_avx512!(
    step_avx512_f32, __m512;
    _mm512_fmadd_ps, _mm512_mask_add_ps, _mm512_cmp_ps_mask, _mm512_mask_cmp_ps_mask, _mm512_mask_mov_ps
);
step_avx512!(
    step_avx512_f64, __m512d;
    _mm512_fmadd_pd, _mm512_mask_add_pd, _mm512_cmp_pd_mask, _mm512_mask_cmp_pd_mask, _mm512_mask_mov_pd
);
step_avx2!(
    step_avx2_f32, __m256;
    _mm256_fmadd_ps, _mm256_add_ps, _mm256_cmp_ps, _mm256_and_ps, _mm256_blendv_ps
);
step_avx2!(
    step_avx2_f64, __m256d;
    _mm256_fmadd_pd, _mm256_add_pd, _mm256_cmp_pd, _mm256_and_pd, _mm256_blendv_pd
);
leap!(
    avx512_f32, steps_avx512_f32, step_avx512_f32, "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma";
    f32, __m512, 16, 8; _mm512_set1_ps, _mm512_add_ps
);
leap!(
    avx512_f64, steps_avx512_f64, step_avx512_f64, "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma";
    f64, __m512d, 8, 8; _mm512_set1_pd, _mm512_add_pd
);
leap!(
    avx2_f32, steps_avx2_f32, step_avx2_f32, "avx2,fma";
    f32, __m256, 8, 4; _mm256_set1_ps, _mm256_add_ps
);
leap!(
    avx2_f64, steps_avx2_f64, step_avx2_f64, "avx2,fma";
    f64, __m256d, 4, 4; _mm256_set1_pd, _mm256_add_pd
);
