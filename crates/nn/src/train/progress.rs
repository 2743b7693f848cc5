//! How far a run has come.

use serde::{Deserialize, Serialize};

use crate::objective::{Losses, TermLosses};

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

impl Progress {
    /// Counts a step with these losses.
    #[inline]
    pub(super) fn add(&mut self, losses: &Losses) {
        self.step += 1;
        self.step_in_epoch += 1;
        if let ([loss], [weight]) = (&losses.terms[..], &losses.weights[..]) {
            self.loss_sum += loss * weight;
            return;
        }
        if self.term_sums.is_empty() {
            self.term_sums = TermLosses::zeros(losses.terms.len());
        }
        for (sum, (loss, weight)) in self.term_sums.iter_mut().zip(losses.terms.iter().zip(&*losses.weights))
        {
            *sum += loss * weight;
        }
    }

    /// The weighted sums of the losses of the current epoch's samples, term by term.
    #[inline]
    pub(super) fn sums(&self) -> &[f64] {
        if self.term_sums.is_empty() { std::slice::from_ref(&self.loss_sum) } else { &self.term_sums }
    }

    /// Closes the current epoch.
    #[inline]
    pub(super) fn close_epoch(&mut self) {
        self.epoch += 1;
        self.step_in_epoch = 0;
        self.loss_sum = 0.0;
        if !self.term_sums.is_empty() {
            self.term_sums = TermLosses::default();
        }
    }
}

fn is_empty(sums: &TermLosses) -> bool {
    sums.is_empty()
}
