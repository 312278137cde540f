//! The lane expressions: what each instruction does to each lane.
//!
//! Takes an instruction and the registers; writes its destination. Plain loops over arrays of
//! known length, which the compiler turns into vector code for whatever features the caller has.
//!
//! Must not know blocks or guards.

use super::curves::domain;
use super::curves::lookup::Wanted;
use super::logs::{all_plain, log, plain_pow, pow};
use super::loops::{
    each, from_one, from_three, from_two, in_place, relax_each, update, with_one, with_two,
};
use super::math::{
    Elementary, exp, exp2, exp2_within, expm1, exprel, exprel_given, exprel_near, fma, nearness,
    not_too_large, over_exprel, over_exprel_given, over_positive, tanh,
};
use super::operands::{split, weighted_sources};
use super::program::{Code, Inst, Memory, Program};
use super::real::Real;
use super::register::PART;
use super::waves::{all_small, cos, sin};
use crate::random::step_word;

/// Carries out `inst` on part number `part` of `N` lanes of each register. Gives how many instructions
/// behind it are then not to be carried out.
#[expect(clippy::too_many_lines, reason = "one row per instruction")]
#[inline(always)]
pub(super) fn execute<R: Elementary, const N: usize, const FMA: bool>(
    inst: &Inst<R>,
    behind: &[Inst<R>],
    program: &Program<R>,
    memory: &mut Memory<R>,
    part: usize,
    step: u32,
) -> usize {
    let [k, j, s, q, ..] = inst.k;
    let (dst, [ra, rb, rc, ..]) = (inst.dst, inst.src);
    if matches!(inst.code, Code::StoreAt | Code::StoreAtWhere) {
        store_at::<R, N>(inst, memory, part);
        return 0;
    }
    if inst.code == Code::Window {
        let a = memory.registers[usize::from(ra)].part(part);
        memory.within[usize::from(inst.list)] = all_within::<R, N, FMA>(a, k, j);
        return 0;
    }
    let lanes = part * N..(part + 1) * N;
    if inst.code == Code::Curve {
        if !memory.within[usize::from(inst.list)] {
            return 0;
        }
        let stood_for = s.to_word() as usize;
        let wanted = std::iter::once(wanted(inst, program));
        let more = curves_behind(j.to_word() as usize, &behind[..stood_for], program);
        R::look_up(
            program.simd,
            &mut memory.registers,
            ra,
            lanes,
            wanted.chain(more),
        );
        return stood_for;
    }
    if inst.code == Code::CurveWithin {
        let wanted = std::iter::once(wanted(inst, program));
        R::look_up(program.simd, &mut memory.registers, ra, lanes, wanted);
    }
    let (d, others) = split::<R, N>(&mut memory.registers, dst, part);

    macro_rules! none {
        ($e:expr) => {{
            let value = $e;
            for x in d.iter_mut() {
                *x = value;
            }
        }};
    }
    // One source, never the destination.
    macro_rules! apart {
        (|$a:ident| $e:expr) => {
            from_one(d, others.part(ra, part), |$a| $e)
        };
    }
    // One source.
    macro_rules! one {
        (|$a:ident| $e:expr) => {
            if ra == dst {
                in_place(d, |$a| $e);
            } else {
                apart!(|$a| $e);
            }
        };
    }
    // Two sources, never the destination.
    macro_rules! both_apart {
        (|$a:ident, $b:ident| $e:expr) => {
            from_two(d, others.part(ra, part), others.part(rb, part), |$a, $b| $e)
        };
    }
    // Two sources.
    macro_rules! two {
        (|$a:ident, $b:ident| $e:expr) => {
            if ra == dst {
                with_one(d, others.part(rb, part), |$a, $b| $e);
            } else if rb == dst {
                with_one(d, others.part(ra, part), |$b, $a| $e);
            } else {
                both_apart!(|$a, $b| $e);
            }
        };
    }
    // Three sources, of which the last may be the destination.
    macro_rules! three {
        (|$a:ident, $b:ident, $c:ident| $e:expr) => {{
            let (sa, sb) = (others.part(ra, part), others.part(rb, part));
            if rc == dst {
                with_two(d, sa, sb, |$c, $a, $b| $e);
            } else {
                from_three(d, sa, sb, others.part(rc, part), |$a, $b, $c| $e);
            }
        }};
    }
    // A function of the power of two of (a + shift)·k + j, without a test of each lane where the window tells.
    macro_rules! power_of_two {
        ($shift:expr, |$a:ident| $t:expr, |$e:ident| $value:expr) => {{
            let within = memory.within[usize::from(inst.list)];
            if R::HAS_EXP2 && program.simd.has_exp2() {
                let parts = others.part::<N>(ra, part).as_chunks::<PART>().0;
                // Parts, so that the functions of one are carried out beside the powers of the next.
                for (d, a) in d.as_chunks_mut::<PART>().0.iter_mut().zip(parts) {
                    R::exp2_lanes(program.simd, d, a, [k, j, $shift], within);
                    in_place(d, |$e| $value);
                }
            } else if within {
                apart!(|$a| {
                    let $e = exp2_within::<R, FMA>($t);
                    $value
                });
            } else {
                apart!(|$a| {
                    let $e = exp2::<R, FMA>($t);
                    $value
                });
            }
        }};
    }
    // A function of the lane and of a register, which may be the destination, in part `part` of `N` lanes.
    macro_rules! onto {
        ($d:expr, $n:expr, $part:expr, $register:expr, $value:expr) => {{
            let value = $value;
            if $register == dst {
                update($d, value);
            } else {
                let a = others.part::<{ $n }>($register, $part);
                each($d, |i| value(i, a[i]));
            }
        }};
    }
    // The first source and so many weighted ones.
    macro_rules! sum {
        ($weighted:literal) => {{
            let (x, w) = weighted_sources::<R, N, $weighted>(inst, 0, &others, part);
            onto!(d, N, part, ra, |i: usize, a: R| {
                a + weighted::<R, FMA, $weighted>(x.map(|x| x[i]), w, k)
            })
        }};
    }
    // The same, and a power of two before the weighted ones.
    macro_rules! sum_with_power {
        ($weighted:literal) => {{
            let sum = &behind[0];
            let [shift, of_power, ..] = sum.k;
            let within = memory.within[usize::from(inst.list)];
            macro_rules! add {
                ($d:expr, $n:expr, $part:expr, |$i:ident, $exponents:ident| $power:expr) => {{
                    let (x, w) = weighted_sources::<R, { $n }, $weighted>(sum, 1, &others, $part);
                    let $exponents = others.part::<{ $n }>(ra, $part);
                    onto!($d, $n, $part, sum.src[0], |$i: usize, a: R| {
                        let rest = weighted::<R, FMA, $weighted>(x.map(|x| x[$i]), w, shift);
                        a + fma!($power, of_power, rest)
                    })
                }};
            }
            if R::HAS_EXP2 && program.simd.has_exp2() {
                let mut powers = [R::ZERO; PART];
                // Parts, so that the sums of one are carried out beside the powers of the next.
                for (n, d) in d.as_chunks_mut::<PART>().0.iter_mut().enumerate() {
                    let part = part * (N / PART) + n;
                    let exponents = others.part::<PART>(ra, part);
                    R::exp2_lanes(program.simd, &mut powers, exponents, [k, j, s], within);
                    add!(d, PART, part, |i, _exponents| powers[i]);
                }
            } else if within {
                add!(d, N, part, |i, t| exp2_within::<R, FMA>(fma!(
                    t[i] + s,
                    k,
                    j
                )));
            } else {
                add!(d, N, part, |i, t| exp2::<R, FMA>(fma!(t[i] + s, k, j)));
            }
            return 1;
        }};
    }
    // A relaxation of the value in a register, see `relax_each`.
    macro_rules! relaxed {
        ($short:literal, $from:expr, |$i:ident| $e:expr) => {{
            let from: &[R; N] = if $from == dst {
                &d.clone()
            } else {
                others.part($from, part)
            };
            relax_each::<R, N, FMA, $short>(d, from, |$i| $e);
        }};
    }
    macro_rules! part {
        ($($register:expr),+) => {
            ($(others.part::<N>($register, part)),+)
        };
    }
    macro_rules! fma {
        ($a:expr, $b:expr, $c:expr) => {
            fma::<R, FMA>($a, $b, $c)
        };
    }

    match inst.code {
        Code::Splat => none!(k),
        Code::Step => none!(R::word(step)),
        Code::Copy => one!(|a| a),
        Code::Neg => one!(|a| -a),
        Code::Abs => one!(|a| a.abs()),
        Code::Sqrt => one!(|a| a.sqrt()),
        Code::Exp => apart!(|a| exp::<R, FMA>(a)),
        Code::Expm1 => apart!(|a| expm1::<R, FMA>(a)),
        Code::Exprel => {
            if all_near::<R, N, FMA>(others.part::<N>(ra, part), R::ONE, R::ZERO) {
                apart!(|a| exprel_near::<R, FMA>(a));
            } else {
                apart!(|a| exprel::<R, FMA>(a));
            }
        }
        Code::Log => apart!(|a| log::<R, FMA>(a)),
        Code::Sin if all_small::<R, N>(others.part::<N>(ra, part)) => {
            apart!(|a| sin::<R, FMA>(a));
        }
        Code::Sin => apart!(|a| a.sin()),
        Code::Cos if all_small::<R, N>(others.part::<N>(ra, part)) => {
            apart!(|a| cos::<R, FMA>(a));
        }
        Code::Cos => apart!(|a| a.cos()),
        Code::Tanh => apart!(|a| tanh::<R, FMA>(a)),
        Code::Floor => apart!(|a| a.floor()),
        Code::Ceil => apart!(|a| a.ceil()),
        Code::Not => one!(|a| a.not()),
        Code::ToFloat => apart!(|a| a.float_of_word()),
        Code::ToU32 => apart!(|a| a.word_of_float()),
        Code::AddK => one!(|a| a + k),
        Code::RsubK => one!(|a| k - a),
        Code::MulK => one!(|a| a * k),
        Code::RdivK => one!(|a| k / a),
        Code::Affine => one!(|a| fma!(a, k, j)),
        Code::RdivAffine => one!(|a| s / fma!(a, k, j)),
        Code::Exp2Affine => power_of_two!(R::ZERO, |a| fma!(a, k, j), |e| e),
        Code::Exp2Shifted => power_of_two!(s, |a| fma!(a + s, k, j), |e| e),
        // The division takes no time of its own: it is done beside the powers of other lanes.
        Code::Logistic => power_of_two!(R::ZERO, |a| fma!(a, k, j), |e| s / (R::ONE + e) + q),
        Code::ExprelAffine => {
            if all_near::<R, N, FMA>(others.part::<N>(ra, part), k, j) {
                apart!(|a| s * exprel_near::<R, FMA>(fma!(a, k, j)));
            } else {
                apart!(|a| s * exprel::<R, FMA>(fma!(a, k, j)));
            }
        }
        Code::OverExprel => apart!(|a| over_exprel::<R, FMA>(s, fma!(a, k, j))),
        Code::OverPositive => apart!(|a| s * over_positive::<R, FMA>(fma!(a, k, j))),
        Code::OverExprelGiven => {
            both_apart!(|a, b| over_exprel_given::<R, FMA, false>(
                s,
                fma!(a, k, j),
                fma!(b, q, -R::ONE)
            ))
        }
        Code::ExprelGiven => both_apart!(|a, b| exprel_given::<R, FMA>(a, b)),
        Code::Pow4 => apart!(|a| (a * a) * (a * a)),
        Code::Pow4K => apart!(|a| (a * a) * (a * a) * k),
        Code::Relax => {
            let (a, b) = part!(ra, rb);
            relaxed!(true, rc, |i| (a[i] * k, b[i] * j));
        }
        Code::RelaxMembrane => {
            let (a, b) = part!(ra, rb);
            relaxed!(false, rc, |i| (a[i] * k, b[i] * j));
        }
        Code::Gate => {
            let (a, b) = part!(ra, rb);
            relaxed!(true, rc, |i| {
                let a = k * a[i];
                (a, fma!(b[i], j, a))
            });
        }
        // The divisions are carried out beside the polynomials.
        Code::OverExprelGate => {
            let gate = &behind[0];
            let [opens, closes, ..] = gate.k;
            let (x, e, b) = part!(ra, rb, gate.src[1]);
            relaxed!(true, gate.src[2], |i| {
                let below = fma!(e[i], q, -R::ONE);
                let a = opens * over_exprel_given::<R, FMA, true>(s, fma!(x[i], k, j), below);
                (a, fma!(b[i], closes, a))
            });
            return 1;
        }
        Code::OverPositiveGate => {
            let gate = &behind[0];
            let [opens, closes, ..] = gate.k;
            let (x, a) = part!(ra, gate.src[0]);
            relaxed!(true, gate.src[2], |i| {
                let a = opens * a[i];
                let b = s / not_too_large(fma!(x[i], k, j));
                (a, fma!(b, closes, a))
            });
            return 1;
        }
        Code::Exp2Sum => sum_with_power!(1),
        Code::Exp2Sum4 => sum_with_power!(2),
        Code::Exp2Sum5 => sum_with_power!(3),
        Code::CubeShift => {
            let flow = &behind[0];
            let [shift, weight, ..] = flow.k;
            let (x, y, b, c) = part!(ra, rb, flow.src[1], flow.src[2]);
            each(d, |i| {
                let a = x[i] * x[i] * x[i] * y[i] * k;
                fma!(a * weight, b[i] + shift, c[i])
            });
            return 1;
        }
        Code::Pow4Shift => {
            let flow = &behind[0];
            let [shift, weight, ..] = flow.k;
            let (x, b, c) = part!(ra, flow.src[1], flow.src[2]);
            each(d, |i| {
                let square = x[i] * x[i];
                let a = square * square * k;
                fma!(a * weight, b[i] + shift, c[i])
            });
            return 1;
        }
        Code::SumRelax => {
            let relax = &behind[0];
            let [opens, closes, ..] = relax.k;
            let (x, y, z, b) = part!(ra, rb, rc, relax.src[1]);
            relaxed!(false, relax.src[2], |i| {
                let a = x[i] + fma!(y[i], j, fma!(z[i], s, k));
                (a * opens, b[i] * closes)
            });
            return 1;
        }
        Code::MinK => one!(|a| if k < a { k } else { a }),
        Code::MaxK => one!(|a| if k > a { k } else { a }),
        Code::LtK => one!(|a| R::mask(a < k)),
        Code::LeK => one!(|a| R::mask(a <= k)),
        Code::GtK => one!(|a| R::mask(a > k)),
        Code::GeK => one!(|a| R::mask(a >= k)),
        Code::EqK => one!(|a| R::mask(a == k)),
        Code::NeK => one!(|a| R::mask(a != k)),
        Code::LtUK => one!(|a| R::mask(a.to_word() < k.to_word())),
        Code::GtUK => one!(|a| R::mask(a.to_word() > k.to_word())),
        Code::EqUK => one!(|a| R::mask(a.to_word() == k.to_word())),
        Code::NeUK => one!(|a| R::mask(a.to_word() != k.to_word())),
        Code::AddUK => one!(|a| R::word(a.to_word().wrapping_add(k.to_word()))),
        Code::SelectKK => one!(|a| R::select(a, k, j)),
        Code::LoadAt => {
            let table = program.tables[usize::from(inst.list)].as_slice();
            let last = table.len() - 1;
            apart!(|a| table[(a.to_word() as usize).min(last)]);
        }
        Code::Random => {
            let (key, stream) = ([k.to_word(), j.to_word()], s.to_word());
            if N == R::LANES {
                let cells = [others.part::<N>(ra, 0), others.part::<N>(rb, 0)];
                let cells = cells.map(<[R; N]>::as_slice);
                let words = memory.draws.words(key, stream, cells, step);
                for (x, word) in d.iter_mut().zip(words) {
                    *x = R::word(word >> 9);
                }
            } else {
                let seed = u64::from(key[0]) | u64::from(key[1]) << 32;
                both_apart!(|a, b| random(seed, stream, a, b, step));
            }
        }
        Code::Add => two!(|a, b| a + b),
        Code::Sub => two!(|a, b| a - b),
        Code::Mul => two!(|a, b| a * b),
        Code::Div => two!(|a, b| a / b),
        Code::Min => two!(|a, b| if b < a { b } else { a }),
        Code::Max => two!(|a, b| if b > a { b } else { a }),
        Code::Pow if all_plain::<R, N>(others.part(ra, part), others.part(rb, part)) => {
            both_apart!(|a, b| plain_pow::<R, FMA>(a, b));
        }
        Code::Pow => both_apart!(|a, b| pow::<R, FMA>(a, b)),
        Code::And => two!(|a, b| a.and(b)),
        Code::Or => two!(|a, b| a.or(b)),
        Code::AndNot => two!(|a, b| a.and(b.not())),
        Code::RiseGt => two!(|a, b| {
            let was = b > j;
            R::mask((a > k) & !was)
        }),
        Code::RiseGe => two!(|a, b| {
            let was = b >= j;
            R::mask((a >= k) & !was)
        }),
        Code::Lt => two!(|a, b| R::mask(a < b)),
        Code::Le => two!(|a, b| R::mask(a <= b)),
        Code::Eq => two!(|a, b| R::mask(a == b)),
        Code::Ne => two!(|a, b| R::mask(a != b)),
        Code::LtU => two!(|a, b| R::mask(a.to_word() < b.to_word())),
        Code::LeU => two!(|a, b| R::mask(a.to_word() <= b.to_word())),
        Code::EqU => two!(|a, b| R::mask(a.to_word() == b.to_word())),
        Code::NeU => two!(|a, b| R::mask(a.to_word() != b.to_word())),
        Code::AddU => two!(|a, b| R::word(a.to_word().wrapping_add(b.to_word()))),
        Code::SubU => two!(|a, b| R::word(a.to_word().wrapping_sub(b.to_word()))),
        Code::MulU => both_apart!(|a, b| R::word(a.to_word().wrapping_mul(b.to_word()))),
        Code::MinU => two!(|a, b| R::word(a.to_word().min(b.to_word()))),
        Code::MaxU => two!(|a, b| R::word(a.to_word().max(b.to_word()))),
        // The plan's divisors are not 0; a lane that another guard leaves out may hold one.
        Code::RemU => both_apart!(|a, b| R::word(a.to_word() % b.to_word().max(1))),
        Code::FmaK => two!(|a, b| fma!(a, k, b)),
        Code::FmaKAdd => two!(|a, b| fma!(a, k, b) + j),
        Code::FmsK => two!(|a, b| fma!(a, k, -b)),
        Code::Pair => two!(|a, b| fma!(a, k, fma!(b, s, j))),
        Code::MulAddK => two!(|a, b| fma!(a, b, k)),
        Code::RsubMulK => two!(|a, b| fma!(-a, b, k)),
        Code::MulMulK => two!(|a, b| a * b * k),
        Code::CubeMulK => two!(|a, b| a * a * a * b * k),
        Code::AddKMul => two!(|a, b| (a + k) * b),
        Code::RsubKMul => two!(|a, b| (k - a) * b),
        Code::SelectK => two!(|a, b| R::select(a, k, b)),
        Code::SelectOrK => two!(|a, b| R::select(a, b, k)),
        Code::Sum => sum!(2),
        Code::Sum4 => sum!(3),
        Code::Sum5 => sum!(4),
        Code::SubDiv => three!(|a, b, c| (a - b) / c),
        Code::Fma => three!(|a, b, c| fma!(a, b, c)),
        Code::FmaShift => three!(|a, b, c| fma!(a * j, b + k, c)),
        Code::Fnma => three!(|a, b, c| fma!(-a, b, c)),
        Code::Fms => three!(|a, b, c| fma!(a, b, -c)),
        Code::MulMul => three!(|a, b, c| a * b * c),
        Code::Select => three!(|a, b, c| R::select(a, b, c)),
        Code::CurveWithin => {
            let (sa, sc) = (others.part(ra, part), others.part(rc, part));
            let [k, j] = domain::range().map(R::from_f64);
            with_two(d, sa, sc, |d, a, c| {
                let is_within = fma!(a, k, j).size() <= R::ONE.size();
                R::select(R::mask(is_within), d, c)
            });
        }
        Code::Curve | Code::Window | Code::StoreAt | Code::StoreAtWhere => {}
    }
    0
}

