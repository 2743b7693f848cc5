//! The samples that `train`, `eval` and `predict` run on.

use std::path::{Path, PathBuf};

use anyhow::Result;
use pellucid::data::{LabelColumn, TableOptions, Targets, read_label_texts, read_table};
use pellucid::nn::{DataNotes, LossConfig};
use pellucid::prelude::*;

use crate::args::{Input, MnistPart};
use crate::experiments::autoencoder::load_mnist;
use crate::failure;

/// The seed of the pooled split's test images.
const SPLIT_SEED: u64 = 42;

/// What pixels are multiplied by.
const PIXEL: f64 = 1.0 / 255.0;

/// What the data set's targets are to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wanted {
    /// The class, where the loss is a cross-entropy over classes; else the input or the targets given.
    For(LossConfig),
    /// None: the outputs are what is asked for.
    Nothing,
}

/// Loads the samples that the options name, for a model whose checkpoint notes `notes` of its data.
pub fn load(input: &Input, wanted: Wanted, notes: &DataNotes) -> Result<Dataset> {
    let classify = wanted == Wanted::For(LossConfig::CrossEntropyWithLogits);
    let task = if classify { Task::Classify } else { Task::Reconstruct };
    let scale = input.scale.or(notes.input_scale);
    let path = Path::new(&input.data);
    let (folder, part) = match input.data.as_str() {
        "mnist" => (None, input.split),
        "mnist-official" => (None, MnistPart::Official),
        _ if path.is_dir() => (Some(path), input.split),
        _ => {
            let source = Source {
                labels: input.labels.as_deref(),
                label_column: input.label_column.as_deref(),
                targets: input.targets.as_deref(),
                header: input.header.known(),
                scale,
                names: wanted != Wanted::Nothing && notes.class_names.is_some(),
                ..Source::new(path)
            };
            return Ok(table(&source, notes, wanted == Wanted::Nothing)?.data);
        }
    };
    let mnist = load_mnist(folder)?.scaled(scale.unwrap_or(PIXEL))?;
    Ok(match part {
        MnistPart::Pooled => mnist.pooled_split(task, SPLIT_SEED)?.test,
        MnistPart::Official => mnist.official_split(task)?.test,
    })
}
