//! A session: the buffers of a model at work, and the forward and backward pass over them.

mod backward;
mod backward_plan;
mod bf16_model;
mod forward;
mod layout;
mod memory;
mod model;
mod plan;
mod planning;
mod selection;
mod tensor_plan;
mod weights;

use std::sync::Arc;

use pellucid_compute::{Buffer, Pool, Scalar, Stream};

use crate::layer::PlanError;
use crate::network::{Graph, Value, View};
use backward_plan::BackwardPlan;
use layout::Layout;
pub(crate) use memory::{zeroed, zeros};

pub use backward::LossSlices;
pub(crate) use backward::add_to;
pub use bf16_model::Bf16Model;
pub use model::Model;
pub use plan::{NodePlan, Plan, ValuePlan};
pub use tensor_plan::TensorPlan;
pub use weights::Weights;

/// The memory in which a network, or a view of one, runs; it allocates when it is made and never again.
///
/// The parameters stay with the caller. Of a session for training, or [for looking inside](Self::observing), every
/// activation can be looked at by name afterwards, and every gradient; one for inference lets values take the place of
/// others that nobody reads any more.
///
/// ```
/// use pellucid_nn::{Activation::Tanh, Dense, Model, Session, Sequential};
/// let model = Model::<f32>::new(Sequential::new(2).with(Dense::new(3).activation(Tanh)).with(Dense::new(1)), 7)?;
/// let mut session = Session::observing(model.architecture(), 4, &Default::default())?;
/// session.input_mut(2).copy_from_slice(&[0.0, 1.0, 1.0, 0.0]);
/// session.forward(&model, None);
/// let hidden = session.activation("dense1").unwrap();
/// assert_eq!((hidden.shape, hidden.data.len()), (vec![2, 3], 6));
/// # Ok::<(), pellucid_nn::Error>(())
/// ```
#[derive(Debug)]
pub struct Session<F> {
    network: Arc<Graph<F>>,
    plan: Plan,
    /// The way back; `None` where the session is not for training.
    way_back: Option<BackwardPlan>,
    /// Whether every activation has its own place.
    kept: bool,
    pool: Arc<Pool>,
    /// The samples of the last input.
    batch: usize,
    /// The random stream of the last forward pass, where it was one of training.
    stream: Option<Stream>,
    /// The inputs, then the output of every node.
    activations: Buffer<F>,
    indices: Vec<u32>,
    /// dL/d of each of the activations; empty but in training.
    gradients: Buffer<F>,
    /// Gradients of the second and further users of a value, before they are added.
    beside: Buffer<F>,
    /// The same for tensors.
    tensors_beside: Buffer<F>,
    saved: Buffer<F>,
    marks: Vec<u8>,
    scratch: Buffer<F>,
}

/// A tensor looked at: its name, its shape and its numbers, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorView<'a, F> {
    /// The name.
    pub name: &'a str,
    /// The dimensions; for activations and their gradients the batch comes first.
    pub shape: Vec<usize>,
    /// The numbers.
    pub data: &'a [F],
}

impl<F: Scalar> Session<F> {
    /// Takes the memory for forward passes of a whole network, shared by values that are not needed at the same time.
    ///
    /// # Errors
    /// Returns an error if the network cannot be planned.
    pub fn inference(network: &Arc<Graph<F>>, max_batch: usize, pool: &Arc<Pool>) -> Result<Self, PlanError> {
        Self::of_view(network, &network.whole(), max_batch, pool)
    }

    /// Takes the memory for forward passes of a view.
    ///
    /// # Errors
    /// Returns an error if the view cannot be planned.
    pub fn of_view(
        network: &Arc<Graph<F>>,
        view: &View,
        max_batch: usize,
        pool: &Arc<Pool>,
    ) -> Result<Self, PlanError> {
        let plan = Plan::with_layout(network, view, &[], max_batch.max(1), Layout::Shared)?;
        Self::new(network, plan, None, false, pool)
    }

    /// Takes the memory for forward passes of a whole network, all activations of which can be looked at: every node is run,
    /// those too that the last one does not need.
    ///
    /// # Errors
    /// Returns an error if the network cannot be planned.
    pub fn observing(network: &Arc<Graph<F>>, max_batch: usize, pool: &Arc<Pool>) -> Result<Self, PlanError> {
        let all: Vec<Value> = network.nodes().map(|(value, ..)| value).collect();
        let plan = Plan::with_layout(network, &network.whole(), &all, max_batch.max(1), Layout::Kept)?;
        Self::new(network, plan, None, true, pool)
    }

