//! `devices`: what can compute here.

use super::failure::Failure;
use super::say;
use crate::exec::cpu::{CpuEngine, Precision};
use crate::exec::{Engine, gpu};

pub(super) fn run() -> Result<(), Failure> {
    let mut text = String::new();
    let adapters = gpu::adapters();
    for (index, adapter) in adapters.iter().enumerate() {
        text += &format!("{index}  {}\n", adapter.describe());
        text += &format!(
            "   bindings up to {} MiB, buffers up to {} MiB, {} workgroups per dimension\n",
            adapter.max_binding_bytes >> 20,
            adapter.max_buffer_bytes >> 20,
            adapter.max_workgroups
        );
    }
    if adapters.is_empty() {
        text += &format!("{}\n", gpu::missing());
    }
    text += &format!("-  {}\n", CpuEngine::new(Precision::F32)?.describe());
    say(&text)
}
