//! Colours that everybody can tell apart.

use std::fmt;

/// A colour of red, green and blue, 0 to 255 each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Colour(pub u8, pub u8, pub u8);

impl fmt::Display for Colour {
    /// Writes `#0072b2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// The colours of series and populations, in order of use.
///
/// Safe for the common forms of colour blindness; yellow is left out since it is too pale for
/// thin lines on white.
///
/// # Source
///
/// Okabe and Ito (2008), Color Universal Design; the order is ours.
pub const PALETTE: [Colour; 8] = [
    Colour(0x00, 0x72, 0xb2), // blue
    Colour(0xd5, 0x5e, 0x00), // vermilion
    Colour(0x00, 0x9e, 0x73), // bluish green
    Colour(0xcc, 0x79, 0xa7), // reddish purple
    Colour(0xe6, 0x9f, 0x00), // orange
    Colour(0x56, 0xb4, 0xe9), // sky blue
    Colour(0x4d, 0x4d, 0x4d), // grey
    Colour(0x7a, 0x5c, 0x1e), // brown, ours: the published black is the colour of our text
];

/// The colour of the n-th series; the palette repeats.
pub fn palette(n: usize) -> Colour {
    PALETTE[n % PALETTE.len()]
}

/// Anchors of the sequential map, dark to light, equally spaced: rising lightness, blue to
/// yellow through green, so that order survives in grey and for colour-blind readers.
const SEQUENTIAL: [Colour; 9] = [
    Colour(0x1c, 0x10, 0x44),
    Colour(0x2d, 0x2f, 0x73),
    Colour(0x2c, 0x50, 0x8c),
    Colour(0x27, 0x70, 0x8e),
    Colour(0x22, 0x90, 0x8b),
    Colour(0x3d, 0xb0, 0x7a),
    Colour(0x7c, 0xcb, 0x5c),
    Colour(0xc2, 0xdd, 0x45),
    Colour(0xfb, 0xe8, 0x60),
];

/// Anchors of the diverging map: blue, white at the middle, red.
const DIVERGING: [Colour; 7] = [
    Colour(0x0b, 0x3c, 0x7d),
    Colour(0x3b, 0x7f, 0xb8),
    Colour(0xa6, 0xcb, 0xe3),
    Colour(0xf7, 0xf7, 0xf7),
    Colour(0xf4, 0xb4, 0x94),
    Colour(0xcf, 0x55, 0x46),
    Colour(0x7f, 0x12, 0x28),
];

/// How numbers become colours in a heatmap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ColourMap {
    /// Sequential, or diverging about 0 where the values have both signs.
    #[default]
    Automatic,
    /// From dark blue through green to yellow.
    Sequential,
    /// From blue through white at 0 to red.
    Diverging,
}

/// The colour at a fraction from 0 to 1 of the sequential or the diverging map.
pub(crate) fn map_colour(diverging: bool, fraction: f64) -> Colour {
    let anchors: &[Colour] = if diverging { &DIVERGING } else { &SEQUENTIAL };
    let last = anchors.len() - 1;
    let place = fraction.clamp(0.0, 1.0) * last as f64;
    let left = (place.floor() as usize).min(last - 1);
    let part = place - left as f64;
    let (a, b) = (anchors[left], anchors[left + 1]);
    let mix = |x: u8, y: u8| (f64::from(x) * (1.0 - part) + f64::from(y) * part).round() as u8;
    Colour(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}
