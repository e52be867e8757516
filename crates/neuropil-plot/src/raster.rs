//! Spikes of populations over time.

use crate::axis::{Axis, drawable, widened};
use crate::colour::{Colour, palette};
use crate::frame::{Area, AxisSpec, Band, Frame};
use crate::svg::{PathData, Svg, number};
use crate::text::thousands;

/// How many spikes are drawn before whole neurons are left out.
const MOST_SPIKES: usize = 120_000;

/// The least number of neurons that thinning leaves of a population.
const FEWEST_NEURONS: u32 = 50;

/// The grid to which spikes of dense rasters are rounded, in points; marks are larger.
const GRID: f64 = 0.5;

/// Spikes of one population.
#[derive(Clone, Debug, Default)]
pub struct RasterPopulation {
    /// The name, written beside the population.
    pub name: String,
    /// The number of neurons.
    pub size: u32,
    /// Time in ms and index of each spike, in any order.
    pub spikes: Vec<(f64, u32)>,
    /// The colour; `None` takes the next one of the palette.
    pub colour: Option<Colour>,
}

impl RasterPopulation {
    /// Makes a population of a name, a size and its spikes (time in ms, index).
    pub fn new(name: impl Into<String>, size: u32, spikes: Vec<(f64, u32)>) -> Self {
        Self {
            name: name.into(),
            size,
            spikes,
            colour: None,
        }
    }
}

/// A raster: one mark a spike, populations from the top in the order given.
///
/// Beyond 120,000 spikes whole neurons are left out, evenly and only where more than 50 remain;
/// the picture says so. Spikes outside the time span are not drawn.
#[derive(Clone, Debug, Default)]
pub struct Raster {
    /// The title; may be empty.
    pub title: String,
    /// The populations, from the top.
    pub populations: Vec<RasterPopulation>,
    /// Begin and end of the time axis in ms.
    pub span: (f64, f64),
}

impl Raster {
    /// Makes a raster of populations over a time span in ms.
    pub fn new(populations: Vec<RasterPopulation>, span: (f64, f64)) -> Self {
        Self {
            title: String::new(),
            populations,
            span,
        }
    }

    /// Adds a title.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Every how many neurons one is drawn.
    fn stride(&self) -> u32 {
        let spikes: usize = self.populations.iter().map(|p| p.spikes.len()).sum();
        u32::try_from(spikes.div_ceil(MOST_SPIKES))
            .unwrap_or(u32::MAX)
            .max(1)
    }

    /// Top and bottom of each population as fractions; small ones get room for their name.
    fn shares(&self) -> Vec<(f64, f64)> {
        let total: f64 = self
            .populations
            .iter()
            .map(|p| f64::from(p.size.max(1)))
            .sum();
        let least = 0.12_f64.min(1.0 / self.populations.len().max(1) as f64);
        let raw: Vec<f64> = self
            .populations
            .iter()
            .map(|p| (f64::from(p.size.max(1)) / total).max(least))
            .collect();
        let sum: f64 = raw.iter().sum();
        let mut top = 0.0;
        raw.iter()
            .map(|share| {
                let bottom = top + share / sum;
                let band = (top, bottom);
                top = bottom;
                band
            })
            .collect()
    }

    fn colour(&self, at: usize) -> Colour {
        self.populations[at].colour.unwrap_or_else(|| palette(at))
    }

    pub(crate) fn frame(&self) -> Frame {
        let (start, end) = self.span;
        let span = if drawable(start) && drawable(end) {
            (start, end.max(start))
        } else {
            (0.0, 1.0)
        };
        let neurons: u32 = self
            .populations
            .iter()
            .fold(0, |sum, p| sum.saturating_add(p.size));
        let single = self.populations.len() == 1;
        let mut y = AxisSpec::new(
            Axis::new(if single { "neuron" } else { "" }, ""),
            (-0.5, f64::from(neurons.max(1)) - 0.5),
        );
        y.whole = true;
        let mut title = self.title.clone();
        if single {
            if title.is_empty() {
                title.clone_from(&self.populations[0].name);
            }
        } else {
            let shares = self.shares();
            for (at, population) in self.populations.iter().enumerate() {
                y.bands.push(Band {
                    name: population.name.clone(),
                    below: thousands(population.size as usize),
                    colour: self.colour(at),
                    top: shares[at].0,
                    bottom: shares[at].1,
                });
            }
        }
        let stride = self.stride();
        let mut strides: Vec<u32> = self
            .populations
            .iter()
            .map(|p| stride_within(p.size, stride))
            .collect();
        let thinned = strides.iter().any(|s| *s > 1);
        strides.dedup();
        let mut notes = Vec::new();
        if let ([common], true) = (strides.as_slice(), thinned) {
            notes.push(format!("1 of {common} neurons drawn"));
        } else if thinned {
            let each = self
                .populations
                .iter()
                .map(|p| format!("1 of {} ({})", stride_within(p.size, stride), p.name));
            notes.push(format!(
                "neurons drawn: {}",
                each.collect::<Vec<_>>().join(", ")
            ));
        }
        let none = self.populations.iter().all(|p| p.spikes.is_empty());
        let least = (self.populations.len() as f64 * 34.0).max(90.0);
        Frame {
            title,
            keys: Vec::new(),
            notes,
            x: AxisSpec::time(widened(span)),
            y,
            height: (f64::from(neurons) * 12.0).clamp(least, 300.0_f64.max(least)),
            colour_bar: None,
            empty: none.then_some("no spikes"),
        }
    }

