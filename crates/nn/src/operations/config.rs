//! The built-in operations as data: how a checkpoint and a configuration file write them.

use pellucid_compute::Scalar;
use serde::{Deserialize, Serialize};

use super::{Add, Concatenate, Embedding, Multiply};
use crate::layer::{Operation, Single};
use crate::layers::{LayerConfig, LayerConfigError};

/// A built-in operation as it stands in a checkpoint or a configuration file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum OperationConfig {
    /// [`Add`].
    Add(Add),
    /// [`Concatenate`].
    Concatenate(Concatenate),
    /// [`Embedding`].
    Embedding(Embedding),
    /// [`Multiply`].
    Multiply(Multiply),
}

impl OperationConfig {
    /// The operation that this describes.
    pub fn build<F: Scalar>(&self) -> Box<dyn Operation<F>> {
        match *self {
            Self::Add(operation) => Box::new(operation),
            Self::Concatenate(operation) => Box::new(operation),
            Self::Embedding(operation) => Box::new(operation),
            Self::Multiply(operation) => Box::new(operation),
        }
    }
}

/// The built-in layer or operation that a description is of.
pub(crate) fn build<F: Scalar>(json: &serde_json::Value) -> Result<Box<dyn Operation<F>>, LayerConfigError> {
    if let Ok(operation) = OperationConfig::deserialize(json) {
        return Ok(operation.build());
    }
    Ok(Box::new(Single(LayerConfig::from_json(json)?.build())))
}