    /// Takes the memory for forward passes of a view, all activations of which can be looked at.
    ///
    /// # Errors
    /// Returns an error if the view cannot be planned.
    pub fn observing_view(
        network: &Arc<Graph<F>>,
        view: &View,
        max_batch: usize,
        pool: &Arc<Pool>,
    ) -> Result<Self, PlanError> {
        let plan = Plan::with_layout(network, view, &[], max_batch.max(1), Layout::Kept)?;
        Self::new(network, plan, None, true, pool)
    }

    /// Takes the memory for forward and backward passes of a whole network, with a loss of its output.
    ///
    /// # Errors
    /// Returns an error if the network cannot be planned.
    pub fn training(network: &Arc<Graph<F>>, max_batch: usize, pool: &Arc<Pool>) -> Result<Self, PlanError> {
        Self::training_for(network, &[network.whole().to], max_batch, pool)
    }

    /// Takes the memory for forward and backward passes, with losses of the values `losses`, in this order.
    ///
    /// # Errors
    /// Returns an error if the network cannot be planned.
    pub fn training_for(
        network: &Arc<Graph<F>>,
        losses: &[Value],
        max_batch: usize,
        pool: &Arc<Pool>,
    ) -> Result<Self, PlanError> {
        Self::training_view(network, &network.whole(), losses, max_batch, pool)
    }

    /// Takes the memory for forward and backward passes of a view, with losses of the values `losses`.
    ///
    /// # Errors
    /// Returns an error if the view cannot be planned.
    pub fn training_view(
        network: &Arc<Graph<F>>,
        view: &View,
        losses: &[Value],
        max_batch: usize,
        pool: &Arc<Pool>,
    ) -> Result<Self, PlanError> {
        let plan = Plan::with_layout(network, view, losses, max_batch.max(1), Layout::Kept)?;
        let number = |value: &Value| plan.values.iter().position(|planned| planned.value == *value);
        let losses: Vec<usize> = losses.iter().filter_map(number).collect();
        if let Some(&loss) = losses.iter().find(|loss| plan.values[**loss].port.is_indices()) {
            return Err(PlanError::LossOfIndices(plan.values[loss].name.clone()));
        }
        let way_back = BackwardPlan::new(&plan, &losses);
        Self::new(network, plan, Some(way_back), true, pool)
    }

    fn new(
        network: &Arc<Graph<F>>,
        plan: Plan,
        way_back: Option<BackwardPlan>,
        kept: bool,
        pool: &Arc<Pool>,
    ) -> Result<Self, PlanError> {
        // What only a way back needs.
        let training = |len: usize| if way_back.is_some() { len } else { 0 };
        let beside = way_back.as_ref().map_or((0, 0), |way| (way.beside, way.tensors_beside));
        Ok(Self {
            network: Arc::clone(network),
            pool: Arc::clone(pool),
            batch: 0,
            stream: None,
            activations: zeros(plan.activations)?,
            indices: zeroed(plan.indices)?,
            gradients: zeros(training(plan.activations))?,
            beside: zeros(beside.0)?,
            tensors_beside: zeros(beside.1)?,
            saved: zeros(training(plan.saved))?,
            marks: zeroed(training(plan.marks))?,
            scratch: zeros(plan.scratch.max(training(plan.backward_scratch)))?,
            kept,
            way_back,
            plan,
        })
    }

    /// Returns the plan of its memory.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Returns the threads that the session runs on.
    pub fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// Returns the number of samples of the current batch.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// Returns the number of bytes of all buffers.
    pub fn bytes(&self) -> usize {
        let buffers = [
            &self.activations,
            &self.gradients,
            &self.beside,
            &self.tensors_beside,
            &self.saved,
            &self.scratch,
        ];
        let numbers: usize = buffers.iter().map(|buffer| size_of_val(&buffer[..])).sum();
        numbers + size_of_val(&self.indices[..]) + self.marks.len()
    }

