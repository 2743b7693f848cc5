//! Metrics and principal components for Pellucid.
//!
//! One idea per module: how well an autoencoder reconstructs ([`ReconstructionAccumulator`]), how well a classifier
//! decides ([`ConfusionMatrix`], [`accuracy`]), and how a cloud of vectors looks from its widest side ([`Pca`]).
//! Everything is summed in f64, in the order the rows are given, so equal input gives equal bits.

mod classification;
mod pca;
mod reconstruction;

pub use classification::{ClassificationError, ConfusionMatrix, accuracy};
pub use pca::{Pca, PcaError};
pub use reconstruction::{ReconstructionAccumulator, ReconstructionError, ReconstructionQuality, sigmoid};
