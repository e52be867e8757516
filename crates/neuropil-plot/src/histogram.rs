//! How often values occur.

use crate::axis::{Axis, drawable, extent, nice_step, widened};
use crate::colour::{Colour, palette};
use crate::frame::{Area, AxisSpec, Frame, Key};
use crate::svg::{PathData, Svg};

/// A histogram of one or more sets of values in common bins with round edges.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    /// The title; may be empty.
    pub title: String,
    /// The x axis: what the values are.
    pub x: Axis,
    /// Names and values of the sets; what is not finite is left out.
    pub sets: Vec<(String, Vec<f64>)>,
    /// About how many bins; `None` chooses by the rule of Freedman and Diaconis.
    pub bins: Option<usize>,
    /// Counts that were made before: the lower edge of the first bin, the width, and the counts.
    counted: Option<(f64, f64, Vec<u64>)>,
}

impl Histogram {
    /// Makes a histogram of one set of values.
    pub fn new(x: Axis, values: Vec<f64>) -> Self {
        Self {
            x,
            sets: vec![(String::new(), values)],
            ..Self::default()
        }
    }

    /// Makes a histogram of several named sets.
    pub fn of_sets(x: Axis, sets: Vec<(String, Vec<f64>)>) -> Self {
        Self {
            x,
            sets,
            ..Self::default()
        }
    }

    /// Makes a histogram of values that have been counted.
    ///
    /// The bins begin at `first`, each of one `width`; a width that is not positive draws nothing.
    pub fn of_counts(x: Axis, (first, width): (f64, f64), counts: Vec<u64>) -> Self {
        Self {
            x,
            sets: vec![(String::new(), Vec::new())],
            counted: Some((first, width, counts)),
            ..Self::default()
        }
    }

    /// Adds a title.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// First edge, width and number of the bins; `None` without values.
    fn layout(&self) -> Option<(f64, f64, usize)> {
        if let Some((first, width, counts)) = &self.counted {
            let drawn = drawable(*first) && drawable(*width) && *width > 0.0 && !counts.is_empty();
            return drawn.then_some((*first, *width, counts.len()));
        }
        let mut all: Vec<f64> = self
            .sets
            .iter()
            .flat_map(|(_, v)| v)
            .copied()
            .filter(|v| drawable(*v))
            .collect();
        let (low, high) = widened(extent(all.iter().copied())?);
        all.sort_by(f64::total_cmp);
        let count = self
            .bins
            .map_or_else(|| usual_bins(&all, high - low), |bins| bins as f64);
        let width = nice_step((high - low) / count.clamp(1.0, 200.0) / 1.5);
        let first = (low / width).floor() * width;
        // The largest value belongs to the last bin also where it is its upper edge.
        let bins = ((high - first) / width - 1e-9).ceil().clamp(1.0, 1000.0) as usize;
        Some((first, width, bins))
    }

    /// The counts of each set in the bins.
    fn counts(&self, layout: (f64, f64, usize)) -> Vec<Vec<u32>> {
        if let Some((_, _, counts)) = &self.counted {
            let drawn = |&count: &u64| u32::try_from(count).unwrap_or(u32::MAX);
            return vec![counts.iter().map(drawn).collect()];
        }
        let (first, width, bins) = layout;
        let count = |values: &Vec<f64>| {
            let mut counts = vec![0_u32; bins];
            for value in values.iter().filter(|v| drawable(**v)) {
                let at = ((value - first) / width + 1e-9).floor().max(0.0) as usize;
                counts[at.min(bins - 1)] += 1;
            }
            counts
        };
        self.sets.iter().map(|(_, values)| count(values)).collect()
    }

    pub(crate) fn frame(&self) -> Frame {
        let layout = self.layout();
        let most = layout.map_or(0, |layout| {
            self.counts(layout).into_iter().flatten().max().unwrap_or(0)
        });
        let range = layout.map_or((0.0, 1.0), |(first, width, bins)| {
            (first - 0.5 * width, first + (bins as f64 + 0.5) * width)
        });
        let mut y = AxisSpec::new(Axis::new("count", ""), (0.0, f64::from(most.max(1)) * 1.06));
        y.whole = true;
        let mut keys = Vec::new();
        let mut title = self.title.clone();
        match self.sets.as_slice() {
            [(name, _)] if title.is_empty() => title.clone_from(name),
            [_] => {}
            many => {
                for (at, (name, _)) in many.iter().enumerate() {
                    keys.push(Key {
                        name: name.clone(),
                        colour: palette(at),
                        line: false,
                    });
                }
            }
        }
        Frame {
            title,
            keys,
            notes: Vec::new(),
            x: AxisSpec::new(self.x.clone(), range),
            y,
            height: 220.0,
            colour_bar: None,
            empty: layout.is_none().then_some("no data"),
        }
    }

    pub(crate) fn draw(&self, svg: &mut Svg, area: &Area) {
        let Some(layout) = self.layout() else { return };
        let single = self.sets.len() == 1;
        for (at, counts) in self.counts(layout).iter().enumerate() {
            draw_set(svg, area, layout, counts, (palette(at), single));
        }
    }
}

/// Draws bars with a hairline between them, or an outlined area where sets overlap.
fn draw_set(
    svg: &mut Svg,
    area: &Area,
    (first, width, _): (f64, f64, usize),
    counts: &[u32],
    (colour, single): (Colour, bool),
) {
    let base = area.y.place(0.0);
    let mut bars = PathData::default();
    let mut outline = PathData::default();
    outline.move_to(area.x.place(first), base);
    for (bin, count) in counts.iter().enumerate() {
        let left = area.x.place(first + bin as f64 * width);
        let right = area.x.place(first + (bin + 1) as f64 * width);
        let top = area.y.place(f64::from(*count));
        let gap = if single {
            (0.12 * (right - left)).min(1.0)
        } else {
            0.0
        };
        if *count > 0 {
            bars.rect(left + gap / 2.0, top, right - left - gap, base - top);
        }
        outline.line_to(left, top);
        outline.line_to(right, top);
    }
    outline.line_to(area.x.place(first + counts.len() as f64 * width), base);
    if single {
        svg.fill(bars.as_str(), colour, 0.85, false);
    } else {
        svg.fill(bars.as_str(), colour, 0.25, true);
        svg.stroke(outline.as_str(), colour, 1.3, 1.0);
    }
}

/// The number of bins by the rule of Freedman and Diaconis, from 5 to 80.
///
/// # Source
///
/// Freedman and Diaconis (1981), On the histogram as a density estimator,
/// doi:10.1007/BF01025868: the width is twice the interquartile range over the cube root of n.
#[expect(
    clippy::disallowed_methods,
    reason = "the cube root only chooses a width of bars"
)]
fn usual_bins(sorted: &[f64], range: f64) -> f64 {
    let n = sorted.len();
    let quartiles = sorted[(3 * (n - 1)) / 4] - sorted[(n - 1) / 4];
    let width = 2.0 * quartiles / (n as f64).cbrt();
    let bins = range / width;
    if bins.is_finite() {
        bins.clamp(5.0, 80.0)
    } else {
        20.0
    }
}
