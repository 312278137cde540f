//! Pictures of results: curves, maps and spikes, as SVG text.
//!
//! Takes numbers with names and units, gives a picture one journal column wide (85 mm x 60 mm).
//! Must not know what the numbers mean, where they come from or where the file goes.
//!
//! Pictures are the same byte for byte for the same input. Missing and non-finite values make
//! gaps; nothing that is no number can make a picture fail.

mod axis;
mod canvas;
mod curves;
mod frame;
mod heat_map;
mod legend;
mod range;
mod raster;
mod style;

pub use axis::{Axis, Spacing};
pub use curves::{CurvePlot, Panel, Series, curves};
pub use heat_map::{HeatMap, heat_map};
pub use raster::{Raster, raster};
