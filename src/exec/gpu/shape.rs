//! Where everything of a plan stands on the device.
//!
//! Takes a plan's layout; gives the columns of each buffer and how many cells fit. Sizes are in
//! words of 4 bytes: f32, u32, or bool as 0 and 1.
//!
//! Must not know the device: limits come in as numbers.

use crate::exec::ExecError;
use crate::plan::{Layout, Output, Plan};

/// Bytes of a word.
pub(super) const WORD: u64 = 4;

/// Most bytes that one binding takes on any device: wgpu's own bound, 2 GiB less one word.
const MAX_BINDING: u64 = (1 << 31) - WORD;

/// Most bytes of a tile. More does not run faster, and the host holds as much again.
const MAX_TILE: u64 = 256 << 20;

/// Words per cell of each buffer, and where tables and streams begin.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shape {
    /// All per cell: what depends on no parameter is a literal long before.
    pub(super) derived: u64,
    pub(super) state: u64,
    pub(super) accum: u64,
    pub(super) streams: u64,
    /// First column and number of columns of each stream.
    pub(super) stream_columns: Vec<(u64, u64)>,
    /// Words of all tables together.
    pub(super) tables: u64,
    /// First word and number of words of each table.
    pub(super) table_words: Vec<(u64, u64)>,
}

impl Shape {
    pub(super) fn of(layout: &Layout) -> Shape {
        let stream_columns = laid_out(layout.streams.iter().map(|s| u64::from(s.capacity)));
        // A table without entries gets one, so that reading it is defined.
        let table_words = laid_out(layout.tables.iter().map(|t| t.values.len().max(1) as u64));
        Shape {
            derived: layout.derived.len() as u64,
            state: layout.states.len() as u64,
            accum: layout.accums.len() as u64,
            streams: end(&stream_columns),
            stream_columns,
            tables: end(&table_words),
            table_words,
        }
    }

    /// Most cells of a tile where one buffer takes at most `buffer_bytes`.
    pub(super) fn tile_cells(&self, plan: &Plan, buffer_bytes: u64) -> Result<u64, ExecError> {
        let bytes = buffer_bytes
            .min(plan.limits().buffer_bytes)
            .min(MAX_BINDING);
        if self.tables * WORD > bytes {
            return Err(ExecError::TooLarge(format!(
                "the tables take {} bytes and a buffer of the device at most {bytes}; tabulate more coarsely",
                self.tables * WORD
            )));
        }
        let widest = [self.derived, self.state, self.accum, self.streams, 1]
            .into_iter()
            .fold(1, u64::max);
        let fit = bytes / (widest * WORD);
        if fit == 0 {
            return Err(ExecError::TooLarge(format!(
                "one cell takes {} bytes in one buffer and a buffer of the device at most {bytes}; record less \
                 (a stream's capacity counts once per cell)",
                widest * WORD
            )));
        }
        let comfortable = (MAX_TILE / plan.bytes_per_cell(WORD)).max(1);
        Ok(fit.min(comfortable).min(plan.limits().tile_cells).max(1))
    }
}

/// What a plan takes on a device, whatever the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footprint {
    /// Bytes of a cell: what is kept of it, its status word, and the memory through which its results
    /// and its status are read back.
    pub bytes_per_cell: u64,
    /// Bytes of the tables that all cells share.
    pub table_bytes: u64,
    /// Most cells of a tile; devices with small buffers take fewer.
    pub tile_cells: u64,
}

/// What `plan` takes on a device.
///
/// # Errors
/// One cell, or the tables, exceed what any device takes.
pub fn footprint(plan: &Plan) -> Result<Footprint, ExecError> {
    let shape = Shape::of(plan.layout());
    let results = plan.outputs().iter().map(|output| match *output {
        Output::Slot(_) => 1,
        Output::Stream(i) => shape.stream_columns[usize::from(i)].1,
    });
    // No buffer is empty.
    let buffers = [shape.derived, shape.state, shape.accum, shape.streams].map(|n| n.max(1));
    let words = buffers.iter().sum::<u64>() + 1 + results.sum::<u64>() + 1;
    Ok(Footprint {
        bytes_per_cell: words * WORD,
        table_bytes: shape.tables * WORD,
        tile_cells: shape.tile_cells(plan, MAX_BINDING)?,
    })
}

/// Each length with the sum of those before it.
fn laid_out(lengths: impl Iterator<Item = u64>) -> Vec<(u64, u64)> {
    let mut next = 0;
    lengths
        .map(|length| {
            let first = next;
            next += length;
            (first, length)
        })
        .collect()
}

fn end(parts: &[(u64, u64)]) -> u64 {
    parts.last().map_or(0, |&(first, length)| first + length)
}
