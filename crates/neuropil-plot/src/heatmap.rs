//! A matrix as colours.

use crate::axis::{Axis, drawable, extent, widened};
use crate::colour::{ColourMap, map_colour};
use crate::frame::{Area, AxisSpec, ColourBar, Frame};
use crate::svg::{PathData, Svg};

/// How many cells are drawn across and upwards; larger matrices are averaged.
const MOST_ACROSS: usize = 320;
const MOST_UPWARDS: usize = 160;

/// How many colours a picture uses; the eye tells fewer apart.
const LEVELS: usize = 96;

/// A heatmap: elements over time, or a matrix with its first row on top.
#[derive(Clone, Debug)]
pub struct Heatmap {
    /// The title; may be empty.
    pub title: String,
    /// The x axis: time, or the columns of the matrix.
    pub x: Axis,
    /// The y axis: the elements, or the rows of the matrix.
    pub y: Axis,
    /// What the colours show.
    pub value: Axis,
    /// How values become colours.
    pub map: ColourMap,
    values: Vec<f64>,
    across: usize,
    upwards: usize,
    /// Begin and end of the time axis in ms; `None` for a matrix.
    span: Option<(f64, f64)>,
    /// What the first and the last row stand for; `None` where it is their number.
    rows: Option<(f64, f64)>,
}

impl Heatmap {
    /// A recording of elements over time.
    ///
    /// # Shapes
    ///
    /// `values` is [samples, elements], row-major; what does not fill a sample is left out.
    /// `span` is the time of the first and the last sample in ms.
    pub fn over_time(value: Axis, values: Vec<f64>, elements: usize, span: (f64, f64)) -> Self {
        let elements = elements.max(1);
        Self {
            title: String::new(),
            x: Axis::time(),
            y: Axis::new("element", ""),
            value,
            map: ColourMap::Automatic,
            across: values.len() / elements,
            upwards: elements,
            values,
            span: Some(span),
            rows: None,
        }
    }

    /// A matrix; row 0 is on top.
    ///
    /// # Shapes
    ///
    /// `values` is [rows, columns], row-major; what does not fill a row is left out.
    pub fn matrix(value: Axis, values: Vec<f64>, columns: usize) -> Self {
        let columns = columns.max(1);
        Self {
            title: String::new(),
            x: Axis::new("column", ""),
            y: Axis::new("row", ""),
            value,
            map: ColourMap::Automatic,
            across: columns,
            upwards: values.len() / columns,
            values,
            span: None,
            rows: None,
        }
    }

    /// Adds a title.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Says what rows stand for instead of their number: values of a quantity in equal steps.
    #[must_use]
    pub fn with_rows(mut self, y: Axis, (first, last): (f64, f64)) -> Self {
        self.y = y;
        self.rows = (drawable(first) && drawable(last) && first < last).then_some((first, last));
        self
    }

    fn value_at(&self, across: usize, upwards: usize) -> f64 {
        if self.span.is_some() {
            self.values[across * self.upwards + upwards]
        } else {
            self.values[upwards * self.across + across]
        }
    }

    /// The number of cells that are drawn, across and upwards.
    fn cells(&self) -> (usize, usize) {
        (self.across.min(MOST_ACROSS), self.upwards.min(MOST_UPWARDS))
    }

    /// The range of colours, and whether it diverges from 0.
    fn colours(&self) -> Option<(f64, f64, bool)> {
        let (low, high) = extent(self.values.iter().copied())?;
        let diverging = match self.map {
            ColourMap::Automatic => {
                low < 0.0 && high > 0.0 && -low > 0.1 * high && high > -0.1 * low
            }
            ColourMap::Sequential => false,
            ColourMap::Diverging => true,
        };
        if diverging {
            let most = low.abs().max(high.abs());
            return Some((-most, most, true))
                .filter(|_| most > 0.0)
                .or(Some((-1.0, 1.0, true)));
        }
        let (low, high) = widened((low, high));
        Some((low, high, false))
    }

