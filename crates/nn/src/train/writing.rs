//! Writing a run down: its newest state and its best.

use pellucid_compute::Scalar;
use pellucid_data::Element;

use super::history::History;
use super::progress::Progress;
use super::trainer::Trainer;
use crate::checkpoint::{Checkpoint, TrainingState};
use crate::error::Error;
use crate::session::Model;

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

    /// Returns the model and the whole state of the run, to be written.
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
