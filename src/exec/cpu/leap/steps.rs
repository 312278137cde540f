//! The steps of a leap.
//!
//! Takes v and drive of a tile, and for each cell the step of the leap from which on it is free; leaves v as it
//! is after some steps, but as it was before the spike where there was one, and the step from which on that
//! cell is free again: it is refractory from its spike to the end of the leap, and is reset there. Once in plain loops and once in AVX-512, with the same bits: there the lanes stay in the vector
//! registers for all steps.
//!
//! Must not know programs or registers of a tile.

use crate::exec::cpu::math::{Elementary, fma};
use crate::exec::cpu::program::LANES;
use crate::exec::cpu::real::Real;
use crate::exec::cpu::simd::Simd;

/// k and θ.
#[derive(Clone, Copy)]
pub(in crate::exec::cpu) enum Numbers<'a, R> {
    /// The same in all lanes.
    Same([R; 2]),
    /// Of each lane.
    Own([&'a [R; LANES]; 2]),
}

/// The lanes of a tile.
pub(in crate::exec::cpu) struct Cells<'a, R> {
    /// v.
    pub(in crate::exec::cpu) v: &'a mut [R; LANES],
    /// The step from which on the cell is no longer refractory, beginning with 0. A float: not all vector
    /// instructions compare integers of 64 bits.
    pub(in crate::exec::cpu) free_from: &'a mut [R; LANES],
    /// d.
    pub(in crate::exec::cpu) drive: &'a [R; LANES],
    /// The other numbers.
    pub(in crate::exec::cpu) numbers: Numbers<'a, R>,
}

/// What is the same for all lanes.
#[derive(Clone, Copy)]
pub(in crate::exec::cpu) struct Rule {
    /// Must θ be exceeded, not only reached?
    pub(in crate::exec::cpu) exceeds: bool,
    /// Length of the refractory period, in steps: not less than `n`.
    pub(in crate::exec::cpu) hold: u32,
    /// The steps to take.
    pub(in crate::exec::cpu) n: u32,
}

/// The steps, for whatever vector instructions the caller has.
#[inline(always)]
pub(in crate::exec::cpu) fn plain<R: Elementary, const FMA: bool>(
    cells: &mut Cells<'_, R>,
    rule: Rule,
) {
    let (v, free_from, drive) = (&mut *cells.v, &mut *cells.free_from, cells.drive);
    // The steps, with these numbers of lane i; masks are faster than choices, which AVX2 has no instruction
    // for that is done in one. Two steps in a pass of the lanes were slower.
    macro_rules! steps {
        ($i:ident, $beyond:tt, $leak:expr, $threshold:expr) => {{
            for step in 0..rule.n {
                let after_spike = R::small(rule.hold + 1 + step);
                let step = R::small(step);
                for $i in 0..LANES {
                    let free = R::mask(free_from[$i] <= step);
                    let change = fma::<R, FMA>(v[$i], $leak, drive[$i]).and(free);
                    let new = v[$i] + change;
                    let spike = R::mask(new $beyond $threshold).and(free);
                    v[$i] = v[$i] + change.and(spike.not());
                    let then = after_spike.and(spike);
                    free_from[$i] = if then > free_from[$i] { then } else { free_from[$i] };
                }
            }
        }};
    }
    match (cells.numbers, rule.exceeds) {
        (Numbers::Same([k, level]), true) => steps!(i, >, k, level),
        (Numbers::Same([k, level]), false) => steps!(i, >=, k, level),
        (Numbers::Own([k, level]), true) => steps!(i, >, k[i], level[i]),
        (Numbers::Own([k, level]), false) => steps!(i, >=, k[i], level[i]),
    }
}

