//! The loop over epochs and steps.

use std::ops::ControlFlow;

use pellucid_compute::Scalar;
use pellucid_data::{Batches, Dataset, Element, permutation_into};

use super::{EpochRecord, Observer, Outcome, StepReport, Trainer};
use crate::data_check::check_fit;
use crate::error::Error;
use crate::objective::{Losses, Objective};

impl<F: Scalar + Element> Trainer<F> {
    /// Trains until the last epoch, an early stop or an interruption.
    ///
    /// # Errors
    /// Returns an error if the data do not fit the model and the loss, a loss or the state becomes infinite or NaN (no
    /// checkpoint is written then), or a checkpoint cannot be written.
    pub fn fit(
        &mut self,
        train: &Dataset,
        validation: Option<&Dataset>,
        observer: &mut dyn Observer<F>,
    ) -> Result<Outcome, Error> {
        self.is_complete()?;
        self.learner.objective.weigh_classes(train)?;
        for data in std::iter::once(train).chain(validation) {
            check_fit(&self.learner.model, &self.learner.objective, data)?;
            self.reserve(self.evaluation_batch(data))?;
        }
        if self.config.early_stopping.is_some() && validation.is_none() {
            return Err(Error::Config("early_stopping: expected a validation set".into()));
        }
        self.reserve(self.config.samples().min(train.len()))?;
        self.saving.restart();
        let remaining = self.config.epochs.saturating_sub(self.progress.epoch);
        self.history.epochs.reserve(usize::try_from(remaining).unwrap_or(0).min(1 << 20));
        let totals = self.learner.total_weights(train, &(0..train.len() as u32));
        let mut order: Vec<u32> = (0..train.len() as u32).collect();
        let steps = Batches::new(train.len(), self.config.samples()).len() as u64;
        while self.progress.epoch < self.config.epochs && !self.progress.stopped {
            let stop = self.train_epoch(train, &mut order, steps, observer)?.is_break();
            if stop && self.progress.step_in_epoch < steps {
                self.prove(train, &order)?;
                self.save()?;
                return Ok(Outcome::Interrupted);
            }
            self.close_epoch(&totals, validation)?;
            let record = self.history.epochs.last();
            let told = record.map(|record| observer.epoch(record, &self.learner.model));
            let interrupted = told.is_some_and(|flow| flow.is_break()) || stop;
            let last = self.progress.epoch == self.config.epochs || self.progress.stopped;
            if last || interrupted || self.saving.epoch_is_due(self.progress.epoch) {
                self.prove(train, &order)?;
                self.save()?;
            } else if self.best.pending && self.saving.best_is_due() {
                self.prove(train, &order)?;
                self.save_best()?;
            }
            if interrupted && !last {
                return Ok(Outcome::Interrupted);
            }
        }
        if self.config.epochs == 0 {
            self.save()?;
        }
        Ok(if self.progress.stopped { Outcome::StoppedEarly } else { Outcome::Finished })
    }

