//! Values published in the report of the course project that Pellucid started from ("the seed").
//!
//! They are constants because they are history: they stand beside the values of a run and never change.

/// Table 1: parameter, analytic norm, numeric norm, relative error of the dense layer, with a step of 1e-7.
pub const DENSE_CHECKS: [(&str, f64, f64, f64); 2] =
    [("weight", 1.584_192, 1.584_192, 1.10e-10), ("bias", 1.031_014, 1.031_014, 7.98e-11)];

/// Table 2: activations whose values and gradients are reported as passed.
pub const ACTIVATIONS: [&str; 3] = ["ReLU", "Sigmoid", "Tanh"];

/// Table 3: value of the mean squared error.
pub const MSE_VALUE: f64 = 0.567_807;
/// Table 3: norm of its gradient, computed and expected.
pub const MSE_NORM: f64 = 0.615_254;
/// Table 3: largest absolute difference of the two.
pub const MSE_DIFFERENCE: f64 = 0.0;

/// Table 5 and section 4: the XOR run.
pub const XOR: Recipe = Recipe {
    architecture: "2-4-1",
    learning_rate: 0.5,
    epochs: 5000,
    batch_size: 4,
    loss: "MSE",
    optimizer: "SGD",
    initialization: "Xavier/Glorot",
};
/// Section 4.4.1: loss before training.
pub const XOR_INITIAL_LOSS: f64 = 0.247;
/// Section 4.4.1: loss after 5,000 epochs.
pub const XOR_FINAL_LOSS: f64 = 0.001;
/// Table 6: outputs for (0,0), (0,1), (1,0), (1,1).
pub const XOR_PREDICTIONS: [f64; 4] = [0.0148, 0.9678, 0.9664, 0.0401];

/// Table 7: the autoencoder run.
pub const AUTOENCODER: Recipe = Recipe {
    architecture: "784-256-128-64-32-64-128-256-784",
    learning_rate: 0.1,
    epochs: 800,
    batch_size: 256,
    loss: "BCE with Logits",
    optimizer: "SGD",
    initialization: "Xavier/Glorot",
};
/// Table 7: training, validation and test samples.
pub const SPLIT: [usize; 3] = [50_400, 5_600, 14_000];

/// Table 8: initial training loss.
pub const INITIAL_TRAIN_LOSS: f64 = 0.416_517;
/// Table 8: final training loss.
pub const FINAL_TRAIN_LOSS: f64 = 0.086_776;
/// Table 8: final validation loss.
pub const FINAL_VALIDATION_LOSS: f64 = 0.087_641;
/// Table 8: test mean squared error.
pub const TEST_MSE: f64 = 0.008_067;
/// Table 8: test mean absolute error.
pub const TEST_MAE: f64 = 0.029_540;
/// Table 8: test binary cross-entropy.
pub const TEST_BCE: f64 = 0.088_272;
/// Table 8: mean of the per-sample mean squared errors.
pub const MEAN_SAMPLE_MSE: f64 = 0.008_067;
/// Table 8: their standard deviation.
pub const STD_SAMPLE_MSE: f64 = 0.005_112;
/// Table 8: range preservation.
pub const RANGE_PRESERVATION: f64 = 0.999_751;

/// Hyper-parameters of one of the seed's runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recipe {
    /// Widths of the layers.
    pub architecture: &'static str,
    /// Learning rate, constant.
    pub learning_rate: f64,
    /// Epochs.
    pub epochs: usize,
    /// Samples a step.
    pub batch_size: usize,
    /// Loss function.
    pub loss: &'static str,
    /// Optimiser.
    pub optimizer: &'static str,
    /// Initialisation.
    pub initialization: &'static str,
}
