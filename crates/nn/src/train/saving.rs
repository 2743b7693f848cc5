//! When a run is written down, and what.

use std::time::{Duration, Instant};

use pellucid_compute::Scalar;
use pellucid_data::Element;

use super::{CheckpointPolicy, History, Progress, Trainer};
use crate::checkpoint::{Checkpoint, TrainingState};
use crate::error::Error;
use crate::session::Model;

/// A writing may take a twentieth of the time.
const SHARE: u32 = 20;

/// The policy, and when it was last followed.
#[derive(Debug)]
pub(super) struct Saving {
    pub policy: CheckpointPolicy,
    latest: Clock,
    best: Clock,
}

/// When a file was last written, and how long that took.
#[derive(Clone, Copy, Debug)]
struct Clock {
    last: Instant,
    cost: Duration,
}

impl Clock {
    fn start() -> Self {
        Self { last: Instant::now(), cost: Duration::ZERO }
    }

    fn allows(self, least: Duration) -> bool {
        least.is_zero() || self.last.elapsed() >= least.max(self.cost * SHARE)
    }

    fn time(&mut self, write: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
        let begin = Instant::now();
        write()?;
        self.last = Instant::now();
        self.cost = self.last - begin;
        Ok(())
    }
}

impl Saving {
    pub fn new(policy: CheckpointPolicy) -> Self {
        Self { policy, latest: Clock::start(), best: Clock::start() }
    }

    /// A run begins or goes on.
    pub fn restart(&mut self) {
        (self.latest, self.best) = (Clock::start(), Clock::start());
    }

    /// Whether the newest state is due after the epoch `epoch`.
    pub fn epoch_is_due(&self, epoch: u64) -> bool {
        let CheckpointPolicy { every, least, .. } = self.policy;
        every > 0 && epoch.is_multiple_of(every) && self.latest.allows(least) || self.is_overdue()
    }

    /// Whether the newest state is due because a kill would lose too much.
    pub fn is_overdue(&self) -> bool {
        self.policy.latest.is_some() && self.policy.most.is_some_and(|most| self.latest.allows(most))
    }

    /// Whether the best state is due.
    pub fn best_is_due(&self) -> bool {
        self.policy.best.is_some() && self.best.allows(self.policy.least)
    }
}

/// The state of the best epoch.
#[derive(Debug, Default)]
pub(super) struct Best<F> {
    /// The parameters; empty where nobody asks for them.
    pub parameters: Vec<F>,
    /// The state of the layers, such as running means.
    pub state: Vec<F>,
    optimizer_state: Vec<F>,
    progress: Progress,
    epochs: usize,
    /// It is newer than its file.
    pub pending: bool,
}

impl<F: Scalar + Element> Trainer<F> {
    /// Keeps the present state as the best, where a file or early stopping will ask for it.
    pub(super) fn keep_best(&mut self) {
        let file = self.saving.policy.best.is_some();
        if file || self.config.early_stopping.is_some() {
            self.best.parameters.clear();
            self.best.parameters.extend_from_slice(self.learner.model.parameters());
            self.best.state.clear();
            self.best.state.extend_from_slice(self.learner.model.state());
        }
        if file {
            self.best.optimizer_state.clear();
            self.best.optimizer_state.extend_from_slice(&self.learner.optimizer_state);
            (self.best.progress, self.best.epochs) = (self.progress, self.history.epochs.len());
            self.best.pending = true;
        }
    }

    /// Writes the best state where its file is older. It goes before the newest: a run that is killed in between and
    /// resumed from an older state finds the same best again.
    pub(super) fn save_best(&mut self) -> Result<(), Error> {
        if self.best.pending
            && let Some(path) = &self.saving.policy.best
        {
            let mut model = self.model().clone();
            model.parameters_mut().copy_from_slice(&self.best.parameters);
            model.state_mut().copy_from_slice(&self.best.state);
            let history = History {
                epochs: self.history.epochs[..self.best.epochs].to_vec(),
                best: self.history.best,
                terms: self.history.terms.clone(),
            };
            let checkpoint = self.write_down(model, &self.best.optimizer_state, self.best.progress, history);
            self.saving.best.time(|| Ok(checkpoint.write(path)?))?;
            self.best.pending = false;
        }
        Ok(())
    }

    /// Writes the best and the newest state.
    pub(super) fn save(&mut self) -> Result<(), Error> {
        self.save_best()?;
        let checkpoint = self.saving.policy.latest.is_some().then(|| self.checkpoint());
        if let (Some(path), Some(checkpoint)) = (&self.saving.policy.latest, checkpoint) {
            self.saving.latest.time(|| Ok(checkpoint.write(path)?))?;
        }
        Ok(())
    }

    /// The model and the whole state of the run, to be written.
    pub fn checkpoint(&self) -> Checkpoint<F> {
        self.write_down(
            self.model().clone(),
            &self.learner.optimizer_state,
            self.progress,
            self.history.clone(),
        )
    }

    fn write_down(
        &self,
        model: Model<F>,
        optimizer_state: &[F],
        progress: Progress,
        history: History,
    ) -> Checkpoint<F> {
        let stopping = self.config.early_stopping.is_some();
        let state = TrainingState {
            config: self.config.clone(),
            custom: self.custom.clone(),
            progress,
            history,
            optimizer_state: optimizer_state.to_vec(),
            best_parameters: if stopping { self.best.parameters.clone() } else { Vec::new() },
            best_state: if stopping { self.best.state.clone() } else { Vec::new() },
        };
        let checkpoint = Checkpoint::new(model, Some(state)).with_data(self.data.clone());
        self.metadata.iter().fold(checkpoint, |checkpoint, (key, value)| checkpoint.describe_as(key, value))
    }
}