    /// The steps of the current epoch that are not done yet.
    fn train_epoch(
        &mut self,
        train: &Dataset,
        order: &mut [u32],
        steps: u64,
        observer: &mut dyn Observer<F>,
    ) -> Result<ControlFlow<()>, Error> {
        if steps > 1 {
            permutation_into(self.config.seed, self.progress.epoch, order);
        }
        let batch = self.config.samples();
        for done in self.progress.step_in_epoch..steps {
            let begin = done as usize * batch;
            let samples = batch.min(order.len() - begin);
            self.make_step(train, &order[begin..begin + samples], steps);
            let Losses { total: loss, terms, .. } = &self.learner.memory.losses;
            let (epoch, step, loss) = (self.progress.epoch + 1, self.progress.step_in_epoch, *loss);
            if !fits::<F>(loss) {
                return Err(Error::Diverged { epoch, step, loss });
            }
            if observer.step(&StepReport { epoch, step, steps, samples, loss, terms }).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            if step < steps && self.saving.is_overdue() {
                self.prove(train, order)?;
                self.save()?;
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Records the epoch that has just ended, keeps its state where it is the best, and decides on an early stop.
    fn close_epoch(&mut self, totals: &[f64], validation: Option<&Dataset>) -> Result<(), Error> {
        let (steps, sums) = (self.progress.step_in_epoch, self.progress.sums());
        let several = sums.len() > 1;
        let train_loss = self.learner.objective.mean_total(sums, totals);
        let train_terms = if several { Objective::<F>::means(sums, totals).collect() } else { Vec::new() };
        self.progress.close_epoch();
        let validation = validation.map(|data| self.mean_losses(data));
        let validation_loss = validation.as_ref().map(|losses| losses.total);
        let validation_terms = validation.filter(|_| several).map(|losses| losses.terms.to_vec());
        let regularised_loss = self.learner.penalty().map(|penalty| train_loss + penalty);
        for loss in [regularised_loss, validation_loss].into_iter().flatten() {
            self.within_range(loss)?;
        }
        let total = self.config.epochs.saturating_mul(steps);
        let record = EpochRecord {
            epoch: self.progress.epoch,
            train_loss,
            regularised_loss,
            validation_loss,
            learning_rate: self.config.schedule.rate(self.progress.step - 1, total, steps),
            train_terms,
            validation_terms: validation_terms.unwrap_or_default(),
        };
        let epoch = record.epoch;
        self.history.epochs.push(record);

        let score = validation_loss.unwrap_or(train_loss);
        if let Some(stopping) = self.config.early_stopping
            && self.progress.patient_since.is_none_or(|(_, loss)| score < loss - stopping.min_delta)
        {
            self.progress.patient_since = Some((epoch, score));
        }
        if self.history.best.is_none_or(|(_, best)| score < best) {
            self.history.best = Some((epoch, score));
            self.keep_best();
        }
        if let Some(stopping) = self.config.early_stopping {
            let since = self.progress.patient_since.map_or(epoch, |(since, _)| since);
            self.progress.stopped = epoch.saturating_sub(since) >= stopping.patience;
            if self.progress.stopped || epoch == self.config.epochs {
                self.learner.model.parameters_mut().copy_from_slice(&self.best.parameters);
                self.learner.model.state_mut().copy_from_slice(&self.best.state);
            }
        }
        Ok(())
    }

    /// Whether the present state is worth keeping: the loss is looked at before a step, and so does not tell what the last
    /// one has done. The first batch stands for all.
    fn prove(&mut self, train: &Dataset, order: &[u32]) -> Result<(), Error> {
        for (what, numbers) in [
            ("the weights", self.learner.model.parameters()),
            ("the optimiser's state", &*self.learner.optimizer_state),
        ] {
            if !numbers.iter().fold(true, |all, &x| all & Scalar::is_finite(x)) {
                let (epoch, step) = self.place();
                return Err(Error::DivergedState { what, epoch, step });
            }
        }
        let batch = self.config.batch_size.min(order.len());
        let loss = self.loss_of(train, &order[..batch], None);
        self.within_range(loss).map(drop)
    }

    /// A loss that `F` can hold; one that it cannot is the end of a run, though a sum in `f64` may be finite.
    pub(super) fn within_range(&self, loss: f64) -> Result<f64, Error> {
        if fits::<F>(loss) {
            return Ok(loss);
        }
        let (epoch, step) = self.place();
        Err(Error::Diverged { epoch, step, loss })
    }

    /// The epoch and the step of it that was made last; the step of all where an epoch has just ended.
    fn place(&self) -> (u64, u64) {
        let progress = self.progress;
        if progress.step_in_epoch > 0 {
            (progress.epoch + 1, progress.step_in_epoch)
        } else {
            (progress.epoch, progress.step / progress.epoch.max(1))
        }
    }
}

/// Whether `F` can hold a loss.
fn fits<F: Scalar>(loss: f64) -> bool {
    F::from_f64(loss).is_finite()
}
