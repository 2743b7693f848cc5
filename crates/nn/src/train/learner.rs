//! One step of training: what the trainer, alternating trainings and reinforcement learning share.

use std::sync::Arc;

use pellucid_compute::reduce::norm;
use pellucid_compute::{Buffer, Pool, Scalar, Stream};
use pellucid_data::{Dataset, Element};

use super::clip;
use super::groups::{DecayOf, ParameterGroup, Parts};
use crate::error::Error;
use crate::losses::{LossBatch, Target, loss_and_gradient};
use crate::objective::{Columns, LossMemory, Losses, Objective};
use crate::optimizers::{Optimizer, StateMut, Update};
use crate::session::{LossSlices, Model, Session, TensorPlan, zeros};

/// A model with what a step of training needs: an objective, an optimiser and its state, gradients, and the buffers to
/// run in. After the memory for a batch is there, a step allocates nothing.
///
/// [`Learner::step`] is a whole step on samples of a data set. Its parts are public too: [`Learner::forward`],
/// [`Learner::loss`] or a gradient of another origin ([`Learner::output_gradient_mut`]), [`Learner::backward`] and
/// [`Learner::update`], as two networks that train each other, or reinforcement learning, need them.
///
/// ```
/// use pellucid_nn::{Dense, Learner, Model, Mse, Objective, Sequential, Sgd, Term};
/// let model = Model::<f64>::new(Sequential::new(1).with(Dense::new(1)), 1)?;
/// let objective = Objective::new().with(Term::new("loss", Mse));
/// let mut learner = Learner::new(model, objective, Box::new(Sgd::default()), &Default::default())?;
/// for _ in 0..200 {
///     learner.input_mut(2)?.copy_from_slice(&[0.0, 1.0]);
///     learner.forward(None);
///     learner.loss(&[1.0, 3.0]);
///     learner.backward(false);
///     learner.update(0.5);
/// }
/// assert!((learner.model().predict(&[2.0])?[0] - 5.0).abs() < 1e-6); // y = 2 x + 1
/// # Ok::<(), pellucid_nn::Error>(())
/// ```
#[derive(Debug)]
pub struct Learner<F: 'static> {
    pub(super) model: Model<F>,
    pub(super) objective: Objective<'static, F>,
    pub(super) optimizer: Box<dyn Optimizer<F>>,
    pub(super) optimizer_state: Buffer<F>,
    parts: Parts,
    clip_norm: Option<f64>,
    /// The most samples that go through the network together; larger batches are accumulated.
    pub(super) most: usize,
    pub(super) session: Session<F>,
    pub(super) memory: LossMemory<F>,
    /// The columns of the data set that was used last.
    pub(super) columns: Columns,
    pub(super) gradients: Buffer<F>,
    /// The gradients of the second and further parts of a batch, before they are added.
    pub(super) more: Buffer<F>,
    pub(super) steps: u64,
}

impl<F: Scalar + Element> Learner<F> {
    /// Makes a learner at its first step.
    ///
    /// # Errors
    /// Returns an error if the objective does not fit the model, or if the system does not have the memory.
    pub fn new(
        model: Model<F>,
        objective: Objective<'static, F>,
        optimizer: Box<dyn Optimizer<F>>,
        pool: &Arc<Pool>,
    ) -> Result<Self, Error> {
        objective.check(model.architecture(), model.plan())?;
        optimizer.check().map_err(Error::Config)?;
        let parameters = model.parameters().len();
        let (session, memory) = buffers(&model, &objective, 1, pool)?;
        let learner = Self {
            gradients: zeros(parameters)?,
            optimizer_state: zeros(parameters.saturating_mul(optimizer.state_per_parameter()))?,
            more: zeros(0)?,
            parts: Parts::default(),
            clip_norm: None,
            most: usize::MAX,
            steps: 0,
            session,
            memory,
            columns: Columns::default(),
            model,
            objective,
            optimizer,
        };
        learner.with_groups(&[], DecayOf::Auto)
    }

