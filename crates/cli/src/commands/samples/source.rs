//! A table of samples and its targets.

use std::path::Path;

use anyhow::Result;
use pellucid::data::{Column, DataError, LabelColumn, Labels, TableOptions, read_label_texts, read_table};
use pellucid::nn::DataNotes;
use pellucid::prelude::*;
use pellucid_terminal::say;

use super::classes::Classes;
use super::roles::TARGET;
use super::rows::check_rows;

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
