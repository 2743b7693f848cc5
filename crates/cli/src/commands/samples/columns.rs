//! Columns of a data set beside its table: inputs of a network, targets of its terms, weights of samples.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use pellucid::data::text::Escaped;
use pellucid::data::{Column, TableOptions, read_indices, read_label_texts, read_table};
use pellucid::nn::{ColumnNotes, DataNotes};
use pellucid::prelude::*;
use pellucid_terminal::{failure, say};

use super::classes::Classes;
use super::roles::{INPUT, Role, Roles, TARGET};
use super::rows::check_rows;
use crate::column_file::ColumnFile;

/// Columns that were read.
#[derive(Debug, Default)]
pub struct Columns {
    columns: Vec<(String, PathBuf, Column)>,
    /// What is to be known to read others like them, by name.
    pub notes: BTreeMap<String, ColumnNotes>,
}

/// How columns are read.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// The samples of the table that they stand beside.
    pub rows: Option<usize>,
    /// Whether CSV files begin with a header, where that is said.
    pub header: Option<bool>,
    /// What the model was told of the columns that it was trained on; `None` where it is to be trained on these.
    pub notes: Option<&'a DataNotes>,
}

impl Columns {
    /// Reads the files of all columns that have a role.
    pub fn read(files: &[ColumnFile], roles: &Roles, reading: Reading<'_>) -> Result<Self> {
        let mut read = Self::default();
        let mut rows = reading.rows;
        for (place, file) in files.iter().enumerate() {
            let name = &file.name;
            if files[..place].iter().any(|other| other.name == *name) {
                return Err(failure::usage(format!("column {name:?}: expected every name once")));
            }
            let Some(role) = roles.role(file)? else { continue };
            if file.scale.is_some() && role != Role::Numbers {
                let message = "expected a scale of inputs of numbers only";
                return Err(failure::usage(format!("column {name:?}: {message}")));
            }
            let known = reading.notes.map(|notes| known(notes, name));
            // The number of classes, of which these samples may lack some.
            let weights = reading.notes.and_then(|notes| notes.class_weights.as_ref());
            let classes = weights.filter(|_| name == TARGET).map_or(0, Vec::len);
            let (column, notes) = column(file, role, reading.header, (known.as_ref(), classes))?;
            check_rows(&file.path, *rows.get_or_insert(column.len()), column.len())?;
            read.notes.insert(name.clone(), notes);
            read.columns.push((name.clone(), file.path.clone(), column));
        }
        Ok(read)
    }

    /// A data set with these columns too, or with these alone.
    pub fn join(&self, data: Option<Dataset>) -> Result<Dataset> {
        let mut data = data;
        for (name, path, column) in &self.columns {
            let (name, column) = (name.as_str(), column.clone());
            let joined = match data {
                Some(data) => data.with_column(name, column),
                None => Dataset::from_columns([(name, column)]),
            };
            data = Some(joined.with_context(|| Escaped(&path.display().to_string()).to_string())?);
        }
        data.ok_or_else(|| failure::usage("expected a table of samples, or columns"))
    }
}

/// What a model was told of a column, which may have been a table or its labels.
pub fn known(notes: &DataNotes, name: &str) -> ColumnNotes {
    let mut known = notes.columns.get(name).cloned().unwrap_or_default();
    match name {
        INPUT => known.scale = known.scale.or(notes.input_scale),
        TARGET => known.class_names = known.class_names.or_else(|| notes.class_names.clone()),
        _ => {}
    }
    known
}

/// Reads one column; `known` is what the model was told of the one that it was trained on, and `count` the number of classes,
/// where that is known.
fn column(
    file: &ColumnFile,
    role: Role,
    header: Option<bool>,
    (known, count): (Option<&ColumnNotes>, usize),
) -> Result<(Column, ColumnNotes)> {
    let ColumnFile { path, scale, below, .. } = file;
    let table = |scale: Option<f64>| {
        let table = read_table(path, &TableOptions { header, label: None, scale })?;
        table.notes.iter().for_each(|note| say!("note: {note}"));
        Ok::<_, anyhow::Error>(table)
    };
    let mut notes = ColumnNotes::default();
    let column = match role {
        Role::Numbers => {
            let table = table(scale.or(known.and_then(|known| known.scale)))?;
            notes.scale = Some(table.scale);
            Column::numbers(table.features)
        }
        Role::Indices(bound) => {
            notes.below = *below;
            Column::indices(read_indices(path, header, bound)?, bound as usize)
        }
        Role::Classes => {
            if let Some(shares) = shares(path, header) {
                Column::numbers(shares)
            } else {
                let classes =
                    known.map_or(Classes::New, |known| Classes::OfModel(known.class_names.as_deref()));
                let labels = read_label_texts(path, header)?;
                let labels = classes.of(labels, &path.display().to_string(), &mut notes.class_names)?;
                Column::classes(labels.labels, labels.names.len().max(count))
            }
        }
        Role::Targets => Column::numbers(table(Some(1.0))?.features),
        Role::Weights => {
            let table = table(Some(1.0))?;
            let columns = table.features.columns();
            if columns > 1 {
                let path = path.display().to_string();
                let message = format!("expected a weight for each sample, found {columns} columns");
                return Err(failure::data(format!("{}: {message}", Escaped(&path))));
            }
            Column::weights(table.features.numbers().collect::<Vec<f64>>())
        }
    };
    Ok((column, notes))
}

/// The shares of the classes, if a file has rows of several numbers and not labels.
fn shares(path: &Path, header: Option<bool>) -> Option<Features> {
    let options = TableOptions { header, label: None, scale: Some(1.0) };
    let table = read_table(path, &options).ok().filter(|table| table.features.columns() > 1)?;
    table.notes.iter().for_each(|note| say!("note: {note}"));
    Some(table.features)
}