/// Σ xᵢ·wᵢ + shift; x₀·w₀ is added last.
#[inline(always)]
fn weighted<R: Elementary, const FMA: bool, const N: usize>(x: [R; N], w: [R; N], shift: R) -> R {
    let mut sum = shift;
    for (&x, &w) in x.iter().zip(&w).rev() {
        sum = fma::<R, FMA>(x, w, sum);
    }
    sum
}

/// The curve of `inst`.
#[inline(always)]
fn wanted<'a, R: Real>(inst: &Inst<R>, program: &'a Program<R>) -> Wanted<'a, R> {
    Wanted {
        curve: &program.curves[inst.k[0].to_word() as usize],
        c: inst.src[1],
        dst: inst.dst,
    }
}

/// The curves in `behind` from one position on, each behind what the one before stands for.
#[inline(always)]
fn curves_behind<'a, R: Real>(
    mut at: usize,
    behind: &'a [Inst<R>],
    program: &'a Program<R>,
) -> impl Iterator<Item = Wanted<'a, R>> + Clone {
    std::iter::from_fn(move || {
        let inst = behind.get(at)?;
        at += 1 + inst.k[1].to_word() as usize;
        Some(wanted(inst, program))
    })
}

#[inline(always)]
fn random<R: Real>(seed: u64, stream: u32, low: R, high: R, step: u32) -> R {
    R::word(step_word(seed, stream, [low.to_word(), high.to_word()], step) >> 9)
}

