//! The settings of a training run.

use serde::{Deserialize, Serialize};

use crate::{Error, LossConfig, OptimizerConfig, Schedule};

/// What decides the numbers of a training run, beside the model and the data. A checkpoint stores it, and a run is
/// only resumed with the same.
///
/// ```
/// use pellucid_nn::{LossConfig, OptimizerConfig, Schedule, TrainConfig};
/// let config = TrainConfig {
///     epochs: 800,
///     batch_size: 256,
///     loss: LossConfig::BceWithLogits,
///     schedule: Schedule::constant(0.1),
///     ..TrainConfig::default()
/// };
/// assert_eq!(config.optimizer, OptimizerConfig::Sgd { momentum: 0.0, nesterov: false, weight_decay: 0.0 });
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainConfig {
    /// Passes over the training set.
    pub epochs: u64,
    /// Samples of a step; the last of an epoch may have fewer. A batch of all samples is not shuffled.
    pub batch_size: usize,
    /// The seed of initial parameters, shuffling and random layers.
    pub seed: u64,
    /// The loss.
    pub loss: LossConfig,
    /// The optimiser.
    pub optimizer: OptimizerConfig,
    /// The learning rate.
    pub schedule: Schedule,
    /// Scales a gradient of larger Euclidean norm down to this norm.
    pub clip_norm: Option<f64>,
    /// Ends the run when the validation loss stops falling.
    pub early_stopping: Option<EarlyStopping>,
}

/// When to end a run early: after `patience` epochs in which the validation loss has not fallen by `min_delta`.
/// The parameters of the best epoch are restored.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlyStopping {
    /// Epochs to wait.
    pub patience: u64,
    /// What counts as a fall.
    #[serde(default)]
    pub min_delta: f64,
}

impl Default for TrainConfig {
    /// One epoch of plain SGD with rate 0.1, batches of 32 and the mean squared error.
    fn default() -> Self {
        Self {
            epochs: 1,
            batch_size: 32,
            seed: 0,
            loss: LossConfig::Mse,
            optimizer: OptimizerConfig::Sgd { momentum: 0.0, nesterov: false, weight_decay: 0.0 },
            schedule: Schedule::constant(0.1),
            clip_norm: None,
            early_stopping: None,
        }
    }
}

impl TrainConfig {
    /// Checks every number.
    ///
    /// # Errors
    /// The name of the first one out of range, with the range.
    pub fn check(&self) -> Result<(), Error> {
        if self.batch_size == 0 {
            return Err(Error::Config("batch_size = 0: expected at least 1".into()));
        }
        if let Some(norm) = self.clip_norm
            && !(norm > 0.0 && norm.is_finite())
        {
            return Err(Error::Config(format!("clip_norm = {norm}: expected a positive number")));
        }
        if let Some(EarlyStopping { patience, min_delta }) = self.early_stopping
            && (patience == 0 || !(min_delta >= 0.0 && min_delta.is_finite()))
        {
            return Err(Error::Config(format!(
                "early_stopping with patience = {patience}, min_delta = {min_delta}: expected at least 1 and 0"
            )));
        }
        if let LossConfig::Huber { delta } = self.loss
            && !(delta > 0.0 && delta.is_finite())
        {
            return Err(Error::Config(format!("delta = {delta}: expected a positive number")));
        }
        self.optimizer.check().and_then(|()| self.schedule.check()).map_err(Error::Config)
    }
}
