//! The description in a checkpoint, and how it is listed without loading the numbers.

use std::collections::BTreeMap;
use std::path::Path;

use safetensors::SafeTensors;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::error::CheckpointError;
use super::error::words;
use super::file::bytes;
use crate::network::ArchitectureConfig;
use crate::train::{History, Progress, TrainConfig};

/// The key of the description in the file's metadata.
pub(super) const KEY: &str = "pellucid";

/// The version of the description.
pub(super) const FORMAT: u32 = 1;

/// Everything in a checkpoint but the tensors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The version of this description.
    pub format: u32,
    /// The type of the numbers: `F32` or `F64`.
    pub scalar: String,
    /// The architecture.
    pub architecture: ArchitectureConfig,
    /// The run, where the checkpoint is of one.
    pub training: Option<TrainingHeader>,
    /// Notes.
    pub metadata: BTreeMap<String, String>,
    /// How the data of the training were prepared; older checkpoints do not say.
    #[serde(default, skip_serializing_if = "DataNotes::is_empty")]
    pub data: DataNotes,
}

/// How the data of a model were prepared, which its use on other data needs: how inputs were scaled, and what the classes are
/// called.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DataNotes {
    /// The factor that inputs were multiplied by, such as 1/255 for the bytes of images; `None` where they were taken as
    /// they stood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_scale: Option<f64>,
    /// The names of the classes, that of output 0 first, where labels had names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_names: Option<Vec<String>>,
    /// The weights of the classes that a rule found in the training set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_weights: Option<Vec<f64>>,
    /// The same of further columns, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, ColumnNotes>,
}

/// What must be known of a column to read others like it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ColumnNotes {
    /// The factor that its numbers were multiplied by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<f64>,
    /// The names of its classes, in order, where labels had names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_names: Option<Vec<String>>,
    /// What its indices are below, where it holds indices that are no input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<u32>,
}

impl DataNotes {
    /// Returns whether nothing is noted.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The state of a run but the tensors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingHeader {
    /// Its settings.
    #[serde(deserialize_with = "settings")]
    pub config: TrainConfig,
    /// The parts of the run that the settings do not describe.
    #[serde(default, skip_serializing_if = "CustomParts::is_empty")]
    pub custom: CustomParts,
    /// How far it has come.
    pub progress: Progress,
    /// The epochs so far.
    pub history: History,
}

/// Settings of a run; those that do not say which parameters decay are older than the choice, and mean all.
fn settings<'de, D: Deserializer<'de>>(from: D) -> Result<TrainConfig, D::Error> {
    let mut settings = serde_json::Map::deserialize(from)?;
    settings.entry("decay").or_insert_with(|| "all".into());
    TrainConfig::deserialize(serde_json::Value::Object(settings)).map_err(D::Error::custom)
}

/// The parts of a run that are custom, by name: they must be given again to resume it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CustomParts {
    /// The terms of a custom objective.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Vec<String>>,
    /// A custom optimiser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub optimizer: Option<CustomOptimizer>,
}

impl CustomParts {
    /// Returns whether all parts are built-in ones.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A custom optimiser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomOptimizer {
    /// Its name.
    pub name: String,
    /// The numbers that it keeps for each parameter.
    pub state_per_parameter: usize,
}

/// A tensor of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TensorInfo {
    /// Its name.
    pub name: String,
    /// The type of its numbers.
    pub scalar: String,
    /// Its dimensions.
    pub shape: Vec<usize>,
    /// Its size.
    pub bytes: usize,
}

/// Returns the description and the tensors of a checkpoint.
///
/// # Errors
/// Returns an error if the file cannot be read or is no checkpoint.
pub fn describe(path: impl AsRef<Path>) -> Result<(Header, Vec<TensorInfo>), CheckpointError> {
    let path = path.as_ref();
    parse_header(&path.display().to_string(), &bytes(path)?)
}

/// Returns the description and the tensors of a checkpoint in memory; `origin` names it in errors.
///
/// # Errors
/// Returns an error if the bytes are no checkpoint.
pub fn parse_header(origin: &str, bytes: &[u8]) -> Result<(Header, Vec<TensorInfo>), CheckpointError> {
    let damaged = |found: String| CheckpointError::Header { path: origin.to_owned(), found };
    let (_, file) = SafeTensors::read_metadata(bytes).map_err(|error| CheckpointError::Format {
        path: origin.to_owned(),
        found: words(&error, bytes.len()),
    })?;
    let text = file.metadata().as_ref().and_then(|map| map.get(KEY));
    let text = text.ok_or_else(|| damaged("a safetensors file without it".into()))?;
    let header: Header = serde_json::from_str(text)
        .map_err(|cause| damaged(format!("a description that is damaged: {cause}")))?;
    if header.format != FORMAT {
        return Err(damaged(format!("format {}, this version reads {FORMAT}", header.format)));
    }
    let mut tensors: Vec<TensorInfo> = file
        .tensors()
        .into_iter()
        .map(|(name, info)| TensorInfo {
            name,
            scalar: format!("{:?}", info.dtype),
            shape: info.shape.clone(),
            bytes: info.data_offsets.1 - info.data_offsets.0,
        })
        .collect();
    tensors.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((header, tensors))
}
