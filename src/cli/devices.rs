//! `devices`: what can compute here.

use super::failure::Failure;
use super::say;
use crate::exec::cpu::{CpuEngine, Precision};
use crate::exec::{Engine, gpu};

pub(super) fn run() -> Result<(), Failure> {
    let mut text = String::new();
    let adapters = gpu::adapters();
    for (index, adapter) in adapters.iter().enumerate() {
        text += &format!("{index}  {adapter}\n");
    }
    if adapters.is_empty() {
        text += &format!("{}\n", gpu::missing());
    }
    text += &format!("-  {}\n", CpuEngine::new(Precision::F32)?.describe());
    say(&text)
}
