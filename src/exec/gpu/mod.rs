//! The GPU engine: one kernel per plan, one invocation per cell, in f32.
//!
//! Takes a plan; gives a job that keeps its cells on the device. All of a chunk's steps run inside
//! one dispatch with the cell in registers; only the plan's outputs come back.
//!
//! | file | job |
//! |---|---|
//! | `shape` | which column of which buffer holds what; how many cells fit |
//! | `launch` | how a kernel's work is cut into workgroups, invocations and rounds |
//! | `kernel` | the whole text of a kernel |
//! | `device` | adapters, the choice among them, faults |
//! | `missing` | why there is no device |
//! | `pipeline` | the kernels, compiled |
//! | `buffers` | the device's memory |
//! | `dispatch` | how much goes into one dispatch |
//! | `job` | a prepared plan, run again and again |
//! | `ready` | cells set up on the host, for their turn on the device |
//! | `run` | one run: set up, steps |
//! | `results` | what a run has left, on its way back |
//! | `search` | the fastest shape of launch, found while the work goes on |
//! | `probe` | whether another shape gives the same bits |
//! | `cache` | a folder of files kept from one run of the program to the next |
//! | `remembered` | the shapes found, kept there |
//! | `kept` | compiled kernels, kept there |
//!
//! Must not know: equations, units, files, the other engines. `wgpu` is used here alone.

mod buffers;
mod cache;
mod device;
mod dispatch;
mod job;
mod kept;
mod kernel;
mod launch;
mod missing;
mod pipeline;
mod probe;
mod ready;
mod remembered;
mod results;
mod run;
mod search;
mod shape;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use device::{AdapterReport, DeviceChoice, adapters};
pub use kernel::wgsl;
pub use launch::Launch;
pub use missing::missing;
pub use shape::{Footprint, footprint};

use crate::exec::{Engine, EngineLabel, ExecError, Job};
use crate::plan::Plan;
use cache::Cache;
use device::Gpu;

/// The engine: an open device.
#[derive(Clone, Debug)]
pub struct GpuEngine {
    gpu: Gpu,
    choice: DeviceChoice,
    cache: Option<Cache>,
    launch: Option<Launch>,
}

impl GpuEngine {
    /// Opens the device that `choice` means. What is found out of it (compiled kernels, the fastest
    /// shapes of their launch) is kept in the user's cache.
    ///
    /// # Errors
    /// There is no such device, or it cannot be opened.
    pub fn new(choice: &DeviceChoice) -> Result<GpuEngine, ExecError> {
        GpuEngine::with_cache(choice, Cache::of_user())
    }

    /// The same with another cache, or none.
    fn with_cache(choice: &DeviceChoice, cache: Option<Cache>) -> Result<GpuEngine, ExecError> {
        Ok(GpuEngine {
            gpu: Gpu::open(choice, cache.clone())?,
            choice: choice.clone(),
            cache,
            launch: None,
        })
    }

    /// The same engine, whose kernels are all launched in this shape.
    #[must_use]
    pub fn with_launch(self, launch: Launch) -> GpuEngine {
        GpuEngine {
            launch: Some(launch),
            ..self
        }
    }

    /// The device.
    #[must_use]
    pub fn adapter(&self) -> &AdapterReport {
        &self.gpu.report
    }
}

impl Engine for GpuEngine {
    fn describe(&self) -> String {
        format!("gpu, {}, f32", self.gpu.report.describe())
    }

    fn label(&self) -> EngineLabel {
        let AdapterReport { name, driver, .. } = &self.gpu.report;
        EngineLabel {
            name: "gpu".into(),
            precision: "f32".into(),
            adapter: Some((name.clone(), driver.clone())),
        }
    }

    /// After a fault the device is opened anew: one that was lost stays lost.
    fn prepare(&self, plan: &Plan) -> Result<Box<dyn Job>, ExecError> {
        if self.gpu.check().is_err() {
            let gpu = Gpu::open(&self.choice, self.cache.clone())?;
            return Ok(Box::new(job::GpuJob::new(&gpu, plan, self.launch)?));
        }
        Ok(Box::new(job::GpuJob::new(&self.gpu, plan, self.launch)?))
    }
}
