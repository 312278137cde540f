//! Pictures as files beside a table. Takes a page and the table's path; gives files of the same
//! name but for its end. Must not know what is drawn.

use std::path::Path;

use super::ProtocolError;
use crate::plot::{Page, PictureFormat, Resolution};
use crate::table::{Existing, write_whole};

/// Names of the pictures beside `table`, one per format.
pub(super) fn names(table: &Path, formats: &[PictureFormat]) -> Vec<String> {
    let name = |format: &PictureFormat| {
        let path = table.with_extension(format.extension());
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    formats.iter().filter_map(name).collect()
}

/// Writes `page` beside `table` in each of `formats`, pixels at the usual resolution.
///
/// # Errors
/// A file that cannot be written, or no memory for the pixels.
pub fn write_pictures(
    page: &Page,
    table: &Path,
    formats: &[PictureFormat],
    existing: Existing,
) -> Result<(), ProtocolError> {
    for format in formats {
        let bytes = format
            .bytes(page, Resolution::default())
            .map_err(ProtocolError::Picture)?;
        let path = table.with_extension(format.extension());
        write_whole(&path, &bytes, existing)?;
    }
    Ok(())
}
