//! A quantity over two axes as a map of colours with a colour bar.
//! Takes a grid of values, gives a picture. Must not know what they mean.

use super::axis::{Axis, Spacing};
use super::frame::{self, Frame, Side};
use super::page::Page;
use super::range::Range;
use super::style::{Colour, GAP, LARGE, MARGIN, PAPER, SIZE, TICK, gradient};

/// Values on a grid.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeatMap {
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What the colours show; always linear.
    pub z: Axis,
    /// Grid points on the horizontal axis, in its unit, rising or falling.
    pub x_values: Vec<f64>,
    /// Grid points on the vertical axis, in its unit, rising or falling.
    pub y_values: Vec<f64>,
    /// The values in the unit of `z`, the horizontal axis running fastest:
    /// `values[iy * x_values.len() + ix]`. Missing, non-finite or absent ones stay white.
    pub values: Vec<Option<f64>>,
}

/// Width of the colour bar.
const BAR: f64 = 30.0;
/// Steps of the colour bar, and the number of colours in a map.
const COLOURS: usize = 64;
/// At most so many fields across and down; of larger grids, evenly spaced ones are drawn, each
/// 0.3 mm wide.
const MOST: (usize, usize) = (200, 150);
/// Fields reach this far under the next, so that no paper shines through between them.
const OVERLAP: f64 = 3.0;

/// Draws a map, with a colour bar that bears name and unit. Never fails: what cannot be
/// drawn stays white.
pub fn heat_map(map: &HeatMap) -> Page {
    let mut page = Page::new(SIZE.1);
    draw(&mut page, map);
    page
}

fn draw(page: &mut Page, map: &HeatMap) {
    let top = frame::TOP;
    let bottom = SIZE.1 - MARGIN - frame::X_AXIS_HEIGHT;
    let z_range = Range::of_results(map.values.iter().copied().flatten(), Spacing::Linear);
    let columns = Fields::new(&map.x_values, map.x.spacing, MOST.0);
    let rows = Fields::new(&map.y_values, map.y.spacing, MOST.1);
    let place = Frame {
        left: MARGIN + frame::y_axis_width(&rows.range, bottom - top),
        right: SIZE.0 - MARGIN - bar_width(&z_range, bottom - top),
        top,
        bottom,
        free_from: MARGIN,
    };
    draw_fields(page, &place, map, &columns, &rows, &z_range);
    frame::draw_x_axis(page, &place, &columns.range, &map.x);
    frame::draw_y_axis(page, &place, &rows.range, &map.y);
    draw_bar(page, &place, &z_range, &map.z);
}

/// The fields along one axis: which grid points are drawn, and where their borders are.
struct Fields {
    picks: Vec<usize>,
    /// One more than picks.
    borders: Vec<f64>,
    range: Range,
}

impl Fields {
    fn new(values: &[f64], spacing: Spacing, most: usize) -> Fields {
        let n = values.len();
        let shown = n.min(most);
        let picks: Vec<usize> = (0..shown).map(|i| (2 * i + 1) * n / (2 * shown)).collect();
        let warp = |x: f64| match spacing {
            Spacing::Linear => x,
            Spacing::Log => x.ln(),
        };
        let unwarp = |x: f64| match spacing {
            Spacing::Linear => x,
            Spacing::Log => x.exp(),
        };
        let at: Vec<f64> = picks.iter().map(|i| warp(values[*i])).collect();
        let mut borders: Vec<f64> = at
            .windows(2)
            .map(|pair| (pair[0] + pair[1]) / 2.0)
            .collect();
        // The outer fields are as wide outwards as inwards.
        let (first, last) = match at[..] {
            [] => (0.0, 1.0),
            [only] => (only - 0.5, only + 0.5),
            [a, b, ..] => (
                a - (b - a) / 2.0,
                at[shown - 1] + (at[shown - 1] - at[shown - 2]) / 2.0,
            ),
        };
        borders.insert(0, first);
        borders.push(last);
        let borders: Vec<f64> = borders.into_iter().map(unwarp).collect();
        let range = Range::of(borders.iter().copied(), spacing);
        Fields {
            picks,
            borders,
            range,
        }
    }
}

