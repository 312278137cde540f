//! The device's memory: what a tile of cells takes, filled from and read back to the host.
//!
//! Takes words (f32 by their bits, u32, bool as 0 and 1); gives the same. Columns of one buffer
//! stand one after another, each with one word per cell.

use std::sync::mpsc;

use super::device::Gpu;
use super::shape::{Shape, WORD};
use crate::exec::ExecError;

/// What changes from dispatch to dispatch; `struct Header` of `step.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct Header {
    pub(super) n_cells: u32,
    pub(super) first_step: u32,
    pub(super) n_steps: u32,
    pub(super) row: u32,
}

/// The buffers of one tile, and their bindings.
#[derive(Debug)]
pub(super) struct Buffers {
    pub(super) n_cells: u32,
    header: wgpu::Buffer,
    pub(super) derived: wgpu::Buffer,
    pub(super) state: wgpu::Buffer,
    pub(super) accum: wgpu::Buffer,
    pub(super) streams: wgpu::Buffer,
    pub(super) status: wgpu::Buffer,
    pub(super) bound: wgpu::BindGroup,
}

impl Buffers {
    /// Takes memory for `n_cells`, which must fit `shape`.
    pub(super) fn new(
        gpu: &Gpu,
        bindings: &wgpu::BindGroupLayout,
        shape: &Shape,
        tables: &wgpu::Buffer,
        n_cells: u32,
    ) -> Result<Buffers, ExecError> {
        gpu.scoped(&format!("{n_cells} cells"), || {
            let column = u64::from(n_cells) * WORD;
            let words = |label, columns: u64| {
                let usage = wgpu::BufferUsages::STORAGE
                    | wgpu::BufferUsages::COPY_DST
                    | wgpu::BufferUsages::COPY_SRC;
                buffer(gpu, label, columns.max(1) * column, usage)
            };
            let header = buffer(
                gpu,
                "header",
                size_of::<Header>() as u64,
                wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            );
            let derived = words("derived", shape.derived);
            let state = words("state", shape.state);
            let accum = words("accum", shape.accum);
            let streams = words("streams", shape.streams);
            let status = words("status", 1);
            let in_order = [&header, &derived, &state, &accum, tables, &streams, &status];
            let entries: Vec<wgpu::BindGroupEntry> = (0..)
                .zip(in_order)
                .map(|(binding, buffer)| wgpu::BindGroupEntry {
                    binding,
                    resource: buffer.as_entire_binding(),
                })
                .collect();
            let bound = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: None,
                layout: bindings,
                entries: &entries,
            });
            Buffers {
                n_cells,
                header,
                derived,
                state,
                accum,
                streams,
                status,
                bound,
            }
        })
    }

    /// What the next submission reads.
    pub(super) fn write_header(&self, gpu: &Gpu, header: Header) {
        gpu.queue
            .write_buffer(&self.header, 0, bytemuck::bytes_of(&header));
    }

    /// Fills column `column` of `buffer` with zeros.
    pub(super) fn clear(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        buffer: &wgpu::Buffer,
        column: u16,
    ) {
        let bytes = u64::from(self.n_cells) * WORD;
        encoder.clear_buffer(buffer, u64::from(column) * bytes, Some(bytes));
    }

    /// Fills column `column` of `buffer`.
    pub(super) fn write(&self, gpu: &Gpu, buffer: &wgpu::Buffer, column: u16, words: &[u32]) {
        let offset = u64::from(column) * u64::from(self.n_cells) * WORD;
        gpu.queue
            .write_buffer(buffer, offset, bytemuck::cast_slice(words));
    }

    /// Copies the cells of `aside` from `source`, where they begin with cell `from`, to its `target`.
    pub(super) fn copy_cells(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        source: &wgpu::Buffer,
        from: u32,
        aside: &Buffers,
        target: &wgpu::Buffer,
        columns: u64,
    ) {
        let (here, there) = (u64::from(self.n_cells), u64::from(aside.n_cells));
        for column in 0..columns {
            let begin = (column * here + u64::from(from)) * WORD;
            let end = column * there * WORD;
            encoder.copy_buffer_to_buffer(source, begin, target, end, there * WORD);
        }
    }

    /// Has columns copied to where the host can read them, as they are after all that was submitted.
    pub(super) fn fetch(&self, gpu: &Gpu, parts: &[Part]) -> Result<Fetch, ExecError> {
        let column = u64::from(self.n_cells) * WORD;
        gpu.scoped("results on their way to the host", || {
            let mut encoder = gpu.device.create_command_encoder(&Default::default());
            let copied = parts.iter().map(|part| {
                let bytes = part.columns * column;
                let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
                // No buffer is empty.
                let buffer = buffer(gpu, "results", bytes.max(WORD), usage);
                encoder.copy_buffer_to_buffer(part.buffer, part.first * column, &buffer, 0, bytes);
                (buffer, bytes)
            });
            let copied: Vec<(wgpu::Buffer, u64)> = copied.collect();
            let submission = gpu.queue.submit([encoder.finish()]);
            Fetch {
                submission,
                staged: copied.into_iter().map(Staged::map).collect(),
            }
        })
    }
}

