//! The samples that `eval`, `predict` and `check` run on.

use std::path::Path;

use anyhow::Result;
use pellucid::data::Column;
use pellucid::nn::{DataNotes, LossConfig};
use pellucid::prelude::*;
use pellucid_lab::mnist;
use pellucid_terminal::say;

use super::classes::Classes;
use super::columns::{Columns, Reading, known};
use super::roles::{INPUT, Roles, TARGET, WEIGHT};
use super::source::Source;
use crate::args::{Input, MnistPart};
use crate::column_file::ColumnFile;

/// The seed of the pooled split's test images.
const SPLIT_SEED: u64 = 42;

/// What pixels are multiplied by.
pub const PIXEL: f64 = 1.0 / 255.0;

/// Loads the samples that the options name for a model, as it learned to see them: `notes` are those of its checkpoint. Targets
/// are read where `roles` has terms.
pub fn load(input: &Input, roles: &Roles, notes: &DataNotes) -> Result<Dataset> {
    let files: Vec<ColumnFile> = input
        .columns
        .iter()
        .map(|(name, path)| ColumnFile {
            name: name.clone(),
            path: path.clone(),
            scale: None,
            below: notes.columns.get(name).and_then(|notes| notes.below),
        })
        .collect();
    let table = table(input, roles, notes)?;
    let reading = Reading {
        rows: table.as_ref().map(|data| data.column(0).map_or(0, Column::len)),
        header: input.header.known(),
        notes: Some(notes),
    };
    let data = Columns::read(&files, roles, reading)?.join(table)?;
    roles.check(&data, "--data FILE or --column NAME=FILE")?;
    if roles.evaluates() && notes.columns.contains_key(WEIGHT) && data.column_index(WEIGHT).is_none() {
        say!("note: all samples count alike here, but a column \"weight\" weighed those of the training");
    }
    Ok(data)
}

/// The samples of the table that the options name, if they name one.
fn table(input: &Input, roles: &Roles, notes: &DataNotes) -> Result<Option<Dataset>> {
    let loss = roles.loss();
    let classes = loss.is_some_and(LossConfig::takes_classes);
    let task = if classes { Task::Classify } else { Task::Reconstruct };
    let scale = input.scale.or(known(notes, INPUT).scale);
    let data = match &input.data {
        Some(data) => data.as_str(),
        None if input.columns.is_empty() => "mnist",
        None => return Ok(None),
    };
    let path = Path::new(data);
    let (folder, part) = match data {
        "mnist" => (None, input.split),
        "mnist-official" => (None, MnistPart::Official),
        _ if path.is_dir() => (Some(path), input.split),
        _ => {
            let names = known(notes, TARGET).class_names;
            let source = Source {
                path,
                labels: input.labels.as_deref().filter(|_| loss.is_some()),
                label_column: input.label_column.as_deref(),
                targets: input.targets.as_deref().filter(|_| loss.is_some()),
                header: input.header.known(),
                scale,
                below: roles.below(),
                classes: if loss.is_some() { Classes::OfModel(names.as_deref()) } else { Classes::Ignored },
                count: notes.class_weights.as_ref().map_or(0, Vec::len),
                alone: input.columns.iter().any(|(name, _)| name == TARGET),
            };
            return Ok(Some(source.load()?.0));
        }
    };
    let mnist = mnist::load(folder)?.scaled(scale.unwrap_or(PIXEL))?;
    Ok(Some(match part {
        MnistPart::Pooled => mnist.pooled_split(task, SPLIT_SEED)?.test,
        MnistPart::Official => mnist.official_split(task)?.test,
    }))
}
