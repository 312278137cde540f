//! Spikes as ticks, one row per cell.
//! Takes times by row, gives SVG. Must not know what spiked.

use std::collections::HashSet;

use super::axis::{Axis, Spacing};
use super::canvas::{Canvas, page};
use super::frame::{self, Frame};
use super::range::Range;
use super::style::{CURVE_COLOURS, GAP, MARGIN, SIZE, THIN};

/// Spikes of some cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Raster {
    /// Above the picture; empty for none.
    pub title: String,
    /// The horizontal axis: time.
    pub x: Axis,
    /// The vertical axis: what numbers the rows.
    pub y: Axis,
    /// Each spike's time, in the unit of `x`, and the number of its row. Of non-finite ones nothing
    /// is drawn.
    pub spikes: Vec<(f64, f64)>,
}

/// A tick fills this share of its row's height.
const FILLED: f64 = 0.8;
/// Ticks are no longer than this, in units of 0.1 mm.
const LONGEST: f64 = 40.0;

/// Draws a raster as SVG. Rows closer together than can be told apart overlap; spikes on one spot
/// are drawn once. Never fails: without any spike it says so.
///
/// ```
/// use rheobase::plot::{Axis, Raster, raster};
/// let spikes = vec![(10.0, 0.0), (20.0, 0.0), (12.0, 1.0)];
/// let plot = Raster { x: Axis::new("t", "ms"), y: Axis::new("cell", ""), spikes, ..Raster::default() };
/// assert!(raster(&plot).contains("t (ms)"));
/// ```
pub fn raster(plot: &Raster) -> String {
    page(SIZE.1, |canvas| draw(canvas, plot))
}

fn draw(canvas: &mut Canvas<'_>, plot: &Raster) {
    let top = frame::title(canvas, &plot.title);
    let bottom = SIZE.1 - MARGIN - frame::X_AXIS_HEIGHT;
    let drawn = || {
        plot.spikes
            .iter()
            .filter(|s| s.0.is_finite() && s.1.is_finite())
    };
    let x_range = Range::of_results(drawn().map(|spike| spike.0), plot.x.spacing);
    // The first and the last row need half a row of room.
    let rows = drawn().flat_map(|spike| [spike.1 - 0.5, spike.1 + 0.5]);
    let y_range = Range::of(rows, Spacing::Linear);
    let place = Frame {
        left: MARGIN + frame::y_axis_width(&y_range, bottom - top),
        right: SIZE.0 - MARGIN - GAP,
        top,
        bottom,
    };
    frame::draw_x_axis(canvas, &place, &x_range, &plot.x);
    frame::draw_y_axis(canvas, &place, &y_range, &plot.y, MARGIN);
    let half = half_tick(&place, &y_range);
    let mut spots = HashSet::new();
    for (time, row) in drawn() {
        let (Some(x), Some(y)) = (place.x(&x_range, *time), place.y(&y_range, *row)) else {
            continue;
        };
        if spots.insert((x, y)) {
            canvas.line(&[(x, y - half), (x, y + half)], THIN, CURVE_COLOURS[0]);
        }
    }
    if spots.is_empty() {
        frame::draw_no_data(canvas, &place);
    }
}

/// Half the length of a tick, at least one unit.
fn half_tick(place: &Frame, rows: &Range) -> i32 {
    let one_row = rows
        .fraction(1.0)
        .zip(rows.fraction(0.0))
        .map_or(0.0, |(one, zero)| one - zero);
    let height = f64::from(place.bottom - place.top) * one_row;
    ((FILLED * height).min(LONGEST) / 2.0).round().max(1.0) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(spikes: Vec<(f64, f64)>) -> String {
        raster(&Raster {
            x: Axis::new("spike_time", "ms"),
            y: Axis::new("cell", ""),
            spikes,
            ..Raster::default()
        })
    }

    #[test]
    fn each_spike_is_a_tick_and_those_on_one_spot_are_one() {
        let ticks = |svg: &str| svg.matches("stroke=\"#0072B2\"").count();
        assert_eq!(
            ticks(&picture(vec![(0.0, 0.0), (50.0, 1.0), (100.0, 2.0)])),
            3
        );
        assert_eq!(
            ticks(&picture(vec![(0.0, 0.0), (1e-9, 0.0), (100.0, 0.0)])),
            2
        );
    }

    #[test]
    fn nothing_that_is_no_number_makes_it_fail() {
        for spikes in [
            vec![],
            vec![(f64::NAN, 0.0), (f64::INFINITY, 1.0), (1.0, f64::NAN)],
            vec![(f64::MAX, f64::MIN), (f64::MIN, f64::MAX)],
            vec![(5.0, 1e9)],
        ] {
            let svg = picture(spikes);
            assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
        assert!(picture(Vec::new()).contains("no data"));
    }
}
