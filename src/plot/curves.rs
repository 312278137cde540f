//! Curves over one axis, in one panel or several above each other.
//! Takes named series of points, gives a picture. Must not know what they mean.

use super::axis::Axis;
use super::frame::{self, Frame};
use super::legend::Legend;
use super::page::{Page, Point};
use super::range::Range;
use super::style::{self, CURVE, DOT, GAP, MARGIN, MOST_DOTS, SIZE, SPECK};

/// Points joined by a line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Name in the legend, with its unit if it needs one; a single series needs no name.
    pub label: String,
    /// Places on the two axes, in their units, in the order of drawing. A missing or non-finite
    /// number interrupts the line.
    pub points: Vec<(f64, Option<f64>)>,
}

/// One vertical axis and its curves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panel {
    /// The vertical axis.
    pub y: Axis,
    /// The curves, drawn in this order.
    pub series: Vec<Series>,
    /// Height relative to the other panels; 1 for a single one.
    pub height: f64,
}

/// Panels above each other over one horizontal axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CurvePlot {
    /// The horizontal axis, shared by all panels.
    pub x: Axis,
    /// From top to bottom.
    pub panels: Vec<Panel>,
    /// Heading of the legend: what differs between the curves of the first panel. Its name may
    /// be empty.
    pub legend: Axis,
    /// Are points not joined? Each is a small dot then.
    pub scattered: bool,
}

impl CurvePlot {
    /// One panel.
    pub fn new(x: Axis, y: Axis, series: Vec<Series>) -> CurvePlot {
        let panel = Panel {
            y,
            series,
            height: 1.0,
        };
        CurvePlot {
            x,
            panels: vec![panel],
            ..CurvePlot::default()
        }
    }
}

/// Draws curves. Several named ones get a legend at the right of the data. Few points are
/// shown as dots, too. Never fails: what cannot be drawn is a gap, and a panel without any
/// number says so.
///
/// ```
/// use rheobase::plot::{Axis, CurvePlot, Series, curves};
/// let points = vec![(0.0, Some(0.0)), (10.0, Some(68.3)), (20.0, None)];
/// let series = Series { label: String::new(), points };
/// let plot = CurvePlot::new(Axis::new("I", "uA/cm^2"), Axis::new("rate", "Hz"), vec![series]);
/// assert!(curves(&plot).svg().contains("rate (Hz)"));
/// ```
pub fn curves(plot: &CurvePlot) -> Page {
    let legend = legend(plot);
    let mut page = Page::new(page_height(plot, &legend));
    draw(&mut page, plot, &legend);
    page
}

/// The usual height, and more for panels after the second and for a legend above.
fn page_height(plot: &CurvePlot, legend: &Legend) -> f64 {
    let more = plot.panels.len().saturating_sub(2).min(MOST_GROWTH) as f64;
    SIZE.1 + more * PANEL + legend.height()
}

/// Height that a further panel adds, in units of 0.1 mm.
const PANEL: f64 = 170.0;
/// Panels beyond the second for which the page grows; the rest share its height.
const MOST_GROWTH: usize = 18;

fn draw(page: &mut Page, plot: &CurvePlot, legend: &Legend) {
    let top = frame::TOP + legend.height();
    let heights = heights(plot, page.size.1 - top);
    let x_values = all_series(plot).flat_map(|s| s.points.iter().map(|(x, _)| *x));
    let x_range = Range::of(x_values, plot.x.spacing);
    let y_ranges: Vec<Range> = plot.panels.iter().map(y_range).collect();
    let axis_widths = y_ranges
        .iter()
        .zip(&heights)
        .map(|(range, height)| frame::y_axis_width(range, *height));
    let left = MARGIN + axis_widths.fold(0.0, f64::max);
    // Without a legend there is room for half of the last tick's text.
    let right = SIZE.0 - MARGIN - legend.width().max(GAP);
    let mut place = Frame {
        left,
        right,
        top,
        bottom: top,
        free_from: MARGIN + legend.height(),
    };
    for ((panel, range), height) in plot.panels.iter().zip(&y_ranges).zip(&heights) {
        place.bottom = place.top + height;
        frame::draw_y_axis(page, &place, range, &panel.y);
        draw_series(page, &place, (&x_range, range), panel, plot.scattered);
        place.top = place.bottom + GAP;
    }
    frame::draw_x_axis(page, &place, &x_range, &plot.x);
    legend.draw(page, top, place.bottom);
}

fn all_series(plot: &CurvePlot) -> impl Iterator<Item = &Series> {
    plot.panels.iter().flat_map(|panel| &panel.series)
}

fn y_range(panel: &Panel) -> Range {
    let points = panel.series.iter().flat_map(|series| &series.points);
    let drawn = points.filter(|(x, _)| x.is_finite());
    Range::of_results(drawn.filter_map(|(_, y)| *y), panel.y.spacing)
}

