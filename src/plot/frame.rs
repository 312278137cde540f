//! A panel: a rectangle for data with its axes at the left and below.
//! Takes ranges and a place on the page, draws axes, gives positions. Must not know the data.

use super::axis::Axis;
use super::canvas::{Canvas, Place, Point, fit, text_width};
use super::range::Range;
use super::style::{INK, LARGE, MARGIN, OFFSET, SIZE, SMALL, THIN, TICK};

/// Where on the page the data of a panel go. Right and down, in units of 0.1 mm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) left: i32,
    pub(super) right: i32,
    pub(super) top: i32,
    pub(super) bottom: i32,
}

impl Frame {
    /// The place of a value on the horizontal axis.
    pub(super) fn x(&self, range: &Range, value: f64) -> Option<i32> {
        let fraction = range.fraction(value)?;
        Some(self.left + (fraction * f64::from(self.right - self.left)).round() as i32)
    }

    /// The place of a value on the vertical axis.
    pub(super) fn y(&self, range: &Range, value: f64) -> Option<i32> {
        let fraction = range.fraction(value)?;
        Some(self.bottom - (fraction * f64::from(self.bottom - self.top)).round() as i32)
    }

    fn most_x_ticks(&self) -> usize {
        ((self.right - self.left) / 110).max(2) as usize
    }
}

/// About how many ticks a vertical axis of this height holds.
pub(super) fn most_y_ticks(height: i32) -> usize {
    (height / 60).clamp(2, 6) as usize
}

/// Width of a vertical axis with its tick texts and label, for a panel of this height.
pub(super) fn y_axis_width(range: &Range, height: i32) -> i32 {
    let ticks = range.ticks(most_y_ticks(height));
    let texts = ticks.iter().map(|(_, text)| text_width(text, SMALL));
    LARGE + TICK + texts.max().unwrap_or(0) + TICK / 2 + TICK + OFFSET
}

/// Height of a horizontal axis with its tick texts and label.
pub(super) const X_AXIS_HEIGHT: i32 = OFFSET + TICK + TICK / 2 + SMALL + TICK + LARGE;

/// The top of what stands below a title; writes the title if there is one.
pub(super) fn title(canvas: &mut Canvas<'_>, title: &str) -> i32 {
    if title.is_empty() {
        return MARGIN + SMALL / 2;
    }
    let text = fit(title, SIZE.0 - 2 * MARGIN, LARGE);
    canvas.text(&text, (SIZE.0 / 2, MARGIN), Place::Below, LARGE);
    MARGIN + LARGE + 2 * TICK
}

/// Draws the horizontal axis of a frame: line, ticks, texts, label.
pub(super) fn draw_x_axis(canvas: &mut Canvas<'_>, frame: &Frame, range: &Range, axis: &Axis) {
    let y = frame.bottom + OFFSET;
    canvas.line(&[(frame.left, y), (frame.right, y)], THIN, INK);
    let mut free = i32::MIN;
    for (value, text) in range.ticks(frame.most_x_ticks()) {
        let Some(x) = frame.x(range, value) else {
            continue;
        };
        canvas.line(&[(x, y), (x, y + TICK)], THIN, INK);
        let half = text_width(&text, SMALL) / 2;
        // A tick whose text would touch the one before keeps its mark only.
        if x - half >= free {
            canvas.text(&text, (x, y + TICK + TICK / 2), Place::Below, SMALL);
            free = x + half + TICK;
        }
    }
    let below = y + TICK + TICK / 2 + SMALL + TICK;
    let label = fit(&axis.label(), SIZE.0 - 2 * MARGIN, LARGE);
    let half = text_width(&label, LARGE) / 2;
    let middle = (frame.left + frame.right) / 2;
    // A long label may start below the vertical axis, but stays on the page.
    let middle = middle.min(SIZE.0 - MARGIN - half).max(MARGIN + half);
    canvas.text(&label, (middle, below), Place::Below, LARGE);
}

/// Draws the vertical axis of a frame: line, ticks, texts, and the label at `label_x`.
pub(super) fn draw_y_axis(
    canvas: &mut Canvas<'_>,
    frame: &Frame,
    range: &Range,
    axis: &Axis,
    label_x: i32,
) {
    let x = frame.left - OFFSET;
    let height = frame.bottom - frame.top;
    canvas.line(&[(x, frame.top), (x, frame.bottom)], THIN, INK);
    for (value, text) in range.ticks(most_y_ticks(height)) {
        let Some(y) = frame.y(range, value) else {
            continue;
        };
        canvas.line(&[(x - TICK, y), (x, y)], THIN, INK);
        canvas.text(&text, (x - TICK - TICK / 2, y), Place::Left, SMALL);
    }
    let middle = (frame.top + frame.bottom) / 2;
    // Up to half a margin more at both ends, so that a low panel keeps its unit.
    let label = fit(&axis.label(), height + 2 * LARGE, LARGE);
    canvas.text(&label, (label_x, middle), Place::Upwards, LARGE);
}

/// Says in the middle of a frame that there is nothing to draw.
pub(super) fn draw_no_data(canvas: &mut Canvas<'_>, frame: &Frame) {
    let middle: Point = (
        (frame.left + frame.right) / 2,
        (frame.top + frame.bottom) / 2,
    );
    canvas.text("no data", middle, Place::Below, SMALL);
}
