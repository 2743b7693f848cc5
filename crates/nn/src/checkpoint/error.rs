//! What can be wrong with a checkpoint.

use pellucid_data::DataError;
use safetensors::SafeTensorError;

use crate::layer::PlanError;
use crate::layers::LayerConfigError;
use crate::train::Progress;

/// Why a checkpoint cannot be read, written or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The file cannot be opened or read.
    #[error("{path}: {cause}")]
    Io {
        /// The file.
        path: String,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// The file cannot be written.
    #[error(transparent)]
    Write(#[from] DataError),
    /// A file too large to be a checkpoint of this library.
    #[error("{path}: expected a checkpoint of at most {limit} bytes, found {found}")]
    TooLarge {
        /// The file.
        path: String,
        /// The most bytes that are read.
        limit: u64,
        /// The bytes of the file.
        found: u64,
    },
    /// The file is no safetensors file, is cut off, or its header lies about the data.
    #[error("{path}: expected a safetensors file, found {found}")]
    Format {
        /// The file.
        path: String,
        /// What is wrong with it.
        found: String,
    },
    /// A safetensors file of another program, or a damaged description.
    #[error("{path}: expected a Pellucid checkpoint (metadata key \"pellucid\"), found {found}")]
    Header {
        /// The file.
        path: String,
        /// What is wrong with the description.
        found: String,
    },
    /// The tensors are not those of the architecture.
    #[error("{path}: expected {expected}, found {found}")]
    Tensor {
        /// The file.
        path: String,
        /// The tensor that the architecture asks for.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A layer that is not built in; such a model is made in code and filled with
    /// [`Checkpoint::read_into`](crate::Checkpoint::read_into).
    #[error("{path}: {cause}")]
    Layer {
        /// The file.
        path: String,
        /// Which one.
        cause: LayerConfigError,
    },
    /// An architecture that cannot be planned.
    #[error("{path}: {cause}")]
    Plan {
        /// The file.
        path: String,
        /// Why.
        cause: PlanError,
    },
    /// A checkpoint of another architecture than the model's.
    #[error("{path}: expected a checkpoint of this architecture: {expected}, found {found}")]
    Architecture {
        /// The file.
        path: String,
        /// The first layer that differs, as the model has it.
        expected: String,
        /// The same layer as the checkpoint has it.
        found: String,
    },
    /// A checkpoint of a model alone.
    #[error("expected a checkpoint of a training run that can be resumed, found a model alone")]
    NoTrainingState,
    /// Progress that no run of these settings makes.
    #[error("expected progress within {epochs} epochs, found {found:?}")]
    Progress {
        /// The epochs of the run.
        epochs: u64,
        /// The progress in the checkpoint.
        found: Box<Progress>,
    },
    /// A checkpoint of a run with other settings.
    #[error("expected a checkpoint of a run with the same settings, found {differences}")]
    OtherRun {
        /// The settings that differ: `name = value in the checkpoint there, value of this run here`.
        differences: String,
    },
}

/// Says in words what a safetensors reader has found.
pub(super) fn words(error: &SafeTensorError, len: usize) -> String {
    match error {
        SafeTensorError::HeaderTooSmall => format!("a file of {len} bytes, too short for a header"),
        SafeTensorError::HeaderTooLarge => "a header that claims more than 100 MB".into(),
        SafeTensorError::InvalidHeaderLength => {
            format!("a header that reaches beyond the file's {len} bytes")
        }
        SafeTensorError::InvalidHeader(cause) => format!("a header that is not UTF-8: {cause}"),
        SafeTensorError::InvalidHeaderDeserialization(cause) => format!("a header that is not JSON: {cause}"),
        SafeTensorError::MetadataIncompleteBuffer => {
            format!("tensors that do not end where the file of {len} bytes ends (cut off?)")
        }
        SafeTensorError::InvalidOffset(name) => format!("tensor {name:?} with offsets out of order"),
        SafeTensorError::TensorInvalidInfo => "a tensor whose shape does not fit its offsets".into(),
        SafeTensorError::ValidationOverflow => "a tensor whose size overflows".into(),
        other => other.to_string(),
    }
}
