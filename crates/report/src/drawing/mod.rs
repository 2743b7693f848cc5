//! Drawing: SVG, axes, images.

pub(crate) mod axes;
#[cfg(feature = "png")]
pub(crate) mod png_file;
pub(crate) mod raster;
pub(crate) mod svg;
