//! A page as PNG. Takes a page and a resolution, gives bytes; text is drawn with the program's own
//! font, so the machine needs none. Must not know what is drawn.

use tiny_skia::{
    Color, FillRule, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, Transform,
};

use super::font::{self, OutlineBuilder};
use super::page::{Anchor, Item, Page, Point};
use super::style::{Colour, INK, PAPER};

/// Resolution of a bitmap in dots per inch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolution(u16);

impl Resolution {
    /// The least and the most: 85 mm are 167 to 4016 pixels.
    pub const RANGE: std::ops::RangeInclusive<u16> = 50..=1200;

    /// None if it is outside of [`Resolution::RANGE`].
    #[must_use]
    pub fn new(dots_per_inch: u16) -> Option<Resolution> {
        Resolution::RANGE
            .contains(&dots_per_inch)
            .then_some(Resolution(dots_per_inch))
    }

    fn dots_per_mm(self) -> f64 {
        f64::from(self.0) / 25.4
    }
}

impl Default for Resolution {
    /// 300 dots per inch, what journals ask for.
    fn default() -> Resolution {
        Resolution(300)
    }
}

impl Page {
    /// The picture as PNG; its size on paper is in the file.
    ///
    /// # Errors
    /// In words, where there is no memory for the pixels.
    pub fn png(&self, resolution: Resolution) -> Result<Vec<u8>, String> {
        let scale = resolution.dots_per_mm() / 10.0;
        let pixels = |length: f64| (length * scale).round().max(1.0) as u32;
        let (width, height) = (pixels(self.size.0), pixels(self.size.1));
        let mut pixmap = Pixmap::new(width, height)
            .ok_or_else(|| format!("a picture of {width} x {height} pixels is too large"))?;
        pixmap.fill(colour(PAPER));
        let mut drawing = Drawing {
            pixmap,
            scale: scale as f32,
        };
        for item in &self.items {
            drawing.item(item);
        }
        encode(&drawing.pixmap, resolution).map_err(|error| format!("PNG: {error}"))
    }
}

fn encode(pixmap: &Pixmap, resolution: Resolution) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixmap.width(), pixmap.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let per_metre = (resolution.dots_per_mm() * 1000.0).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: per_metre,
        yppu: per_metre,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header()?;
    // Everything lies on paper, so no pixel is transparent.
    let opaque = pixmap.pixels().iter();
    let rgb: Vec<u8> = opaque
        .flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()])
        .collect();
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(bytes)
}

fn colour(Colour(r, g, b): Colour) -> Color {
    Color::from_rgba8(r, g, b, 255)
}

struct Drawing {
    pixmap: Pixmap,
    /// Pixels per 0.1 mm.
    scale: f32,
}

impl Drawing {
    fn item(&mut self, item: &Item) {
        match item {
            Item::Line {
                points,
                width,
                colour,
            } => {
                if let Some(path) = path(points) {
                    self.stroke(&path, *width as f32, *colour);
                }
            }
            Item::Dot {
                centre,
                radius,
                colour,
            } => {
                let (x, y) = (centre.0 as f32, centre.1 as f32);
                if let Some(path) = PathBuilder::from_circle(x, y, *radius as f32) {
                    self.fill(&path, *colour, Transform::identity());
                }
            }
            Item::Rectangle {
                upper_left,
                lower_right,
                colour,
            } => self.rectangle(*upper_left, *lower_right, *colour),
            Item::Text {
                text,
                at,
                anchor,
                upwards,
                size,
            } => self.text(text, *at, *anchor, *upwards, *size),
        }
    }

    fn on_page(&self) -> Transform {
        Transform::from_scale(self.scale, self.scale)
    }

    fn stroke(&mut self, path: &Path, width: f32, of: Colour) {
        let stroke = Stroke {
            width,
            line_join: LineJoin::Round,
            ..Stroke::default()
        };
        let transform = self.on_page();
        self.pixmap
            .stroke_path(path, &paint(of), &stroke, transform, None);
    }

    fn fill(&mut self, path: &Path, of: Colour, inner: Transform) {
        let transform = inner.post_concat(self.on_page());
        self.pixmap
            .fill_path(path, &paint(of), FillRule::Winding, transform, None);
    }

    /// Whole pixels, so that nothing shines through between neighbours.
    fn rectangle(&mut self, upper_left: Point, lower_right: Point, of: Colour) {
        let pixel = |x: f64| (x as f32 * self.scale).round();
        let (left, top) = (pixel(upper_left.0), pixel(upper_left.1));
        let (right, bottom) = (pixel(lower_right.0), pixel(lower_right.1));
        if let Some(rectangle) = Rect::from_ltrb(left, top, right, bottom) {
            let identity = Transform::identity();
            self.pixmap.fill_rect(rectangle, &paint(of), identity, None);
        }
    }

    fn text(&mut self, text: &str, at: Point, anchor: Anchor, upwards: bool, size: f64) {
        let width = font::text_width(text, size);
        let mut x = match anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -width / 2.0,
            Anchor::End => -width,
        };
        let em = size as f32 / font::units_per_em();
        for c in text.chars() {
            let mut outline = Outline(PathBuilder::new());
            font::outline(c, &mut outline);
            if let Some(path) = outline.0.finish() {
                let upright = Transform::from_scale(em, -em).post_translate(x as f32, 0.0);
                let turned = match upwards {
                    true => upright.post_rotate(-90.0),
                    false => upright,
                };
                let placed = turned.post_translate(at.0 as f32, at.1 as f32);
                self.fill(&path, INK, placed);
            }
            x += font::advance(c) * size;
        }
    }
}

fn paint(of: Colour) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(colour(of));
    paint
}

fn path(points: &[Point]) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for (i, (x, y)) in points.iter().enumerate() {
        match i {
            0 => builder.move_to(*x as f32, *y as f32),
            _ => builder.line_to(*x as f32, *y as f32),
        }
    }
    builder.finish()
}

/// A character's outline as a path.
struct Outline(PathBuilder);

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}
