//! The look of every picture, in one place. Lengths are in units of 0.1 mm.

/// Red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour(pub(super) u8, pub(super) u8, pub(super) u8);

/// Width and height: one journal column, 85 mm x 60 mm.
pub(super) const SIZE: (f64, f64) = (850.0, 600.0);
/// Blank on each side.
pub(super) const MARGIN: f64 = 15.0;
/// Between the data and the axes, so that no curve lies on an axis.
pub(super) const OFFSET: f64 = 12.0;
/// Length of a tick, and the gap between things and their text.
pub(super) const TICK: f64 = 10.0;
/// Length of the ticks between those on a logarithmic axis.
pub(super) const MINOR_TICK: f64 = 5.0;
/// Between panels, and between a panel and what stands at its right.
pub(super) const GAP: f64 = 35.0;

/// Fonts of the same widths, of which each system has one; the first is that of bitmaps.
pub(super) const FONT: &str = "Arimo, 'Liberation Sans', Arial, Helvetica, sans-serif";
/// Height of tick and legend text: 7.1 pt.
pub(super) const SMALL: f64 = 25.0;
/// Height of axis labels: 7.9 pt.
pub(super) const LARGE: f64 = 28.0;

/// Width of axes and ticks: 0.6 pt.
pub(super) const THIN: f64 = 2.0;
/// Width of curves: 0.9 pt.
pub(super) const CURVE: f64 = 3.0;
/// Radius of dots.
pub(super) const DOT: f64 = 7.0;
/// Radius of the dots of a cloud.
pub(super) const SPECK: f64 = 4.0;
/// Curves of at most this many points show each as a dot.
pub(super) const MOST_DOTS: usize = 40;

pub(super) const INK: Colour = Colour(0x26, 0x26, 0x26);
pub(super) const PAPER: Colour = Colour(0xff, 0xff, 0xff);

/// Colours for a few curves, told apart by all kinds of colour vision: Okabe & Ito (2008),
/// "Color universal design". Their yellow is left out, being too pale for a line on white.
pub(super) const CURVE_COLOURS: [Colour; 7] = [
    Colour(0x00, 0x72, 0xb2), // blue
    Colour(0xd5, 0x5e, 0x00), // vermilion
    Colour(0x00, 0x9e, 0x73), // bluish green
    Colour(0xcc, 0x79, 0xa7), // reddish purple
    Colour(0xe6, 0x9f, 0x00), // orange
    Colour(0x56, 0xb4, 0xe9), // sky blue
    Colour(0x00, 0x00, 0x00), // black
];

/// Viridis (Smith & van der Walt, matplotlib 1.5, CC0) at equal distances. Between two anchors
/// the colours are interpolated.
const VIRIDIS: [Colour; 17] = [
    Colour(0x44, 0x01, 0x54),
    Colour(0x48, 0x18, 0x6a),
    Colour(0x47, 0x2d, 0x7b),
    Colour(0x42, 0x40, 0x86),
    Colour(0x3b, 0x52, 0x8b),
    Colour(0x33, 0x63, 0x8d),
    Colour(0x2c, 0x72, 0x8e),
    Colour(0x26, 0x82, 0x8e),
    Colour(0x21, 0x91, 0x8c),
    Colour(0x1f, 0xa0, 0x88),
    Colour(0x28, 0xae, 0x80),
    Colour(0x3f, 0xbc, 0x73),
    Colour(0x5e, 0xc9, 0x62),
    Colour(0x84, 0xd4, 0x4b),
    Colour(0xad, 0xdc, 0x30),
    Colour(0xd8, 0xe2, 0x19),
    Colour(0xfd, 0xe7, 0x25),
];

/// The colour for a fraction in 0..=1 of a range: perceptually uniform, dark is low.
pub(super) fn gradient(fraction: f64) -> Colour {
    let place = fraction.clamp(0.0, 1.0) * (VIRIDIS.len() - 1) as f64;
    let low = (place as usize).min(VIRIDIS.len() - 2);
    let part = place - low as f64;
    let (a, b) = (VIRIDIS[low], VIRIDIS[low + 1]);
    let mix = |a: u8, b: u8| (f64::from(a) + part * (f64::from(b) - f64::from(a))).round() as u8;
    Colour(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

/// The colour of curve `i` of `n`: named colours for a few, an ordered gradient for many.
pub(super) fn curve_colour(i: usize, n: usize) -> Colour {
    if n <= CURVE_COLOURS.len() {
        CURVE_COLOURS[i % CURVE_COLOURS.len()]
    } else {
        // The yellow end is too pale for a line on white.
        gradient(0.9 * i as f64 / (n - 1) as f64)
    }
}
