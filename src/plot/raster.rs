//! Spikes as ticks, one row per cell.
//! Takes times by row, gives a picture. Must not know what spiked.

use std::collections::HashSet;

use super::axis::{Axis, Spacing};
use super::frame::{self, Frame};
use super::page::Page;
use super::range::Range;
use super::style::{CURVE_COLOURS, GAP, MARGIN, SIZE, THIN};

/// Spikes of some cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Raster {
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

/// Draws a raster. Rows closer together than can be told apart overlap; spikes on one spot
/// are drawn once. Never fails: without any spike it says so.
///
/// ```
/// use rheobase::plot::{Axis, Raster, raster};
/// let spikes = vec![(10.0, 0.0), (20.0, 0.0), (12.0, 1.0)];
/// let plot = Raster { x: Axis::new("t", "ms"), y: Axis::new("cell", ""), spikes };
/// assert!(raster(&plot).svg().contains("t (ms)"));
/// ```
pub fn raster(plot: &Raster) -> Page {
    let mut page = Page::new(SIZE.1);
    draw(&mut page, plot);
    page
}

fn draw(page: &mut Page, plot: &Raster) {
    let top = frame::TOP;
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
        free_from: MARGIN,
    };
    frame::draw_x_axis(page, &place, &x_range, &plot.x);
    frame::draw_y_axis(page, &place, &y_range, &plot.y);
    let half = half_tick(&place, &y_range);
    let mut spots = HashSet::new();
    for (time, row) in drawn() {
        let (Some(x), Some(y)) = (place.x(&x_range, *time), place.y(&y_range, *row)) else {
            continue;
        };
        // To 0.05 mm.
        let spot = |place: f64| (2.0 * place).round() as i64;
        if spots.insert((spot(x), spot(y))) {
            page.line(vec![(x, y - half), (x, y + half)], THIN, CURVE_COLOURS[0]);
        }
    }
    if spots.is_empty() {
        frame::draw_no_data(page, &place);
    }
}

/// Half the length of a tick, at least one unit.
fn half_tick(place: &Frame, rows: &Range) -> f64 {
    let one_row = rows
        .fraction(1.0)
        .zip(rows.fraction(0.0))
        .map_or(0.0, |(one, zero)| one - zero);
    let height = (place.bottom - place.top) * one_row;
    ((FILLED * height).min(LONGEST) / 2.0).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(spikes: Vec<(f64, f64)>) -> Page {
        raster(&Raster {
            x: Axis::new("spike_time", "ms"),
            y: Axis::new("cell", ""),
            spikes,
        })
    }

    #[test]
    fn each_spike_is_a_tick_and_those_on_one_spot_are_one() {
        let ticks = |spikes| page(spikes).count(CURVE_COLOURS[0]);
        assert_eq!(ticks(vec![(0.0, 0.0), (50.0, 1.0), (100.0, 2.0)]), 3);
        assert_eq!(ticks(vec![(0.0, 0.0), (1e-9, 0.0), (100.0, 0.0)]), 2);
    }

    #[test]
    fn nothing_that_is_no_number_makes_it_fail() {
        for spikes in [
            vec![],
            vec![(f64::NAN, 0.0), (f64::INFINITY, 1.0), (1.0, f64::NAN)],
            vec![(f64::MAX, f64::MIN), (f64::MIN, f64::MAX)],
            vec![(5.0, 1e9)],
        ] {
            let svg = page(spikes).svg();
            assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
        assert!(page(Vec::new()).svg().contains("no data"));
    }
}
