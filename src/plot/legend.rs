//! The names of curves, at the right of the data and never on them.
//! Takes names and colours, draws a column. Must not know the curves.

use super::font::{fit, text_width};
use super::page::{Page, Place};
use super::style::{CURVE, Colour, GAP, MARGIN, SIZE, SMALL};

/// Length of the line before a name.
const LINE: f64 = 40.0;
/// Between the line and the name.
const SPACE: f64 = 12.0;
/// Distance of rows.
const ROW: f64 = SMALL + 9.0;
/// A legend takes at most this much of the page's width.
const MOST: f64 = SIZE.0 * 0.4;

/// A legend: nothing at all for a single curve without a name.
pub(super) struct Legend {
    heading: String,
    entries: Vec<(String, Colour)>,
}

impl Legend {
    pub(super) fn new(heading: String, entries: Vec<(String, Colour)>) -> Legend {
        let named = entries.len() > 1 && entries.iter().any(|(name, _)| !name.is_empty());
        Legend {
            heading: if named { heading } else { String::new() },
            entries: if named { entries } else { Vec::new() },
        }
    }

    /// Width with the gap to the data; 0 if there is nothing to show.
    pub(super) fn width(&self) -> f64 {
        if self.entries.is_empty() {
            return 0.0;
        }
        let names = self
            .entries
            .iter()
            .map(|(name, _)| LINE + SPACE + text_width(name, SMALL));
        let widest = names
            .chain([text_width(&self.heading, SMALL)])
            .fold(0.0, f64::max);
        (GAP + widest).min(MOST)
    }

    /// Draws it between `top` and `bottom` at the right edge of the page. Where there are more
    /// names than rows, every second or third and so on is shown.
    pub(super) fn draw(&self, page: &mut Page, top: f64, bottom: f64) {
        let left = SIZE.0 - MARGIN - self.width() + GAP;
        let right = SIZE.0 - MARGIN;
        let mut y = top + SMALL / 2.0;
        if !self.heading.is_empty() {
            let heading = fit(&self.heading, right - left, SMALL);
            page.text(&heading, (left, y), Place::Right, SMALL);
            y += ROW;
        }
        let rows = ((bottom - y) / ROW).max(2.0) as usize;
        let stride = self.entries.len().div_ceil(rows).max(1);
        for (name, colour) in self.entries.iter().step_by(stride) {
            page.line(vec![(left, y), (left + LINE, y)], CURVE, *colour);
            let name_left = left + LINE + SPACE;
            let name = fit(name, right - name_left, SMALL);
            page.text(&name, (name_left, y), Place::Right, SMALL);
            y += ROW;
        }
    }
}
