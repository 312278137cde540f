//! Lines, dots, rectangles and text on a page of fixed width: the only file that draws with the
//! crate `plotters`. Takes positions in units of 0.1 mm, gives SVG. Must not know what is drawn.

use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontTransform, IntoFont, RGBColor, TextStyle};

use super::style::{FONT, INK, PAPER, SIZE};

/// A position, right and down from the upper left corner.
pub(super) type Point = (i32, i32);

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

/// A page being drawn.
pub(super) struct Canvas<'a> {
    backend: SVGBackend<'a>,
}

/// Draws a page, so high in units of 0.1 mm, and gives its SVG text. Drawing into memory cannot fail, so the results of the
/// drawing calls are dropped in this file, and nowhere else.
pub(super) fn page(height: i32, draw: impl FnOnce(&mut Canvas<'_>)) -> String {
    let mut svg = String::new();
    let size = (SIZE.0 as u32, height.max(1) as u32);
    let mut canvas = Canvas {
        backend: SVGBackend::with_string(&mut svg, size),
    };
    canvas.rectangle((0, 0), (SIZE.0, height), PAPER);
    draw(&mut canvas);
    canvas.backend.present().ok();
    drop(canvas);
    // The size on paper, which plotters has no word for.
    let pixels = format!("width=\"{}\" height=\"{}\" viewBox", size.0, size.1);
    let millimetres = format!(
        "width=\"{}mm\" height=\"{}mm\" stroke-linejoin=\"round\" viewBox",
        SIZE.0 / 10,
        height / 10
    );
    svg.replacen(&pixels, &millimetres, 1)
}

impl Canvas<'_> {
    pub(super) fn line(&mut self, points: &[Point], width: u32, colour: RGBColor) {
        let style = colour.stroke_width(width);
        self.backend.draw_path(points.iter().copied(), &style).ok();
    }

    pub(super) fn dot(&mut self, centre: Point, radius: u32, colour: RGBColor) {
        let style = colour.filled();
        self.backend.draw_circle(centre, radius, &style, true).ok();
    }

    /// Filled, without a border.
    pub(super) fn rectangle(&mut self, upper_left: Point, lower_right: Point, colour: RGBColor) {
        let style = colour.filled();
        self.backend
            .draw_rect(upper_left, lower_right, &style, true)
            .ok();
    }

    pub(super) fn text(&mut self, text: &str, at: Point, place: Place, size: i32) {
        // The backend centres on the height of an x; digits and capitals are taller.
        let lower = size / 10;
        let (at, horizontal, vertical) = match place {
            Place::Right => ((at.0, at.1 + lower), HPos::Left, VPos::Center),
            Place::Left => ((at.0, at.1 + lower), HPos::Right, VPos::Center),
            Place::Below | Place::Upwards => (at, HPos::Center, VPos::Top),
        };
        // The backend divides sizes by this number.
        let font = (FONT, f64::from(size) * 1.24).into_font();
        let font = match place {
            Place::Upwards => font.transform(FontTransform::Rotate270),
            Place::Right | Place::Left | Place::Below => font,
        };
        let style = TextStyle::from(font)
            .color(&INK)
            .pos(Pos::new(horizontal, vertical));
        self.backend.draw_text(text, &style, at).ok();
    }
}

/// About how wide a text is, rather too wide: fonts differ between systems.
pub(super) fn text_width(text: &str, size: i32) -> i32 {
    let ems: f64 = text.chars().map(char_width).sum();
    (ems * f64::from(size)).ceil() as i32
}

fn char_width(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | 'I' | ' ' => 0.32,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' => 0.4,
        '⁰'..='⁹' | '⁻' | '¹' | '²' | '³' => 0.4,
        'm' | 'w' | 'M' | 'W' => 0.9,
        c if c.is_uppercase() => 0.72,
        _ => 0.6,
    }
}

/// The text, cut with an ellipsis if it is wider than `width`.
pub(super) fn fit(text: &str, width: i32, size: i32) -> String {
    if text_width(text, size) <= width {
        return text.to_string();
    }
    let mut kept = text.to_string();
    while kept.pop().is_some() {
        let cut = format!("{}…", kept.trim_end());
        if text_width(&cut, size) <= width {
            return cut;
        }
    }
    String::new()
}
