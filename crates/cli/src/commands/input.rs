//! The samples that `eval` and `predict` run on.

use std::path::{Path, PathBuf};

use anyhow::Result;
use pellucid::data::{load_labels, load_table};
use pellucid::nn::LossConfig;
use pellucid::prelude::*;

use crate::args::Input;
use crate::experiments::autoencoder::load_mnist;
use crate::failure;

/// The seed of the pooled split's test images.
const SPLIT_SEED: u64 = 42;

/// What the data set's targets are to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wanted {
    /// The class, where the loss is a cross-entropy over classes; else the input or the targets given.
    For(LossConfig),
    /// None: the outputs are what is asked for.
    Nothing,
}

/// Loads the samples that the options name.
pub fn load(input: &Input, wanted: Wanted) -> Result<Dataset> {
    let classify = wanted == Wanted::For(LossConfig::CrossEntropyWithLogits);
    let task = if classify { Task::Classify } else { Task::Reconstruct };
    match input.data.as_str() {
        "mnist" => return Ok(load_mnist(None)?.pooled_split(task, SPLIT_SEED)?.test),
        "mnist-official" => return Ok(load_mnist(None)?.official_split(task)?.test),
        _ => {}
    }
    table(Path::new(&input.data), input.labels.as_ref(), input.targets.as_ref())
}

/// A table of samples with labels, targets, or neither (then the samples are their own targets).
pub fn table(path: &Path, labels: Option<&PathBuf>, targets: Option<&PathBuf>) -> Result<Dataset> {
    let features = load_table(path)?;
    let targets = match (labels, targets) {
        (Some(path), _) => {
            let labels = load_labels(path)?;
            let classes = labels.iter().max().map_or(0, |&largest| largest as usize + 1);
            if classes > 1 << 16 {
                let message =
                    format!("{}: expected labels below 65536, found {}", path.display(), classes - 1);
                return Err(failure::data(message));
            }
            Targets::Classes { labels, classes }
        }
        (None, Some(path)) => Targets::Values(load_table(path)?),
        (None, None) => Targets::SameAsInput,
    };
    Ok(Dataset::new(features, targets)?)
}
