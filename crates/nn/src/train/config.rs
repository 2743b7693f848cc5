//! The settings of a training run.

use std::collections::{BTreeMap, BTreeSet};

use pellucid_compute::Scalar;
use serde::{Deserialize, Serialize};

use super::groups::{DecayOf, ParameterGroup};
use crate::error::Error;
use crate::hyperparameters::held;
use crate::losses::LossConfig;
use crate::objective::{ClassWeights, Objective, TermConfig};
use crate::optimizers::{OptimizerConfig, Sgd};
use crate::schedule::Schedule;

/// What decides the numbers of a training run, beside the model and the data. A checkpoint stores it, and a run is
/// only resumed with the same.
///
/// ```
/// use pellucid_nn::{LossConfig, Schedule, Sgd, TrainConfig};
/// let config = TrainConfig {
///     epochs: 800,
///     batch_size: 256,
///     loss: LossConfig::BceWithLogits,
///     schedule: Schedule::constant(0.1),
///     ..TrainConfig::default()
/// };
/// assert_eq!(config.optimizer, Sgd::default().into());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainConfig {
    /// Passes over the training set.
    pub epochs: u64,
    /// Samples that go through the network together; the last batch of an epoch may have fewer. A step on all samples is not
    /// shuffled.
    #[serde(default = "batch_size")]
    pub batch_size: usize,
    /// The seed of initial parameters, shuffling and random layers.
    #[serde(default)]
    pub seed: u64,
    /// The loss of the output against the data; of no account where there are terms.
    #[serde(default = "loss")]
    pub loss: LossConfig,
    /// The terms of the objective, where it is more than one loss of the output.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<TermConfig>,
    /// How much the samples of each class count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_weights: Option<ClassWeights>,
    /// Batches whose gradients are accumulated for a step: as one batch of `accumulate` times as many samples, in the memory
    /// of one.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub accumulate: usize,
    /// The optimiser.
    pub optimizer: OptimizerConfig,
    /// Parameters that are trained differently.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<ParameterGroup>,
    /// Which parameters the weight decay is for.
    #[serde(default)]
    pub decay: DecayOf,
    /// The learning rate.
    pub schedule: Schedule,
    /// Scales a gradient of larger Euclidean norm down to this norm.
    pub clip_norm: Option<f64>,
    /// Ends the run when the validation loss stops falling.
    pub early_stopping: Option<EarlyStopping>,
}

fn batch_size() -> usize {
    32
}

fn loss() -> LossConfig {
    LossConfig::Mse
}

fn one() -> usize {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)] // As serde calls it.
fn is_one(accumulate: &usize) -> bool {
    *accumulate == 1
}

/// When to end a run early: after `patience` epochs in which the validation loss has not fallen by `min_delta` below what it
/// was when it last did. The parameters of the epoch with the least loss are restored, however little less it is.
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
            batch_size: batch_size(),
            seed: 0,
            loss: loss(),
            terms: Vec::new(),
            class_weights: None,
            accumulate: one(),
            optimizer: Sgd::default().into(),
            groups: Vec::new(),
            decay: DecayOf::Auto,
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
    /// Returns an error if one is out of range: names the first one, with the range.
    pub fn check(&self) -> Result<(), Error> {
        if self.batch_size == 0 {
            return Err(Error::Config("batch_size = 0: expected at least 1".into()));
        }
        if self.accumulate == 0 {
            return Err(Error::Config("accumulate = 0: expected at least 1".into()));
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
        self.check_parts::<f64>().map_err(Error::Config)
    }

    /// Checks every number, and that `F` holds those that a step takes in it.
    ///
    /// # Errors
    /// Returns an error if one is out of range, or infinite or zero in `F`: names the first one, with the range.
    pub fn check_for<F: Scalar>(&self) -> Result<(), Error> {
        self.check()?;
        let rate = self.schedule.learning_rate;
        if !F::from_f64(rate).is_finite() {
            return Err(Error::Rate { rate, scalar: type_name::<F>(), most: f64::from(f32::MAX) });
        }
        self.check_parts::<F>().and_then(|()| held::<F>("learning_rate", rate)).map_err(Error::Config)
    }

    fn check_parts<F: Scalar>(&self) -> Result<(), String> {
        self.loss.build::<F>().check()?;
        self.optimizer.build::<F>().check()?;
        self.schedule.check()
    }

    /// Returns the number of samples of a step.
    pub fn samples(&self) -> usize {
        self.batch_size.saturating_mul(self.accumulate)
    }

    /// Returns the objective that the settings describe.
    pub fn objective<F: Scalar>(&self) -> Objective<'static, F> {
        Objective::from_config(self.loss, &self.terms).class_weights(self.class_weights.clone())
    }

    /// The settings in which `other` differs, as `name = ours there, theirs here`.
    pub(crate) fn differences(&self, other: &Self) -> String {
        let (ours, theirs) = (flat(self), flat(other));
        let none = serde_json::Value::Null;
        let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
        let differing = names.into_iter().filter_map(|name| {
            let (a, b) = (ours.get(name).unwrap_or(&none), theirs.get(name).unwrap_or(&none));
            (a != b).then(|| format!("{name} = {} there, {} here", word(a), word(b)))
        });
        differing.collect::<Vec<_>>().join("; ")
    }
}

fn type_name<F: Scalar>() -> &'static str {
    if F::NAME == "F32" { "f32" } else { "f64" }
}

/// The settings by their full names, such as `schedule.learning_rate`.
fn flat(config: &TrainConfig) -> BTreeMap<String, serde_json::Value> {
    fn walk(name: &str, value: serde_json::Value, out: &mut BTreeMap<String, serde_json::Value>) {
        if let serde_json::Value::Object(map) = value {
            for (key, value) in map {
                walk(&if name.is_empty() { key } else { format!("{name}.{key}") }, value, out);
            }
        } else {
            out.insert(name.to_owned(), value);
        }
    }
    let mut out = BTreeMap::new();
    // Serialising a tree of plain data to a value cannot fail.
    walk("", serde_json::to_value(config).unwrap_or_default(), &mut out);
    out
}

fn word(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "none".into(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
