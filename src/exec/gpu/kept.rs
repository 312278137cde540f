//! Compiled kernels kept from one run of the program to the next, where the driver leaves that to us
//! (Vulkan's pipeline caches).
//!
//! Takes an open device and the folder of what is kept; gives wgpu's cache, filled with what the same
//! device and driver compiled before. Must not know kernels.
//!
//! The GPU engine's one file with unsafe code.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::cache::{Cache, digest};

/// The compiled kernels of a device.
#[derive(Debug)]
pub(super) struct Kept {
    pipelines: wgpu::PipelineCache,
    cache: Cache,
    name: String,
    /// The digest of what the file holds.
    written: AtomicU64,
    /// Held while the file is written.
    writing: Mutex<()>,
}

impl Kept {
    /// Those of `device`; none where its backend has no such thing.
    pub(super) fn of(
        device: &wgpu::Device,
        info: &wgpu::AdapterInfo,
        cache: &Cache,
    ) -> Option<Kept> {
        if !device.features().contains(wgpu::Features::PIPELINE_CACHE) {
            return None;
        }
        let name = wgpu::util::pipeline_cache_key(info)?;
        let data = cache.read(&name);
        let descriptor = wgpu::PipelineCacheDescriptor {
            label: None,
            data: data.as_deref(),
            fallback: true,
        };
        // SAFETY: the data must be what `PipelineCache::get_data` gave for an adapter of the same key.
        // Only `write` below makes a file of this name, which is the key, and `Cache::read` gives only
        // what was written, whole, by comparing a digest. The folder is the user's own, and whoever can
        // forge files there can replace this program. wgpu compares device and driver besides, and
        // begins with an empty cache where they differ (`fallback`).
        let pipelines = unsafe { device.create_pipeline_cache(&descriptor) };
        Some(Kept {
            pipelines,
            cache: cache.clone(),
            name,
            written: AtomicU64::new(data.as_deref().map_or(0, digest)),
            writing: Mutex::new(()),
        })
    }

    /// What pipelines are made with.
    pub(super) fn pipelines(&self) -> &wgpu::PipelineCache {
        &self.pipelines
    }

    /// Writes what was compiled since, if anything was.
    pub(super) fn write(&self) {
        // Whoever finds another thread writing leaves its own for the next time.
        let Ok(_writing) = self.writing.try_lock() else {
            return;
        };
        let Some(data) = self.pipelines.get_data() else {
            return;
        };
        let now = digest(&data);
        if self.written.swap(now, Ordering::Relaxed) != now {
            self.cache.write(&self.name, &data);
        }
    }
}