/// The heights of the panels, which with gaps, the axis below and a margin make `height`.
fn heights(plot: &CurvePlot, height: f64) -> Vec<f64> {
    let n = plot.panels.len() as f64;
    let all = height - MARGIN - frame::X_AXIS_HEIGHT - GAP * (n - 1.0).max(0.0);
    let weight = |panel: &Panel| {
        let usual = panel.height.is_finite() && panel.height > 0.0;
        if usual {
            panel.height.clamp(0.01, 100.0)
        } else {
            1.0
        }
    };
    let sum: f64 = plot.panels.iter().map(weight).sum();
    let part = |panel: &Panel| all.max(0.0) * weight(panel) / sum;
    plot.panels
        .iter()
        .map(|panel| part(panel).max(1.0))
        .collect()
}

fn legend(plot: &CurvePlot) -> Legend {
    let series = plot.panels.first().map_or(&[][..], |panel| &panel.series);
    let entry = |(i, s): (usize, &Series)| (s.label.clone(), style::curve_colour(i, series.len()));
    Legend::new(
        plot.legend.label(),
        series.iter().enumerate().map(entry).collect(),
    )
}

fn draw_series(
    page: &mut Page,
    place: &Frame,
    (x, y): (&Range, &Range),
    panel: &Panel,
    scattered: bool,
) {
    let mut nothing = true;
    for (i, series) in panel.series.iter().enumerate() {
        let colour = style::curve_colour(i, panel.series.len());
        let locate = |(px, py): &(f64, Option<f64>)| -> Option<Point> {
            Some((grid(place.x(x, *px)?), grid(place.y(y, (*py)?)?)))
        };
        let places: Vec<Option<Point>> = series.points.iter().map(locate).collect();
        for run in places.split(Option::is_none) {
            let run: Vec<Point> = run.iter().copied().flatten().collect();
            nothing &= run.is_empty();
            if scattered {
                run.iter().for_each(|at| page.dot(*at, SPECK, colour));
                continue;
            }
            if run.len() > 1 {
                page.line(straighten(&thin_out(&run)), CURVE, colour);
            }
            if run.len() == 1 || places.len() <= MOST_DOTS {
                for point in &run {
                    page.dot(*point, DOT, colour);
                }
            }
        }
    }
    if nothing {
        frame::draw_no_data(page, place);
    }
}

/// To 0.01 mm, as files have it, before anything is decided by it.
fn grid(place: f64) -> f64 {
    (10.0 * place).round() / 10.0
}

/// The same picture with fewer points: of those in one column of 0.1 mm, the first, the lowest,
/// the highest and the last are enough, in their order.
fn thin_out(points: &[Point]) -> Vec<Point> {
    let mut kept = Vec::new();
    for column in points.chunk_by(|a, b| a.0.floor() == b.0.floor()) {
        let last = column.len() - 1;
        let y_of = |i: usize| column[i].1;
        let lower = |a: &usize, b: &usize| y_of(*a).total_cmp(&y_of(*b));
        let low = (0..=last).min_by(lower).unwrap_or(0);
        let high = (0..=last).max_by(lower).unwrap_or(0);
        let mut chosen = [0, low, high, last];
        chosen.sort_unstable();
        kept.extend(chosen.map(|i| column[i]));
        kept.dedup();
    }
    kept
}

/// Points this close to a line between others are on it, in units of 0.1 mm.
const STRAIGHT: f64 = 0.1;
/// Most points in a row that are left out, so that looking for them takes no time.
const MOST_LEFT_OUT: usize = 64;

/// The same picture with fewer points: none that lies between its neighbours.
fn straighten(points: &[Point]) -> Vec<Point> {
    let (Some(&first), Some(&last)) = (points.first(), points.last()) else {
        return Vec::new();
    };
    let mut kept = vec![first];
    let mut from = 0;
    for to in 2..points.len() {
        let between = &points[from + 1..to];
        let is_line = between.len() <= MOST_LEFT_OUT
            && between
                .iter()
                .all(|p| is_between(*p, points[from], points[to]));
        if !is_line {
            from = to - 1;
            kept.push(points[from]);
        }
    }
    kept.push(last);
    kept
}

