//! The trainer.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use pellucid_compute::{Buffer, Pool, Scalar, Stream, reduce::norm};
use pellucid_data::{Batches, Dataset, Element, permutation_into};
use serde::{Deserialize, Serialize};

use super::{CheckpointPolicy, EpochRecord, History, Observer, Outcome, StepReport, TrainConfig};
use crate::checkpoint::{Checkpoint, CheckpointError, DataNotes, TrainingState};
use crate::evaluate::{batch_loss, check_fit, load_inputs, mean_loss};
use crate::optimizers::Update;
use crate::plan::zeros;
use crate::{Error, Loss, Model, Optimizer, Session};

/// The branch of a seed's random streams that random layers draw from.
const STEP_STREAM: u64 = 2;

/// Trains a model by mini-batches; owns everything a run needs, so that a step allocates nothing.
///
/// ```
/// use pellucid_data::{Dataset, Features, Matrix, Targets};
/// use pellucid_nn::{Activation, Dense, Model, Schedule, Sequential, TrainConfig, Trainer};
///
/// let x = Features::F32(Matrix::new(4, 2, vec![0., 0., 0., 1., 1., 0., 1., 1.])?);
/// let y = Features::F32(Matrix::new(4, 1, vec![0., 1., 1., 0.])?);
/// let xor = Dataset::new(x, Targets::Values(y))?;
/// let network = Sequential::<f32>::new(2)
///     .with(Dense::new(4).activation(Activation::Tanh))
///     .with(Dense::new(1).activation(Activation::Sigmoid));
/// let config = TrainConfig { epochs: 5000, batch_size: 4, schedule: Schedule::constant(0.5), ..Default::default() };
///
/// let mut trainer = Trainer::new(Model::new(network, 42)?, config, &Default::default())?;
/// trainer.fit(&xor, None, &mut ())?;
/// assert!(trainer.history().epochs[4999].train_loss < 5e-4);
/// # Ok::<(), pellucid_nn::Error>(())
/// ```
#[derive(Debug)]
pub struct Trainer<F> {
    model: Model<F>,
    config: TrainConfig,
    loss: Box<dyn Loss<F>>,
    optimizer: Box<dyn Optimizer<F>>,
    session: Session<F>,
    gradients: Buffer<F>,
    optimizer_state: Buffer<F>,
    best_parameters: Vec<F>,
    targets: Buffer<F>,
    sums: Buffer<f64>,
    progress: Progress,
    history: History,
    checkpoints: CheckpointPolicy,
    metadata: BTreeMap<String, String>,
    data: DataNotes,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Epochs completed.
    pub epoch: u64,
    /// Steps completed of the current epoch.
    pub step_in_epoch: u64,
    /// Steps completed in all.
    pub step: u64,
    /// The sum of the losses of the current epoch's samples.
    pub loss_sum: f64,
    /// The run has ended early.
    pub stopped: bool,
}

impl<F: Scalar + Element> Trainer<F> {
    /// A trainer at the beginning of a run.
    ///
    /// # Errors
    /// Where a number of `config` is out of range.
    pub fn new(model: Model<F>, config: TrainConfig, pool: &Arc<Pool>) -> Result<Self, Error> {
        config.check()?;
        let (loss, optimizer) = (config.loss.build(), config.optimizer.build());
        let session = Session::training(model.architecture(), config.batch_size, pool)?;
        let parameters = model.parameters().len();
        Ok(Self {
            gradients: zeros(parameters)?,
            optimizer_state: zeros(parameters * optimizer.state_per_parameter())?,
            best_parameters: if config.early_stopping.is_some() {
                model.parameters().to_vec()
            } else {
                vec![]
            },
            targets: zeros(config.batch_size * model.plan().output().len())?,
            sums: zeros(config.batch_size)?,
            progress: Progress::default(),
            history: History::default(),
            checkpoints: CheckpointPolicy::default(),
            metadata: BTreeMap::new(),
            data: DataNotes::default(),
            model,
            config,
            loss,
            optimizer,
            session,
        })
    }

