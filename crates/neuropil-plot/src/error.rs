//! Why a picture cannot be made.

use thiserror::Error;

/// A figure that cannot be turned into a PNG.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PlotError {
    /// The scale is not a number between 0.1 and 16, or the picture would be too large.
    #[error(
        "cannot draw {width} by {height} points at scale {scale}; choose a scale from 0.1 to 16"
    )]
    Scale {
        /// The width of the figure in points.
        width: f64,
        /// The height of the figure in points.
        height: f64,
        /// The scale that was asked for.
        scale: f64,
    },
    /// The renderer did not accept the SVG.
    #[error("the figure could not be rendered")]
    Render(#[from] resvg::usvg::Error),
    /// The pixels could not be written as PNG.
    #[error("the pixels could not be written as PNG: {reason}")]
    Encode {
        /// What the encoder said.
        reason: String,
    },
}
