//! The trainer.

use std::collections::BTreeMap;
use std::sync::Arc;

use pellucid_compute::{Buffer, Pool, Scalar, Stream};
use pellucid_data::{Dataset, Element};

use super::saving::{Best, Saving};
use super::{CheckpointPolicy, History, Progress, TrainConfig, clip};
use crate::checkpoint::{Checkpoint, CheckpointError, DataNotes};
use crate::data_check::check_data;
use crate::error::Error;
use crate::evaluate::{BATCH, batch_loss, load_inputs, mean_loss};
use crate::losses::Loss;
use crate::optimizers::{Optimizer, StateMut, Update};
use crate::session::{Model, Session, zeros};

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
    pub(super) model: Model<F>,
    pub(super) config: TrainConfig,
    pub(super) loss: Box<dyn Loss<F>>,
    pub(super) optimizer: Box<dyn Optimizer<F>>,
    session: Session<F>,
    gradients: Buffer<F>,
    pub(super) optimizer_state: Buffer<F>,
    targets: Buffer<F>,
    sums: Buffer<f64>,
    pub(super) progress: Progress,
    pub(super) history: History,
    pub(super) best: Best<F>,
    pub(super) saving: Saving,
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) data: DataNotes,
}

impl<F: Scalar + Element> Trainer<F> {
    /// A trainer at the beginning of a run.
    ///
    /// # Errors
    /// Where a number of `config` is out of range, or lost in `F`.
    pub fn new(model: Model<F>, config: TrainConfig, pool: &Arc<Pool>) -> Result<Self, Error> {
        config.check_for::<F>()?;
        let (loss, optimizer) = (config.loss.build(), config.optimizer.build());
        let parameters = model.parameters().len();
        let mut best = Best::default();
        if config.early_stopping.is_some() {
            best.parameters = model.parameters().to_vec();
            best.state = model.state().to_vec();
        }
        let state = parameters.saturating_mul(optimizer.state_per_parameter());
        Ok(Self {
            session: Session::training(model.architecture(), 1, pool)?,
            gradients: zeros(parameters)?,
            optimizer_state: zeros(state)?,
            targets: zeros(model.plan().output().len())?,
            sums: zeros(1)?,
            progress: Progress::default(),
            history: History::default(),
            saving: Saving::new(CheckpointPolicy::default()),
            metadata: BTreeMap::new(),
            data: DataNotes::default(),
            best,
            model,
            config,
            loss,
            optimizer,
        })
    }

    /// A trainer where a checkpoint left off; `config` must be that of the checkpoint's run, but may ask for more epochs.
    /// Schedules that run to the end of a run then run to the new end.
    ///
    /// # Errors
    /// Where the checkpoint holds no training state, or that of a run with other settings.
    pub fn resume(checkpoint: Checkpoint<F>, config: TrainConfig, pool: &Arc<Pool>) -> Result<Self, Error> {
        let (model, state, notes) = checkpoint.into_parts();
        let Some(state) = state else {
            return Err(CheckpointError::NoTrainingState.into());
        };
        let more = TrainConfig { epochs: state.config.epochs.max(config.epochs), ..state.config.clone() };
        if more != config {
            let differences = more.differences(&config);
            return Err(CheckpointError::OtherRun { differences }.into());
        }
        let mut trainer = Self::new(model, config, pool)?;
        if state.optimizer_state.len() != trainer.optimizer_state.len()
            || state.best_parameters.len() != trainer.best.parameters.len()
            || state.best_state.len() != trainer.best.state.len()
        {
            return Err(CheckpointError::NoTrainingState.into());
        }
        let (found, epochs) = (state.progress, trainer.config.epochs);
        if found.epoch > epochs || found.step_in_epoch > found.step || found.step >= 1 << 53 {
            return Err(CheckpointError::Progress { epochs, found }.into());
        }
        trainer.optimizer_state.copy_from_slice(&state.optimizer_state);
        (trainer.best.parameters, trainer.best.state) = (state.best_parameters, state.best_state);
        (trainer.progress, trainer.history) = (state.progress, state.history);
        if trainer.config.early_stopping.is_some() {
            // Version 0.1 let patience count from the best epoch.
            trainer.progress.patient_since = trainer.progress.patient_since.or(trainer.history.best);
        }
        (trainer.metadata, trainer.data) = notes;
        Ok(trainer)
    }

