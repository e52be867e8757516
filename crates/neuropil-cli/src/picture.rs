//! Pictures to a file that the user names.

use std::path::Path;

use neuropil::{Error, Figure};

use crate::command::{Failure, refused};

/// Two pixels a point: sharp on every screen.
const PNG_SCALE: f64 = 2.0;

/// The pictures that can be drawn.
#[derive(Clone, Copy)]
pub(crate) enum Picture {
    Svg,
    Png,
}

impl Picture {
    /// The kind that the name of a file tells; refused before any work is done.
    pub(crate) fn of(file: &Path) -> Result<Self, Failure> {
        match file.extension().and_then(|end| end.to_str()) {
            Some("svg") => Ok(Self::Svg),
            Some("png") => Ok(Self::Png),
            _ => Err(refused(&format!(
                "`{}` ends neither in .svg nor in .png",
                file.display()
            ))),
        }
    }

    /// Draws a figure to a file.
    pub(crate) fn draw(self, figure: &Figure, file: &Path) -> Result<(), Error> {
        let bytes = match self {
            Self::Svg => figure.to_svg().into_bytes(),
            Self::Png => figure.to_png(PNG_SCALE).map_err(|source| Error::Plot {
                name: file.display().to_string(),
                source,
            })?,
        };
        std::fs::write(file, bytes).map_err(|source| Error::Write {
            path: file.to_path_buf(),
            source,
        })
    }
}
