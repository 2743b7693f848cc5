//! Neural networks written from scratch: every forward and backward computation is written out, checked and
//! visible, and trains fast on a CPU.
//!
//! ```
//! use pellucid::prelude::*;
//! # let directory = std::env::temp_dir();
//!
//! // The four points of XOR.
//! let x = Features::F32(Matrix::new(4, 2, vec![0., 0., 0., 1., 1., 0., 1., 1.])?);
//! let t = Features::F32(Matrix::new(4, 1, vec![0., 1., 1., 0.])?);
//! let data = Dataset::new(x, Targets::Values(t))?;
//!
//! // A 2-4-1 network, trained by gradient descent.
//! let network = Sequential::<f32>::new(2).with(Dense::new(4).activation(Tanh)).with(Dense::new(1).activation(Sigmoid));
//! let config = TrainConfig { epochs: 5000, batch_size: 4, schedule: Schedule::constant(0.5), ..Default::default() };
//! let mut trainer = Trainer::new(Model::new(network, 42)?, config, &Pool::shared(1))?;
//! trainer.fit(&data, None, &mut ())?;
//!
//! // How good it is, what is inside, and how it is kept.
//! println!("loss {:.5}", trainer.evaluate(&data)?);
//! println!("hidden activations {:?}", trainer.session().activation("dense1"));
//! trainer.checkpoint().write(directory.join("xor.safetensors"))?;
//! let model = Checkpoint::<f32>::read(directory.join("xor.safetensors"))?.into_model();
//! assert!(model.predict(&[0.0, 1.0])?[0] > 0.9);
//! # Ok::<(), pellucid::Error>(())
//! ```
//!
//! The rooms of the house: [`nn`] (layers, training, gradient checks), [`data`] (files, splits, batches),
//! [`eval`] (metrics, principal components), [`compute`] (matrix products, threads, random streams).

pub use pellucid_compute as compute;
pub use pellucid_data as data;
pub use pellucid_eval as eval;
pub use pellucid_nn as nn;

pub use pellucid_nn::Error;

/// Everything that a program that trains a network names.
pub mod prelude {
    pub use pellucid_compute::{Pool, Scalar, Stream};
    pub use pellucid_data::{Dataset, Features, Matrix, Mnist, Targets, Task};
    pub use pellucid_nn::Activation::{self, *};
    pub use pellucid_nn::{
        BceWithLogits, Checkpoint, CrossEntropyWithLogits, Decay, Dense, EarlyStopping, Huber, Init, Layer, Loss,
        LossConfig, Model, Mse, Observer, OptimizerConfig, Outcome, Schedule, Sequential, Session, Shape, Softmax,
        TrainConfig, Trainer, accuracy, evaluate, predict,
    };
}
