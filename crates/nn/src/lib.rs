//! Neural networks written out: layers, losses, optimisers, training, gradient checks and checkpoints.
//!
//! A [`Layer`] is an immutable description with a forward and a backward pass over slices; an [`Operation`] is a layer of
//! several inputs. A [`Graph`] is named inputs and nodes in order, a [`Sequential`] its short spelling for a row of layers.
//! A [`Plan`] lays their memory out; a [`Model`] adds flat vectors of parameters and state; a [`Session`] adds the buffers
//! to run in; a [`Trainer`] runs it. [`gradient_check`] holds every derivative against differences.

pub mod checkpoint;
pub mod configs;
mod data_check;
mod error;
mod evaluate;
mod feed;
pub mod gradient_check;
pub mod hyperparameters;
mod init;
pub mod layer;
pub mod layers;
pub mod losses;
mod naming;
mod network;
mod objective;
pub mod operations;
pub mod optimizers;
mod schedule;
mod session;
mod train;

pub use checkpoint::{Checkpoint, CheckpointError, ColumnNotes, DataNotes};
pub use data_check::{check_data, check_fit};
pub use error::Error;
pub use evaluate::{accuracy, accuracy_of, argmax, evaluate, evaluate_objective, for_each_batch, predict};
pub use init::Init;
pub use layer::{
    Backward, Forward, Layer, MAX_INPUTS, Mode, Need, Operation, OperationBackward, OperationForward,
    PlanError, Port, Remember, TensorSpec, Tensors, TensorsMut,
};
pub use layers::*;
pub use losses::*;
pub use network::{
    ArchitectureConfig, ArchitectureError, Graph, InputConfig, NamedLayer, Node, Sequential, Shape, Summary,
    SummaryLayer, Value, View, ViewConfig, WeightsOf,
};
pub use objective::{
    ClassWeightRule, ClassWeights, Losses, MAX_TERMS, Objective, TargetOf, Term, TermConfig, TermLosses,
};
pub use operations::{Add, Concatenate, Embedding, Multiply, OperationConfig};
pub use optimizers::*;
pub use pellucid_compute::{Pool, Scalar, Stream};
pub use schedule::{Decay, Schedule};
pub use session::{
    Bf16Model, LossSlices, Model, NodePlan, Plan, Session, TensorPlan, TensorView, ValuePlan, Weights,
};
pub use train::{
    CheckpointPolicy, DecayOf, EarlyStopping, EpochRecord, History, Learner, Observer, Outcome,
    ParameterGroup, Progress, StepReport, TrainConfig, Trainer,
};
