//! Devices: which there are, which to take, and what is missing where there is none.
//!
//! Takes a [`DeviceChoice`]; gives an open device whose faults are recorded, never thrown: wgpu
//! reports them by callbacks, error scopes and, for a lost device, by panics; all end in
//! [`Gpu::check`].

use std::sync::{Arc, Mutex, PoisonError};

use super::cache::Cache;
use super::kept::Kept;
use super::missing::{hardware_is_possible, missing};
use crate::caught::guarded;
use crate::exec::ExecError;

/// Which device to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceChoice {
    /// The best hardware GPU; never a software driver.
    Hardware,
    /// The best device of any kind, software drivers included.
    Any,
    /// The first whose name, backend or driver contains this, in any case of letters.
    Named(String),
    /// By its number in [`adapters`].
    Index(usize),
}

/// What is known of an adapter without opening it.
#[derive(Clone, Debug, PartialEq)]
pub struct AdapterReport {
    /// Its name, such as "NVIDIA H200".
    pub name: String,
    /// The interface it is reached by: "vulkan", "metal", "dx12".
    pub backend: String,
    /// "discrete GPU", "integrated GPU", "virtual GPU", "software", "other".
    pub kind: &'static str,
    /// Driver and its version, as far as it tells.
    pub driver: String,
    /// Is it a GPU, not a program that pretends to be one?
    pub hardware: bool,
    /// Most bytes of one binding.
    pub max_binding_bytes: u64,
    /// Most bytes of one buffer.
    pub max_buffer_bytes: u64,
    /// Most workgroups in one dimension of a dispatch.
    pub max_workgroups: u32,
    /// Most invocations of a workgroup.
    pub max_workgroup_size: u32,
}

impl AdapterReport {
    fn of(adapter: &wgpu::Adapter) -> AdapterReport {
        let info = adapter.get_info();
        let limits = adapter.limits();
        let driver = format!("{} {}", info.driver, info.driver_info);
        AdapterReport {
            name: info.name,
            backend: info.backend.to_str().into(),
            kind: kind(info.device_type),
            driver: driver.trim().into(),
            hardware: info.device_type != wgpu::DeviceType::Cpu,
            max_binding_bytes: limits.max_storage_buffer_binding_size,
            max_buffer_bytes: limits.max_buffer_size,
            max_workgroups: limits.max_compute_workgroups_per_dimension,
            max_workgroup_size: limits
                .max_compute_invocations_per_workgroup
                .min(limits.max_compute_workgroup_size_x),
        }
    }

    /// One line for people.
    #[must_use]
    pub fn describe(&self) -> String {
        let AdapterReport {
            name,
            backend,
            kind,
            driver,
            ..
        } = self;
        let driver = if driver.is_empty() {
            String::new()
        } else {
            format!(", {driver}")
        };
        format!("{name} ({kind}, {backend}{driver})")
    }

    fn matches(&self, wanted: &str) -> bool {
        self.describe()
            .to_lowercase()
            .contains(&wanted.to_lowercase())
    }
}

impl std::fmt::Display for AdapterReport {
    /// The device and what bounds a tile on it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}; {} MiB a binding, {} MiB a buffer, {} workgroups a dimension",
            self.describe(),
            self.max_binding_bytes >> 20,
            self.max_buffer_bytes >> 20,
            self.max_workgroups
        )
    }
}

fn kind(device_type: wgpu::DeviceType) -> &'static str {
    match device_type {
        wgpu::DeviceType::DiscreteGpu => "discrete GPU",
        wgpu::DeviceType::IntegratedGpu => "integrated GPU",
        wgpu::DeviceType::VirtualGpu => "virtual GPU",
        wgpu::DeviceType::Cpu => "software",
        wgpu::DeviceType::Other => "other",
    }
}

/// Every adapter, the best first; their order numbers them.
#[must_use]
pub fn adapters() -> Vec<AdapterReport> {
    enumerate().iter().map(AdapterReport::of).collect()
}