    /// A trainer where a checkpoint left off; `config` must be that of the checkpoint's run.
    ///
    /// # Errors
    /// Where the checkpoint holds no training state, or that of a run with other settings.
    pub fn resume(checkpoint: Checkpoint<F>, config: TrainConfig, pool: &Arc<Pool>) -> Result<Self, Error> {
        let (model, state, notes) = checkpoint.into_parts();
        let Some(state) = state else {
            return Err(CheckpointError::NoTrainingState.into());
        };
        if state.config != config {
            return Err(CheckpointError::OtherRun {
                found: Box::new(state.config),
                expected: Box::new(config),
            }
            .into());
        }
        let mut trainer = Self::new(model, config, pool)?;
        if state.optimizer_state.len() != trainer.optimizer_state.len()
            || state.best_parameters.len() != trainer.best_parameters.len()
        {
            return Err(CheckpointError::NoTrainingState.into());
        }
        let (found, epochs) = (state.progress, trainer.config.epochs);
        if found.epoch > epochs || found.step_in_epoch > found.step || found.step >= 1 << 53 {
            return Err(CheckpointError::Progress { epochs, found }.into());
        }
        trainer.optimizer_state.copy_from_slice(&state.optimizer_state);
        trainer.best_parameters = state.best_parameters;
        (trainer.progress, trainer.history) = (state.progress, state.history);
        (trainer.metadata, trainer.data) = notes;
        Ok(trainer)
    }

    /// Writes checkpoints during the run.
    #[must_use]
    pub fn checkpoints(mut self, policy: CheckpointPolicy) -> Self {
        self.checkpoints = policy;
        self
    }

    /// Notes in every checkpoint how the data are scaled and what the classes are called.
    #[must_use]
    pub fn describe_data(mut self, data: DataNotes) -> Self {
        self.data = data;
        self
    }

    /// Trains until the last epoch, an early stop or an interruption.
    ///
    /// # Errors
    /// Where the data do not fit the model, a loss becomes infinite or NaN, or a checkpoint cannot be written.
    pub fn fit(
        &mut self,
        train: &Dataset,
        validation: Option<&Dataset>,
        observer: &mut dyn Observer<F>,
    ) -> Result<Outcome, Error> {
        for data in std::iter::once(train).chain(validation) {
            check_fit(self.model.architecture(), Some(self.model.plan().output()), data)?;
        }
        if self.config.early_stopping.is_some() && validation.is_none() {
            return Err(Error::Config("early_stopping: expected a validation set".into()));
        }
        let remaining = self.config.epochs.saturating_sub(self.progress.epoch);
        self.history.epochs.reserve(usize::try_from(remaining).unwrap_or(0).min(1 << 20));
        let mut order: Vec<u32> = (0..train.len() as u32).collect();
        let steps = Batches::new(train.len(), self.config.batch_size).len() as u64;
        while self.progress.epoch < self.config.epochs && !self.progress.stopped {
            let stop = self.train_epoch(train, &mut order, observer)?.is_break();
            if stop && self.progress.step_in_epoch < steps {
                self.save_latest()?;
                return Ok(Outcome::Interrupted);
            }
            let record = self.close_epoch(train, validation)?;
            let interrupted = observer.epoch(&record, &self.model).is_break() || stop;
            let last = self.progress.epoch == self.config.epochs || self.progress.stopped;
            let due =
                self.checkpoints.every > 0 && self.progress.epoch.is_multiple_of(self.checkpoints.every);
            if due || last || interrupted {
                self.save_latest()?;
            }
            if interrupted && !last {
                return Ok(Outcome::Interrupted);
            }
        }
        Ok(if self.progress.stopped { Outcome::StoppedEarly } else { Outcome::Finished })
    }

