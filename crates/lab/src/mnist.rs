//! Where MNIST is found.

use std::path::Path;

use anyhow::Result;
use pellucid::data::Mnist;

/// Reads MNIST from the folder that was named, or from `data/mnist` in the working folder, or else in the source tree.
///
/// # Errors
/// Returns an error if the four files cannot be read or are not MNIST's.
pub fn load(folder: Option<&Path>) -> Result<Mnist> {
    let source_tree = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/mnist"));
    let here = Path::new("data/mnist");
    let folder = folder.unwrap_or(if here.is_dir() || !source_tree.is_dir() { here } else { source_tree });
    Ok(Mnist::load(folder)?)
}