fn draw_fields(
    page: &mut Page,
    place: &Frame,
    map: &HeatMap,
    columns: &Fields,
    rows: &Fields,
    z_range: &Range,
) {
    let colour = |ix: usize, iy: usize| -> Colour {
        let value = map
            .values
            .get(iy * map.x_values.len() + ix)
            .copied()
            .flatten();
        value
            .and_then(|z| z_range.fraction(z))
            .map_or(PAPER, step_colour)
    };
    let x_of = |i: usize| {
        place
            .x(&columns.range, columns.borders[i])
            .unwrap_or(place.left)
    };
    let y_of = |i: usize| {
        place
            .y(&rows.range, rows.borders[i])
            .unwrap_or(place.bottom)
    };
    for (j, iy) in rows.picks.iter().enumerate() {
        // Rows run upwards or downwards; each reaches under the one drawn next.
        let (top, bottom) = if y_of(j) < y_of(j + 1) {
            (y_of(j), (y_of(j + 1) + OVERLAP).min(place.bottom))
        } else {
            ((y_of(j + 1) - OVERLAP).max(place.top), y_of(j))
        };
        let colours: Vec<Colour> = columns.picks.iter().map(|ix| colour(*ix, *iy)).collect();
        let mut i = 0;
        for run in colours.chunk_by(|a, b| a == b) {
            let (from, to) = (x_of(i), x_of(i + run.len()));
            let (left, right) = if from < to {
                (from, (to + OVERLAP).min(place.right))
            } else {
                ((to - OVERLAP).max(place.left), from)
            };
            page.rectangle((left, top), (right, bottom), run[0]);
            i += run.len();
        }
    }
    if map
        .values
        .iter()
        .flatten()
        .all(|z| z_range.fraction(*z).is_none())
    {
        frame::draw_no_data(page, place);
    }
}

/// One of a fixed number of colours, so that neighbours of nearly equal value are one field.
fn step_colour(fraction: f64) -> Colour {
    let step = (fraction * COLOURS as f64) as usize;
    gradient(step.min(COLOURS - 1) as f64 / (COLOURS - 1) as f64)
}

fn bar_width(range: &Range, height: f64) -> f64 {
    GAP + BAR + 1.5 * TICK + frame::widest(range, height) + TICK + LARGE
}

fn draw_bar(page: &mut Page, place: &Frame, range: &Range, axis: &Axis) {
    let left = place.right + GAP;
    let right = left + BAR;
    let height = place.bottom - place.top;
    for step in (0..COLOURS).rev() {
        let y_of = |step: usize| place.bottom - height * step as f64 / COLOURS as f64;
        let lower = (y_of(step) + OVERLAP).min(place.bottom);
        let colour = step_colour((step as f64 + 0.5) / COLOURS as f64);
        page.rectangle((left, y_of(step + 1)), (right, lower), colour);
    }
    let power = frame::draw_y_ticks(page, place, range, right, Side::Right);
    let label = axis.label_in(power);
    frame::draw_y_label(page, place, &label, SIZE.0 - MARGIN - LARGE);
}

#[cfg(test)]
mod tests {
    use super::super::page::Item;
    use super::*;

    fn map(x_values: Vec<f64>, y_values: Vec<f64>, values: Vec<Option<f64>>) -> HeatMap {
        HeatMap {
            x: Axis::new("I", "uA/cm^2"),
            y: Axis::new("g_Na", "mS/cm^2"),
            z: Axis::new("rate", "Hz"),
            x_values,
            y_values,
            values,
        }
    }

    #[test]
    fn nothing_that_is_no_number_makes_it_fail() {
        let nan = f64::NAN;
        for (x, y, z) in [
            (vec![], vec![], vec![]),
            (vec![1.0], vec![2.0], vec![Some(0.0)]),
            (vec![1.0, 2.0], vec![2.0], vec![None, None]),
            (vec![1.0, 1.0], vec![nan, f64::INFINITY], vec![Some(nan); 4]),
            (
                vec![0.0, 1.0, 2.0],
                vec![-1.0, 0.0],
                vec![Some(1.0), Some(f64::INFINITY)],
            ),
            (vec![f64::MAX, f64::MIN], vec![0.0, 1.0], vec![Some(3.0); 4]),
        ] {
            for log in [false, true] {
                let mut map = map(x.clone(), y.clone(), z.clone());
                if log {
                    map.x = map.x.log();
                }
                let svg = heat_map(&map).svg();
                assert!(svg.ends_with("</svg>\n"));
                assert!(!svg.contains("NaN") && !svg.contains("=\"-"), "{svg}");
            }
        }
    }

    #[test]
    fn every_field_is_drawn_and_missing_ones_are_white() {
        let values = vec![
            Some(0.0),
            None,
            Some(10.0),
            Some(5.0),
            Some(10.0),
            Some(0.0),
        ];
        let page = heat_map(&map(vec![1.0, 2.0, 3.0], vec![1.0, 2.0], values));
        let is_field = |item: &&Item| matches!(item, Item::Rectangle { .. });
        let fields = page.items.iter().filter(is_field).count() - COLOURS - 1;
        assert_eq!(fields, 6);
        assert_eq!(page.count(PAPER), 2); // the page and one field
    }

    #[test]
    fn large_maps_stay_small_files() {
        let n = 1000_u64;
        let axis: Vec<f64> = (0..n).map(|i| i as f64).collect();
        let values = (0..n * n)
            .map(|i| Some(((i * 7919) % 1000) as f64))
            .collect();
        let svg = heat_map(&map(axis.clone(), axis, values)).svg();
        assert!(svg.len() < 2_000_000, "{} bytes", svg.len());
    }
}
