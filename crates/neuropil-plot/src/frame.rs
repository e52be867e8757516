//! What a panel tells the layout before it is drawn.

use crate::axis::{Axis, Scale};
use crate::colour::Colour;

/// One entry of a legend.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) colour: Colour,
    /// A line for series, a block for bars and populations.
    pub(crate) line: bool,
}

/// A population's share of the height of a raster, from the top.
#[derive(Clone, Debug)]
pub(crate) struct Band {
    pub(crate) name: String,
    pub(crate) below: String,
    pub(crate) colour: Colour,
    /// Top and bottom as fractions of the height.
    pub(crate) top: f64,
    pub(crate) bottom: f64,
}

/// One axis of a panel.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says one thing about an axis, whatever the others say"
)]
pub(crate) struct AxisSpec {
    pub(crate) axis: Axis,
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Time in ms, which may be shown in s and shared with the panels above and below.
    pub(crate) time: bool,
    /// Whether `low`, `high` and all places are decimal logarithms of what the ticks say.
    pub(crate) log: bool,
    /// Whether ticks stand at whole numbers only.
    pub(crate) whole: bool,
    /// Whether values grow downwards, as the rows of a matrix do.
    pub(crate) downwards: bool,
    /// Populations instead of numbers.
    pub(crate) bands: Vec<Band>,
}

impl AxisSpec {
    /// A plain axis of numbers.
    pub(crate) fn new(axis: Axis, range: (f64, f64)) -> Self {
        Self {
            axis,
            low: range.0,
            high: range.1,
            time: false,
            log: false,
            whole: false,
            downwards: false,
            bands: Vec::new(),
        }
    }

    /// An axis of numbers whose places are their decimal logarithms, given those of its ends.
    pub(crate) fn logarithmic(axis: Axis, range: (f64, f64)) -> Self {
        Self {
            log: true,
            ..Self::new(axis, range)
        }
    }

    /// The axis of time in ms.
    pub(crate) fn time(range: (f64, f64)) -> Self {
        Self {
            time: true,
            ..Self::new(Axis::time(), range)
        }
    }
}

/// The scale of colours beside a heatmap.
#[derive(Clone, Debug)]
pub(crate) struct ColourBar {
    pub(crate) axis: Axis,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) diverging: bool,
}

/// Everything around the data.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) title: String,
    pub(crate) keys: Vec<Key>,
    /// What the picture leaves out, in words.
    pub(crate) notes: Vec<String>,
    pub(crate) x: AxisSpec,
    pub(crate) y: AxisSpec,
    /// The height that suits the data, in points.
    pub(crate) height: f64,
    pub(crate) colour_bar: Option<ColourBar>,
    /// What is said in place of data where there is none.
    pub(crate) empty: Option<&'static str>,
}

/// The rectangle of the data on the page, with its scales.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Area {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) x: Scale,
    pub(crate) y: Scale,
}
