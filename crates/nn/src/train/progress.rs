//! How far a run has come.

use serde::{Deserialize, Serialize};

use crate::objective::TermLosses;

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Epochs completed.
    pub epoch: u64,
    /// Steps completed of the current epoch.
    pub step_in_epoch: u64,
    /// Steps completed in all.
    pub step: u64,
    /// The weighted sum of the losses of the current epoch's samples, of an objective of one term.
    pub loss_sum: f64,
    /// The same for each term, of an objective of several.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub term_sums: TermLosses,
    /// The run has ended early.
    pub stopped: bool,
    /// The last epoch whose validation loss fell by what early stopping asks for, and that loss: patience counts from here.
    /// Without early stopping, and in checkpoints of version 0.1, there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient_since: Option<(u64, f64)>,
}

fn is_empty(sums: &TermLosses) -> bool {
    sums.is_empty()
}