fn enumerate() -> Vec<wgpu::Adapter> {
    let backends = wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12;
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends,
        flags: wgpu::InstanceFlags::empty(),
        memory_budget_thresholds: wgpu::MemoryBudgetThresholds {
            for_resource_creation: Some(90),
            for_device_loss: None,
        },
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let mut adapters = wait(instance.enumerate_adapters(backends));
    adapters.sort_by_key(|adapter| rank(adapter.get_info().device_type));
    adapters
}

fn rank(device_type: wgpu::DeviceType) -> u32 {
    match device_type {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::VirtualGpu => 1,
        wgpu::DeviceType::IntegratedGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    }
}

/// The number of the adapter that `choice` means.
fn choose(choice: &DeviceChoice, reports: &[AdapterReport]) -> Result<usize, ExecError> {
    let found = match choice {
        DeviceChoice::Hardware => reports.iter().position(|r| r.hardware),
        DeviceChoice::Any => (!reports.is_empty()).then_some(0),
        DeviceChoice::Named(wanted) => reports.iter().position(|r| r.matches(wanted)),
        DeviceChoice::Index(index) => (*index < reports.len()).then_some(*index),
    };
    found.ok_or_else(|| ExecError::NoDevice(not_found(choice, reports)))
}

fn not_found(choice: &DeviceChoice, reports: &[AdapterReport]) -> String {
    if reports.is_empty() {
        return missing();
    }
    let list: String = reports
        .iter()
        .enumerate()
        .map(|(index, report)| format!("\n  {index}: {}", report.describe()))
        .collect();
    match choice {
        DeviceChoice::Hardware | DeviceChoice::Any => format!(
            "there is no hardware GPU, only:{list}\nname it to use it all the same\n{}",
            missing()
        ),
        DeviceChoice::Named(wanted) => format!("no device is called '{wanted}'; there are:{list}"),
        DeviceChoice::Index(index) => format!("there is no device {index}; there are:{list}"),
    }
}

/// An open device.
#[derive(Clone, Debug)]
pub(super) struct Gpu {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    pub(super) report: AdapterReport,
    /// Where what was found out of it is kept.
    pub(super) cache: Option<Cache>,
    /// What it compiled before.
    pub(super) kept: Option<Arc<Kept>>,
    fault: Arc<Mutex<Option<String>>>,
}

impl Gpu {
    pub(super) fn open(choice: &DeviceChoice, cache: Option<Cache>) -> Result<Gpu, ExecError> {
        if *choice == DeviceChoice::Hardware && !hardware_is_possible() {
            return Err(ExecError::NoDevice(missing()));
        }
        let adapters = enumerate();
        let reports: Vec<AdapterReport> = adapters.iter().map(AdapterReport::of).collect();
        let index = choose(choice, &reports)?;
        let adapter = &adapters[index];
        let descriptor = wgpu::DeviceDescriptor {
            required_features: adapter.features() & wgpu::Features::PIPELINE_CACHE,
            required_limits: adapter.limits(),
            memory_hints: wgpu::MemoryHints::Performance,
            ..wgpu::DeviceDescriptor::default()
        };
        let (device, queue) = wait(adapter.request_device(&descriptor)).map_err(|error| {
            ExecError::NoDevice(format!(
                "{} cannot be opened: {error}",
                reports[index].describe()
            ))
        })?;
        let mut gpu = Gpu {
            device,
            queue,
            report: reports[index].clone(),
            cache,
            kept: None,
            fault: Arc::default(),
        };
        gpu.listen();
        let kept = |cache| Kept::of(&gpu.device, &adapter.get_info(), cache);
        let kept = gpu.scoped("compiled kernels", || gpu.cache.as_ref().and_then(kept));
        // Without them kernels are compiled as ever.
        gpu.kept = kept.ok().flatten().map(Arc::new);
        Ok(gpu)
    }

