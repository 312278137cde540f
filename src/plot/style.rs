//! The look of every picture, in one place. Lengths are in units of 0.1 mm.

use plotters::style::RGBColor;

/// Width and height: one journal column, 85 mm x 60 mm.
pub(super) const SIZE: (i32, i32) = (850, 600);
/// Blank on each side.
pub(super) const MARGIN: i32 = 15;
/// Between the data and the axes, so that no curve lies on an axis.
pub(super) const OFFSET: i32 = 12;
/// Length of a tick, and the gap between things and their text.
pub(super) const TICK: i32 = 10;
/// Between panels, and between a panel and what stands at its right.
pub(super) const GAP: i32 = 35;

/// Fonts that look alike on the three systems.
pub(super) const FONT: &str = "Helvetica, Arial, Liberation Sans, sans-serif";
/// Height of tick and legend text: 7.1 pt.
pub(super) const SMALL: i32 = 25;
/// Height of axis labels and the title: 7.9 pt.
pub(super) const LARGE: i32 = 28;

/// Width of axes and ticks: 0.6 pt.
pub(super) const THIN: u32 = 2;
/// Width of curves: 0.9 pt.
pub(super) const CURVE: u32 = 3;
/// Radius of dots.
pub(super) const DOT: u32 = 7;
/// Curves of at most this many points show each as a dot.
pub(super) const MOST_DOTS: usize = 40;

pub(super) const INK: RGBColor = RGBColor(0x26, 0x26, 0x26);
pub(super) const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);

/// Colours for a few curves, told apart by all kinds of colour vision: Okabe & Ito (2008),
/// "Color universal design". Their yellow is left out, being too pale for a line on white.
pub(super) const CURVE_COLOURS: [RGBColor; 7] = [
    RGBColor(0x00, 0x72, 0xb2), // blue
    RGBColor(0xd5, 0x5e, 0x00), // vermilion
    RGBColor(0x00, 0x9e, 0x73), // bluish green
    RGBColor(0xcc, 0x79, 0xa7), // reddish purple
    RGBColor(0xe6, 0x9f, 0x00), // orange
    RGBColor(0x56, 0xb4, 0xe9), // sky blue
    RGBColor(0x00, 0x00, 0x00), // black
];

/// Viridis (Smith & van der Walt, matplotlib 1.5, CC0) at equal distances. Between two anchors
/// the colours are interpolated.
const VIRIDIS: [RGBColor; 17] = [
    RGBColor(0x44, 0x01, 0x54),
    RGBColor(0x48, 0x18, 0x6a),
    RGBColor(0x47, 0x2d, 0x7b),
    RGBColor(0x42, 0x40, 0x86),
    RGBColor(0x3b, 0x52, 0x8b),
    RGBColor(0x33, 0x63, 0x8d),
    RGBColor(0x2c, 0x72, 0x8e),
    RGBColor(0x26, 0x82, 0x8e),
    RGBColor(0x21, 0x91, 0x8c),
    RGBColor(0x1f, 0xa0, 0x88),
    RGBColor(0x28, 0xae, 0x80),
    RGBColor(0x3f, 0xbc, 0x73),
    RGBColor(0x5e, 0xc9, 0x62),
    RGBColor(0x84, 0xd4, 0x4b),
    RGBColor(0xad, 0xdc, 0x30),
    RGBColor(0xd8, 0xe2, 0x19),
    RGBColor(0xfd, 0xe7, 0x25),
];

/// The colour for a fraction in 0..=1 of a range: perceptually uniform, dark is low.
pub(super) fn gradient(fraction: f64) -> RGBColor {
    let place = fraction.clamp(0.0, 1.0) * (VIRIDIS.len() - 1) as f64;
    let low = (place as usize).min(VIRIDIS.len() - 2);
    let part = place - low as f64;
    let (a, b) = (VIRIDIS[low], VIRIDIS[low + 1]);
    let mix = |a: u8, b: u8| (f64::from(a) + part * (f64::from(b) - f64::from(a))).round() as u8;
    RGBColor(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

/// The colour of curve `i` of `n`: named colours for a few, an ordered gradient for many.
pub(super) fn curve_colour(i: usize, n: usize) -> RGBColor {
    if n <= CURVE_COLOURS.len() {
        CURVE_COLOURS[i % CURVE_COLOURS.len()]
    } else {
        // The yellow end is too pale for a line on white.
        gradient(0.9 * i as f64 / (n - 1) as f64)
    }
}
