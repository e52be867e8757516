//! Pixels from the SVG, with the font that is embedded in the program.

use crate::error::PlotError;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb::Database};
use std::sync::{Arc, OnceLock};

/// The typeface of the figures; its licence stands beside it.
const REGULAR: &[u8] = include_bytes!("../assets/Inter-Regular-subset.otf");
const SEMI_BOLD: &[u8] = include_bytes!("../assets/Inter-SemiBold-subset.otf");

/// The largest side of a picture in pixels.
const LARGEST: f64 = 32_000.0;

/// Renders an SVG at a scale and writes it as PNG.
pub(crate) fn render(svg: &str, scale: f64) -> Result<Vec<u8>, PlotError> {
    let options = Options {
        font_family: "Inter".to_owned(),
        fontdb: fonts(),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options)?;
    let (width, height) = (
        f64::from(tree.size().width()),
        f64::from(tree.size().height()),
    );
    let refuse = || PlotError::Scale {
        width,
        height,
        scale,
    };
    if !(0.1..=16.0).contains(&scale) || width.max(height) * scale > LARGEST {
        return Err(refuse());
    }
    let (w, h) = (
        (width * scale).round() as u32,
        (height * scale).round() as u32,
    );
    let mut pixels = Pixmap::new(w.max(1), h.max(1)).ok_or_else(refuse)?;
    let factor = scale as f32;
    resvg::render(
        &tree,
        Transform::from_scale(factor, factor),
        &mut pixels.as_mut(),
    );
    pixels.encode_png().map_err(|error| PlotError::Encode {
        reason: error.to_string(),
    })
}

/// The embedded faces, read once.
fn fonts() -> Arc<Database> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    Arc::clone(FONTS.get_or_init(|| {
        let mut fonts = Database::new();
        fonts.load_font_data(REGULAR.to_vec());
        fonts.load_font_data(SEMI_BOLD.to_vec());
        fonts.set_sans_serif_family("Inter");
        Arc::new(fonts)
    }))
}
