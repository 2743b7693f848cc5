//! The trainer.

use std::collections::BTreeMap;
use std::sync::Arc;

use pellucid_compute::{Pool, Scalar, Stream};
use pellucid_data::{Dataset, Element};

use super::groups::DecayOf;
use super::saving::{Best, Saving};
use super::{CheckpointPolicy, History, Learner, Progress, TrainConfig};
use crate::checkpoint::{Checkpoint, CheckpointError, CustomOptimizer, CustomParts, DataNotes};
use crate::data_check::check_fit;
use crate::error::Error;
use crate::evaluate::{BATCH, mean_losses};
use crate::objective::{Losses, Objective};
use crate::optimizers::Optimizer;
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
///
/// A custom loss, or an objective that has one, is set with [`Trainer::with_objective`], a custom optimiser with
/// [`Trainer::with_optimizer`]; a resumed run is given them again.
#[derive(Debug)]
pub struct Trainer<F: 'static> {
    pub(super) learner: Learner<F>,
    pub(super) config: TrainConfig,
    /// The parts that the configuration does not describe, by name.
    pub(super) custom: CustomParts,
    /// Those of a resumed run that were not given yet.
    awaited: CustomParts,
    pub(super) progress: Progress,
    pub(super) history: History,
    pub(super) best: Best<F>,
    pub(super) saving: Saving,
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) data: DataNotes,
}

impl<F: Scalar + Element> Trainer<F> {
    /// Makes a trainer at the beginning of a run.
    ///
    /// # Errors
    /// Returns an error if a number of `config` is out of range, or lost in `F`, or if a name of it is not in the network.
    pub fn new(model: Model<F>, config: TrainConfig, pool: &Arc<Pool>) -> Result<Self, Error> {
        config.check_for::<F>()?;
        let mut best = Best::default();
        if config.early_stopping.is_some() {
            best.parameters = model.parameters().to_vec();
            best.state = model.state().to_vec();
        }
        let (objective, optimizer) = (config.objective(), config.optimizer.build());
        let learner = Learner::new(model, objective, optimizer, pool)?;
        let mut trainer = Self {
            history: History { terms: term_names(learner.objective()), ..History::default() },
            learner,
            custom: CustomParts::default(),
            awaited: CustomParts::default(),
            progress: Progress::default(),
            saving: Saving::new(CheckpointPolicy::default()),
            metadata: BTreeMap::new(),
            data: DataNotes::default(),
            best,
            config,
        };
        trainer.learner = configure(trainer.learner, &trainer.config)?;
        Ok(trainer)
    }

    /// Makes a trainer that goes on where a checkpoint left off; `config` must be that of the checkpoint's run, but may ask for
    /// more epochs. Schedules that run to the end of a run then run to the new end.
    ///
    /// # Errors
    /// Returns an error if the checkpoint holds no training state, or that of a run with other settings.
    pub fn resume(
        checkpoint: Checkpoint<F>,
        mut config: TrainConfig,
        pool: &Arc<Pool>,
    ) -> Result<Self, Error> {
        let (model, state, notes) = checkpoint.into_parts();
        let Some(state) = state else {
            return Err(CheckpointError::NoTrainingState.into());
        };
        if config.decay == DecayOf::Auto {
            config.decay = state.config.decay;
        }
        let more = TrainConfig { epochs: state.config.epochs.max(config.epochs), ..state.config.clone() };
        if more != config {
            let differences = more.differences(&config);
            return Err(CheckpointError::OtherRun { differences }.into());
        }
        let mut trainer = Self::new(model, config, pool)?;
        if let Some(optimizer) = &state.custom.optimizer {
            let len = trainer.learner.model.parameters().len().saturating_mul(optimizer.state_per_parameter);
            trainer.learner.optimizer_state = zeros(len)?;
        }
        if state.optimizer_state.len() != trainer.learner.optimizer_state.len()
            || state.best_parameters.len() != trainer.best.parameters.len()
            || state.best_state.len() != trainer.best.state.len()
        {
            return Err(CheckpointError::NoTrainingState.into());
        }
        let (found, epochs) = (state.progress, trainer.config.epochs);
        if found.epoch > epochs || found.step_in_epoch > found.step || found.step >= 1 << 53 {
            return Err(CheckpointError::Progress { epochs, found: Box::new(found) }.into());
        }
        trainer.learner.optimizer_state.copy_from_slice(&state.optimizer_state);
        trainer.learner.steps = found.step;
        (trainer.best.parameters, trainer.best.state) = (state.best_parameters, state.best_state);
        (trainer.progress, trainer.history) = (state.progress, state.history);
        if trainer.config.early_stopping.is_some() {
            // Version 0.1 let patience count from the best epoch.
            trainer.progress.patient_since = trainer.progress.patient_since.or(trainer.history.best);
        }
        (trainer.metadata, trainer.data) = notes;
        (trainer.custom, trainer.awaited) = (state.custom.clone(), state.custom);
        Ok(trainer)
    }

