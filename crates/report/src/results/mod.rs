//! The numbers of a run, as they are written to `results.json`.

pub(crate) mod evidence;
pub(crate) mod svm;

use serde::{Deserialize, Serialize};

use crate::performance::Performance;
use crate::results::svm::SvmResults;

/// Everything a run measured; a part that did not run is absent from the file.
///
/// ```
/// use pellucid_report::Results;
/// let results = Results { preset: "quick".into(), seed: 7, ..Results::default() };
/// assert!(serde_json::to_string(&results)?.contains("\"preset\":\"quick\""));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// Version of Pellucid.
    pub version: String,
    /// Preset of hyper-parameters: `quick`, `course` or `best`.
    pub preset: String,
    /// Seed of every random stream.
    pub seed: u64,
    /// Worker threads used.
    pub threads: usize,
    /// Name of the processor.
    pub cpu: String,
    /// Command line that made this run.
    pub command: String,
    /// Operating system and architecture, `linux x86_64`.
    pub system: String,
    /// Date and time of the run, RFC 3339.
    pub date: Option<String>,
    /// Duration of the whole run in seconds.
    pub seconds: f64,
    /// Gradient checks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gradcheck: Option<GradcheckResults>,
    /// The XOR problem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xor: Option<XorResults>,
    /// The MNIST autoencoder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autoencoder: Option<AutoencoderResults>,
    /// Support vector machines on latent vectors and on pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub svm: Option<SvmResults>,
    /// The comparison with other frameworks, measured by `bench/run.py`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performance: Option<Performance>,
}

/// Outcome of all gradient checks, in f64.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GradcheckResults {
    /// Largest relative error of all checks.
    pub max_relative_error: f64,
    /// Step of the central difference.
    pub step: f64,
    /// Relative error up to which a check passes.
    pub tolerance: f64,
    /// One entry a component and tensor; the plain dense layer's component starts with `Dense`.
    pub checks: Vec<GradientCheck>,
    /// The activations' values and gradients (Table 2).
    pub activations: Vec<ActivationCheck>,
    /// The mean squared error against its closed form (Table 3).
    pub mse: Option<LossCheck>,
}

/// Analytic against numeric gradient of one tensor: `‖a - n‖ / max(‖a‖, ‖n‖)`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GradientCheck {
    /// Layer, loss or model.
    pub component: String,
    /// Tensor the gradient belongs to: `weight`, `bias`, `input`, ….
    pub parameter: String,
    /// Euclidean norm of the gradient computed by backpropagation.
    pub analytic_norm: f64,
    /// Euclidean norm of the gradient computed by central differences.
    pub numeric_norm: f64,
    /// Norm of the difference over the larger norm.
    pub relative_error: f64,
}

/// Value and gradient of one activation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ActivationCheck {
    /// Its name, `ReLU`.
    pub activation: String,
    /// Largest absolute difference between its values and those of its formula.
    pub forward_error: f64,
    /// Relative error of its gradient check.
    pub backward_error: f64,
}

/// Value and gradient of a loss against its closed form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LossCheck {
    /// Value of the loss.
    pub value: f64,
    /// Norm of the gradient the loss returned.
    pub computed_norm: f64,
    /// Norm of the closed form.
    pub expected_norm: f64,
    /// Largest absolute difference of an element.
    pub max_absolute_difference: f64,
}

/// What a training run was told to do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hyperparameters {
    /// Widths of the layers, `2-4-1`.
    pub architecture: String,
    /// Number of trainable parameters.
    pub parameters: usize,
    /// Learning rate before any schedule.
    pub learning_rate: f64,
    /// Epochs asked for.
    pub epochs: usize,
    /// Samples a step.
    pub batch_size: usize,
    /// Loss function.
    pub loss: String,
    /// Optimiser.
    pub optimizer: String,
    /// Schedule of the learning rate.
    pub schedule: String,
    /// Initialisation of the weights.
    pub initialization: String,
    /// Arithmetic, `f32` or `f64`.
    pub precision: String,
}

/// Outcome of training XOR.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct XorResults {
    /// Loss before the first update.
    pub initial_loss: f64,
    /// Loss after the last epoch.
    pub final_loss: f64,
    /// Share of the four cases decided rightly with a threshold of 1/2, between 0 and 1.
    pub accuracy: f64,
    /// Outputs for the inputs (0,0), (0,1), (1,0), (1,1).
    pub predictions: [f64; 4],
    /// Duration of training in seconds.
    pub seconds: f64,
    /// What was asked for.
    pub hyperparameters: Hyperparameters,
}

/// How the data were divided.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SplitSizes {
    /// Kind of split, `stratified`.
    pub kind: String,
    /// Training samples.
    pub train: usize,
    /// Validation samples.
    pub validation: usize,
    /// Test samples.
    pub test: usize,
}

/// Outcome of training the autoencoder; losses are means over all pixels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AutoencoderResults {
    /// Epochs run.
    pub epochs: usize,
    /// Mean training loss of each epoch.
    pub train_loss: Vec<f64>,
    /// Validation loss after each epoch.
    pub validation_loss: Vec<f64>,
    /// Validation mean squared error after each epoch; empty if it was not measured.
    pub validation_mse: Vec<f64>,
    /// Learning rate of each epoch; empty if it was not recorded.
    pub learning_rate: Vec<f64>,
    /// Training loss before the first update, if it was measured.
    pub initial_train_loss: Option<f64>,
    /// Epoch, from 1, whose parameters were kept, if the last one's were not.
    pub best_epoch: Option<usize>,
    /// Binary cross-entropy on the test set.
    pub test_bce: f64,
    /// Mean squared error on the test set.
    pub test_mse: f64,
    /// Mean absolute error on the test set.
    pub test_mae: f64,
    /// Mean of the test samples' own mean squared errors.
    pub mean_sample_mse: f64,
    /// Their standard deviation.
    pub std_sample_mse: f64,
    /// Range of the reconstructions over the range of the originals.
    pub range_preservation: f64,
    /// Smallest logit on the test set.
    pub logits_min: f64,
    /// Largest logit on the test set.
    pub logits_max: f64,
    /// Duration of training in seconds.
    pub seconds: f64,
    /// Duration of an epoch in seconds.
    pub seconds_per_epoch: f64,
    /// Training samples a second.
    pub samples_per_second: f64,
    /// Peak resident memory of the process in MB, where the system tells.
    pub peak_rss_mb: Option<f64>,
    /// File of the trained model.
    pub checkpoint: Option<String>,
    /// What was asked for.
    pub hyperparameters: Hyperparameters,
    /// How the data were divided.
    pub split: SplitSizes,
}
