//! The CPU engine: vector programs interpreted over tiles of cells, on all cores.
//!
//! Takes a plan; gives a job. Each block of the plan is lowered to instructions on whole tiles,
//! each a plain loop over lanes that the compiler turns into vector code; a tile stays in the
//! first-level cache through all steps. No compiler at run time. Results do not depend on the
//! number of threads, the size of tiles, or which cells share one.
//!
//! Must not know the other engines.
//!
//! | file | job |
//! |---|---|
//! | `real` | f32 and f64, and how bools and integers live in their lanes |
//! | `math` | elementary functions of one lane |
//! | `logs` | logarithms of one lane, and powers in f32 |
//! | `powers` | powers of one lane in f64, and their exceptions in both |
//! | `waves` | sine and cosine of one lane |
//! | `register` | a value for each cell of a tile |
//! | `program` | the vector program: instructions, their memory |
//! | `select/` | which instruction computes a value, fused forms, their order |
//! | `lower` | plan to program: a register for every slot |
//! | `lower_block` | the instructions of a block, its scratch registers |
//! | `lower_stores` | its stores |
//! | `lower_curves` | what stands behind a curve |
//! | `curves/` | what depends on one value alone is looked up |
//! | `fuse` | two instructions in one loop |
//! | `windows` | powers of two that share the test of their range |
//! | `shape` | is a step one that can leap? |
//! | `turns` | states with two registers, so that nothing is copied |
//! | `leap/` | many steps of a linear integrate-and-fire cell at once |
//! | `condition` | comparisons for which only guarded blocks wait |
//! | `deferral` | blocks that may wait until many lanes need them |
//! | `draws` | random words of a tile, kept until their step |
//! | `lanes` | what each instruction does to a lane |
//! | `operands` | the lanes that an instruction reads and writes |
//! | `loops` | loops over lanes |
//! | `interpret` | the loop over steps, blocks and instructions; guards |
//! | `simd` | that loop compiled for each set of vector instructions |
//! | `timeline` | what is the same for all cells, step by step |
//! | `tile` | cells into a tile and out of it |
//! | `job` | threads over tiles, progress, carried states |

mod condition;
mod curves;
mod deferral;
mod draws;
mod fuse;
mod interpret;
mod job;
mod lanes;
mod leap;
mod logs;
mod loops;
mod lower;
mod lower_block;
mod lower_curves;
mod lower_stores;
mod math;
mod operands;
mod powers;
mod program;
mod real;
mod register;
mod select;
mod shape;
mod simd;
mod tile;
mod timeline;
mod turns;
mod waves;
mod windows;

pub use simd::Simd;

use super::{Engine, EngineLabel, ExecError, Job};
use crate::plan::Plan;
use job::{CpuJob, threads};
use lower::Target;
use real::Real;

/// The floating type that an engine computes in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// 32 bits: 7 digits.
    #[default]
    F32,
    /// 64 bits: 16 digits.
    F64,
}

impl Precision {
    /// `f32` or `f64`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Precision::F32 => f32::NAME,
            Precision::F64 => f64::NAME,
        }
    }
}

/// The engine: a precision and the vector instructions to use.
#[derive(Clone, Copy, Debug)]
pub struct CpuEngine {
    precision: Precision,
    target: Target,
}

impl CpuEngine {
    /// With the widest vector instructions that there are, or those that the environment variable
    /// `RHEOBASE_SIMD` names (`avx512`, `avx2`, `portable`).
    ///
    /// # Errors
    /// The variable names instructions that are unknown or missing here.
    pub fn new(precision: Precision) -> Result<CpuEngine, ExecError> {
        Ok(CpuEngine::with(precision, Simd::choose()?))
    }

    /// With these vector instructions.
    #[must_use]
    pub fn with(precision: Precision, simd: Simd) -> CpuEngine {
        CpuEngine {
            precision,
            target: Target {
                simd,
                leaps: true,
                curves: true,
            },
        }
    }

    /// The same, but every step by itself, even where several could be taken at once: for tests and
    /// measurements. The results have the same bits.
    #[must_use]
    pub fn step_by_step(mut self) -> CpuEngine {
        self.target.leaps = false;
        self
    }

    /// The same, but with no curve in place of what it stands for: for tests and measurements. The
    /// results differ by rounding.
    #[must_use]
    pub fn without_curves(mut self) -> CpuEngine {
        self.target.curves = false;
        self
    }

    /// Does it take several steps of `plan` at once?
    #[must_use]
    pub fn leaps(&self, plan: &Plan) -> bool {
        self.target.leaps && shape::shape(plan).is_some()
    }
}

impl Engine for CpuEngine {
    fn describe(&self) -> String {
        let precision = self.precision.name();
        let threads = threads(usize::MAX);
        let plural = if threads == 1 { "" } else { "s" };
        let simd = self.target.simd.label();
        format!("CPU, {precision}, {simd}, {threads} thread{plural}")
    }

    fn label(&self) -> EngineLabel {
        EngineLabel {
            name: "cpu".into(),
            precision: self.precision.name().into(),
            adapter: None,
        }
    }

    fn arithmetic(&self) -> String {
        format!(
            "cpu, {}, {}",
            self.precision.name(),
            self.target.simd.label()
        )
    }

    fn prepare(&self, plan: &Plan) -> Result<Box<dyn Job>, ExecError> {
        Ok(match self.precision {
            Precision::F32 => Box::new(CpuJob::<f32>::new(plan, self.target)?),
            Precision::F64 => Box::new(CpuJob::<f64>::new(plan, self.target)?),
        })
    }
}

#[cfg(test)]
mod tests;
