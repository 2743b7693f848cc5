//! The data of a training run and how they are cut.

use std::path::Path;

use anyhow::Result;
use pellucid::data::{Column, stratified_split};
use pellucid::nn::DataNotes;
use pellucid::prelude::*;
use pellucid_lab::mnist;
use pellucid_terminal::failure;

use super::super::samples::classes::Classes;
use super::super::samples::columns::{Columns, Reading};
use super::super::samples::input::PIXEL;
use super::super::samples::roles::{Roles, TARGET};
use super::super::samples::source::Source;
use crate::config::{Data, Goal, MnistSplit};

/// Checks that inputs and classes are those that a run to be resumed has seen.
pub fn check_notes(seen: &DataNotes, now: &DataNotes, path: &Path) -> Result<()> {
    let path = path.display();
    if seen.input_scale.is_some() && seen.input_scale != now.input_scale {
        let (expected, found) = (seen.input_scale.unwrap_or(1.0), now.input_scale.unwrap_or(1.0));
        return Err(failure::usage(format!(
            "{path}: expected inputs multiplied by {expected} as before (data.scale), found {found}"
        )));
    }
    if !seen.is_empty() && seen.class_names != now.class_names {
        let message = "expected labels of the same classes as before, found others";
        return Err(failure::data(format!("{path}: {message}")));
    }
    if !seen.is_empty() && seen.columns != now.columns {
        let message = "expected data.columns read as before (scales, classes, bounds), found others";
        return Err(failure::usage(format!("{path}: {message}")));
    }
    Ok(())
}

/// The parts of a data set.
pub struct Parts {
    pub train: Dataset,
    pub validation: Option<Dataset>,
    pub test: Option<Dataset>,
    /// What checkpoints are to keep of the data.
    pub notes: DataNotes,
}

/// The table of a configuration, before it is joined with columns and cut.
pub struct Table {
    samples: Samples,
    /// What checkpoints are to keep of it.
    notes: DataNotes,
}

enum Samples {
    Mnist(Mnist, Task),
    Rows(Dataset),
    /// All samples are in columns.
    None,
}

impl Table {
    /// Loads the table that a configuration names, of indices below `below` where the network's input is one of indices.
    pub fn load(data: &Data, below: Option<u32>) -> Result<Self> {
        let Some(source) = &data.source else {
            if data.labels.is_some()
                || data.label_column.is_some()
                || data.targets.is_some()
                || data.task != Goal::default()
            {
                let message = "expected data.source, whose rows the task, labels and targets are of";
                return Err(failure::usage(message));
            }
            if data.columns.is_empty() {
                return Err(failure::usage("expected data.source or data.columns"));
            }
            return Ok(Self { samples: Samples::None, notes: DataNotes::default() });
        };
        let path = Path::new(source);
        if source == "mnist" || path.is_dir() {
            let scale = data.scale.unwrap_or(PIXEL);
            let mnist = mnist::load((source != "mnist").then_some(path))?.scaled(scale)?;
            let task = match data.task {
                Goal::Reconstruct => Task::Reconstruct,
                Goal::Classify => Task::Classify,
                Goal::Predict => {
                    return Err(failure::usage("data.task = \"predict\": MNIST has no targets but classes"));
                }
            };
            let notes = DataNotes { input_scale: Some(scale), ..DataNotes::default() };
            return Ok(Self { samples: Samples::Mnist(mnist, task), notes });
        }
        let (rows, notes) = rows(path, data, below)?;
        Ok(Self { samples: Samples::Rows(rows), notes })
    }

    /// The numbers of a sample of the table; 0 where there is none.
    pub fn width(&self) -> usize {
        match &self.samples {
            Samples::Mnist(mnist, _) => mnist.images().columns(),
            Samples::Rows(rows) => rows.input_width(),
            Samples::None => 0,
        }
    }