/// Does the polynomial of exprel hold for `a·k + j` in every lane?
#[inline(always)]
fn all_near<R: Elementary, const N: usize, const FMA: bool>(a: &[R; N], k: R, j: R) -> bool {
    let (k, j) = nearness(k, j);
    all_within::<R, N, FMA>(a, k, j)
}

/// Is `a·k + j` within −1 .. 1 in every lane?
#[inline(always)]
fn all_within<R: Elementary, const N: usize, const FMA: bool>(a: &[R; N], k: R, j: R) -> bool {
    // By bits, because the compiler makes branches of a reduction over floats.
    let mut most = R::ZERO.size();
    for &a in a {
        most = most.max(fma::<R, FMA>(a, k, j).size());
    }
    most <= R::ONE.size()
}

/// Writes entries of a stream, lane by lane; what exceeds its capacity is dropped.
#[inline(never)]
fn store_at<R: Real, const N: usize>(inst: &Inst<R>, memory: &mut Memory<R>, part: usize) {
    let [index, value, mask, ..] = inst.src.map(usize::from);
    let stream = &mut memory.streams[usize::from(inst.list)];
    let capacity = stream.len() / R::LANES;
    let registers = &memory.registers;
    for lane in part * N..(part + 1) * N {
        let entry = registers[index].lanes()[lane].to_word() as usize;
        let holds = inst.code == Code::StoreAt || registers[mask].lanes()[lane].is_true();
        if holds && entry < capacity {
            stream[lane * capacity + entry] = registers[value].lanes()[lane];
        }
    }
}
