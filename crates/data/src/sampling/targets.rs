//! What a model is to predict for each sample.

use crate::tables::features::Features;

/// What a model is to predict for each sample.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// The sample itself (autoencoder).
    SameAsInput,
    /// A row of values a sample (regression). Bytes are gathered as the numbers that they are.
    Values(Features),
    /// One class a sample (classification).
    Classes {
        /// Class of each sample, `< classes`.
        labels: Vec<u32>,
        /// Number of classes.
        classes: usize,
    },
    /// Anything else that the column "target" of a [`Dataset`](crate::Dataset) may hold, such as indices or windows over
    /// a stream; read by [`Dataset::column`](crate::Dataset::column).
    Column,
}