    /// Joins the table with the columns of the configuration and cuts both.
    pub fn cut(self, data: &Data, roles: &Roles) -> Result<Parts> {
        let Self { samples, mut notes } = self;
        let rows = match &samples {
            Samples::Mnist(mnist, _) => Some(mnist.labels().len()),
            Samples::Rows(rows) => Some(rows.len()),
            Samples::None => None,
        };
        let reading = Reading { rows, header: data.header, notes: None };
        let columns = Columns::read(&data.column_files(), roles, reading)?;
        notes.columns.clone_from(&columns.notes);
        let parts = match samples {
            Samples::Mnist(mnist, task) => {
                let split = match data.split {
                    MnistSplit::Pooled => mnist.pooled_split(task, data.seed)?,
                    MnistSplit::Official => mnist.official_split(task)?,
                };
                let validation = split.validation.map(|part| columns.join(Some(part))).transpose()?;
                let (train, test) = (columns.join(Some(split.train))?, columns.join(Some(split.test))?);
                Parts { train, validation, test: Some(test), notes }
            }
            Samples::Rows(rows) => split(&columns.join(Some(rows))?, data, notes)?,
            Samples::None => split(&columns.join(None)?, data, notes)?,
        };
        roles.check(&parts.train, "data.columns = { NAME = \"FILE\" }")?;
        Ok(parts)
    }
}

/// Reads a table that is not MNIST.
fn rows(path: &Path, data: &Data, below: Option<u32>) -> Result<(Dataset, DataNotes)> {
    let (labels, label_column, targets) =
        (data.labels.as_deref(), data.label_column.as_deref(), data.targets.as_deref());
    let classify = data.task == Goal::Classify;
    match data.task {
        Goal::Classify if labels.is_none() && label_column.is_none() => {
            return Err(failure::usage(
                "data.task = \"classify\": expected data.labels or data.label_column",
            ));
        }
        Goal::Classify if labels.is_some() && label_column.is_some() => {
            return Err(failure::usage("data.labels and data.label_column: expected one of them"));
        }
        Goal::Predict if targets.is_none() => {
            return Err(failure::usage("data.task = \"predict\": expected data.targets"));
        }
        _ => {}
    }
    let source = Source {
        path,
        labels: labels.filter(|_| classify),
        label_column,
        targets: targets.filter(|_| data.task == Goal::Predict),
        header: data.header,
        scale: data.scale,
        below,
        classes: if classify { Classes::New } else { Classes::Ignored },
        count: 0,
        alone: data.columns.contains_key(TARGET),
    };
    source.load()
}

/// Cuts a table at random, every class in proportion.
fn split(whole: &Dataset, data: &Data, notes: DataNotes) -> Result<Parts> {
    let share = |name: &str, share: f64| {
        if (0.0..1.0).contains(&share) {
            Ok((share * whole.len() as f64).round() as usize)
        } else {
            Err(failure::usage(format!("data.{name} = {share}: expected 0 <= {name} < 1")))
        }
    };
    let (test, validation) = (share("test", data.test)?, share("validation", data.validation)?);
    let train = whole.len().checked_sub(test + validation).filter(|&train| train > 0).ok_or_else(|| {
        failure::usage("data.test and data.validation leave no rows to train on".to_owned())
    })?;
    // The classes of the targets, or of the first column that holds some.
    let classes = |column: &Column| match column {
        Column::Classes(classes) => Some(classes.labels().to_vec()),
        _ => None,
    };
    let labels = whole.column(TARGET).and_then(classes).or_else(|| {
        let mut columns = (0..whole.names().len()).filter_map(|number| whole.column(number));
        columns.find_map(classes)
    });
    let labels = labels.unwrap_or_else(|| vec![0; whole.len()]);
    let rows = stratified_split(&labels, &[train, validation, test], data.seed)?;
    let part = |rows: &[u32]| if rows.is_empty() { Ok(None) } else { whole.subset(rows).map(Some) };
    Ok(Parts { train: whole.subset(&rows[0])?, validation: part(&rows[1])?, test: part(&rows[2])?, notes })
}
