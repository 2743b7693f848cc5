//! A model: an architecture and its flat vectors of parameters and state.

use std::sync::Arc;

use pellucid_compute::{Buffer, Pool, Scalar, Stream};

use super::{Plan, Session, TensorPlan, TensorView, Weights, zeros};
use crate::error::Error;
use crate::layer::{PlanError, Slot, TensorsMut};
use crate::naming::key;
use crate::network::{Graph, Node, Summary, View};

/// The branch of a seed's random streams that initial parameters are drawn from.
const INIT_STREAM: u64 = 1;

/// A network with its parameters and its state.
///
/// All parameters are one flat vector, and all state, such as running means, is another. A view such as an encoder runs
/// on these same vectors, so training the whole trains the part. Initial parameters depend on the seed and the name of
/// their layer.
///
/// ```
/// use pellucid_nn::{Activation::Relu, Dense, Model, Sequential};
/// let network = Sequential::new(4).with(Dense::new(2).activation(Relu)).with(Dense::new(4)).view("encoder", 0..1);
/// let model = Model::<f32>::new(network, 42)?;
/// let code = model.predict_view("encoder", &[1.0, 2.0, 3.0, 4.0])?;
/// assert_eq!(code.len(), 2);
/// assert_eq!(model.parameter("dense1.weight").unwrap().shape, [4, 2]);
/// # Ok::<(), pellucid_nn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Model<F> {
    network: Arc<Graph<F>>,
    plan: Plan,
    parameters: Buffer<F>,
    state: Buffer<F>,
}

impl<F: Scalar> Model<F> {
    /// Makes a network with initial parameters drawn from `seed`.
    ///
    /// # Errors
    /// Returns an error if the network or one of its views cannot be planned.
    pub fn new(network: impl Into<Graph<F>>, seed: u64) -> Result<Self, PlanError> {
        let mut model = Self::zeroed(network.into())?;
        let stream = Stream::new(seed).child(INIT_STREAM);
        for node in &model.plan.nodes {
            let Some(Node { computation, .. }) = model.network.node(node.value) else { continue };
            let stream = stream.child(key(&node.name));
            if node.own.iter().all(|&own| own) {
                let tensors = TensorsMut::new(&mut model.parameters, &node.parameters, 1);
                computation.init(tensors, &node.ports, stream);
                continue;
            }
            // A tied tensor was drawn for the node that it belongs to.
            let (slots, len) = Slot::packed(&node.parameters);
            let mut drawn = zeros(len)?;
            computation.init(TensorsMut::new(&mut drawn, &slots, 1), &node.ports, stream);
            for ((from, to), _) in slots.iter().zip(&node.parameters).zip(&node.own).filter(|(_, own)| **own)
            {
                model.parameters[to.range(1)].copy_from_slice(&drawn[from.range(1)]);
            }
        }
        Ok(model)
    }

    /// A network whose parameters are all zero, to be filled.
    pub(crate) fn zeroed(network: Graph<F>) -> Result<Self, PlanError> {
        let plan = Plan::whole(&network)?;
        for (_, view) in network.views() {
            Plan::new(&network, view, 1)?;
        }
        let (parameters, mut state) = (zeros(plan.parameters)?, zeros(plan.state)?);
        for tensor in &plan.states {
            state[tensor.range.clone()].fill(F::from_f64(tensor.start));
        }
        Ok(Self { network: Arc::new(network), plan, parameters, state })
    }

    /// Returns the architecture.
    pub fn architecture(&self) -> &Arc<Graph<F>> {
        &self.network
    }

    /// Returns the plan of the whole network, with the place and shape of every parameter, for a batch of one.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Returns all parameters.
    pub fn parameters(&self) -> &[F] {
        &self.parameters
    }

    /// Returns all parameters for writing.
    pub fn parameters_mut(&mut self) -> &mut [F] {
        &mut self.parameters
    }

    /// Returns the state of all layers, such as running means; empty where no layer has any.
    pub fn state(&self) -> &[F] {
        &self.state
    }

