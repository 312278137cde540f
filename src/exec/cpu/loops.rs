//! Loops over the lanes of a part.
//!
//! Takes what is to be done to a lane; does it to all. Functions of their own, whose arguments are known not to
//! overlap: else the compiler tests that before each loop and keeps a scalar one besides.
//!
//! Must not know instructions or registers.

use super::math::{Elementary, Reach, relax, relax_any, relax_far};

/// d = f(i) in lane i.
#[inline(always)]
pub(super) fn each<R, const N: usize>(d: &mut [R; N], f: impl Fn(usize) -> R) {
    for (i, d) in d.iter_mut().enumerate() {
        *d = f(i);
    }
}

/// d = f(i, d) in lane i.
#[inline(always)]
pub(super) fn update<R: Copy, const N: usize>(d: &mut [R; N], f: impl Fn(usize, R) -> R) {
    for (i, d) in d.iter_mut().enumerate() {
        *d = f(i, *d);
    }
}

/// A relaxation of `from` by A and B, which are `of` lane i: by the short polynomial, if `SHORT`, else by the
/// longer one; and again where a lane is beyond it.
#[inline(always)]
pub(super) fn relax_each<R: Elementary, const N: usize, const FMA: bool, const SHORT: bool>(
    d: &mut [R; N],
    from: &[R; N],
    of: impl Fn(usize) -> (R, R),
) {
    let mut most = R::ZERO.order();
    for i in 0..N {
        let (a, r) = of(i);
        most = most.max(r.order());
        d[i] = if SHORT {
            relax::<R, FMA>(from[i], a, r)
        } else {
            relax_far::<R, FMA, false>(from[i], a, r)
        };
    }
    match Reach::of::<R>(most) {
        Reach::Near => {}
        Reach::Far if !SHORT => {}
        Reach::Far => each(d, |i| {
            let (a, r) = of(i);
            relax_far::<R, FMA, true>(from[i], a, r)
        }),
        Reach::Any => each(d, |i| {
            let (a, r) = of(i);
            relax_any::<R, FMA, SHORT>(from[i], a, r)
        }),
    }
}

/// d = f(a) in each lane.
#[inline(always)]
pub(super) fn from_one<R: Copy, const N: usize>(d: &mut [R; N], a: &[R; N], f: impl Fn(R) -> R) {
    for i in 0..N {
        d[i] = f(a[i]);
    }
}

/// d = f(a, b).
#[inline(always)]
pub(super) fn from_two<R: Copy, const N: usize>(
    d: &mut [R; N],
    a: &[R; N],
    b: &[R; N],
    f: impl Fn(R, R) -> R,
) {
    for i in 0..N {
        d[i] = f(a[i], b[i]);
    }
}

/// d = f(a, b, c).
#[inline(always)]
pub(super) fn from_three<R: Copy, const N: usize>(
    d: &mut [R; N],
    a: &[R; N],
    b: &[R; N],
    c: &[R; N],
    mut f: impl FnMut(R, R, R) -> R,
) {
    for i in 0..N {
        d[i] = f(a[i], b[i], c[i]);
    }
}

/// d = f(d).
#[inline(always)]
pub(super) fn in_place<R: Copy, const N: usize>(d: &mut [R; N], f: impl Fn(R) -> R) {
    for d in d {
        *d = f(*d);
    }
}

/// d = f(d, a).
#[inline(always)]
pub(super) fn with_one<R: Copy, const N: usize>(d: &mut [R; N], a: &[R; N], f: impl Fn(R, R) -> R) {
    for i in 0..N {
        d[i] = f(d[i], a[i]);
    }
}

/// d = f(d, a, b).
#[inline(always)]
pub(super) fn with_two<R: Copy, const N: usize>(
    d: &mut [R; N],
    a: &[R; N],
    b: &[R; N],
    f: impl Fn(R, R, R) -> R,
) {
    for i in 0..N {
        d[i] = f(d[i], a[i], b[i]);
    }
}