    /// Minimises an objective in place of that of the configuration, with losses of any kind.
    ///
    /// # Errors
    /// Returns an error if it does not fit the model, or if a resumed run had another.
    pub fn with_objective(mut self, objective: Objective<'static, F>) -> Result<Self, Error> {
        let terms: Vec<String> = objective.names().map(str::to_owned).collect();
        if let Some(expected) = self.awaited.terms.take().filter(|expected| *expected != terms) {
            return Err(other_part("terms", &expected.join(", "), &terms.join(", ")));
        }
        self.history.terms = term_names(&objective);
        self.custom.terms = Some(terms);
        let objective = objective.class_weights(self.config.class_weights.clone());
        self.learner = configure(self.learner.with_objective(objective)?, &self.config)?;
        Ok(self)
    }

    /// Makes steps with an optimiser of any kind in place of that of the configuration.
    ///
    /// # Errors
    /// Returns an error if one of its numbers is out of range, if the system does not have the memory for its state, or if a
    /// resumed run had another.
    pub fn with_optimizer(mut self, optimizer: Box<dyn Optimizer<F>>) -> Result<Self, Error> {
        let own = CustomOptimizer {
            name: optimizer.name().to_owned(),
            state_per_parameter: optimizer.state_per_parameter(),
        };
        let awaited = self.awaited.optimizer.take();
        if let Some(expected) = awaited.as_ref().filter(|expected| **expected != own) {
            return Err(other_part("optimizer", &expected.name, &own.name));
        }
        let parameters = self.learner.model.parameters().len();
        if awaited.is_none() {
            self.learner.optimizer_state = zeros(parameters.saturating_mul(own.state_per_parameter))?;
        }
        optimizer.check().map_err(Error::Config)?;
        self.learner.optimizer = optimizer;
        self.custom.optimizer = Some(own);
        self.learner = configure(self.learner, &self.config)?;
        Ok(self)
    }

