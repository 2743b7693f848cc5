//! Columns of a data set beside its table: inputs of a network, targets of its terms, weights of samples.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use pellucid::data::text::Escaped;
use pellucid::data::{Column, TableOptions, read_indices, read_label_texts, read_table};
use pellucid::nn::{ColumnNotes, DataNotes, LossConfig, Plan, Port, TermConfig};
use pellucid::prelude::*;
use pellucid_terminal::{failure, say};

use super::input::{Classes, check_rows};
use crate::column_file::ColumnFile;

/// The column that a table becomes, the one that its labels or targets become, and the one that weighs samples.
const INPUT: &str = "input";
pub const TARGET: &str = "target";
const WEIGHT: &str = "weight";

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Role {
    /// An input of numbers.
    Numbers,
    /// An input of indices, or targets that are indices.
    Indices(u32),
    /// The targets of a loss that takes classes.
    Classes,
    /// The targets of any other loss.
    Targets,
    Weights,
}

/// What a network and its objective ask of the columns of a data set.
#[derive(Debug)]
pub struct Roles {
    inputs: Vec<(String, Port)>,
    /// The terms that are to be evaluated.
    terms: Vec<TermConfig>,
    /// Columns that are something, though not to this command.
    ignored: Vec<String>,
}

impl Roles {
    /// The roles in the training of a network with the inputs of `plan`.
    pub fn of_training(plan: &Plan, config: &TrainConfig) -> Self {
        Self { inputs: inputs(plan), terms: terms(config), ignored: Vec::new() }
    }

    /// The roles in a prediction by a model that `config` has trained.
    pub fn of_prediction(plan: &Plan, config: Option<&TrainConfig>) -> Self {
        let targets =
            config.map(terms).unwrap_or_default().into_iter().filter_map(|term| match term.target {
                TargetOf::Column(name) => Some(name),
                _ => None,
            });
        let ignored = targets.chain([WEIGHT.to_owned()]).collect();
        Self { inputs: inputs(plan), terms: Vec::new(), ignored }
    }

    /// The loss that the labels or targets of a table are for.
    pub fn loss(&self) -> Option<LossConfig> {
        let of_table = |term: &&TermConfig| term.target == TargetOf::Column(TARGET.into());
        self.terms.iter().find(of_table).map(|term| term.loss)
    }

    /// What the numbers of a table are below, where it feeds an input of indices.
    pub fn below(&self) -> Option<u32> {
        match &self.inputs[..] {
            [(_, port)] => port.below,
            inputs => inputs.iter().find(|(name, _)| name == INPUT).and_then(|(_, port)| port.below),
        }
    }

    fn role(&self, file: &ColumnFile) -> Option<Role> {
        if file.name == WEIGHT {
            return Some(Role::Weights);
        }
        let only = self.inputs.len() == 1 && file.name == INPUT;
        if let Some((_, port)) = self.inputs.iter().find(|(name, _)| *name == file.name || only) {
            return Some(port.below.map_or(Role::Numbers, Role::Indices));
        }
        let target = TargetOf::Column(file.name.clone());
        let term = self.terms.iter().find(|term| term.target == target)?;
        Some(match (file.below, term.loss) {
            (Some(below), _) => Role::Indices(below),
            (None, LossConfig::CrossEntropyWithLogits) => Role::Classes,
            (None, _) => Role::Targets,
        })
    }

    /// Checks that a data set has all columns that are needed; `option` says how one is given.
    pub fn check(&self, data: &Dataset, option: &str) -> Result<()> {
        let names = || data.names().collect::<Vec<_>>().join(", ");
        let missing = |what: String, name: &str| {
            let expected = format!("expected a column {name:?}, {what} ({option})");
            Err(failure::usage(format!("{expected}, found columns {}", names())))
        };
        for (name, port) in &self.inputs {
            let only = self.inputs.len() == 1 && data.column_index(INPUT).is_some();
            if data.column_index(name).is_none() && !only {
                let kind = if port.is_indices() { "" } else { " numbers" };
                return missing(format!("the network's input of {port}{kind}"), name);
            }
        }
        for TermConfig { name: term, target, .. } in &self.terms {
            let TargetOf::Column(name) = target else { continue };
            if data.column_index(name).is_none() && (name != TARGET || data.column_index(INPUT).is_none()) {
                return missing(format!("the targets of the term {term:?}"), name);
            }
            // The input is its own target only where it is clear which.
            let clear = matches!(&self.inputs[..], [(only, port), more @ ..] if !port.is_indices() && (more.is_empty() || only == INPUT));
            if name == TARGET && matches!(**data.targets(), Targets::SameAsInput) && !clear {
                let expected = "expected labels, targets or a column \"target\"";
                return Err(failure::usage(format!(
                    "the term {term:?}: {expected}, or another target such as {{ value = \"NAME\" }}"
                )));
            }
        }
        Ok(())
    }
}

fn inputs(plan: &Plan) -> Vec<(String, Port)> {
    plan.inputs().iter().map(|input| (input.name.clone(), input.port.clone())).collect()
}

/// The terms of an objective, also where it is one loss.
pub fn terms(config: &TrainConfig) -> Vec<TermConfig> {
    if config.terms.is_empty() {
        let loss = TermConfig {
            name: "loss".into(),
            loss: config.loss,
            of: None,
            target: TargetOf::default(),
            weight: 1.0,
        };
        return vec![loss];
    }
    config.terms.clone()
}

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
            let Some(role) = roles.role(file) else {
                if roles.ignored.contains(name) {
                    continue;
                }
                let inputs: Vec<&str> = roles.inputs.iter().map(|(name, _)| &**name).collect();
                let expected = format!("expected an input of the network ({})", inputs.join(", "));
                let message = format!("column {name:?}: {expected}, the target of a term, or \"weight\"");
                return Err(failure::usage(message));
            };
            if file.scale.is_some() && role != Role::Numbers {
                let message = "expected a scale of inputs of numbers only";
                return Err(failure::usage(format!("column {name:?}: {message}")));
            }
            let known = reading.notes.map(|notes| notes.columns.get(name).cloned().unwrap_or_default());
            // The number of classes, of which these samples may lack some.
            let weights = reading.notes.and_then(|notes| notes.class_weights.as_ref());
            let classes = weights.filter(|_| name == TARGET).map_or(0, Vec::len);
            let (column, notes) = column(file, role, reading.header, (known.as_ref(), classes))?;
            check_rows(&file.path, *rows.get_or_insert(column.len()), column.len())?;
            if notes != ColumnNotes::default() {
                read.notes.insert(name.clone(), notes);
            }
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
        // Rows of several numbers are shares of the classes.
        Role::Classes if several(path, header) => Column::numbers(table(Some(1.0))?.features),
        Role::Classes => {
            let classes = known.map_or(Classes::New, |known| Classes::OfModel(known.class_names.as_deref()));
            let labels = read_label_texts(path, header)?;
            let labels = classes.of(labels, &path.display().to_string(), &mut notes.class_names)?;
            Column::classes(labels.labels, labels.names.len().max(count))
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

/// Whether a file is a table of several columns of numbers.
fn several(path: &Path, header: Option<bool>) -> bool {
    let options = TableOptions { header, label: None, scale: Some(1.0) };
    read_table(path, &options).is_ok_and(|table| table.features.columns() > 1)
}
