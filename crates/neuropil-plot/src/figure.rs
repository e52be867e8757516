//! A figure: rows of panels, and what they become.

use crate::error::PlotError;
use crate::frame::{Area, Frame};
use crate::heatmap::Heatmap;
use crate::histogram::Histogram;
use crate::layout;
use crate::lines::Lines;
use crate::png;
use crate::raster::Raster;
use crate::svg::Svg;

/// The usual width of a figure in points.
const USUAL_WIDTH: f64 = 880.0;

/// One plot of a figure.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Panel {
    /// Spikes of populations.
    Raster(Raster),
    /// Traces, rates or curves.
    Lines(Lines),
    /// Counts of values.
    Histogram(Histogram),
    /// A matrix as colours.
    Heatmap(Heatmap),
}

impl Panel {
    pub(crate) fn frame(&self) -> Frame {
        match self {
            Self::Raster(panel) => panel.frame(),
            Self::Lines(panel) => panel.frame(),
            Self::Histogram(panel) => panel.frame(),
            Self::Heatmap(panel) => panel.frame(),
        }
    }

    pub(crate) fn draw(&self, svg: &mut Svg, area: &Area) {
        match self {
            Self::Raster(panel) => panel.draw(svg, area),
            Self::Lines(panel) => panel.draw(svg, area),
            Self::Histogram(panel) => panel.draw(svg, area),
            Self::Heatmap(panel) => panel.draw(svg, area),
        }
    }
}

impl From<Raster> for Panel {
    fn from(panel: Raster) -> Self {
        Self::Raster(panel)
    }
}

impl From<Lines> for Panel {
    fn from(panel: Lines) -> Self {
        Self::Lines(panel)
    }
}

impl From<Histogram> for Panel {
    fn from(panel: Histogram) -> Self {
        Self::Histogram(panel)
    }
}

impl From<Heatmap> for Panel {
    fn from(panel: Heatmap) -> Self {
        Self::Heatmap(panel)
    }
}

/// A figure: rows of panels from the top, each row from the left.
///
/// Panels above one another line up, and where their x axis is time they share it.
///
/// # Examples
///
/// ```
/// use neuropil_plot::{Axis, Figure, Lines, Raster, RasterPopulation, Series};
///
/// let spikes = vec![(1.0, 0), (2.5, 1), (4.0, 0)];
/// let raster = Raster::new(vec![RasterPopulation::new("exc", 2, spikes)], (0.0, 5.0));
/// let v = Series::new("exc.V", [0.0, 2.5, 5.0], vec![-60.0, -52.0, -55.0]);
/// let figure = Figure::new().below(raster).below(Lines::traces(Axis::new("V", "mV"), vec![v]));
/// assert!(figure.to_svg().contains("V (mV)"));
/// ```
#[derive(Clone, Debug)]
pub struct Figure {
    /// The title above all panels; may be empty.
    pub title: String,
    /// The rows of panels.
    pub rows: Vec<Vec<Panel>>,
    /// The width in points; the height follows from the panels.
    pub width: f64,
}

impl Default for Figure {
    fn default() -> Self {
        Self {
            title: String::new(),
            rows: Vec::new(),
            width: USUAL_WIDTH,
        }
    }
}

impl Figure {
    /// Makes a figure without panels.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a title.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Adds a panel in a new row.
    #[must_use]
    pub fn below(mut self, panel: impl Into<Panel>) -> Self {
        self.rows.push(vec![panel.into()]);
        self
    }

    /// Adds a panel to the last row.
    #[must_use]
    pub fn beside(mut self, panel: impl Into<Panel>) -> Self {
        match self.rows.last_mut() {
            Some(row) => row.push(panel.into()),
            None => self.rows.push(vec![panel.into()]),
        }
        self
    }

    /// Writes the figure as SVG; the same figure gives the same text.
    pub fn to_svg(&self) -> String {
        layout::draw(self)
    }

    /// Renders the figure as PNG; a scale of 2 gives two pixels a point.
    ///
    /// # Errors
    ///
    /// [`PlotError::Scale`] for a scale outside 0.1 to 16 or a picture beyond 32,000 pixels;
    /// [`PlotError::Render`] and [`PlotError::Encode`] where the renderer fails.
    pub fn to_png(&self, scale: f64) -> Result<Vec<u8>, PlotError> {
        png::render(&self.to_svg(), scale)
    }
}