fn is_between(p: Point, a: Point, b: Point) -> bool {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (px, py) = (p.0 - a.0, p.1 - a.1);
    let square = dx * dx + dy * dy;
    let along = px * dx + py * dy;
    let aside = (px * dy - py * dx).abs();
    (0.0..=square).contains(&along) && aside <= STRAIGHT * square.sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::page::Item;
    use super::*;

    fn series(label: &str, points: &[(f64, Option<f64>)]) -> Series {
        Series {
            label: label.to_string(),
            points: points.to_vec(),
        }
    }

    fn page(series: Vec<Series>) -> Page {
        curves(&CurvePlot::new(
            Axis::new("I", "uA/cm^2"),
            Axis::new("rate", "Hz"),
            series,
        ))
    }

    fn picture(series: Vec<Series>) -> String {
        page(series).svg()
    }

    #[test]
    fn missing_values_interrupt_the_line_and_lone_points_are_dots() {
        let points: Vec<_> = (0..100)
            .map(|i| (f64::from(i), (i != 50 && i != 52).then_some(f64::from(i))))
            .collect();
        let page = page(vec![series("", &points)]);
        let is_dot = |item: &&Item| matches!(item, Item::Dot { .. });
        assert_eq!(page.items.iter().filter(is_dot).count(), 1);
        // Two lines and a dot.
        assert_eq!(page.count(style::CURVE_COLOURS[0]), 3);
    }

    #[test]
    fn nothing_that_is_no_number_makes_it_fail() {
        let strange = [
            vec![],
            vec![series("", &[])],
            vec![series("", &[(0.0, Some(0.0))])],
            vec![series("", &[(0.0, None), (1.0, None)])],
            vec![series("", &[(0.0, Some(0.0)), (1.0, Some(0.0))])],
            vec![series("", &[(0.0, Some(-65.0)), (1.0, Some(-65.0))])],
            vec![series(
                "",
                &[(f64::NAN, Some(1.0)), (1.0, Some(f64::INFINITY))],
            )],
            vec![series(
                "",
                &[(f64::MIN, Some(f64::MAX)), (f64::MAX, Some(f64::MIN))],
            )],
            vec![series("", &[(5.0, Some(1.0)), (5.0, Some(2.0))])],
        ];
        for case in strange {
            let svg = picture(case);
            assert!(svg.contains(" width=\"85mm\" height=\"60mm\"") && svg.ends_with("</svg>\n"));
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
        curves(&CurvePlot::default());
    }

    #[test]
    fn only_several_named_curves_have_a_legend() {
        let points = [(0.0, Some(0.0)), (1.0, Some(3.0))];
        assert!(!picture(vec![series("alone", &points)]).contains("alone"));
        let svg = picture(vec![series("80", &points), series("<120>", &points)]);
        assert!(svg.contains(">80</text>"), "{svg}");
        assert!(svg.contains("&lt;120&gt;"));
    }

    #[test]
    fn long_traces_become_short_paths_of_the_same_shape() {
        let points: Vec<Point> = (0..100_000)
            .map(|i| (f64::from(i) / 1000.0, f64::from((i * 7919) % 500)))
            .collect();
        let thin = thin_out(&points);
        assert!(thin.len() <= 400);
        for x in 0..100 {
            let extent = |points: &[Point]| {
                let own = points.iter().filter(|p| p.0.floor() == f64::from(x));
                let ys = own.map(|p| p.1);
                (ys.clone().fold(f64::MAX, f64::min), ys.fold(0.0, f64::max))
            };
            assert_eq!(extent(&points), extent(&thin));
        }
    }

    #[test]
    fn points_on_a_line_are_left_out_and_corners_are_not() {
        let line = |n: i32| (0..n).map(|i| (f64::from(i), 0.0));
        assert_eq!(straighten(&[]), []);
        assert_eq!(
            straighten(&line(50).collect::<Vec<_>>()),
            [(0.0, 0.0), (49.0, 0.0)]
        );
        let corner: Vec<Point> = line(10)
            .chain([(9.0, 30.0), (9.0, 10.0), (9.0, 5.0)])
            .collect();
        let kept = [(0.0, 0.0), (9.0, 0.0), (9.0, 30.0), (9.0, 5.0)];
        assert_eq!(straighten(&corner), kept);
        let round: Vec<Point> = (0..1000)
            .map(|i| (f64::from(i), 100.0 * (f64::from(i) / 50.0).sin()))
            .collect();
        let kept = straighten(&round);
        assert!(kept.len() < 300, "{}", kept.len());
        for p in round {
            let near = |pair: &[Point]| is_between(p, pair[0], pair[1]);
            assert!(kept.windows(2).any(near), "{p:?}");
        }
    }

    #[test]
    fn names_too_long_for_the_right_side_stand_above_the_data() {
        let points = [(0.0, Some(0.0)), (1.0, Some(3.0))];
        let height = |name: &str| {
            page(vec![series(name, &points), series("b", &points)])
                .size
                .1
        };
        assert_eq!(height("a"), 600.0);
        assert!(height("a contestant with a long name indeed") > 600.0);
    }

    #[test]
    fn the_same_input_gives_the_same_bytes() {
        let points = [(0.0, Some(0.0)), (1.0, Some(3.0)), (2.0, Some(1.0))];
        let make = || picture(vec![series("a", &points), series("b", &points)]);
        assert_eq!(make(), make());
    }
}