    /// Returns the same model and optimiser with another objective.
    ///
    /// # Errors
    /// Returns an error if it does not fit the model, or if the system does not have the memory.
    pub fn with_objective(mut self, objective: Objective<'static, F>) -> Result<Self, Error> {
        objective.check(self.model.architecture(), self.model.plan())?;
        (self.session, self.memory) = buffers(&self.model, &objective, 1, self.session.pool())?;
        (self.objective, self.columns) = (objective, Columns::default());
        Ok(self)
    }

    /// Trains some parameters differently.
    ///
    /// # Errors
    /// Returns an error if a number of a group is out of range, or a group names no tensor.
    pub fn with_groups(mut self, groups: &[ParameterGroup], decay: DecayOf) -> Result<Self, Error> {
        let all = match decay {
            DecayOf::Auto => self.optimizer.decay_is_penalty(),
            DecayOf::All => true,
            DecayOf::Weights => false,
        };
        let decays = |tensor: &TensorPlan| all || tensor.decays;
        self.parts = Parts::new(self.model.plan(), groups, self.optimizer.weight_decay(), decays)?;
        Ok(self)
    }

    /// Scales a gradient of larger Euclidean norm down to `limit`.
    #[must_use]
    pub fn with_clipping(self, limit: Option<f64>) -> Self {
        Self { clip_norm: limit, ..self }
    }

    /// Lets at most `samples` samples go through the network together: the gradients of a larger batch are accumulated,
    /// with the same result up to rounding.
    ///
    /// # Errors
    /// Returns an error if the system does not have the memory.
    pub fn with_accumulation(mut self, samples: usize) -> Result<Self, Error> {
        self.most = samples.max(1);
        self.more = zeros(self.gradients.len())?;
        Ok(self)
    }

    /// Takes the memory for batches of up to `samples` samples, unless it is there.
    ///
    /// # Errors
    /// Returns an error if the system does not have it.
    pub fn reserve(&mut self, samples: usize) -> Result<(), Error> {
        let samples = samples.min(self.most);
        if samples > self.session.plan().max_batch {
            (self.session, self.memory) =
                buffers(&self.model, &self.objective, samples, self.session.pool())?;
        }
        Ok(())
    }

    /// Makes a training step on the samples at `positions` of a data set; random layers draw from `stream`. Returns the
    /// losses.
    ///
    /// # Errors
    /// Returns an error if the memory for a batch of this size was not taken before, and the system does not have it, or if
    /// the data do not fit the objective's class weights.
    ///
    /// # Panics
    /// Panics if the data do not fit the model and the objective; see [`check_fit`](crate::check_fit).
    pub fn step(
        &mut self,
        data: &Dataset,
        positions: &[u32],
        stream: Stream,
        learning_rate: f64,
    ) -> Result<Losses, Error> {
        let losses = self.gradient(data, positions, stream)?;
        self.update(learning_rate);
        Ok(losses)
    }

    /// Session, objective, memory and weights, to evaluate a data set with.
    pub(super) fn evaluation(
        &mut self,
    ) -> (&mut Session<F>, &Objective<'static, F>, &mut LossMemory<F>, &Model<F>) {
        (&mut self.session, &self.objective, &mut self.memory, &self.model)
    }

    /// Begins a batch of `batch` samples, and returns the slice to write those of the first input to.
    ///
    /// # Errors
    /// Returns an error if the system does not have the memory.
    pub fn input_mut(&mut self, batch: usize) -> Result<&mut [F], Error> {
        self.reserve(batch)?;
        Ok(self.session.input_mut(batch))
    }

    /// Runs the forward pass over the present batch; with a stream, one of training.
    pub fn forward(&mut self, stream: Option<Stream>) {
        self.session.forward(&self.model, stream);
    }

    /// Returns the output of the last forward pass.
    pub fn output(&self) -> &[F] {
        self.session.output()
    }

    /// Returns the loss of the first term against given targets, as many as the value has numbers; writes its gradient.
    ///
    /// # Panics
    /// Panics if the targets do not fit the value, or the objective has further terms.
    pub fn loss(&mut self, targets: &[F]) -> f64 {
        assert_eq!(self.objective.terms().len(), 1, "an objective of one term");
        let sums = &mut self.memory.sums[..self.session.batch()];
        let LossSlices { value, gradient, pool, .. } = self.session.slices_of(0, None);
        let term = &self.objective.terms()[0];
        let (target, factor) = (Target::Values(targets), term.weight());
        let batch = LossBatch { prediction: value, target, weights: None, factor, gradient, sums };
        loss_and_gradient(term.loss(), pool, batch)
    }

