//! The built-in layers as data: how a checkpoint and a configuration file write them.

use pellucid_compute::Scalar;
use serde::{Deserialize, Serialize};

use super::{Activation, Dense, Softmax};
use crate::init::Init;
use crate::layer::Layer;

/// A built-in layer as it stands in a checkpoint or a configuration file.
///
/// ```
/// use pellucid_nn::{Layer, LayerConfig};
/// let config: LayerConfig = serde_json::from_str(r#"{"kind": "dense", "units": 32, "activation": "relu"}"#)?;
/// assert_eq!(config.build::<f32>().kind(), "dense");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum LayerConfig {
    /// [`Dense`].
    Dense {
        /// The number of outputs.
        units: usize,
        /// The activation.
        #[serde(default)]
        activation: Activation,
        /// How the weights are drawn.
        #[serde(default)]
        init: Init,
    },
    /// [`Activation::Identity`].
    Identity,
    /// [`Activation::Relu`].
    Relu,
    /// [`Activation::LeakyRelu`].
    LeakyRelu {
        /// The slope left of zero.
        slope: f64,
    },
    /// [`Activation::Sigmoid`].
    Sigmoid,
    /// [`Activation::Tanh`].
    Tanh,
    /// [`Softmax`].
    Softmax,
}

/// A layer that is not one of the built-in ones.
#[derive(Debug, thiserror::Error)]
#[error("expected a built-in layer, found {found}: {cause}")]
pub struct LayerConfigError {
    found: String,
    cause: serde_json::Error,
}

impl LayerConfig {
    /// Reads a layer's configuration.
    ///
    /// # Errors
    /// Where it is none of a built-in layer, such as that of a layer of one's own.
    pub fn from_json(json: &serde_json::Value) -> Result<Self, LayerConfigError> {
        Self::deserialize(json).map_err(|cause| LayerConfigError { found: json.to_string(), cause })
    }

    /// The configuration as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        // Serialising a tree of plain data to a value cannot fail.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The layer that this describes.
    pub fn build<F: Scalar>(&self) -> Box<dyn Layer<F>> {
        match *self {
            Self::Dense { units, activation, init } => {
                Box::new(Dense::new(units).activation(activation).init(init))
            }
            Self::Identity => Box::new(Activation::Identity),
            Self::Relu => Box::new(Activation::Relu),
            Self::LeakyRelu { slope } => Box::new(Activation::LeakyRelu(slope)),
            Self::Sigmoid => Box::new(Activation::Sigmoid),
            Self::Tanh => Box::new(Activation::Tanh),
            Self::Softmax => Box::new(Softmax),
        }
    }
}

impl From<Activation> for LayerConfig {
    fn from(activation: Activation) -> Self {
        match activation {
            Activation::Identity => Self::Identity,
            Activation::Relu => Self::Relu,
            Activation::LeakyRelu(slope) => Self::LeakyRelu { slope },
            Activation::Sigmoid => Self::Sigmoid,
            Activation::Tanh => Self::Tanh,
        }
    }
}
