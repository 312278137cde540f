//! A page of fixed width on which lines, dots, rectangles and text are put, one above the other.
//! Takes positions in units of 0.1 mm from the upper left corner; gives the list of them, which
//! `svg` and `bitmap` write. Must not know what is drawn, nor any file format.

use super::font;
#[cfg(test)]
use super::style::INK;
use super::style::{Colour, PAPER, SIZE};

/// A position, right and down from the upper left corner.
pub(super) type Point = (f64, f64);

/// Where a text lies relative to its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Starts there, centred on the line.
    Right,
    /// Ends there, centred on the line.
    Left,
    /// Centred below.
    Below,
    /// Centred there, read from the bottom upwards, with its top at the position.
    Upwards,
}

/// Which point of its baseline a text is put with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// What is on a page.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    Line {
        points: Vec<Point>,
        width: f64,
        colour: Colour,
    },
    Dot {
        centre: Point,
        radius: f64,
        colour: Colour,
    },
    /// Filled, without a border.
    Rectangle {
        upper_left: Point,
        lower_right: Point,
        colour: Colour,
    },
    Text {
        text: String,
        /// The anchor's place on the baseline.
        at: Point,
        anchor: Anchor,
        /// Read from the bottom upwards.
        upwards: bool,
        size: f64,
    },
}

/// A picture: one journal column wide, 85 mm. Written by [`Page::svg`] and [`Page::png`], which
/// show the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Width and height in units of 0.1 mm.
    pub(super) size: (f64, f64),
    /// From the lowest to the topmost.
    pub(super) items: Vec<Item>,
}

impl Page {
    /// A white page, so high in units of 0.1 mm.
    pub(super) fn new(height: f64) -> Page {
        let mut page = Page {
            size: (SIZE.0, height.max(1.0)),
            items: Vec::new(),
        };
        page.rectangle((0.0, 0.0), page.size, PAPER);
        page
    }

    pub(super) fn line(&mut self, points: Vec<Point>, width: f64, colour: Colour) {
        self.items.push(Item::Line {
            points,
            width,
            colour,
        });
    }

    pub(super) fn dot(&mut self, centre: Point, radius: f64, colour: Colour) {
        self.items.push(Item::Dot {
            centre,
            radius,
            colour,
        });
    }

    pub(super) fn rectangle(&mut self, upper_left: Point, lower_right: Point, colour: Colour) {
        self.items.push(Item::Rectangle {
            upper_left,
            lower_right,
            colour,
        });
    }

    pub(super) fn text(&mut self, text: &str, at: Point, place: Place, size: f64) {
        let capital = font::CAPITAL * size;
        let (at, anchor, upwards) = match place {
            Place::Right => ((at.0, at.1 + capital / 2.0), Anchor::Start, false),
            Place::Left => ((at.0, at.1 + capital / 2.0), Anchor::End, false),
            Place::Below => ((at.0, at.1 + capital), Anchor::Middle, false),
            Place::Upwards => ((at.0 + capital, at.1), Anchor::Middle, true),
        };
        self.items.push(Item::Text {
            text: text.to_owned(),
            at,
            anchor,
            upwards,
            size,
        });
    }

    /// How many items are of this colour, for tests; text is in ink.
    #[cfg(test)]
    pub(super) fn count(&self, of: Colour) -> usize {
        let colour = |item: &Item| match item {
            Item::Line { colour, .. }
            | Item::Dot { colour, .. }
            | Item::Rectangle { colour, .. } => *colour,
            Item::Text { .. } => INK,
        };
        self.items.iter().filter(|item| colour(item) == of).count()
    }
}