    /// Begins a batch of `batch` samples, and returns the slice to write those of the first input to.
    ///
    /// # Panics
    /// Panics if the batch is empty or larger than the session was made for, or if the first input is of indices.
    pub fn input_mut(&mut self, batch: usize) -> &mut [F] {
        self.begin(batch);
        self.numbers_mut(0)
    }

    /// Begins a batch of `batch` samples, whose inputs are then written one by one.
    ///
    /// # Panics
    /// Panics if the batch is empty or larger than the session was made for.
    pub fn begin(&mut self, batch: usize) {
        let most = self.plan.max_batch;
        assert!((1..=most).contains(&batch), "a batch of {batch}, at most {most}");
        self.batch = batch;
    }

    /// Returns the slice to write the samples of input `number` to.
    ///
    /// # Panics
    /// Panics if there is no such input, or if it is of indices.
    pub fn numbers_mut(&mut self, number: usize) -> &mut [F] {
        assert!(!self.plan.inputs()[number].port.is_indices(), "an input of numbers");
        let range = self.plan.range(number, self.batch);
        &mut self.activations[range]
    }

    /// Returns the slice to write the samples of input `number` to, and the threads to do so.
    pub(crate) fn numbers_and_pool(&mut self, number: usize) -> (&mut [F], &Pool) {
        let range = self.plan.range(number, self.batch);
        (&mut self.activations[range], &self.pool)
    }

    /// Returns the slice to write the indices of input `number` to; all must be smaller than the bound of the input.
    ///
    /// # Panics
    /// Panics if there is no such input, or if it is of numbers.
    pub fn indices_mut(&mut self, number: usize) -> &mut [u32] {
        assert!(self.plan.inputs()[number].port.is_indices(), "an input of indices");
        let range = self.plan.range(number, self.batch);
        &mut self.indices[range]
    }

    /// Returns the output of the last forward pass.
    pub fn output(&self) -> &[F] {
        self.value(self.plan.output)
    }

    /// Returns the first input of the last forward pass. Of a session for inference, it may have been overwritten.
    ///
    /// # Panics
    /// Panics if it is of indices.
    pub fn input(&self) -> &[F] {
        self.value(0)
    }

    /// Returns the samples of a value of the plan, by number.
    ///
    /// # Panics
    /// Panics if there is no such value, or if it is of indices.
    pub fn value(&self, number: usize) -> &[F] {
        assert!(!self.plan.values[number].port.is_indices(), "a value of numbers");
        &self.activations[self.plan.range(number, self.batch)]
    }

    /// Returns the output of the node `name` in the last forward pass, or the input of that name; `None` where there is none,
    /// or where the session is for inference only and its place was needed.
    pub fn activation(&self, name: &str) -> Option<TensorView<'_, F>> {
        let number = self.plan.number(name)?;
        (self.kept || number == self.plan.output).then(|| self.look(number, &self.activations)).flatten()
    }

    /// Returns dL/d output of the node `name` in the last backward pass, or dL/d the input of that name.
    pub fn gradient(&self, name: &str) -> Option<TensorView<'_, F>> {
        self.way_back.as_ref()?;
        self.look(self.plan.number(name)?, &self.gradients)
    }

    /// Returns what the last forward pass saved under the name of a node and of the tensor: `lstm1.gates`.
    pub fn saved(&self, name: &str) -> Option<TensorView<'_, F>> {
        self.way_back.as_ref()?;
        self.plan.nodes.iter().find_map(|node| {
            let tensor = name.strip_prefix(&*node.name)?.strip_prefix('.')?;
            let number = node.saved_specs.iter().position(|spec| spec.name == tensor)?;
            let spec = &node.saved_specs[number];
            let batch = spec.per_sample.then_some(self.batch);
            let shape = batch.into_iter().chain(spec.shape.dims().iter().copied()).collect();
            Some(TensorView {
                name: &spec.name,
                shape,
                data: &self.saved[node.saved[number].range(self.batch)],
            })
        })
    }

    fn look<'a>(&'a self, number: usize, buffer: &'a [F]) -> Option<TensorView<'a, F>> {
        let value = &self.plan.values[number];
        let shape = std::iter::once(self.batch).chain(value.port.shape.dims().iter().copied()).collect();
        let data = &buffer[self.plan.range(number, self.batch)];
        (!value.port.is_indices()).then_some(TensorView { name: &value.name, shape, data })
    }
}
