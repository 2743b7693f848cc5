//! The TOML file of `pellucid train`.

mod network;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use pellucid::data::DataError;
use pellucid::data::text::{Escaped, read_text};
use pellucid::prelude::*;
use pellucid_terminal::failure;
use serde::Deserialize;

use crate::column_file::ColumnFile;
use network::Network;

/// A configuration: every key but `data.source` (or `data.columns`), `model.layers` and `training` has a default.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub data: Data,
    pub model: Network,
    #[serde(default)]
    pub precision: Precision,
    /// The settings of the run.
    pub training: TrainConfig,
    #[serde(default)]
    pub output: Output,
}

/// The data set and its split.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// `mnist`, a folder of MNIST files, or a table (.csv, .npy, .idx): the column `input`, its labels or targets the column
    /// `target`.
    pub source: Option<String>,
    /// Further columns by name, each a file with a row for each sample: inputs of the network, targets of terms, or `weight`.
    #[serde(default)]
    pub columns: BTreeMap<String, ColumnSource>,
    /// What MNIST or a table with labels is for.
    #[serde(default)]
    pub task: Goal,
    /// The split of MNIST.
    #[serde(default)]
    pub split: MnistSplit,
    /// Labels of the table's rows: a file.
    pub labels: Option<PathBuf>,
    /// Labels of the table's rows: the name of a CSV column, or `first` or `last`.
    pub label_column: Option<String>,
    /// Targets of the table's rows: a file.
    pub targets: Option<PathBuf>,
    /// Whether CSV files begin with a header; else a first row of text, without a number, is one.
    pub header: Option<bool>,
    /// What inputs (never targets) are multiplied by: a number, or a fraction such as "1/255"; else 1/255 for images of
    /// bytes and 1 for all others. Checkpoints keep it for `eval` and `predict`.
    #[serde(default, deserialize_with = "scale")]
    pub scale: Option<f64>,
    /// The share of a table's rows to validate on.
    #[serde(default = "default_validation")]
    pub validation: f64,
    /// The share of a table's rows to test on.
    #[serde(default = "default_test")]
    pub test: f64,
    /// The seed of the split.
    #[serde(default = "default_split_seed")]
    pub seed: u64,
}

/// Where a column is.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a file, or { file = \"...\", scale = ..., below = ... }")]
pub enum ColumnSource {
    File(PathBuf),
    Read(ReadColumn),
}

/// A file and how it is read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadColumn {
    file: PathBuf,
    /// What numbers are multiplied by.
    #[serde(default, deserialize_with = "scale")]
    scale: Option<f64>,
    /// What targets that are indices are below.
    below: Option<u32>,
}

impl Data {
    /// The columns, in the order of their names.
    pub fn column_files(&self) -> Vec<ColumnFile> {
        let file = |(name, source): (&String, &ColumnSource)| {
            let (path, scale, below) = match source.clone() {
                ColumnSource::File(path) => (path, None, None),
                ColumnSource::Read(ReadColumn { file, scale, below }) => (file, scale, below),
            };
            ColumnFile { name: name.clone(), path, scale, below }
        };
        self.columns.iter().map(file).collect()
    }
}

/// A number, or a text that is one.
fn scale<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Scale {
        Whole(i64),
        Number(f64),
        Text(String),
    }
    let text = match Scale::deserialize(from)? {
        Scale::Whole(number) => number.to_string(),
        Scale::Number(number) => number.to_string(),
        Scale::Text(text) => text,
    };
    crate::args::scale(&text).map(Some).map_err(serde::de::Error::custom)
}

fn default_validation() -> f64 {
    0.1
}
fn default_test() -> f64 {
    0.2
}
fn default_split_seed() -> u64 {
    42
}

/// What a network learns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// Its own input.
    #[default]
    Reconstruct,
    /// The class.
    Classify,
    /// The targets.
    Predict,
}

/// How MNIST is cut.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MnistSplit {
    /// All 70,000 images, 50,400 / 5,600 / 14,000, stratified.
    #[default]
    Pooled,
    /// 60,000 / 10,000, without validation.
    Official,
}

/// The type of the numbers.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// Single precision.
    #[default]
    F32,
    /// Double precision.
    F64,
}

/// Where the results go.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// The folder of latest.safetensors, best.safetensors and history.csv.
    #[serde(default = "default_directory")]
    pub directory: PathBuf,
    /// Epochs between two writings of latest.safetensors, at most one a second; 0 for every ten seconds.
    #[serde(default = "default_every")]
    pub checkpoint_every: u64,
}

fn default_directory() -> PathBuf {
    "runs/latest".into()
}
fn default_every() -> u64 {
    1
}

impl Default for Output {
    fn default() -> Self {
        Self { directory: default_directory(), checkpoint_every: default_every() }
    }
}

impl Config {
    /// The loss of the network's output, where there is one.
    pub fn output_loss(&self) -> Option<LossConfig> {
        let terms = &self.training.terms;
        if terms.is_empty() {
            return Some(self.training.loss);
        }
        terms.iter().find(|term| term.of.is_none()).map(|term| term.loss)
    }
}

/// Reads a configuration; the text is returned too, so that later errors can tell lines.
pub fn read(path: &Path) -> Result<(Config, String)> {
    let text = read_text(path).map_err(|error| match error {
        DataError::Io { cause, .. } => {
            let path = path.display().to_string();
            failure::usage(format!("{}: expected a configuration in TOML: {cause}", Escaped(&path)))
        }
        other @ DataError::Invalid { .. } => failure::usage(other.to_string()),
    })?;
    // The error of the toml crate shows the line itself.
    let config: Config = toml::from_str(&text)
        .map_err(|error| failure::usage(format!("{}: {}", path.display(), error.to_string().trim_end())))?;
    // A loss that is left out cannot be told from the default.
    let table: toml::Table = toml::from_str(&text).unwrap_or_default();
    let loss = table.get("training").is_some_and(|training| training.get("loss").is_some());
    if loss != config.training.terms.is_empty() {
        let message = "training: expected either a loss or terms";
        return Err(failure::usage(format!("{}: {message}", path.display())));
    }
    Ok((config, text))
}
