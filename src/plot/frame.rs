//! A panel: a rectangle for data with its axes at the left and below.
//! Takes ranges and a place on the page, draws axes, gives positions. Must not know the data.

use super::axis::Axis;
use super::font::{CAPITAL, fit, text_width};
use super::page::{Page, Place};
use super::range::Range;
use super::style::{INK, LARGE, MARGIN, MINOR_TICK, OFFSET, SIZE, SMALL, THIN, TICK};

/// Where on the page the data of a panel go. Right and down, in units of 0.1 mm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    /// Above this height the page is taken by a legend.
    pub(super) free_from: f64,
}

impl Frame {
    /// The place of a value on the horizontal axis.
    pub(super) fn x(&self, range: &Range, value: f64) -> Option<f64> {
        let fraction = range.fraction(value)?;
        Some(self.left + fraction * (self.right - self.left))
    }

    /// The place of a value on the vertical axis.
    pub(super) fn y(&self, range: &Range, value: f64) -> Option<f64> {
        let fraction = range.fraction(value)?;
        Some(self.bottom - fraction * (self.bottom - self.top))
    }

    fn most_x_ticks(&self) -> usize {
        ((self.right - self.left) / 110.0).max(2.0) as usize
    }
}

/// About how many ticks a vertical axis of this height holds.
pub(super) fn most_y_ticks(height: f64) -> usize {
    (height / 60.0).clamp(2.0, 6.0) as usize
}

/// Width of a vertical axis with its tick texts and label, for a panel of this height.
pub(super) fn y_axis_width(range: &Range, height: f64) -> f64 {
    LARGE + TICK + widest(range, height) + 1.5 * TICK + OFFSET
}

/// Width of the widest text beside a vertical axis.
pub(super) fn widest(range: &Range, height: f64) -> f64 {
    let ticks = range.ticks(most_y_ticks(height)).marks;
    let texts = ticks.iter().map(|(_, text)| text_width(text, SMALL));
    texts.fold(0.0, f64::max)
}

/// Height of a horizontal axis with its tick texts and label, whose descenders reach into the margin.
pub(super) const X_AXIS_HEIGHT: f64 = OFFSET + 1.5 * TICK + CAPITAL * SMALL + TICK + LARGE;

/// The top of the data: half of the highest tick's text is above.
pub(super) const TOP: f64 = MARGIN + SMALL / 2.0;

/// Draws the horizontal axis of a frame: line, ticks, texts, label.
pub(super) fn draw_x_axis(page: &mut Page, frame: &Frame, range: &Range, axis: &Axis) {
    let y = frame.bottom + OFFSET;
    page.line(vec![(frame.left, y), (frame.right, y)], THIN, INK);
    let ticks = range.ticks(frame.most_x_ticks());
    for x in ticks.minor.iter().filter_map(|tick| frame.x(range, *tick)) {
        page.line(vec![(x, y), (x, y + MINOR_TICK)], THIN, INK);
    }
    let mut free = f64::MIN;
    for (value, text) in &ticks.marks {
        let Some(x) = frame.x(range, *value) else {
            continue;
        };
        page.line(vec![(x, y), (x, y + TICK)], THIN, INK);
        let half = text_width(text, SMALL) / 2.0;
        // A tick whose text would touch the one before keeps its mark only.
        if x - half >= free {
            page.text(text, (x, y + 1.5 * TICK), Place::Below, SMALL);
            free = x + half + TICK;
        }
    }
    let below = y + 1.5 * TICK + CAPITAL * SMALL + TICK;
    // A long label may start below the vertical axis, but not below its label.
    let (first, last) = (MARGIN + LARGE + TICK, SIZE.0 - MARGIN);
    let label = fit(&axis.label_in(ticks.power), last - first, LARGE);
    let half = text_width(&label, LARGE) / 2.0;
    let middle = (frame.left + frame.right) / 2.0;
    let middle = middle.min(last - half).max(first + half);
    page.text(&label, (middle, below), Place::Below, LARGE);
}

/// Draws the vertical axis of a frame: line, ticks, texts, and the label at the left edge of the page.
pub(super) fn draw_y_axis(page: &mut Page, frame: &Frame, range: &Range, axis: &Axis) {
    let x = frame.left - OFFSET;
    page.line(vec![(x, frame.top), (x, frame.bottom)], THIN, INK);
    let power = draw_y_ticks(page, frame, range, x, Side::Left);
    draw_y_label(page, frame, &axis.label_in(power), MARGIN);
}

/// On which side of a vertical line its ticks are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// Draws ticks and their texts beside a vertical line at `x`; gives the power of ten that the texts
/// leave to the label.
pub(super) fn draw_y_ticks(
    page: &mut Page,
    frame: &Frame,
    range: &Range,
    x: f64,
    side: Side,
) -> i32 {
    let (outwards, place) = match side {
        Side::Left => (-1.0, Place::Left),
        Side::Right => (1.0, Place::Right),
    };
    let ticks = range.ticks(most_y_ticks(frame.bottom - frame.top));
    for y in ticks.minor.iter().filter_map(|tick| frame.y(range, *tick)) {
        page.line(vec![(x + outwards * MINOR_TICK, y), (x, y)], THIN, INK);
    }
    let mut free = f64::MAX;
    for (value, text) in &ticks.marks {
        let Some(y) = frame.y(range, *value) else {
            continue;
        };
        page.line(vec![(x + outwards * TICK, y), (x, y)], THIN, INK);
        if y <= free {
            page.text(text, (x + outwards * 1.5 * TICK, y), place, SMALL);
            free = y - SMALL;
        }
    }
    ticks.power
}

/// Writes the label of a vertical axis upwards, its top at `x`.
pub(super) fn draw_y_label(page: &mut Page, frame: &Frame, label: &str, x: f64) {
    // Longer than the axis where the page has room, so that a low panel keeps its unit.
    let (first, last) = (frame.free_from, page.size.1 - MARGIN);
    let label = fit(label, last - first, LARGE);
    let half = text_width(&label, LARGE) / 2.0;
    let middle = (frame.top + frame.bottom) / 2.0;
    let middle = middle.min(last - half).max(first + half);
    page.text(&label, (x, middle), Place::Upwards, LARGE);
}

/// Says in the middle of a frame that there is nothing to draw.
pub(super) fn draw_no_data(page: &mut Page, frame: &Frame) {
    let middle = (
        (frame.left + frame.right) / 2.0,
        (frame.top + frame.bottom) / 2.0,
    );
    page.text("no data", middle, Place::Below, SMALL);
}
