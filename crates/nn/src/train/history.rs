//! What a run leaves of every epoch.

use serde::{Deserialize, Serialize};

/// One epoch of a run. Nothing here depends on the clock, so a history is the same for any number of threads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// The epoch, from 1.
    pub epoch: u64,
    /// The mean of the loss over the epoch's training samples, each with the parameters of its step.
    pub train_loss: f64,
    /// `train_loss` and the optimiser's penalty w/2 |theta|^2 at the end of the epoch, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regularised_loss: Option<f64>,
    /// The mean loss over the validation set at the end of the epoch, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_loss: Option<f64>,
    /// The learning rate of the epoch's last step.
    pub learning_rate: f64,
    /// The mean training loss of each term, of an objective of several; named by [`History::terms`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub train_terms: Vec<f64>,
    /// The mean validation loss of each term, of an objective of several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub validation_terms: Vec<f64>,
}

/// All epochs of a run, and the best.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// The epochs in order.
    pub epochs: Vec<EpochRecord>,
    /// The least validation loss (training loss where there is no validation) and its epoch.
    pub best: Option<(u64, f64)>,
    /// The names of the terms of the objective, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<String>,
}

impl History {
    /// Returns the training losses in order.
    pub fn train_losses(&self) -> Vec<f64> {
        self.epochs.iter().map(|record| record.train_loss).collect()
    }

    /// Returns the validation losses in order; empty where there was no validation.
    pub fn validation_losses(&self) -> Vec<f64> {
        self.epochs.iter().filter_map(|record| record.validation_loss).collect()
    }
}
