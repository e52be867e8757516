//! Figures of recordings as SVG and PNG.
//!
//! One model of a figure writes SVG; the PNG is rendered from that SVG with a font that is
//! embedded in the program. So a picture looks the same on paper, in a browser and in a file,
//! on every machine, and the same data give the same bytes.
//!
//! A [`Figure`] holds rows of panels. The panels are [`Raster`] (spikes of populations),
//! [`Lines`] (traces, rates, curves), [`Histogram`] and [`Heatmap`]. Data come in as they are
//! recorded: times in ms, values in the unit of the declaration; an [`Axis`] names quantity and
//! unit. [`Figure::to_svg`] and [`Figure::to_png`] make the picture, and [`terminal`] draws
//! traces and rasters in text.
//!
//! Pictures stay small whatever the recording: long traces keep what can be seen of them, dense
//! rasters draw each place once and leave out whole neurons beyond 120,000 spikes, large
//! matrices are averaged. The picture says so where anything but invisible detail is left out.
//! Values that are not finite are gaps. A panel without data says so.
//!
//! Not here: logarithmic axes, three dimensions, shapes of cells, spectra, and anything that
//! reads a recording from disk.

mod axis;
mod colour;
mod error;
mod figure;
mod frame;
mod heatmap;
mod histogram;
mod layout;
mod legend;
mod lines;
mod png;
mod raster;
mod svg;
pub mod terminal;
mod text;

pub use axis::Axis;
pub use colour::{Colour, ColourMap, PALETTE, palette};
pub use error::PlotError;
pub use figure::{Figure, Panel};
pub use heatmap::Heatmap;
pub use histogram::Histogram;
pub use lines::{Lines, Series};
pub use raster::{Raster, RasterPopulation};
pub use text::{pretty_unit, quantity_of_unit};
