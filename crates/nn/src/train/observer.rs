//! What watches a run, and how a run ends.

use std::ops::ControlFlow;

use super::EpochRecord;
use crate::session::Model;

/// A step as an observer sees it.
#[derive(Clone, Copy, Debug)]
pub struct StepReport<'a> {
    /// The epoch, from 1.
    pub epoch: u64,
    /// The step of the epoch, from 1.
    pub step: u64,
    /// The steps of an epoch.
    pub steps: u64,
    /// The samples of the step.
    pub samples: usize,
    /// The loss of its batch: the objective.
    pub loss: f64,
    /// The loss of each term of the objective.
    pub terms: &'a [f64],
}

/// Watches a run, and may interrupt it after any step or epoch.
pub trait Observer<F> {
    /// Is called after every step; `Break` interrupts the run.
    fn step(&mut self, _step: &StepReport<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
    /// Is called after every epoch, with the model as it is then; `Break` interrupts the run.
    fn epoch(&mut self, _epoch: &EpochRecord, _model: &Model<F>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

impl<F> Observer<F> for () {}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All epochs were made.
    Finished,
    /// The validation loss stopped falling; the best parameters are restored.
    StoppedEarly,
    /// An observer interrupted it; it can be resumed at the same step.
    Interrupted,
}