    /// Checks that a resumed run was given what its checkpoint could not hold.
    pub(super) fn is_complete(&self) -> Result<(), Error> {
        let missing = |what: &str, names: &str| {
            Err(Error::Config(format!(
                "a run with {what} {names}: expected it to be given again to the trainer"
            )))
        };
        if let Some(terms) = &self.awaited.terms {
            return missing("the custom objective", &terms.join(", "));
        }
        match &self.awaited.optimizer {
            Some(optimizer) => missing("the custom optimiser", &optimizer.name),
            None => Ok(()),
        }
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
    /// Returns an error if the system does not have it.
    pub fn reserve(&mut self, samples: usize) -> Result<(), Error> {
        self.learner.reserve(samples)
    }

    /// Makes a training step on the samples at `positions`, in an epoch of `steps` steps; returns the loss. Allocates if the
    /// batch is larger than any before.
    ///
    /// # Panics
    /// Panics if the data do not fit the model and the objective, as [`check_fit`] tells, or if the system does not have the
    /// memory for the batch; see [`Trainer::reserve`].
    pub fn step(&mut self, train: &Dataset, positions: &[u32], steps: u64) -> f64 {
        self.make_step(train, positions, steps).total
    }

    /// One training step; returns the losses, term by term.
    pub(super) fn make_step(&mut self, train: &Dataset, positions: &[u32], steps: u64) -> &Losses {
        let stream = Stream::new(self.config.seed).child(STEP_STREAM).child(self.progress.step);
        let total = self.config.epochs.saturating_mul(steps);
        let rate = self.config.schedule.rate(self.progress.step, total, steps);
        if let Err(error) = self.learner.find_gradient(train, positions, stream) {
            panic!("{error}");
        }
        self.learner.update(rate);
        self.progress.add(&self.learner.memory.losses);
        &self.learner.memory.losses
    }

    /// The loss of the samples at `positions`: the forward pass and, where the layers are random, its stream.
    pub(super) fn loss_of(&mut self, data: &Dataset, positions: &[u32], stream: Option<Stream>) -> f64 {
        self.learner.losses(data, positions, stream, None).total
    }

    /// The mean losses over a data set that was checked, for which there is memory.
    pub(super) fn mean_losses(&mut self, data: &Dataset) -> Losses {
        let batch = self.config.batch_size;
        let (session, objective, memory, model) = self.learner.evaluation();
        mean_losses(session, batch, model.weights(), objective, data, memory)
    }

    /// The samples of one batch of an evaluation.
    pub(super) fn evaluation_batch(&self, data: &Dataset) -> usize {
        self.config.batch_size.min(BATCH).min(data.len())
    }

    /// Returns the mean loss over a data set with the present parameters.
    ///
    /// # Errors
    /// Returns an error if the data set is empty or does not fit the model, the loss is larger than `F` can hold, infinite or
    /// NaN, or class weights are asked for and no step has found those of the training set.
    pub fn evaluate(&mut self, data: &Dataset) -> Result<f64, Error> {
        if self.learner.objective.awaits_classes() {
            let message = "class_weights: expected those of a training set, found none yet";
            return Err(Error::Config(message.into()));
        }
        check_fit(&self.learner.model, &self.learner.objective, data)?;
        self.reserve(self.evaluation_batch(data))?;
        let loss = self.mean_losses(data).total;
        self.within_range(loss)
    }

    /// Returns the model.
    pub fn model(&self) -> &Model<F> {
        self.learner.model()
    }

    /// Turns the trainer into its model.
    pub fn into_model(self) -> Model<F> {
        self.learner.into_model()
    }

    /// Returns the objective.
    pub fn objective(&self) -> &Objective<'static, F> {
        self.learner.objective()
    }

    /// Returns the epochs so far.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Returns how far the run has come.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// Returns the session, to look at the activations and gradients of the last step.
    pub fn session(&self) -> &Session<F> {
        self.learner.session()
    }

    /// Returns the gradient of the last step (scaled down where it was too long for `F` to say how much), as long as the
    /// parameters; [`Model::tensor`] finds a part of it by name.
    pub fn gradients(&self) -> &[F] {
        self.learner.gradients()
    }
}

/// Clipping, groups and accumulation as a configuration asks for them.
fn configure<F: Scalar + Element>(learner: Learner<F>, config: &TrainConfig) -> Result<Learner<F>, Error> {
    let learner = learner.with_clipping(config.clip_norm).with_groups(&config.groups, config.decay)?;
    if config.accumulate > 1 { learner.with_accumulation(config.batch_size) } else { Ok(learner) }
}

/// The names of the terms as a history keeps them: none where there is one term only.
fn term_names<F: Scalar>(objective: &Objective<'_, F>) -> Vec<String> {
    if objective.terms().len() > 1 { objective.names().map(str::to_owned).collect() } else { Vec::new() }
}

fn other_part(what: &str, expected: &str, found: &str) -> Error {
    CheckpointError::OtherRun { differences: format!("{what} = {expected} there, {found} here") }.into()
}