    /// Writes checkpoints during the run.
    #[must_use]
    pub fn checkpoints(mut self, policy: CheckpointPolicy) -> Self {
        self.saving = Saving::new(policy);
        self
    }

    /// Notes in every checkpoint how the data are scaled and what the classes are called.
    #[must_use]
    pub fn describe_data(mut self, data: DataNotes) -> Self {
        self.data = data;
        self
    }

    /// Takes the memory for batches of up to `samples` samples, unless it is there.
    ///
    /// # Errors
    /// Where the system does not have it.
    pub fn reserve(&mut self, samples: usize) -> Result<(), Error> {
        if samples > self.sums.len() {
            let pool = Arc::clone(self.session.pool());
            self.session = Session::training(self.model.architecture(), samples, &pool)?;
            self.targets = zeros(samples.saturating_mul(self.model.plan().output().len()))?;
            self.sums = zeros(samples)?;
        }
        Ok(())
    }

    /// One training step on the samples at `positions`, in an epoch of `steps` steps; returns the loss. Allocates where the
    /// batch is larger than any before.
    ///
    /// # Panics
    /// Where the system does not have the memory for the batch; see [`Trainer::reserve`].
    pub fn step(&mut self, train: &Dataset, positions: &[u32], steps: u64) -> f64 {
        if let Err(error) = self.reserve(positions.len()) {
            panic!("{error}");
        }
        let stream = Stream::new(self.config.seed).child(STEP_STREAM).child(self.progress.step);

        // Forward, loss, backward.
        let loss = self.loss_of(train, positions, Some(stream));
        self.session.backward(&self.model, &mut self.gradients, false);

        // Update. A gradient longer than the limit is scaled down to it.
        let gradient_scale = match self.config.clip_norm {
            Some(limit) => clip(&mut self.gradients, limit),
            None => F::ONE,
        };
        let progress = &mut self.progress;
        let total = self.config.epochs.saturating_mul(steps);
        let parameters = self.model.parameters_mut();
        let state = StateMut::whole(&mut self.optimizer_state, parameters.len());
        self.optimizer.step(Update {
            pool: self.session.pool(),
            parameters,
            gradients: &self.gradients,
            gradient_scale,
            state,
            step: progress.step + 1,
            learning_rate: self.config.schedule.rate(progress.step, total, steps),
            weight_decay: self.optimizer.weight_decay(),
        });
        self.session.remember(self.model.state_mut());
        progress.step += 1;
        progress.step_in_epoch += 1;
        progress.loss_sum += loss * positions.len() as f64;
        loss
    }

    /// The loss of the samples at `positions`: the forward pass and, where the layers are random, its stream.
    pub(super) fn loss_of(&mut self, data: &Dataset, positions: &[u32], stream: Option<Stream>) -> f64 {
        load_inputs(&mut self.session, data, positions);
        self.session.forward(&self.model, stream);
        batch_loss(&mut self.session, &*self.loss, data, positions, &mut self.targets, &mut self.sums)
    }

    /// The mean loss over a data set that was checked, for which there is memory.
    pub(super) fn mean_loss(&mut self, data: &Dataset) -> f64 {
        let (weights, batch) = (self.model.weights(), self.config.batch_size);
        let memory = (&mut *self.targets, &mut *self.sums);
        mean_loss(&mut self.session, batch, weights, &*self.loss, data, memory)
    }

    /// The samples of one batch of an evaluation.
    pub(super) fn evaluation_batch(&self, data: &Dataset) -> usize {
        self.config.batch_size.min(BATCH).min(data.len())
    }

    /// The mean loss over a data set with the present parameters.
    ///
    /// # Errors
    /// Where the data set is empty or does not fit the model, or the loss is larger than `F` can hold, infinite or NaN.
    pub fn evaluate(&mut self, data: &Dataset) -> Result<f64, Error> {
        check_data(&self.model, &*self.loss, data)?;
        self.reserve(self.evaluation_batch(data))?;
        let loss = self.mean_loss(data);
        self.within_range(loss)
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

    /// The gradient of the last step (scaled down where it was too long for `F` to say how much), as long as the parameters; [`Model::tensor`] finds a part of it by name.
    pub fn gradients(&self) -> &[F] {
        &self.gradients
    }
}
