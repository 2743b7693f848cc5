//! The layers: each file holds one, its equations and its two passes.
//!
//! A new layer is a file, a `mod` and a `pub use` here, and a word in [`LayerConfig`]; an element-wise function belongs into
//! `activations`.

mod activations;
mod dense;
mod softmax;

use serde::Deserialize;

use crate::configs::configs;
use crate::layer::Layer;

use activations::activations;

pub use activations::Activation;
pub use dense::Dense;
pub(crate) use dense::dense_forward;
pub use softmax::Softmax;

activations!(configs! {
    /// A built-in layer, as it stands in a checkpoint or a configuration file.
    ///
    /// ```
    /// use pellucid_nn::{Layer, LayerConfig};
    /// let config: LayerConfig = serde_json::from_str(r#"{"kind": "dense", "units": 32, "activation": "relu"}"#)?;
    /// assert_eq!(config.build::<f32>().kind(), "dense");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub enum LayerConfig: Layer { Dense(Dense), Softmax }
});

/// A layer that is not one of the built-in ones.
#[derive(Debug, thiserror::Error)]
#[error("expected a built-in layer, found {found}: {cause}")]
pub struct LayerConfigError {
    found: String,
    cause: serde_json::Error,
}

impl LayerConfigError {
    pub(crate) fn new(json: &serde_json::Value, cause: serde_json::Error) -> Self {
        Self { found: json.to_string(), cause }
    }
}

impl LayerConfig {
    /// Reads a layer's configuration.
    ///
    /// # Errors
    /// Errors if it is none of a built-in layer, such as that of a custom layer.
    pub fn from_json(json: &serde_json::Value) -> Result<Self, LayerConfigError> {
        Self::deserialize(json).map_err(|cause| LayerConfigError::new(json, cause))
    }

    /// Returns the configuration as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        // Serialising a tree of plain data to a value cannot fail.
        serde_json::to_value(self).unwrap_or_default()
    }
}
