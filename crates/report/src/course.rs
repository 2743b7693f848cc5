//! Values published in the report of the course project that Pellucid started from ("the course report").
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

/// Table 9: the support vector machine on latent features.
pub const SVM: SvmRecipe = SvmRecipe {
    kernel: "RBF",
    c: 10.0,
    gamma: "scale",
    max_iterations: 2000,
    train_rows: 5000,
    test_rows: 14_000,
    dimensions: 32,
};
/// Section 6.2.2: accuracy on latent features, of an encoder that was never trained.
pub const SVM_LATENT_ACCURACY: f64 = 0.752;
/// Section 6.2.2: mean F1 of the classes.
pub const SVM_MACRO_F1: f64 = 0.747;
/// Section 6.2.2: mean F1 of the classes, weighted by their test samples.
pub const SVM_WEIGHTED_F1: f64 = 0.750;
/// Table 10: accuracy on raw pixels with 3,000 training samples.
pub const SVM_RAW_ACCURACY: f64 = 0.925;
/// Table 10: those training samples.
pub const SVM_RAW_ROWS: usize = 3000;
/// Section 6.3.4: the most discriminative latent features, with their variance.
pub const DISCRIMINATIVE_FEATURES: [(usize, f64); 5] =
    [(8, 0.0772), (26, 0.0384), (19, 0.0341), (28, 0.0329), (22, 0.0305)];

/// Table 14: seconds to train XOR, on a machine that the report does not name.
pub const XOR_SECONDS: f64 = 1.873;
/// Table 12: seconds to train the autoencoder of the benchmark, on that machine.
pub const BENCHMARK_SECONDS: f64 = 23.76;
/// Table 12: its training samples.
pub const BENCHMARK_SAMPLES: usize = 2000;
/// Table 12: its epochs.
pub const BENCHMARK_EPOCHS: usize = 15;
/// Table 12: its peak memory in MB.
pub const BENCHMARK_PEAK_MB: f64 = 319.0;

/// Table 11: component, seconds before and after, speed-up by what the course report calls smart optimisation.
pub const SMART_OPTIMIZATION: [(&str, Option<[f64; 2]>, f64); 6] = [
    ("Dense layer", Some([2.86, 0.96]), 2.97),
    ("ReLU, small", None, 1.08),
    ("Sigmoid, small", None, 1.61),
    ("ReLU, large", None, 0.91),
    ("Sigmoid, large", None, 1.02),
    ("MSE loss", Some([0.43, 0.60]), 0.71),
];
/// Table 11: geometric mean of those speed-ups.
pub const SMART_OPTIMIZATION_MEAN: f64 = 1.23;
/// Table 12: implementation, seconds, final loss, test mean squared error, peak memory and its growth in MB.
pub const SMALL_JOB: [(&str, f64, f64, f64, f64, f64); 2] = [
    ("its own library", BENCHMARK_SECONDS, 0.224_197, 0.225_255, BENCHMARK_PEAK_MB, 27.5),
    ("TensorFlow", 11.60, 0.230_772, 0.231_309, 445.9, 126.9),
];
/// Section 7.6.1: the numbers of samples of its scaling test.
pub const SCALING_ROWS: [usize; 4] = [500, 1000, 2000, 3000];
/// Section 7.6.1: implementation, seconds and peak memory in MB at those numbers of samples.
pub const SCALING: [(&str, [f64; 4], [f64; 4]); 2] = [
    ("its own library", [2.01, 3.80, 7.16, 13.93], [238.6, 324.4, 328.2, 332.2]),
    ("TensorFlow", [2.31, 3.33, 3.34, 4.42], [333.2, 347.6, 355.4, 363.5]),
];
/// Table 14: implementation, seconds and final loss of XOR.
pub const XOR_RUNS: [(&str, f64, f64); 3] = [
    ("its own library", XOR_SECONDS, 0.0045),
    ("the same, optimised", 1.744, 0.0025),
    ("TensorFlow", 12.644, 0.0264),
];

/// Settings of the course report's support vector machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SvmRecipe {
    /// Kernel.
    pub kernel: &'static str,
    /// Penalty of a violated margin.
    pub c: f64,
    /// Rule for the kernel's gamma.
    pub gamma: &'static str,
    /// Limit of the solver's steps.
    pub max_iterations: usize,
    /// Training samples.
    pub train_rows: usize,
    /// Test samples.
    pub test_rows: usize,
    /// Features of a sample.
    pub dimensions: usize,
}

/// Hyper-parameters of one of the course report's runs.
#[derive(Clone, Copy, Debug, PartialEq)]
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
