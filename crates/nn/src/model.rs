//! A model: an architecture and its one flat vector of parameters.

use std::sync::Arc;

use pellucid_compute::{Buffer, Pool, Scalar, Stream};

use crate::plan::zeros;
use crate::session::TensorView;
use crate::{Error, Plan, PlanError, Sequential, Session, Summary};

/// The branch of a seed's random streams that initial parameters are drawn from.
const INIT_STREAM: u64 = 1;

/// A network with its parameters.
///
/// All parameters are one flat vector. A view such as an encoder is a range of layers that runs on this same
/// vector, so training the whole trains the part.
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
    network: Arc<Sequential<F>>,
    plan: Plan,
    parameters: Buffer<F>,
}

impl<F: Scalar> Model<F> {
    /// A network with initial parameters drawn from `seed`.
    ///
    /// # Errors
    /// Where the network cannot be planned or a view reaches outside it.
    pub fn new(network: Sequential<F>, seed: u64) -> Result<Self, PlanError> {
        let mut model = Self::zeroed(network)?;
        let stream = Stream::new(seed).child(INIT_STREAM);
        for layer in &model.plan.layers {
            let parameters = &mut model.parameters[layer.parameters.clone()];
            model.network.layer(layer.index).init(parameters, &layer.input, stream.child(layer.index as u64));
        }
        Ok(model)
    }

    /// A network whose parameters are all zero, to be filled.
    pub(crate) fn zeroed(network: Sequential<F>) -> Result<Self, PlanError> {
        let plan = Plan::new(&network, &network.whole(), 1)?;
        for (name, range) in network.views() {
            if range.is_empty() || range.end > plan.layers.len() {
                let (name, layers) = (name.clone(), plan.layers.len());
                return Err(PlanError::Range { name, begin: range.start, end: range.end, layers });
            }
        }
        let parameters = zeros(plan.parameters)?;
        Ok(Self { network: Arc::new(network), plan, parameters })
    }

    /// The architecture.
    pub fn architecture(&self) -> &Arc<Sequential<F>> {
        &self.network
    }

    /// Where every parameter lies, with shapes, for a batch of one.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// All parameters.
    pub fn parameters(&self) -> &[F] {
        &self.parameters
    }

    /// All parameters, to change.
    pub fn parameters_mut(&mut self) -> &mut [F] {
        &mut self.parameters
    }

    /// The parameter tensor of a name such as `dense1.weight`.
    pub fn parameter(&self, name: &str) -> Option<TensorView<'_, F>> {
        self.tensor(name, &self.parameters)
    }

    /// The part of `flat` that belongs to the parameter `name`: of a gradient or an optimiser's state.
    ///
    /// # Panics
    /// Where `flat` is not as long as the parameters.
    pub fn tensor<'a>(&'a self, name: &str, flat: &'a [F]) -> Option<TensorView<'a, F>> {
        assert_eq!(flat.len(), self.plan.parameters, "one number for every parameter");
        let (name, shape, range) = self.plan.tensors().find(|(tensor, ..)| tensor == name)?;
        Some(TensorView { name, shape: shape.dims().to_vec(), data: &flat[range.clone()] })
    }

    /// The network's layers with shapes, parameters, memory and operations.
    pub fn summary(&self) -> Summary {
        Summary::new::<F>(&self.plan)
    }

    /// The outputs for the samples of `x`, row by row, on the caller's thread.
    ///
    /// # Errors
    /// Where `x` is not a whole number of samples.
    pub fn predict(&self, x: &[F]) -> Result<Vec<F>, Error> {
        self.predict_layers(&self.network.whole(), x, &Arc::new(Pool::single()))
    }

    /// The outputs of the view (or layer) `name` for the samples of `x`, which are inputs of that view.
    ///
    /// # Errors
    /// Where there is no such view, or `x` is not a whole number of its samples.
    pub fn predict_view(&self, name: &str, x: &[F]) -> Result<Vec<F>, Error> {
        self.predict_layers(&self.network.find_view(name)?, x, &Arc::new(Pool::single()))
    }

    /// The outputs of a range of layers for the samples of `x`, on the threads of `pool`.
    ///
    /// # Errors
    /// Where the range is not in the network, or `x` is not a whole number of its samples.
    pub fn predict_layers(
        &self,
        layers: &std::ops::Range<usize>,
        x: &[F],
        pool: &Arc<Pool>,
    ) -> Result<Vec<F>, Error> {
        const BATCH: usize = 1024;
        let plan = Plan::new(&self.network, layers, 1)?;
        let (n_in, n_out) = (plan.input.len(), plan.output().len());
        if !x.len().is_multiple_of(n_in.max(1)) {
            let expected = format!("a multiple of {n_in} numbers, the width of a sample");
            return Err(Error::Input { expected, found: format!("{}", x.len()) });
        }
        let rows = x.len() / n_in;
        let mut session = Session::new(&self.network, layers, BATCH.min(rows), pool, false)?;
        let mut y = vec![F::ZERO; rows * n_out];
        session.predict(&self.parameters, x, &mut y);
        Ok(y)
    }
}