    /// Returns the slice of dL/d value of the first term, to set it from outside: from another network, or a policy's
    /// advantage.
    pub fn output_gradient_mut(&mut self) -> &mut [F] {
        self.session.slices_of(0, None).gradient
    }

    /// Runs the backward pass: from the gradients of the losses to those of all parameters, and of the inputs where
    /// `input_gradient` asks for them.
    pub fn backward(&mut self, input_gradient: bool) {
        self.session.backward(&self.model, &mut self.gradients, input_gradient);
    }

    /// Returns dL/d first input of the last backward pass that was asked for it.
    pub fn input_gradient(&self) -> &[F] {
        self.session.input_gradient()
    }

    /// Moves the parameters against the gradient of the last backward pass.
    pub fn update(&mut self, learning_rate: f64) {
        for range in &self.parts.frozen {
            self.gradients[range.clone()].fill(F::ZERO);
        }
        // A gradient longer than the limit is scaled down to it.
        let gradient_scale = match self.clip_norm {
            Some(limit) => clip(&mut self.gradients, limit),
            None => F::ONE,
        };
        self.steps += 1;
        let parameters = self.model.parameters_mut();
        let count = parameters.len();
        for part in &self.parts.trained {
            let range = part.range.clone();
            self.optimizer.step(Update {
                pool: self.session.pool(),
                parameters: &mut parameters[range.clone()],
                gradients: &self.gradients[range.clone()],
                gradient_scale,
                state: StateMut::part(&mut self.optimizer_state, count, range),
                step: self.steps,
                learning_rate: learning_rate * part.rate,
                weight_decay: part.weight_decay,
            });
        }
    }

    /// Changes the state of layers from the last forward pass, as [`Learner::step`] does and [`Learner::update`] does not.
    pub fn remember(&mut self) {
        self.session.remember(self.model.state_mut());
    }

    /// Returns the penalty w/2 |theta|^2 of the parameters, whose gradient the optimiser adds to that of the losses; `None`
    /// where there is none.
    pub fn penalty(&self) -> Option<f64> {
        let decayed = self.parts.trained.iter().filter(|part| part.weight_decay > 0.0);
        if !self.optimizer.decay_is_penalty() {
            return None;
        }
        decayed
            .map(|part| 0.5 * part.weight_decay * norm(&self.model.parameters()[part.range.clone()]).powi(2))
            .reduce(|a, b| a + b)
    }

    /// Returns the model.
    pub fn model(&self) -> &Model<F> {
        &self.model
    }

    /// Returns the model for writing.
    pub fn model_mut(&mut self) -> &mut Model<F> {
        &mut self.model
    }

    /// Turns the learner into its model.
    pub fn into_model(self) -> Model<F> {
        self.model
    }

    /// Returns the objective.
    pub fn objective(&self) -> &Objective<'static, F> {
        &self.objective
    }

    /// Returns the session, to look at the activations and gradients of the last step.
    pub fn session(&self) -> &Session<F> {
        &self.session
    }

    /// Returns the session for writing to inputs by number.
    pub fn session_mut(&mut self) -> &mut Session<F> {
        &mut self.session
    }

    /// Returns the gradient of the last backward pass (scaled down where it was too long for `F` to say how much), as long as
    /// the parameters; [`Model::tensor`] finds a part of it by name.
    pub fn gradients(&self) -> &[F] {
        &self.gradients
    }

    /// Returns the number of steps made.
    pub fn steps(&self) -> u64 {
        self.steps
    }
}

/// The buffers to run in and the memory for losses, for batches of up to `samples` samples.
fn buffers<F: Scalar>(
    model: &Model<F>,
    objective: &Objective<'_, F>,
    samples: usize,
    pool: &Arc<Pool>,
) -> Result<(Session<F>, LossMemory<F>), Error> {
    let values = objective.values(model.architecture())?;
    let session = Session::training_for(model.architecture(), &values, samples, pool)?;
    let memory = LossMemory::new(objective, &session)?;
    Ok((session, memory))
}