    pub(crate) fn frame(&self) -> Frame {
        let rows = match self.rows {
            Some((first, last)) => {
                let half = 0.5 * (last - first) / (self.upwards.max(2) - 1) as f64;
                (first - half, last + half)
            }
            None => (-0.5, self.upwards.max(1) as f64 - 0.5),
        };
        let x = match self.span {
            Some((a, b)) if drawable(a) && drawable(b) => AxisSpec::time(widened((a, b.max(a)))),
            Some(_) => AxisSpec::time((0.0, 1.0)),
            None => {
                let mut x = AxisSpec::new(self.x.clone(), (-0.5, self.across.max(1) as f64 - 0.5));
                x.whole = true;
                x
            }
        };
        let mut y = AxisSpec::new(self.y.clone(), rows);
        y.whole = self.rows.is_none();
        y.downwards = self.span.is_none();
        let (across, upwards) = self.cells();
        let mut notes = Vec::new();
        if (across, upwards) != (self.across, self.upwards) && across * upwards > 0 {
            notes.push(format!("means in {across} \u{d7} {upwards} cells"));
        }
        let colours = self.colours();
        Frame {
            title: self.title.clone(),
            keys: Vec::new(),
            notes,
            x,
            y,
            height: if self.span.is_some() {
                (self.upwards as f64 * 10.0).clamp(110.0, 240.0)
            } else {
                320.0
            },
            colour_bar: colours.map(|(low, high, diverging)| ColourBar {
                axis: self.value.clone(),
                low,
                high,
                diverging,
            }),
            empty: colours.is_none().then_some("no data"),
        }
    }

    pub(crate) fn draw(&self, svg: &mut Svg, area: &Area) {
        let Some((low, high, diverging)) = self.colours() else {
            return;
        };
        let (across, upwards) = self.cells();
        if across * upwards == 0 {
            return;
        }
        // The span is the first and last sample; a heatmap that shares its time axis with longer
        // panels fills only its own part.
        let (left, right) = match self.span {
            Some((a, b)) => {
                let (a, b) = widened((a, b.max(a)));
                (area.x.place(a), area.x.place(b))
            }
            None => (area.left, area.left + area.width),
        };
        let x_edge = |k: usize| half(left + (right - left) * k as f64 / across as f64);
        let y_edge = |k: usize| half(area.top + area.height * k as f64 / upwards as f64);
        let mut paths: Vec<PathData> = (0..LEVELS).map(|_| PathData::default()).collect();
        for row in 0..upwards {
            // Rows of the page run downwards; elements over time run upwards.
            let element = if self.span.is_some() {
                upwards - 1 - row
            } else {
                row
            };
            let levels: Vec<Option<usize>> = (0..across)
                .map(|column| {
                    let mean = self.mean((column, across), (element, upwards))?;
                    let fraction = (mean - low) / (high - low);
                    Some(((fraction * LEVELS as f64) as usize).min(LEVELS - 1))
                })
                .collect();
            let mut start = 0;
            for run in levels.chunk_by(|a, b| a == b) {
                let end = start + run.len();
                if let Some(level) = run[0] {
                    let (x, y) = (x_edge(start), y_edge(row));
                    paths[level].rect(x, y, x_edge(end) - x, y_edge(row + 1) - y);
                }
                start = end;
            }
        }
        for (level, path) in paths.iter().enumerate() {
            let colour = map_colour(diverging, (level as f64 + 0.5) / LEVELS as f64);
            svg.fill(path.as_str(), colour, 1.0, true);
        }
    }

    /// The mean of the drawable values in a cell (its number, of how many) of each axis.
    fn mean(&self, x: (usize, usize), y: (usize, usize)) -> Option<f64> {
        let part = |(k, n): (usize, usize), all: usize| (k * all / n)..((k + 1) * all / n);
        let (mut sum, mut count) = (0.0, 0.0);
        for across in part(x, self.across) {
            for upwards in part(y, self.upwards) {
                let value = self.value_at(across, upwards);
                if drawable(value) {
                    sum += value;
                    count += 1.0;
                }
            }
        }
        (count > 0.0).then_some(sum / count)
    }
}

/// Rounds to half points, which are whole pixels at scale 2.
fn half(value: f64) -> f64 {
    (value * 2.0).round() / 2.0
}
