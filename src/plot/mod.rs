//! Pictures of results: curves, maps and spikes, as SVG or PNG.
//!
//! Takes numbers with names and units, gives a picture one journal column wide (85 mm x 60 mm).
//! The SVG and the PNG of a picture come from the same list of lines and texts. Must not know what the numbers mean, where they come from or where the file goes.
//!
//! Pictures are the same byte for byte for the same input. Missing and non-finite values make
//! gaps; nothing that is no number can make a picture fail.

mod axis;
mod bitmap;
mod curves;
mod font;
mod format;
mod frame;
mod heat_map;
mod legend;
mod page;

mod range;
mod raster;
mod sheet;
mod style;
mod svg;

pub use axis::{Axis, Spacing};
pub use bitmap::Resolution;
pub use curves::{CurvePlot, Panel, Series, curves};
pub use format::PictureFormat;
pub use heat_map::{HeatMap, heat_map};
pub use page::Page;
pub use raster::{Raster, raster};
pub use sheet::sheet;
