//! Neural networks written out: layers, losses, optimisers, training, gradient checks and checkpoints.
//!
//! A [`Layer`] is an immutable description with a forward and a backward pass over slices. A [`Sequential`] is
//! layers in a row; a [`Plan`] lays their memory out; a [`Model`] adds one flat vector of parameters; a
//! [`Session`] adds the buffers to run in; a [`Trainer`] runs it. [`gradient_check`] holds every derivative
//! against differences.

mod bf16_model;
pub mod checkpoint;
mod data_check;
mod error;
mod evaluate;
pub mod gradient_check;
mod init;
pub mod layer;
mod layers;
mod losses;
mod model;
mod optimizers;
mod plan;
mod schedule;
mod sequential;
mod session;
mod shape;
mod summary;
mod train;

pub use bf16_model::Bf16Model;
pub use checkpoint::{Checkpoint, CheckpointError, DataNotes};
pub use data_check::check_data;
pub use error::Error;
pub use evaluate::{accuracy, argmax, evaluate, for_each_batch, predict};
pub use init::Init;
pub use layer::{Backward, Forward, Layer, Mode, Need, ParameterSpec, PlanError};
pub use layers::{Activation, Dense, LayerConfig, LayerConfigError, Softmax};
pub use losses::{
    BceWithLogits, CrossEntropyWithLogits, Huber, Loss, LossConfig, LossRows, Mse, evaluate_loss,
};
pub use model::Model;
pub use optimizers::{Adam, Optimizer, OptimizerConfig, Sgd, Update};
pub use pellucid_compute::{Pool, Scalar, Stream};
pub use plan::{LayerPlan, Plan};
pub use schedule::{Decay, Schedule};
pub use sequential::{ArchitectureConfig, NamedLayer, Sequential};
pub use session::{Session, TensorView};
pub use shape::Shape;
pub use summary::{Summary, SummaryLayer};
pub use train::{
    CheckpointPolicy, EarlyStopping, EpochRecord, History, Observer, Outcome, Progress, StepReport,
    TrainConfig, Trainer,
};
