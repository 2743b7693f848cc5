//! The layers: each file holds one, its equations and its two passes.

mod activation;
mod config;
mod dense;
mod softmax;

pub use activation::Activation;
pub use config::{LayerConfig, LayerConfigError};
pub use dense::Dense;
pub(crate) use dense::dense_forward;
pub use softmax::Softmax;
