//! The images of MNIST as floats.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;

use crate::{Outcome, WIDTHS};

/// The first `rows` images of a part, `train` or `t10k`, as numbers from 0 to 1.
pub fn images(folder: &Path, part: &str, rows: usize) -> Outcome<Vec<f32>> {
    let path = folder.join(format!("{part}-images-idx3-ubyte.gz"));
    let file = File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut bytes = Vec::new();
    GzDecoder::new(file).read_to_end(&mut bytes)?;
    let pixels = bytes.get(16..).ok_or("an IDX file is longer than its header")?;
    Ok(pixels.iter().take(rows.saturating_mul(WIDTHS[0])).map(|&pixel| f32::from(pixel) / 255.0).collect())
}
