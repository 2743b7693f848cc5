//! Figures as PNG, rendered by resvg with the system's fonts.

use std::sync::Arc;

use resvg::{tiny_skia, usvg};

use crate::error::ReportError;
use crate::figures::Figure;

/// Pixels a unit of the figure.
const SCALE: f32 = 2.0;

/// Holds the system's fonts, which take a while to find.
pub(crate) struct Renderer {
    options: usvg::Options<'static>,
}

impl Renderer {
    pub(crate) fn new() -> Self {
        let mut options = usvg::Options { font_family: "DejaVu Sans".into(), ..usvg::Options::default() };
        Arc::make_mut(&mut options.fontdb).load_system_fonts();
        Self { options }
    }

    pub(crate) fn has_fonts(&self) -> bool {
        !self.options.fontdb.is_empty()
    }

    /// The light figure as PNG. Text is left out where the system has no fonts.
    pub(crate) fn render(&self, figure: &Figure) -> Result<Vec<u8>, ReportError> {
        let fail = |reason: String| ReportError::Png { figure: figure.name.clone(), reason };
        let tree =
            usvg::Tree::from_str(&figure.svg.light_file(), &self.options).map_err(|e| fail(e.to_string()))?;
        let size =
            tree.size().to_int_size().scale_by(SCALE).ok_or_else(|| fail("its size is zero".into()))?;
        let mut pixels = tiny_skia::Pixmap::new(size.width(), size.height())
            .ok_or_else(|| fail(format!("{} x {} pixels do not fit", size.width(), size.height())))?;
        resvg::render(&tree, tiny_skia::Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
        pixels.encode_png().map_err(|e| fail(e.to_string()))
    }
}
