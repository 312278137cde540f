//! File formats of pictures. Takes a page, gives a file's bytes. Must not know files.

use std::path::Path;

use super::bitmap::Resolution;
use super::page::Page;

/// A file format of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFormat {
    /// Lines and text, sharp at any size.
    Svg,
    /// Pixels.
    Png,
}

impl PictureFormat {
    /// Every format.
    pub const ALL: [PictureFormat; 2] = [PictureFormat::Svg, PictureFormat::Png];

    /// The end of its files' names, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            PictureFormat::Svg => "svg",
            PictureFormat::Png => "png",
        }
    }

    /// The format of a file by its name.
    #[must_use]
    pub fn of(path: &Path) -> Option<PictureFormat> {
        let end = path.extension()?.to_str()?;
        let mut all = PictureFormat::ALL.into_iter();
        all.find(|format| format.extension().eq_ignore_ascii_case(end))
    }

    /// A picture as a file of this format; the resolution is for pixels.
    ///
    /// # Errors
    /// In words, where there is no memory for the pixels.
    pub fn bytes(self, page: &Page, resolution: Resolution) -> Result<Vec<u8>, String> {
        match self {
            PictureFormat::Svg => Ok(page.svg().into_bytes()),
            PictureFormat::Png => page.png(resolution),
        }
    }
}
