//! Will the results fit on the disk?
//!
//! Takes a folder and how many bytes its tables would take; gives an error that says what is needed
//! and what there is.

use std::path::Path;

use super::ProtocolError;

/// Refuses results of so many bytes that the disk of `folder` has no room for, with so many cells of the grid still
/// to run. Where the free space cannot be told, nothing is refused.
pub(super) fn check(folder: &Path, bytes: u64, n_cells: u64) -> Result<(), ProtocolError> {
    let Ok(free) = fs4::available_space(folder) else {
        return Ok(());
    };
    if bytes <= free {
        return Ok(());
    }
    Err(ProtocolError::NoSpace {
        what: format!(
            "the grid is too large: {n_cells} cells would write about {} to {}, where {} are free; take fewer values \
             per axis, or another folder with --out",
            human(bytes),
            folder.display(),
            human(free)
        ),
    })
}

/// Bytes in the largest unit that leaves a number above 1.
pub(super) fn human(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["bytes", "kB", "MB", "GB", "TB", "PB"];
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 {
        format!("{bytes} bytes")
    } else {
        format!("{value:.3} {}", UNITS[unit])
    }
}
