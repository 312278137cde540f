//! The names of curves, at the right of the data or, where they are long, above; never on them.
//! Takes names and colours, draws a column or rows. Must not know the curves.

use super::font::{fit, text_width};
use super::page::{Page, Place};
use super::style::{CURVE, Colour, GAP, MARGIN, SIZE, SMALL};

/// Length of the line before a name.
const LINE: f64 = 40.0;
/// Between the line and the name.
const SPACE: f64 = 12.0;
/// Distance of rows.
const ROW: f64 = SMALL + 9.0;
/// A legend wider than this, with its gap to the data, stands above them, not at their right.
const MOST: f64 = SIZE.0 * 0.3;
/// Rows of a legend above the data.
const MOST_ROWS: usize = 8;

/// A legend: nothing at all for a single curve without a name.
pub(super) struct Legend {
    heading: String,
    entries: Vec<(String, Colour)>,
    is_above: bool,
}

/// What is written, where: the upper left corner is that of the legend.
struct Entry<'a> {
    left: f64,
    row: usize,
    name: String,
    /// None for the heading.
    colour: Option<&'a Colour>,
}

impl Legend {
    pub(super) fn new(heading: String, entries: Vec<(String, Colour)>) -> Legend {
        let named = entries.len() > 1 && entries.iter().any(|(name, _)| !name.is_empty());
        let mut legend = Legend {
            heading: if named { heading } else { String::new() },
            entries: if named { entries } else { Vec::new() },
            is_above: false,
        };
        legend.is_above = legend.column_width() > MOST;
        legend
    }

    /// Width in one column, with the gap to the data; 0 if there is nothing to show.
    fn column_width(&self) -> f64 {
        let names = self.entries.iter();
        let names = names.map(|(name, _)| LINE + SPACE + text_width(name, SMALL));
        let heading = (!self.entries.is_empty()).then(|| text_width(&self.heading, SMALL));
        names.chain(heading).fold(-GAP, f64::max) + GAP
    }

    /// What it takes of the width at the right of the data.
    pub(super) fn width(&self) -> f64 {
        if self.is_above {
            0.0
        } else {
            self.column_width()
        }
    }

    /// What it takes of the height above the data.
    pub(super) fn height(&self) -> f64 {
        let rows = self.above().last().map(|entry| entry.row + 1);
        rows.map_or(0.0, |rows| rows as f64 * ROW + GAP / 2.0)
    }

    /// Draws it at the right of the data, which begin at `top`, or above them.
    pub(super) fn draw(&self, page: &mut Page, top: f64, bottom: f64) {
        let (left, y, entries) = if self.is_above {
            (MARGIN, top - self.height(), self.above())
        } else {
            let left = SIZE.0 - MARGIN - self.width() + GAP;
            (left, top, self.beside(bottom - top))
        };
        for entry in entries {
            let (x, y) = (left + entry.left, y + SMALL / 2.0 + entry.row as f64 * ROW);
            let mut name_left = x;
            if let Some(colour) = entry.colour {
                page.line(vec![(x, y), (x + LINE, y)], CURVE, *colour);
                name_left += LINE + SPACE;
            }
            page.text(&entry.name, (name_left, y), Place::Right, SMALL);
        }
    }

    /// In one column. Where there are more names than rows, every second or third and so on is
    /// shown.
    fn beside(&self, height: f64) -> Vec<Entry<'_>> {
        let rows = (height / ROW).max(3.0) as usize;
        let mut entries = self.heading();
        let stride = self.entries.len().div_ceil(rows - entries.len()).max(1);
        for (name, colour) in self.entries.iter().step_by(stride) {
            entries.push(Entry {
                left: 0.0,
                row: entries.len(),
                name: name.clone(),
                colour: Some(colour),
            });
        }
        entries
    }

    /// One after the other, in rows as wide as the page.
    fn above(&self) -> Vec<Entry<'_>> {
        if !self.is_above {
            return Vec::new();
        }
        let most = SIZE.0 - 2.0 * MARGIN;
        let mut entries = self.heading();
        let (mut left, mut row) = match entries.first() {
            Some(heading) => (text_width(&heading.name, SMALL) + GAP, 0),
            None => (0.0, 0),
        };
        for (name, colour) in &self.entries {
            let name = fit(name, most - LINE - SPACE, SMALL);
            let width = LINE + SPACE + text_width(&name, SMALL);
            if left > 0.0 && left + width > most {
                (left, row) = (0.0, row + 1);
            }
            if row == MOST_ROWS {
                break;
            }
            entries.push(Entry {
                left,
                row,
                name,
                colour: Some(colour),
            });
            left += width + GAP;
        }
        entries
    }

    fn heading(&self) -> Vec<Entry<'_>> {
        let name = fit(&self.heading, SIZE.0 - 2.0 * MARGIN, SMALL);
        let entry = Entry {
            left: 0.0,
            row: 0,
            name,
            colour: None,
        };
        Some(entry)
            .filter(|entry| !entry.name.is_empty())
            .into_iter()
            .collect()
    }
}
