//! Checkpoints: a model, and the whole state of its training, in one safetensors file.
//!
//! The tensors are `parameter/NAME` and `state/NAME` with their shapes, each once where layers share it, and flat ones for
//! the state of training: `optimizer`, `best` and `best_state`. Everything else is one JSON text under the key `pellucid` of
//! the file's metadata (one key, since the order of several would change from run to run): see [`Header`]. Nothing in a
//! checkpoint depends on the clock or the number of threads.

mod error;
mod file;
mod header;
mod read;
mod write;

use std::collections::BTreeMap;

use pellucid_compute::Scalar;

use crate::session::Model;
use crate::train::{History, Progress, TrainConfig};

pub use error::CheckpointError;
pub use header::{
    ColumnNotes, CustomOptimizer, CustomParts, DataNotes, Header, TensorInfo, TrainingHeader, describe,
    parse_header,
};

/// A model, and where it was trained the state of its training.
///
/// ```
/// use pellucid_nn::{Checkpoint, Dense, Model, Sequential};
/// let path = std::env::temp_dir().join("pellucid-doc-checkpoint.safetensors");
/// let model = Model::<f32>::new(Sequential::new(3).with(Dense::new(2)), 5)?;
/// Checkpoint::new(model.clone(), None).describe_as("task", "an example").write(&path)?;
/// let read = Checkpoint::<f32>::read(&path)?;
/// assert_eq!(read.metadata()["task"], "an example");
/// assert_eq!(read.model().parameters(), model.parameters());
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), pellucid_nn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Checkpoint<F> {
    model: Model<F>,
    training: Option<TrainingState<F>>,
    metadata: BTreeMap<String, String>,
    data: DataNotes,
}

/// The state of a training run beside the model.
#[derive(Clone, Debug)]
pub struct TrainingState<F> {
    /// The settings of the run.
    pub config: TrainConfig,
    /// The parts of the run that the settings do not describe.
    pub custom: CustomParts,
    /// How far it has come; the random streams are keyed by it.
    pub progress: Progress,
    /// The epochs so far.
    pub history: History,
    /// The optimiser's numbers.
    pub optimizer_state: Vec<F>,
    /// The parameters of the best epoch, where the run may stop early.
    pub best_parameters: Vec<F>,
    /// The state of the layers of the best epoch, where the run may stop early.
    pub best_state: Vec<F>,
}

/// What a run carries from checkpoint to checkpoint and does not look at.
pub(crate) type Notes = (BTreeMap<String, String>, DataNotes);

impl<F: Scalar> Checkpoint<F> {
    /// Makes a checkpoint of a model.
    pub fn new(model: Model<F>, training: Option<TrainingState<F>>) -> Self {
        Self { model, training, metadata: BTreeMap::new(), data: DataNotes::default() }
    }

    /// Adds a note, such as what the model is for.
    #[must_use]
    pub fn describe_as(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(key.into(), value.into());
        self
    }

    /// Notes how the model's data were scaled and what its classes are called.
    #[must_use]
    pub fn with_data(self, data: DataNotes) -> Self {
        Self { data, ..self }
    }

    /// Returns the model.
    pub fn model(&self) -> &Model<F> {
        &self.model
    }

    /// Returns the state of training.
    pub fn training(&self) -> Option<&TrainingState<F>> {
        self.training.as_ref()
    }

    /// Returns the notes.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.metadata
    }

    /// Returns how the model's data were scaled and what its classes are called.
    pub fn data(&self) -> &DataNotes {
        &self.data
    }

    /// Returns the model alone.
    pub fn into_model(self) -> Model<F> {
        self.model
    }

    pub(crate) fn into_parts(self) -> (Model<F>, Option<TrainingState<F>>, Notes) {
        (self.model, self.training, (self.metadata, self.data))
    }
}
