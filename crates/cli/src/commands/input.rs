//! The samples that `train`, `eval` and `predict` run on.

use std::path::Path;

use anyhow::Result;
use pellucid::data::text::{Escaped, quoted};
use pellucid::data::{
    DataError, LabelColumn, LabelTexts, Labels, Place, TableOptions, read_label_texts, read_table,
};
use pellucid::nn::{DataNotes, LossConfig};
use pellucid::prelude::*;
use pellucid_lab::mnist;
use pellucid_terminal::{failure, say};

use crate::args::{Input, MnistPart};

/// The seed of the pooled split's test images.
const SPLIT_SEED: u64 = 42;

/// What pixels are multiplied by.
pub const PIXEL: f64 = 1.0 / 255.0;

/// What the data set's targets are to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wanted {
    /// The class, where the loss is a cross-entropy over classes; else the input or the targets given.
    For(LossConfig),
    /// None: the outputs are what is asked for.
    Nothing,
}

/// Loads the samples that the options name, as the model learned to see them: `notes` are those of its checkpoint.
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
            let asked = wanted != Wanted::Nothing;
            let names = notes.class_names.as_deref();
            let source = Source {
                path,
                labels: input.labels.as_deref().filter(|_| asked),
                label_column: input.label_column.as_deref(),
                targets: input.targets.as_deref().filter(|_| asked),
                header: input.header.known(),
                scale,
                classes: if asked { Classes::OfModel(names) } else { Classes::Ignored },
            };
            return Ok(source.load()?.0);
        }
    };
    let mnist = mnist::load(folder)?.scaled(scale.unwrap_or(PIXEL))?;
    Ok(match part {
        MnistPart::Pooled => mnist.pooled_split(task, SPLIT_SEED)?.test,
        MnistPart::Official => mnist.official_split(task)?.test,
    })
}

/// What labels mean.
pub enum Classes<'a> {
    /// The classes are those of the labels.
    New,
    /// The classes are those of a model: these, or numbers from 0.
    OfModel(Option<&'a [String]>),
    /// Labels are not asked for.
    Ignored,
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
    pub classes: Classes<'a>,
}

impl Source<'_> {
    /// Reads the files; what is to be known of them goes to standard error.
    pub fn load(&self) -> Result<(Dataset, DataNotes)> {
        let options = TableOptions {
            header: self.header,
            label: self.label_column.map(|name| LabelColumn::Name(name.to_owned())),
            scale: self.scale,
        };
        let table = read_table(self.path, &options)?;
        let mut said = table.notes;
        let mut notes = DataNotes { input_scale: Some(table.scale), class_names: None };
        let labels = match (table.labels, self.labels) {
            (Some(labels), _) => Some(labels),
            (None, Some(path)) => Some(read_label_texts(path, self.header)?),
            (None, None) => None,
        };
        let rows = table.features.rows();
        let labels = labels.filter(|_| !matches!(self.classes, Classes::Ignored));
        let targets = match (labels, self.targets) {
            (Some(labels), _) => {
                self.check_rows(self.labels, rows, labels.len())?;
                let Labels { labels, names } = self.classes(labels, &mut notes)?;
                Targets::Classes { labels, classes: names.len() }
            }
            (None, Some(path)) => {
                // Never scaled: a target is the number that it is.
                let options = TableOptions { header: self.header, label: None, scale: Some(1.0) };
                let targets = read_table(path, &options)?;
                said.extend(targets.notes);
                self.check_rows(Some(path), rows, targets.features.rows())?;
                Targets::Values(targets.features)
            }
            (None, None) => Targets::SameAsInput,
        };
        for note in said {
            say!("note: {note}");
        }
        Ok((Dataset::new(table.features, targets)?, notes))
    }

    fn classes(&self, labels: LabelTexts, notes: &mut DataNotes) -> Result<Labels, DataError> {
        if let Classes::OfModel(Some(names)) = self.classes {
            return labels.classes_named(names);
        }
        let origin = self.labels.unwrap_or(self.path).display().to_string();
        let labels = labels.classes()?;
        if labels.are_numbers() {
            return Ok(labels);
        }
        if matches!(self.classes, Classes::OfModel(None)) {
            let shown: Vec<_> = labels.names.iter().take(3).map(|name| quoted(name)).collect();
            let expected = "whole numbers from 0 as labels, as the model's classes have no names";
            return Err(DataError::invalid(origin, expected, shown.join(", "), Place::Whole));
        }
        notes.class_names = Some(labels.names.clone());
        Ok(labels)
    }

    /// Checks that there is one target for each sample; one more may be a header.
    fn check_rows(&self, path: Option<&Path>, samples: usize, targets: usize) -> Result<()> {
        if samples == targets {
            return Ok(());
        }
        let path = path.unwrap_or(self.path).display().to_string();
        let hint = if samples.abs_diff(targets) == 1 {
            "; is a first row taken for a header, or a header for data? Then say so: header = true or false in a TOML \
             file, --header yes or no to a command"
        } else {
            ""
        };
        let path = Escaped(&path);
        Err(failure::data(format!(
            "{path}: expected {samples} rows, one for each sample, found {targets}{hint}"
        )))
    }
}