    /// Returns the state of all layers for writing.
    pub fn state_mut(&mut self) -> &mut [F] {
        &mut self.state
    }

    /// Returns parameters and state, as a session reads them.
    pub fn weights(&self) -> Weights<'_, F> {
        Weights { parameters: &self.parameters, state: &self.state }
    }

    /// Returns the parameter tensor of a name such as `dense1.weight`; a tied tensor is found by each of its names.
    pub fn parameter(&self, name: &str) -> Option<TensorView<'_, F>> {
        self.tensor(name, &self.parameters)
    }

    /// Returns the part of `flat` that belongs to the parameter `name`: of a gradient or an optimiser's state.
    ///
    /// # Panics
    /// Panics if `flat` is not as long as the parameters.
    pub fn tensor<'a>(&'a self, name: &str, flat: &'a [F]) -> Option<TensorView<'a, F>> {
        assert_eq!(flat.len(), self.plan.parameters, "one number for every parameter");
        self.plan.names.get(name).map(|&number| view(&self.plan.tensors[number], flat))
    }

    /// Returns the state tensor of a name such as `batch_norm1.mean`.
    pub fn state_tensor(&self, name: &str) -> Option<TensorView<'_, F>> {
        let tensor = self.plan.states.iter().find(|tensor| tensor.name == name)?;
        Some(view(tensor, &self.state))
    }

    /// Returns the network's layers with shapes, parameters, memory and operations.
    pub fn summary(&self) -> Summary {
        Summary::new::<F>(&self.plan)
    }

    /// Returns the outputs for the samples of `x`, row by row, on the caller's thread.
    ///
    /// # Errors
    /// Returns an error if `x` is not a whole number of samples, or the network has several inputs.
    pub fn predict(&self, x: &[F]) -> Result<Vec<F>, Error> {
        self.predict_with(&self.network.whole(), x, &Arc::new(Pool::single()))
    }

    /// Returns the outputs of the view (or node) `name` for the samples of `x`, which are inputs of that view.
    ///
    /// # Errors
    /// Returns an error if there is no such view, it has several inputs, or `x` is not a whole number of its samples.
    pub fn predict_view(&self, name: &str, x: &[F]) -> Result<Vec<F>, Error> {
        self.predict_with(&self.network.find_view(name)?, x, &Arc::new(Pool::single()))
    }

    /// Returns the outputs of a view for the samples of `x`, on the threads of `pool`.
    ///
    /// # Errors
    /// Returns an error if the view is not in the network or has several inputs, or if `x` is not a whole number of its
    /// samples.
    pub fn predict_with(&self, view: &View, x: &[F], pool: &Arc<Pool>) -> Result<Vec<F>, Error> {
        const BATCH: usize = 1024;
        let plan = Plan::new(&self.network, view, 1)?;
        if !plan.takes_numbers_alone() {
            let inputs: Vec<String> =
                plan.inputs().iter().map(|input| format!("{} of {}", input.name, input.port)).collect();
            let expected =
                "a network of one input of numbers; others are predicted from a data set".to_owned();
            return Err(Error::Input { expected, found: format!("inputs {}", inputs.join(", ")) });
        }
        let (n_in, n_out) = (plan.input().len(), plan.output().len());
        if !x.len().is_multiple_of(n_in) {
            let expected = format!("a multiple of {n_in} numbers, the width of a sample");
            return Err(Error::Input { expected, found: format!("{}", x.len()) });
        }
        let rows = x.len() / n_in;
        let mut session = Session::of_view(&self.network, view, BATCH.min(rows), pool)?;
        let mut y = vec![F::ZERO; rows * n_out];
        session.predict(self, x, &mut y);
        Ok(y)
    }
}

fn view<'a, F>(tensor: &'a TensorPlan, flat: &'a [F]) -> TensorView<'a, F> {
    TensorView { name: &tensor.name, shape: tensor.shape.dims().to_vec(), data: &flat[tensor.range.clone()] }
}

impl<'a, F: Scalar> From<&'a Model<F>> for Weights<'a, F> {
    fn from(model: &'a Model<F>) -> Self {
        model.weights()
    }
}
