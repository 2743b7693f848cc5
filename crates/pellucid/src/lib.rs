//! Neural networks and kernel support vector machines written from scratch: every forward and backward computation is
//! written out, checked and visible, and trains fast on a CPU.
//!
//! The parts: [`nn`] (layers, training, gradient checks), [`svm`] (kernels, solvers, classification and regression),
//! [`data`] (files, splits, batches), [`eval`] (metrics, principal components), [`compute`] (matrix products, threads,
//! random streams).

/// The README, whose example runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

pub use pellucid_compute as compute;
pub use pellucid_data as data;
pub use pellucid_eval as eval;
pub use pellucid_nn as nn;
pub use pellucid_svm as svm;

pub use pellucid_nn::Error;

/// Everything that a program that trains a network or fits a machine names.
pub mod prelude {
    pub use pellucid_compute::{Pool, Scalar, Stream};
    pub use pellucid_data::{Column, Dataset, Features, Matrix, Mnist, Targets, Task, Window};
    pub use pellucid_nn::Activation::{self, *};
    pub use pellucid_nn::layers::*;
    pub use pellucid_nn::losses::*;
    pub use pellucid_nn::operations::*;
    pub use pellucid_nn::optimizers::*;
    pub use pellucid_nn::{
        Checkpoint, Decay, EarlyStopping, Graph, Init, Layer, Learner, Model, Objective, Observer, Operation,
        Outcome, ParameterGroup, Schedule, Sequential, Session, Shape, TargetOf, Term, TrainConfig, Trainer,
        Value, View, accuracy, evaluate, predict,
    };
    pub use pellucid_svm::{Gamma, Kernel, OneClassSvm, Samples, Svc, Svr};
}