/// A type with steps in AVX-512.
pub(in crate::exec::cpu) trait Steps: Real {
    /// The steps, if these are the vector instructions for it.
    fn leap(simd: Simd, cells: &mut Cells<'_, Self>, rule: Rule) -> bool;
}

impl Steps for f32 {
    fn leap(simd: Simd, cells: &mut Cells<'_, f32>, rule: Rule) -> bool {
        simd.leap_f32(cells, rule)
    }
}

impl Steps for f64 {
    fn leap(simd: Simd, cells: &mut Cells<'_, f64>, rule: Rule) -> bool {
        simd.leap_f64(cells, rule)
    }
}

#[cfg(target_arch = "x86_64")]
pub(in crate::exec::cpu) use wide::{wide_f32, wide_f64};

/// The steps in AVX-512. Eight vectors at once hide how long a step takes.
#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::{
        __m512, __m512d, _CMP_GE_OQ, _CMP_GT_OQ, _CMP_LE_OQ, _mm512_add_pd, _mm512_add_ps,
        _mm512_cmp_pd_mask, _mm512_cmp_ps_mask, _mm512_fmadd_pd, _mm512_fmadd_ps, _mm512_loadu_pd,
        _mm512_loadu_ps, _mm512_mask_add_pd, _mm512_mask_add_ps, _mm512_mask_cmp_pd_mask,
        _mm512_mask_cmp_ps_mask, _mm512_mask_mov_pd, _mm512_mask_mov_ps, _mm512_set1_pd,
        _mm512_set1_ps, _mm512_setzero_pd, _mm512_setzero_ps, _mm512_storeu_pd, _mm512_storeu_ps,
    };

    use super::{Cells, LANES, Numbers, Real, Rule};

    /// Vectors at once.
    const AT_ONCE: usize = 8;

    macro_rules! wide {
        (
            $name:ident, $steps:ident, $real:ident, $vector:ty, $width:literal;
            $set:ident, $zero:ident, $load:ident, $store:ident, $fused:ident, $add:ident,
            $add_where:ident, $compare:ident, $compare_where:ident, $move:ident
        ) => {
            /// The steps.
            #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
            pub(in crate::exec::cpu) fn $name(cells: &mut Cells<'_, $real>, rule: Rule) {
                match (cells.numbers, rule.exceeds) {
                    (Numbers::Same(_), true) => $steps::<true, true>(cells, rule),
                    (Numbers::Same(_), false) => $steps::<true, false>(cells, rule),
                    (Numbers::Own(_), true) => $steps::<false, true>(cells, rule),
                    (Numbers::Own(_), false) => $steps::<false, false>(cells, rule),
                }
            }

            #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
            fn $steps<const SAME: bool, const EXCEEDS: bool>(
                cells: &mut Cells<'_, $real>,
                rule: Rule,
            ) {
                // SAFETY, of each load and store: sixteen floats of 32 bits or eight of 64 are in the array.
                let load = |from: &[$real; $width]| unsafe { $load(from.as_ptr()) };
                let store =
                    |to: &mut [$real; $width], x: $vector| unsafe { $store(to.as_mut_ptr(), x) };
                let (same, own) = match cells.numbers {
                    Numbers::Same(same) => (same, None),
                    Numbers::Own(own) => ([0.0; 2], Some(own)),
                };
                let same = same.map(|number| $set(number));
                let own = own.map(|own| own.map(|tile| tile.as_chunks::<$width>().0));
                let number = |which: usize, vector: usize| match own {
                    Some(own) if !SAME => load(&own[which][vector]),
                    _ => same[which],
                };
                let v = cells.v.as_chunks_mut::<$width>().0;
                let free_froms = cells.free_from.as_chunks_mut::<$width>().0;
                let drives = cells.drive.as_chunks::<$width>().0;
                let one = $set(1.0);
                for first in (0..LANES / $width).step_by(AT_ONCE) {
                    let mut now = [$zero(); AT_ONCE];
                    let (mut drive, mut free_from) = (now, now);
                    for i in 0..AT_ONCE {
                        now[i] = load(&v[first + i]);
                        drive[i] = load(&drives[first + i]);
                        free_from[i] = load(&free_froms[first + i]);
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
                        store(&mut v[first + i], now[i]);
                        store(&mut free_froms[first + i], free_from[i]);
                    }
                }
            }
        };
    }

    wide!(
        wide_f32, steps_f32, f32, __m512, 16;
        _mm512_set1_ps, _mm512_setzero_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_fmadd_ps,
        _mm512_add_ps, _mm512_mask_add_ps, _mm512_cmp_ps_mask, _mm512_mask_cmp_ps_mask,
        _mm512_mask_mov_ps
    );
    wide!(
        wide_f64, steps_f64, f64, __m512d, 8;
        _mm512_set1_pd, _mm512_setzero_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_fmadd_pd,
        _mm512_add_pd, _mm512_mask_add_pd, _mm512_cmp_pd_mask, _mm512_mask_cmp_pd_mask,
        _mm512_mask_mov_pd
    );
}