    fn listen(&self) {
        let fault = self.fault.clone();
        self.device.on_uncaptured_error(Arc::new(move |error| {
            record(&fault, &format!("the device reports: {error}"));
        }));
        let fault = self.fault.clone();
        self.device
            .set_device_lost_callback(move |reason, message| {
                // Dropping the device is a loss, too, but nobody's fault.
                if reason != wgpu::DeviceLostReason::Destroyed {
                    record(&fault, &format!("the device was lost: {message}"));
                }
            });
    }

    /// Loses the device, as a reset of the driver does.
    #[cfg(test)]
    pub(super) fn lose(&self) {
        record(&self.fault, "the device was lost: by a test");
        self.device.destroy();
    }

    /// The first fault since the device was opened, if any.
    pub(super) fn check(&self) -> Result<(), ExecError> {
        match &*self.fault.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(text) => Err(ExecError::Device(text.clone())),
            None => Ok(()),
        }
    }

    /// Does `work`, which makes `what` on the device; its faults are the result.
    pub(super) fn scoped<T>(&self, what: &str, work: impl FnOnce() -> T) -> Result<T, ExecError> {
        let out_of_memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let internal = self.device.push_error_scope(wgpu::ErrorFilter::Internal);
        let invalid = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let made = work();
        let invalid = wait(invalid.pop());
        let internal = wait(internal.pop());
        if let Some(error) = wait(out_of_memory.pop()) {
            return Err(ExecError::TooLarge(format!(
                "the device has no memory left for {what}; take fewer cells at once ({error})"
            )));
        }
        match invalid.or(internal) {
            Some(error) => Err(ExecError::Device(format!(
                "the device refuses {what}: {error}"
            ))),
            None => self.check().map(|()| made),
        }
    }

    /// Waits until `submission` is done.
    pub(super) fn wait(&self, submission: wgpu::SubmissionIndex) -> Result<(), ExecError> {
        let poll = wgpu::PollType::Wait {
            submission_index: Some(submission),
            timeout: None,
        };
        // A lost device makes wgpu panic here; the callback has told why before that.
        let polled = guarded(|| self.device.poll(poll));
        self.check()?;
        match polled {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(ExecError::Device(format!("waiting failed: {error}"))),
            Err(_) => Err(ExecError::Device("the device stopped answering".into())),
        }
    }
}

fn record(fault: &Mutex<Option<String>>, text: &str) {
    // The first fault is the cause of the others.
    fault
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get_or_insert_with(|| text.into());
}

/// The one place where the engine waits for one of wgpu's futures.
fn wait<F: Future>(future: F) -> F::Output {
    pollster::block_on(future)
}

#[cfg(test)]
pub(super) mod testing {
    use super::AdapterReport;

    /// An adapter as it might be.
    pub(in super::super) fn report(name: &str, hardware: bool) -> AdapterReport {
        AdapterReport {
            name: name.into(),
            backend: "vulkan".into(),
            kind: if hardware { "discrete GPU" } else { "software" },
            driver: String::new(),
            hardware,
            max_binding_bytes: 1 << 27,
            max_buffer_bytes: 1 << 28,
            max_workgroups: 65535,
            max_workgroup_size: 256,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::report;
    use super::*;

    #[test]
    fn hardware_is_never_a_software_driver() {
        let software = [report("llvmpipe", false)];
        let text = choose(&DeviceChoice::Hardware, &software)
            .expect_err("nothing but software")
            .to_string();
        assert!(text.contains("0: llvmpipe (software, vulkan)"), "{text}");
        assert_eq!(choose(&DeviceChoice::Any, &software), Ok(0));
    }

    #[test]
    fn a_device_is_found_by_part_of_its_name_or_by_number() {
        let both = [report("NVIDIA H200", true), report("llvmpipe", false)];
        let named = |name: &str| choose(&DeviceChoice::Named(name.into()), &both);
        assert_eq!(named("h200"), Ok(0));
        assert_eq!(named("LLVM"), Ok(1));
        assert!(named("radeon").is_err());
        assert_eq!(choose(&DeviceChoice::Index(1), &both), Ok(1));
        assert!(choose(&DeviceChoice::Index(2), &both).is_err());
    }
}
