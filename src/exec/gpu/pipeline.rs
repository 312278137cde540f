//! A plan's kernel, compiled.
//!
//! Takes a plan and the shape of its launch; gives the pipeline and the layout of its bindings, which never changes.

use super::device::Gpu;
use super::launch::Launch;
use super::shader::{ENTRY_POINT, kernel};
use crate::exec::ExecError;
use crate::plan::Plan;

/// What a dispatch needs besides buffers.
#[derive(Debug)]
pub(super) struct Kernel {
    pub(super) launch: Launch,
    pub(super) bindings: wgpu::BindGroupLayout,
    pub(super) pipeline: wgpu::ComputePipeline,
}

impl Kernel {
    pub(super) fn compile(gpu: &Gpu, plan: &Plan, launch: Launch) -> Result<Kernel, ExecError> {
        let text = kernel(plan, launch);
        gpu.scoped("the kernel", || {
            let module = gpu
                .device
                .create_shader_module(wgpu::ShaderModuleDescriptor {
                    label: Some(plan.name()),
                    source: wgpu::ShaderSource::Wgsl(text.into()),
                });
            let bindings = bindings(&gpu.device);
            let layout = gpu
                .device
                .create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                    label: None,
                    bind_group_layouts: &[Some(&bindings)],
                    immediate_size: 0,
                });
            let pipeline = gpu
                .device
                .create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                    label: Some(plan.name()),
                    layout: Some(&layout),
                    module: &module,
                    entry_point: Some(ENTRY_POINT),
                    compilation_options: wgpu::PipelineCompilationOptions::default(),
                    cache: None,
                });
            Kernel {
                launch,
                bindings,
                pipeline,
            }
        })
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
