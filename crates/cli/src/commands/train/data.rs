//! The data of a training run and how they are cut.

use std::path::Path;

use anyhow::Result;
use pellucid::data::stratified_split;
use pellucid::nn::DataNotes;
use pellucid::prelude::*;
use pellucid_lab::mnist;
use pellucid_terminal::failure;

use super::super::input::{Classes, PIXEL, Source};
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

/// Loads the data that a configuration names, and cuts them.
pub fn load(data: &Data) -> Result<Parts> {
    let path = Path::new(&data.source);
    if data.source == "mnist" || path.is_dir() {
        let scale = data.scale.unwrap_or(PIXEL);
        let mnist = mnist::load((data.source != "mnist").then_some(path))?.scaled(scale)?;
        let task = match data.task {
            Goal::Reconstruct => Task::Reconstruct,
            Goal::Classify => Task::Classify,
            Goal::Predict => {
                return Err(failure::usage("data.task = \"predict\": MNIST has no targets but classes"));
            }
        };
        let split = match data.split {
            MnistSplit::Pooled => mnist.pooled_split(task, data.seed)?,
            MnistSplit::Official => mnist.official_split(task)?,
        };
        let notes = DataNotes { input_scale: Some(scale), class_names: None };
        return Ok(Parts { train: split.train, validation: split.validation, test: Some(split.test), notes });
    }

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
        classes: if classify { Classes::New } else { Classes::Ignored },
    };
    let (whole, notes) = source.load()?;
    split(&whole, data, notes)
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
    let labels: Vec<u32> = (0..whole.len()).map(|row| whole.label(row).unwrap_or(0)).collect();
    let rows = stratified_split(&labels, &[train, validation, test], data.seed)?;
    let part = |rows: &[u32]| if rows.is_empty() { Ok(None) } else { whole.subset(rows).map(Some) };
    Ok(Parts { train: whole.subset(&rows[0])?, validation: part(&rows[1])?, test: part(&rows[2])?, notes })
}
