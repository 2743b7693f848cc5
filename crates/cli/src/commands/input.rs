//! The samples that `train`, `eval` and `predict` run on.

use std::path::Path;

use anyhow::Result;
use pellucid::data::text::{Escaped, quoted};
use pellucid::data::{
    Column, DataError, LabelColumn, LabelTexts, Labels, Place, TableOptions, read_label_texts, read_table,
};
use pellucid::nn::{DataNotes, LossConfig};
use pellucid::prelude::*;
use pellucid_lab::mnist;
use pellucid_terminal::{failure, say};

use super::columns::{Columns, Reading, Roles, TARGET};
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
    Ok(data)
}

/// The samples of the table that the options name, if they name one.
fn table(input: &Input, roles: &Roles, notes: &DataNotes) -> Result<Option<Dataset>> {
    let loss = roles.loss();
    let task =
        if loss == Some(LossConfig::CrossEntropyWithLogits) { Task::Classify } else { Task::Reconstruct };
    let scale = input.scale.or(notes.input_scale);
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
            let names = notes.class_names.as_deref();
            let source = Source {
                path,
                labels: input.labels.as_deref().filter(|_| loss.is_some()),
                label_column: input.label_column.as_deref(),
                targets: input.targets.as_deref().filter(|_| loss.is_some()),
                header: input.header.known(),
                scale,
                below: roles.below(),
                classes: if loss.is_some() { Classes::OfModel(names) } else { Classes::Ignored },
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

/// What labels mean.
#[derive(Clone, Copy)]
pub enum Classes<'a> {
    /// The classes are those of the labels.
    New,
    /// The classes are those of a model: these, or numbers from 0.
    OfModel(Option<&'a [String]>),
    /// Labels are not asked for.
    Ignored,
}

impl Classes<'_> {
    /// The classes of labels from `origin`; those that are new and have names are noted in `names`.
    pub fn of(
        self,
        labels: LabelTexts,
        origin: &str,
        names: &mut Option<Vec<String>>,
    ) -> Result<Labels, DataError> {
        if let Classes::OfModel(Some(names)) = self {
            return labels.classes_named(names);
        }
        let labels = labels.classes()?;
        if labels.are_numbers() {
            return Ok(labels);
        }
        if matches!(self, Classes::OfModel(None)) {
            let shown: Vec<_> = labels.names.iter().take(3).map(|name| quoted(name)).collect();
            let expected = "whole numbers from 0 as labels, as the model's classes have no names";
            return Err(DataError::invalid(origin, expected, shown.join(", "), Place::Whole));
        }
        *names = Some(labels.names.clone());
        Ok(labels)
    }
}

/// A table of samples with labels, targets, or neither (then the samples are their own targets).
pub struct Source<'a> {
    pub path: &'a Path,
    pub labels: Option<&'a Path>,
    pub label_column: Option<&'a str>,
    pub targets: Option<&'a Path>,
    /// Whether the first row of a CSV file is a header, where that is said.
    pub header: Option<bool>,
    /// What inputs are multiplied by, where that is said.
    pub scale: Option<f64>,
    /// What its numbers are below, where they are indices.
    pub below: Option<u32>,
    pub classes: Classes<'a>,
    /// The number of classes, of which a table may lack some; 0 where it is not known.
    pub count: usize,
    /// Whether targets come from elsewhere, so that samples are not their own.
    pub alone: bool,
}

impl Source<'_> {
    /// Reads the files; what is to be known of them goes to standard error.
    pub fn load(&self) -> Result<(Dataset, DataNotes)> {
        let options = TableOptions {
            header: self.header,
            label: self.label_column.map(|name| LabelColumn::Name(name.to_owned())),
            scale: if self.below.is_some() { Some(1.0) } else { self.scale },
        };
        let table = read_table(self.path, &options)?;
        let mut said = table.notes;
        let scale = Some(table.scale).filter(|_| self.below.is_none());
        let mut notes = DataNotes { input_scale: scale, ..DataNotes::default() };
        let labels = match (table.labels, self.labels) {
            (Some(labels), _) => Some(labels),
            (None, Some(path)) => Some(read_label_texts(path, self.header)?),
            (None, None) => None,
        };
        let rows = table.features.rows();
        let labels = labels.filter(|_| !matches!(self.classes, Classes::Ignored));
        let targets = match (labels, self.targets) {
            (Some(labels), _) => {
                let path = self.labels.unwrap_or(self.path);
                check_rows(path, rows, labels.len())?;
                let origin = path.display().to_string();
                let Labels { labels, names } = self.classes.of(labels, &origin, &mut notes.class_names)?;
                Targets::Classes { labels, classes: names.len().max(self.count) }
            }
            (None, Some(path)) => {
                // Never scaled: a target is the number that it is.
                let options = TableOptions { header: self.header, label: None, scale: Some(1.0) };
                let targets = read_table(path, &options)?;
                said.extend(targets.notes);
                check_rows(path, rows, targets.features.rows())?;
                Targets::Values(targets.features)
            }
            (None, None) => Targets::SameAsInput,
        };
        for note in said {
            say!("note: {note}");
        }
        Ok((self.dataset(table.features, targets)?, notes))
    }

    fn dataset(&self, features: Features, targets: Targets) -> Result<Dataset, DataError> {
        let input = match self.below {
            Some(below) => {
                let indices = features.into_indices(&self.path.display().to_string(), below)?;
                Column::indices(indices, below as usize)
            }
            None if self.alone && targets == Targets::SameAsInput => Column::numbers(features),
            None => return Dataset::new(features, targets),
        };
        let data = Dataset::from_columns([("input", input)])?;
        match targets {
            Targets::SameAsInput | Targets::Column => Ok(data),
            Targets::Values(targets) => data.with_column(TARGET, Column::numbers(targets)),
            Targets::Classes { labels, classes } => {
                data.with_column(TARGET, Column::classes(labels, classes))
            }
        }
    }
}

/// Checks that a file has a row for each sample; one more may be a header.
pub fn check_rows(path: &Path, samples: usize, found: usize) -> Result<()> {
    if samples == found {
        return Ok(());
    }
    let hint = if samples.abs_diff(found) == 1 {
        "; is a first row taken for a header, or a header for data? Then say so: header = true or false in a TOML \
         file, --header yes or no to a command"
    } else {
        ""
    };
    let path = path.display().to_string();
    let path = Escaped(&path);
    Err(failure::data(format!("{path}: expected {samples} rows, one for each sample, found {found}{hint}")))
}