    pub(crate) fn draw(&self, svg: &mut Svg, area: &Area) {
        let shares = self.shares();
        let stride = self.stride();
        let spikes: usize = self.populations.iter().map(|p| p.spikes.len()).sum();
        for (at, population) in self.populations.iter().enumerate() {
            let (top, bottom) = shares[at];
            // A little air between the bands.
            let air = if self.populations.len() > 1 { 2.0 } else { 0.0 };
            let band = (
                area.top + top * area.height + air,
                ((bottom - top) * area.height - 2.0 * air).max(1.0),
            );
            draw_band(
                svg,
                area,
                population,
                band,
                (stride, spikes),
                self.colour(at),
            );
        }
    }
}

/// Every how many neurons of a population one is drawn, so that enough remain.
fn stride_within(size: u32, stride: u32) -> u32 {
    stride.min(size / FEWEST_NEURONS).max(1)
}

/// Draws one population into a band (top, height).
fn draw_band(
    svg: &mut Svg,
    area: &Area,
    population: &RasterPopulation,
    band: (f64, f64),
    (stride, all_spikes): (u32, usize),
    colour: Colour,
) {
    let (top, height) = band;
    let row = height / f64::from(population.size.max(1));
    let stride = stride_within(population.size, stride);
    let seen = population.spikes.iter().filter(|(time, index)| {
        *index < population.size && index % stride == 0 && (area.x.low..=area.x.high).contains(time)
    });
    // Index 0 is at the bottom of its band.
    let middle = |index: u32| top + height - (f64::from(index) + 0.5) * row;
    if row >= 3.0 {
        let tick = (row * 0.7).min(14.0);
        let mut path = PathData::default();
        for (time, index) in seen {
            path.push_str(&format!(
                "M{} {}v{}",
                number(area.x.place(*time)),
                number(middle(*index) - tick / 2.0),
                number(tick)
            ));
        }
        svg.stroke(path.as_str(), colour, 1.1, 1.0);
        return;
    }
    // Many neurons a point of height: small squares, smaller the denser they lie, sorted and
    // written relative to one another so that a mark costs a few bytes. Marks in the same cell
    // of the grid would cover each other and are drawn once.
    let drawn = (all_spikes / stride as usize).max(1) as f64;
    let mark = (0.22 * area.width * area.height / drawn)
        .sqrt()
        .clamp(0.8, 1.8);
    let grid = if drawn > MOST_SPIKES as f64 {
        2.0 * GRID
    } else {
        GRID
    };
    let mut cells: Vec<(i32, i32)> = seen
        .map(|(time, index)| {
            let x = (area.x.place(*time) / grid).round() as i32;
            ((middle(*index) / grid).round() as i32, x)
        })
        .collect();
    cells.sort_unstable();
    cells.dedup();
    let mut path = PathData::default();
    let mut last: Option<(i32, i32)> = None;
    for (y, x) in cells {
        match last {
            Some((row, column)) if row == y => {
                let gap = f64::from(x - column) * grid - mark;
                path.push_str(&format!("m{} 0h{}", number(gap), number(mark)));
            }
            _ => {
                let (left, line) = (f64::from(x) * grid - mark / 2.0, f64::from(y) * grid);
                path.push_str(&format!(
                    "M{} {}h{}",
                    number(left),
                    number(line),
                    number(mark)
                ));
            }
        }
        last = Some((y, x));
    }
    svg.stroke(path.as_str(), colour, mark, 1.0);
}
