//! The font of every picture, in the program: widths of texts, and outlines for bitmaps.
//!
//! Takes characters, gives lengths and shapes in em. It is Arimo, whose widths are those of
//! Liberation Sans, Arial and Helvetica, so that a picture is laid out the same wherever its text
//! is drawn by one of these. `font/README.md` tells where it is from and under which licence.

use std::sync::LazyLock;

use ttf_parser::{Face, GlyphId};

pub(super) use ttf_parser::OutlineBuilder;

/// Height of a capital and of a digit.
pub(super) const CAPITAL: f64 = 0.716;

static BYTES: &[u8] = include_bytes!("font/arimo.ttf");

/// None only if the file in the source is broken, which a test would see.
static FACE: LazyLock<Option<Face<'static>>> = LazyLock::new(|| Face::parse(BYTES, 0).ok());

/// The character's shape; of one that the font lacks, its sign for that, an empty box.
fn glyph(face: &Face<'_>, c: char) -> GlyphId {
    face.glyph_index(c).unwrap_or_default()
}

/// How far a character moves the next one.
pub(super) fn advance(c: char) -> f64 {
    FACE.as_ref().map_or(0.6, |face| {
        let own = face.glyph_hor_advance(glyph(face, c)).unwrap_or(0);
        f64::from(own) / f64::from(face.units_per_em())
    })
}

/// Draws the outline of a character, upwards from the baseline, in units of which
/// [`units_per_em`] make an em.
pub(super) fn outline(c: char, builder: &mut dyn OutlineBuilder) {
    if let Some(face) = FACE.as_ref() {
        face.outline_glyph(glyph(face, c), builder);
    }
}

/// The font's own unit of length.
pub(super) fn units_per_em() -> f32 {
    FACE.as_ref()
        .map_or(1.0, |face| f32::from(face.units_per_em()))
}

/// How wide a text is.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    text.chars().map(advance).sum::<f64>() * size
}

/// The text, cut with an ellipsis if it is wider than `width`.
pub(super) fn fit(text: &str, width: f64, size: f64) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_has_the_letters_of_labels_and_the_widths_of_arial() {
        let face = FACE.as_ref().expect("the font can be read");
        let all = (' '..='~').chain("µ×−…°Ωατμ\u{2009}⁰¹²³⁴⁵⁶⁷⁸⁹⁻".chars());
        for c in all {
            assert!(face.glyph_index(c).is_some(), "{c}");
        }
        // 1139 and 1366 of 2048 in Arial.
        assert!((advance('0') - 0.556).abs() < 1e-3);
        assert!((advance('A') - 0.667).abs() < 1e-3);
        let height = f64::from(face.capital_height().expect("capitals"));
        assert!((height / f64::from(face.units_per_em()) - CAPITAL).abs() < 0.05);
    }

    #[test]
    fn a_text_that_is_too_wide_is_cut() {
        assert_eq!(fit("abc", 100.0, 10.0), "abc");
        let cut = fit("a very long label indeed", 60.0, 10.0);
        assert!(cut.starts_with("a very") && cut.ends_with('…'));
        assert!(text_width(&cut, 10.0) <= 60.0);
        assert_eq!(fit("abc", 1.0, 10.0), "");
    }
}
