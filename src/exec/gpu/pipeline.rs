//! A plan's kernels, compiled: one for each shape of launch that is used.
//!
//! Takes a plan and shapes; gives pipelines, and the layout of their bindings, which never changes.

use std::time::Instant;

use super::device::Gpu;
use super::kernel::{ENTRY_POINT, kernel};
use super::launch::Launch;
use crate::exec::ExecError;
use crate::plan::Plan;

/// What a dispatch needs besides buffers.
#[derive(Clone, Debug)]
pub(super) struct Kernel {
    pub(super) launch: Launch,
    pub(super) pipeline: wgpu::ComputePipeline,
}

/// The kernels made so far.
#[derive(Debug)]
pub(super) struct Kernels {
    pub(super) bindings: wgpu::BindGroupLayout,
    layout: wgpu::PipelineLayout,
    made: Vec<Kernel>,
    /// Seconds that the last took to make.
    make_s: f64,
}

impl Kernels {
    pub(super) fn new(gpu: &Gpu) -> Result<Kernels, ExecError> {
        gpu.scoped("the layout of a kernel", || {
            let bindings = bindings(&gpu.device);
            let layout = gpu
                .device
                .create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                    label: None,
                    bind_group_layouts: &[Some(&bindings)],
                    immediate_size: 0,
                });
            Kernels {
                bindings,
                layout,
                made: Vec::new(),
                make_s: 0.0,
            }
        })
    }

    /// That of `plan` in this shape, compiled when it is first asked for.
    pub(super) fn of(
        &mut self,
        gpu: &Gpu,
        plan: &Plan,
        launch: Launch,
    ) -> Result<Kernel, ExecError> {
        if let Some(kernel) = self.made.iter().find(|kernel| kernel.launch == launch) {
            return Ok(kernel.clone());
        }
        let begin = Instant::now();
        let text = kernel(plan, launch);
        let pipeline = gpu.scoped("the kernel", || {
            let module = gpu
                .device
                .create_shader_module(wgpu::ShaderModuleDescriptor {
                    label: Some(plan.name()),
                    source: wgpu::ShaderSource::Wgsl(text.into()),
                });
            gpu.device
                .create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                    label: Some(plan.name()),
                    layout: Some(&self.layout),
                    module: &module,
                    entry_point: Some(ENTRY_POINT),
                    compilation_options: wgpu::PipelineCompilationOptions::default(),
                    cache: gpu.kept.as_ref().map(|kept| kept.pipelines()),
                })
        })?;
        let kernel = Kernel { launch, pipeline };
        self.made.push(kernel.clone());
        self.make_s = begin.elapsed().as_secs_f64();
        Ok(kernel)
    }

    /// Seconds that a kernel takes to make.
    pub(super) fn make_s(&self) -> f64 {
        self.make_s
    }
}

/// The bindings of `step.wgsl`, in its order.
fn bindings(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    let storage = |read_only| wgpu::BufferBindingType::Storage { read_only };
    let kinds = [
        wgpu::BufferBindingType::Uniform,
        storage(true),
        storage(false),
        storage(false),
        storage(true),
        storage(false),
        storage(false),
    ];
    let entries: Vec<wgpu::BindGroupLayoutEntry> = (0..)
        .zip(kinds)
        .map(|(binding, ty)| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty,
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        })
        .collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: None,
        entries: &entries,
    })
}
