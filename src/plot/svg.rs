//! A page as SVG. Takes a page, gives text: paths and `<text>`, with the size on paper in mm.
//! Must not know what is drawn.

use std::fmt::Write;

use super::page::{Anchor, Item, Page, Point};
use super::style::{Colour, FONT, INK};

impl Page {
    /// The picture as SVG, the same bytes for the same page.
    #[must_use]
    pub fn svg(&self) -> String {
        let (width, height) = (Short(self.size.0), Short(self.size.1));
        let (wide, high) = (Short(self.size.0 / 10.0), Short(self.size.1 / 10.0));
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}mm\" height=\"{high}mm\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"{FONT}\" style=\"font-kerning:none\" stroke-linejoin=\"round\">\n"
        );
        // Neighbours that look the same are one element.
        for alike in self.items.chunk_by(are_alike) {
            // Writing to a string cannot fail.
            write(&mut out, alike).unwrap_or_default();
        }
        out + "</svg>\n"
    }
}

fn are_alike(a: &Item, b: &Item) -> bool {
    match (a, b) {
        (
            Item::Line { width, colour, .. },
            Item::Line {
                width: other_width,
                colour: other,
                ..
            },
        ) => width == other_width && colour == other,
        (Item::Rectangle { colour, .. }, Item::Rectangle { colour: other, .. }) => colour == other,
        (
            Item::Dot { radius, colour, .. },
            Item::Dot {
                radius: other_radius,
                colour: other,
                ..
            },
        ) => radius == other_radius && colour == other,
        _ => false,
    }
}

/// Writes items that look alike.
fn write(out: &mut String, alike: &[Item]) -> std::fmt::Result {
    match alike {
        [Item::Line { width, colour, .. }, ..] => {
            write!(out, "<path d=\"")?;
            for item in alike {
                if let Item::Line { points, .. } = item {
                    write_points(out, points)?;
                }
            }
            let (width, colour) = (Short(*width), Hex(*colour));
            writeln!(
                out,
                "\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"/>"
            )
        }
        [Item::Rectangle { colour, .. }, ..] => {
            write!(out, "<path d=\"")?;
            for item in alike {
                if let Item::Rectangle {
                    upper_left: (x, y),
                    lower_right: (right, bottom),
                    ..
                } = item
                {
                    let (right, bottom) = (Short(*right), Short(*bottom));
                    let (x, y) = (Short(*x), Short(*y));
                    write!(out, "M{x} {y}H{right}V{bottom}H{x}z")?;
                }
            }
            writeln!(out, "\" fill=\"{}\"/>", Hex(*colour))
        }
        // A dot is the round ends of a line almost without length.
        [Item::Dot { radius, colour, .. }, ..] => {
            write!(out, "<path d=\"")?;
            for item in alike {
                if let Item::Dot { centre, .. } = item {
                    write!(out, "M{} {}h.01", Short(centre.0), Short(centre.1))?;
                }
            }
            let (width, colour) = (Short(2.0 * radius), Hex(*colour));
            writeln!(
                out,
                "\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linecap=\"round\"/>"
            )
        }
        [
            Item::Text {
                text,
                at,
                anchor,
                upwards,
                size,
            },
        ] => {
            let (x, y) = (Short(at.0), Short(at.1));
            let anchor = match anchor {
                Anchor::Start => "",
                Anchor::Middle => " text-anchor=\"middle\"",
                Anchor::End => " text-anchor=\"end\"",
            };
            match upwards {
                true => write!(out, "<text transform=\"translate({x} {y}) rotate(-90)\"")?,
                false => write!(out, "<text x=\"{x}\" y=\"{y}\"")?,
            }
            let (size, colour) = (Short(*size), Hex(INK));
            writeln!(
                out,
                "{anchor} font-size=\"{size}\" fill=\"{colour}\">{}</text>",
                escaped(text)
            )
        }
        _ => Ok(()),
    }
}

/// A line as path commands: every pair after the first is drawn to.
fn write_points(out: &mut String, points: &[Point]) -> std::fmt::Result {
    if let [(x, top), (same, bottom)] = points
        && x == same
    {
        return write!(out, "M{} {}V{}", Short(*x), Short(*top), Short(*bottom));
    }
    for (i, (x, y)) in points.iter().enumerate() {
        let mark = if i == 0 { "M" } else { " " };
        write!(out, "{mark}{} {}", Short(*x), Short(*y))?;
    }
    Ok(())
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            // XML has no word for these.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A length with one decimal, 0.01 mm, where it has one.
struct Short(f64);

impl std::fmt::Display for Short {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tenths = (self.0 * 10.0).round() / 10.0;
        // Not -0.
        write!(f, "{}", tenths + 0.0)
    }
}

/// A colour as SVG has it.
struct Hex(Colour);

impl std::fmt::Display for Hex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Colour(r, g, b) = self.0;
        write!(f, "#{r:02X}{g:02X}{b:02X}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::page::Place;
    use super::*;

    #[test]
    fn lengths_are_short_and_text_is_escaped() {
        let mut page = Page::new(600.0);
        page.line(vec![(1.0, 2.25), (-0.01, 4.0)], 3.0, INK);
        page.line(vec![(5.0, 6.0), (7.0, 8.0)], 3.0, INK);
        page.text("<a> & \"b\"\u{1}", (10.0, 20.0), Place::Below, 25.0);
        page.line(vec![(5.0, 6.0), (5.0, 9.0)], 3.0, INK);
        let svg = page.svg();
        assert!(svg.contains("d=\"M1 2.3 0 4M5 6 7 8\""), "{svg}");
        assert!(svg.contains("d=\"M5 6V9\""), "{svg}");
        assert!(
            svg.contains(">&lt;a&gt; &amp; &quot;b&quot; </text>"),
            "{svg}"
        );
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
        assert!(svg.contains("width=\"85mm\" height=\"60mm\" viewBox=\"0 0 850 600\""));
    }
}