    /// The steps of the current epoch that are not done yet.
    fn train_epoch(
        &mut self,
        train: &Dataset,
        order: &mut [u32],
        observer: &mut dyn Observer<F>,
    ) -> Result<ControlFlow<()>, Error> {
        let batches = Batches::new(train.len(), self.config.batch_size);
        let steps = batches.len() as u64;
        if steps > 1 {
            permutation_into(self.config.seed, self.progress.epoch, order);
        }
        for range in batches.skip(self.progress.step_in_epoch as usize) {
            let samples = range.len();
            let loss = self.step(train, &order[range], steps);
            let (epoch, step) = (self.progress.epoch + 1, self.progress.step_in_epoch);
            if !loss.is_finite() {
                return Err(Error::Diverged { epoch, step, loss });
            }
            if observer.step(&StepReport { epoch, step, steps, samples, loss }).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// One training step on the samples at `positions`, in an epoch of `steps` steps; returns the loss.
    pub fn step(&mut self, train: &Dataset, positions: &[u32], steps: u64) -> f64 {
        let progress = &mut self.progress;
        let stream = Stream::new(self.config.seed).child(STEP_STREAM).child(progress.step);

        // Forward, loss, backward.
        load_inputs(&mut self.session, train, positions);
        self.session.forward(self.model.parameters(), Some(stream));
        let loss =
            batch_loss(&mut self.session, &*self.loss, train, positions, &mut self.targets, &mut self.sums);
        self.session.backward(self.model.parameters(), &mut self.gradients, false);

        // Update. A gradient longer than the limit is scaled down to it.
        let scale = match self.config.clip_norm {
            Some(limit) => (limit / norm(&self.gradients)).min(1.0),
            None => 1.0,
        };
        let total = self.config.epochs.saturating_mul(steps);
        self.optimizer.step(Update {
            pool: self.session.pool(),
            parameters: self.model.parameters_mut(),
            gradients: &self.gradients,
            gradient_scale: <F as Scalar>::from_f64(scale),
            state: &mut self.optimizer_state,
            step: progress.step + 1,
            learning_rate: self.config.schedule.rate(progress.step, total, steps),
        });
        progress.step += 1;
        progress.step_in_epoch += 1;
        progress.loss_sum += loss * positions.len() as f64;
        loss
    }

    /// Records the epoch that has just ended, keeps its state where it is the best, and decides on an early stop.
    fn close_epoch(&mut self, train: &Dataset, validation: Option<&Dataset>) -> Result<EpochRecord, Error> {
        let steps = std::mem::take(&mut self.progress.step_in_epoch);
        let train_loss = std::mem::take(&mut self.progress.loss_sum) / train.len() as f64;
        self.progress.epoch += 1;
        let validation_loss = validation.map(|data| self.mean_loss(data));
        let penalty = self.optimizer.penalty();
        let regularised_loss =
            (penalty > 0.0).then(|| train_loss + 0.5 * penalty * norm(self.model.parameters()).powi(2));
        if let Some(loss) =
            [regularised_loss, validation_loss].into_iter().flatten().find(|loss| !loss.is_finite())
        {
            return Err(Error::Diverged { epoch: self.progress.epoch, step: steps, loss });
        }
        let total = self.config.epochs.saturating_mul(steps);
        let record = EpochRecord {
            epoch: self.progress.epoch,
            train_loss,
            regularised_loss,
            validation_loss,
            learning_rate: self.config.schedule.rate(self.progress.step - 1, total, steps),
        };
        self.history.epochs.push(record);

        let score = validation_loss.unwrap_or(train_loss);
        let margin = self.config.early_stopping.map_or(0.0, |stopping| stopping.min_delta);
        let best_epoch = match self.history.best {
            Some((epoch, best)) if score >= best - margin => epoch,
            _ => {
                self.history.best = Some((record.epoch, score));
                if !self.best_parameters.is_empty() {
                    self.best_parameters.copy_from_slice(self.model.parameters());
                }
                if let Some(path) = &self.checkpoints.best {
                    self.checkpoint().write(path)?;
                }
                record.epoch
            }
        };
        if let Some(stopping) = self.config.early_stopping {
            self.progress.stopped = record.epoch.saturating_sub(best_epoch) >= stopping.patience;
            if self.progress.stopped || record.epoch == self.config.epochs {
                self.model.parameters_mut().copy_from_slice(&self.best_parameters);
            }
        }
        Ok(record)
    }

    fn mean_loss(&mut self, data: &Dataset) -> f64 {
        let parameters = self.model.parameters();
        mean_loss(&mut self.session, parameters, &*self.loss, data, &mut self.targets, &mut self.sums)
    }

    /// The mean loss over a data set with the present parameters.
    ///
    /// # Errors
    /// Where the data set is empty or does not fit the model.
    pub fn evaluate(&mut self, data: &Dataset) -> Result<f64, Error> {
        check_fit(self.model.architecture(), Some(self.model.plan().output()), data)?;
        Ok(self.mean_loss(data))
    }

    fn save_latest(&self) -> Result<(), Error> {
        match &self.checkpoints.latest {
            Some(path) => Ok(self.checkpoint().write(path)?),
            None => Ok(()),
        }
    }

    /// The model and the whole state of the run, to be written.
    pub fn checkpoint(&self) -> Checkpoint<F> {
        let state = TrainingState {
            config: self.config.clone(),
            progress: self.progress,
            history: self.history.clone(),
            optimizer_state: self.optimizer_state.to_vec(),
            best_parameters: self.best_parameters.clone(),
        };
        let checkpoint = Checkpoint::new(self.model.clone(), Some(state)).with_data(self.data.clone());
        self.metadata.iter().fold(checkpoint, |checkpoint, (key, value)| checkpoint.describe_as(key, value))
    }

    /// The model.
    pub fn model(&self) -> &Model<F> {
        &self.model
    }

    /// The model, the run given up.
    pub fn into_model(self) -> Model<F> {
        self.model
    }

    /// The epochs so far.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// How far the run has come.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// The session, to look at the activations and gradients of the last step.
    pub fn session(&self) -> &Session<F> {
        &self.session
    }

    /// The gradient of the last step, as long as the parameters; [`Model::tensor`] finds a part of it by name.
    pub fn gradients(&self) -> &[F] {
        &self.gradients
    }
}
