//! Which vector instructions the processor has, the interpreter compiled for each, and what is written in them by
//! hand.
//!
//! Takes some work; does it with the chosen instructions. The only unsafe code of the engine: calls of functions
//! compiled for features whose presence was just established. By hand is what no compiler makes of a plain loop:
//! picking from registers (curves: a step of Hodgkin and Huxley's cell takes 0.7 of the time; powers of two in f64:
//! Prinz' cell 0.9), and lanes that stay in registers for many steps (leaps: 0.6 in AVX-512, 0.3 in AVX2).
//!
//! Must not know what the work means.
//!
//! | file | job |
//! |---|---|
//! | `avx512`, `avx2`, `portable` | the interpreter for each; in files of their own, so that the compiler works on them side by side |
//! | `lookup` | curves in AVX-512 |
//! | `exp2` | powers of two in AVX-512 |
//! | `steps` | leaps in AVX-512 and in AVX2 |

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod exp2;
#[cfg(target_arch = "x86_64")]
mod lookup;
mod portable;
#[cfg(target_arch = "x86_64")]
mod steps;

use std::ops::Range;

use super::curves::lookup::{Wanted, plain};
use super::interpret::Work;
use super::leap::steps::{Cells, Rule};
use super::math::Elementary;
use super::real::Real;
use super::register::Register;
use crate::exec::ExecError;

/// Vector instructions that this processor is known to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Simd(Level);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Portable,
}

/// The environment variable that forces a choice.
const VARIABLE: &str = "RHEOBASE_SIMD";

impl Simd {
    /// All that this processor has, the widest first.
    #[must_use]
    pub fn available() -> Vec<Simd> {
        let mut all = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if has_avx512() {
                all.push(Simd(Level::Avx512));
            }
            if has_avx2() {
                all.push(Simd(Level::Avx2));
            }
        }
        all.push(Simd(Level::Portable));
        all
    }

    /// What the environment asks for, or the widest.
    ///
    /// # Errors
    /// The environment asks for instructions that are unknown or missing here.
    pub fn choose() -> Result<Simd, ExecError> {
        match std::env::var_os(VARIABLE) {
            None => Ok(Simd::available()[0]),
            Some(name) => Simd::named(&name.to_string_lossy()),
        }
    }

    /// The instructions called `name`.
    ///
    /// # Errors
    /// A name that is unknown, or instructions that this processor does not have.
    pub fn named(name: &str) -> Result<Simd, ExecError> {
        let known = ["avx512", "avx2", "portable"];
        let available = Simd::available();
        let found = available.iter().find(|simd| simd.name() == name);
        found.copied().ok_or_else(|| {
            let here: Vec<&str> = available.iter().map(|simd| simd.name()).collect();
            let fault = if known.contains(&name) {
                "this processor does not have it"
            } else {
                "no such choice"
            };
            ExecError::NoDevice(format!(
                "{VARIABLE}={name}: {fault}; here it can be {}",
                here.join(", ")
            ))
        })
    }

    /// The name that forces this choice.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => "avx2",
            Level::Portable => "portable",
        }
    }

    /// The name for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => "AVX-512",
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => "AVX2",
            Level::Portable if cfg!(target_arch = "aarch64") => "NEON",
            Level::Portable => "portable vectors",
        }
    }

    /// Are there curves in f32 for these instructions?
    pub(super) fn has_curves(self) -> bool {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => true,
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => false,
            Level::Portable => false,
        }
    }

    /// Are there powers of two in f64 of their own for these instructions?
    pub(super) fn has_exp2(self) -> bool {
        self.has_curves()
    }

    /// 2^((x + s)·k + j) of each lane, where there is code of its own, for `of` = k, j, s; `within` says that no exponent is
    /// beyond [`Real::EXPONENTS`].
    pub(super) fn exp2(self, lanes: &mut [f64], x: &[f64], of: [f64; 3], within: bool) {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => {
                // SAFETY: this level is made only where `has_avx512` holds.
                unsafe {
                    match (within, of[2] != 0.0) {
                        (true, false) => exp2::lanes::<true, false>(lanes, x, of),
                        (true, true) => exp2::lanes::<true, true>(lanes, x, of),
                        (false, false) => exp2::lanes::<false, false>(lanes, x, of),
                        (false, true) => exp2::lanes::<false, true>(lanes, x, of),
                    }
                }
            }
            _ => {
                // Where there is no other level, nothing reads them.
                let _ = (lanes, x, of, within);
            }
        }
    }

    /// Steps of a leap in f32; false where these instructions have none of their own.
    pub(super) fn leap_f32(self, cells: &mut Cells<'_, f32>, rule: Rule) -> bool {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => {
                // SAFETY: this level is made only where `has_avx512` holds.
                unsafe { steps::avx512_f32(cells, rule) };
                true
            }
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => {
                // SAFETY: this level is made only where `has_avx2` holds.
                unsafe { steps::avx2_f32(cells, rule) };
                true
            }
            Level::Portable => {
                // Where there is no other level, nothing reads them.
                let _ = (cells, rule);
                false
            }
        }
    }

    /// The same in f64.
    pub(super) fn leap_f64(self, cells: &mut Cells<'_, f64>, rule: Rule) -> bool {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => {
                // SAFETY: this level is made only where `has_avx512` holds.
                unsafe { steps::avx512_f64(cells, rule) };
                true
            }
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => {
                // SAFETY: this level is made only where `has_avx2` holds.
                unsafe { steps::avx2_f64(cells, rule) };
                true
            }
            Level::Portable => {
                // Where there is no other level, nothing reads them.
                let _ = (cells, rule);
                false
            }
        }
    }

    /// Looks up curves.
    pub(super) fn look_up<'a>(
        self,
        registers: &mut [Register<f32>],
        x: u16,
        lanes: Range<usize>,
        wanted: impl Iterator<Item = Wanted<'a, f32>> + Clone,
    ) {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this level is made only where `has_avx512` holds.
            Level::Avx512 => unsafe { lookup::look_up(registers, x, lanes, wanted) },
            _ => plain(registers, x, lanes, wanted),
        }
    }

    /// Does `work`; `LANES` is that of the type.
    fn advance<R: Elementary, const LANES: usize>(self, work: &mut Work<'_, R>) {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this level is made only where `has_avx512` holds.
            Level::Avx512 => unsafe { avx512::advance::<R, LANES>(work) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this level is made only where `has_avx2` holds.
            Level::Avx2 => unsafe { avx2::advance::<R, LANES>(work) },
            Level::Portable => portable::advance::<R, LANES>(work),
        }
    }
}

/// A type whose tiles go through steps.
pub(super) trait Advance: Elementary {
    /// Does the work with these vector instructions.
    fn advance(simd: Simd, work: &mut Work<'_, Self>);
}

impl Advance for f32 {
    fn advance(simd: Simd, work: &mut Work<'_, f32>) {
        simd.advance::<f32, { f32::LANES }>(work);
    }
}

impl Advance for f64 {
    fn advance(simd: Simd, work: &mut Work<'_, f64>) {
        simd.advance::<f64, { f64::LANES }>(work);
    }
}

#[cfg(target_arch = "x86_64")]
fn has_avx512() -> bool {
    has_avx2()
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512bw")
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
}