/// Some columns of a buffer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    pub(super) buffer: &'a wgpu::Buffer,
    pub(super) first: u64,
    pub(super) columns: u64,
}

/// Columns on their way to the host.
#[derive(Debug)]
pub(super) struct Fetch {
    submission: wgpu::SubmissionIndex,
    staged: Vec<Staged>,
}

impl Fetch {
    /// Waits until they are here; gives the words of each part.
    pub(super) fn parts(
        self,
        gpu: &Gpu,
    ) -> Result<impl Iterator<Item = Result<Vec<u32>, ExecError>>, ExecError> {
        gpu.wait(self.submission)?;
        Ok(self.staged.into_iter().map(Staged::words))
    }
}

/// Memory through which a part passes.
#[derive(Debug)]
struct Staged {
    buffer: wgpu::Buffer,
    bytes: u64,
    mapped: mpsc::Receiver<Result<(), wgpu::BufferAsyncError>>,
}

impl Staged {
    fn map((buffer, bytes): (wgpu::Buffer, u64)) -> Staged {
        let (sender, mapped) = mpsc::channel();
        buffer.map_async(wgpu::MapMode::Read, .., move |result| {
            // The receiver is gone only if waiting failed, which is reported.
            let _ = sender.send(result);
        });
        Staged {
            buffer,
            bytes,
            mapped,
        }
    }

    fn words(self) -> Result<Vec<u32>, ExecError> {
        let failed = |text: String| ExecError::Device(format!("results cannot be read: {text}"));
        match self.mapped.try_recv() {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(failed(error.to_string())),
            Err(error) => return Err(failed(error.to_string())),
        }
        let view = self
            .buffer
            .get_mapped_range(..)
            .map_err(|error| failed(error.to_string()))?;
        let words: &[u32] = bytemuck::cast_slice(&view);
        Ok(words[..(self.bytes / WORD) as usize].to_vec())
    }
}

/// The tables of a plan, one after another; they never change.
pub(super) fn tables(
    gpu: &Gpu,
    plan: &crate::plan::Plan,
    shape: &Shape,
) -> Result<wgpu::Buffer, ExecError> {
    let mut entries = Vec::new();
    for table in &plan.layout().tables {
        #[expect(clippy::cast_possible_truncation, reason = "f32 is the precision here")]
        entries.extend(table.values.iter().map(|&x| x as f32));
        if table.values.is_empty() {
            entries.push(f32::NAN);
        }
    }
    entries.resize((shape.tables as usize).max(1), 0.0);
    gpu.scoped("the tables", || {
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST;
        let buffer = buffer(gpu, "tables", entries.len() as u64 * WORD, usage);
        gpu.queue
            .write_buffer(&buffer, 0, bytemuck::cast_slice(&entries));
        buffer
    })
}

fn buffer(gpu: &Gpu, label: &str, size: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
    gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size,
        usage,
        mapped_at_creation: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem::offset_of;

    #[test]
    fn the_header_has_the_layout_of_the_shader() {
        let text = concat!(
            include_str!("../../../shaders/step.wgsl"),
            include_str!("../../../shaders/stub.wgsl")
        );
        let module = wgpu::naga::front::wgsl::parse_str(text).expect("valid");
        let found = module.types.iter().find_map(|(_, ty)| match &ty.inner {
            wgpu::naga::TypeInner::Struct { members, span }
                if ty.name.as_deref() == Some("Header") =>
            {
                let offsets: Vec<(String, usize)> = members
                    .iter()
                    .map(|m| (m.name.clone().unwrap_or_default(), m.offset as usize))
                    .collect();
                Some((offsets, *span as usize))
            }
            _ => None,
        });
        let expected = [
            ("n_cells", offset_of!(Header, n_cells)),
            ("first_step", offset_of!(Header, first_step)),
            ("n_steps", offset_of!(Header, n_steps)),
            ("row", offset_of!(Header, row)),
        ];
        let expected = expected.map(|(name, offset)| (name.to_owned(), offset));
        assert_eq!(found, Some((expected.to_vec(), size_of::<Header>())));
        assert_eq!(size_of::<Header>() % 16, 0);
    }
}
