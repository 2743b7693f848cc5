//! What can go wrong, with the place where it did.

use pellucid_data::DataError;

use crate::{CheckpointError, PlanError};

/// Any error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The network cannot be built.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A checkpoint cannot be read or written.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The data cannot be read or do not fit together.
    #[error(transparent)]
    Data(#[from] DataError),
    /// An input of the wrong size.
    #[error("expected {expected}, found {found}")]
    Input {
        /// What was expected.
        expected: String,
        /// What came.
        found: String,
    },
    /// A hyper-parameter out of its range.
    #[error("{0}")]
    Config(String),
    /// The loss became infinite or NaN.
    #[error(
        "training diverged: the loss became {loss} in epoch {epoch}, step {step} (a smaller learning rate or gradient clipping may help)"
    )]
    Diverged {
        /// The epoch, from 1.
        epoch: u64,
        /// The step of the epoch, from 1.
        step: u64,
        /// The loss.
        loss: f64,
    },
}
