//! What a layer is: an immutable description with a forward and a backward pass over memory that it is given.

mod computation;
mod need;
mod operation;
mod plan_error;
mod port;
mod tensors;

use std::any::Any;
use std::fmt::Debug;

use pellucid_compute::{Pool, Scalar, Stream};

use crate::network::Shape;

pub(crate) use computation::Computation;
pub use need::{Need, TensorSpec};
pub use operation::{Gradients, Inputs, MAX_INPUTS, Operation, OperationBackward, OperationForward, Source};
pub use plan_error::PlanError;
pub use port::Port;
pub use tensors::{Slot, Tensors, TensorsMut};

/// A layer of one input: it says once what memory it needs, and is then a pair of pure functions over slices.
///
/// A layer owns no numbers. Its parameters and state are tensors of the model's flat vectors, its output and what it
/// saves for the backward pass lie in the session's buffers. So encoder and decoder can be views of one model, two
/// layers can share a weight, a training step allocates nothing, and every number can be looked at.
///
/// Both passes treat a batch of samples, stored row by row. They may cut work over outputs (with
/// [`Pool::split`]), never over a sum, so that results have the same bits for any number of threads. Both *overwrite*
/// what they compute: where a value feeds several layers, the session adds their gradients.
///
/// A layer of several inputs, or of indices, is an [`Operation`]. See `examples/custom_layer.rs` for a layer written
/// outside this crate, with its gradient check.
pub trait Layer<F: Scalar>: Any + Debug + Send + Sync {
    /// Returns the lower-case word that names layers of this kind: `dense`, `relu`.
    fn kind(&self) -> &'static str;

    /// Returns the layer's hyper-parameters, which a checkpoint stores and compares.
    fn config(&self) -> serde_json::Value;

    /// Returns the output shape and the memory needed for samples of shape `input`, at most `max_batch` at a time.
    ///
    /// # Errors
    /// Returns an error if the layer cannot take this input: what was expected and what was found.
    fn plan(&self, input: &Shape, max_batch: usize) -> Result<Need, PlanError>;

    /// Sets the initial parameters, drawn from `stream`; they are zero before.
    fn init(&self, _parameters: TensorsMut<'_, F>, _input: &Shape, _stream: Stream) {}

    /// Computes `y`, and what backward needs beyond x and y where `saved` and `marks` are there.
    ///
    /// It reads the state and does not change it, so that it may be run any number of times.
    fn forward(&self, io: Forward<'_, F>);

    /// Computes `dx = dL/dx` and `dparameters = dL/dparameters` from `dy = dL/dy`. Both are overwritten.
    fn backward(&self, io: Backward<'_, F>);

    /// Changes the state from what forward saved, once after a training step.
    fn remember(&self, _io: Remember<'_, F>) {}
}

/// Whether a forward pass is part of training, for layers that behave differently then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A training step.
    Train {
        /// The random stream of the step.
        step: Stream,
        /// What the stream of this layer is keyed by.
        key: u64,
    },
    /// Evaluation or prediction.
    Evaluate,
}

impl Mode {
    /// Returns the random stream of this layer and step; `None` in evaluation.
    pub fn stream(self) -> Option<Stream> {
        match self {
            Self::Train { step, key } => Some(step.child(key)),
            Self::Evaluate => None,
        }
    }
}

/// The arguments of a forward pass over `batch` samples.
#[derive(Debug)]
pub struct Forward<'a, F> {
    /// The number of samples.
    pub batch: usize,
    /// Training or evaluation.
    pub mode: Mode,
    /// The threads to run on.
    pub pool: &'a Pool,
    /// The shape of an input sample.
    pub input: &'a Shape,
    /// The shape of an output sample.
    pub output: &'a Shape,
    /// The layer's parameters.
    pub parameters: Tensors<'a, F>,
    /// The layer's state.
    pub state: Tensors<'a, F>,
    /// The input, batch x input shape.
    pub x: &'a [F],
    /// The output to compute, batch x output shape.
    pub y: &'a mut [F],
    /// What backward will be given; `None` where no backward pass can follow.
    pub saved: Option<TensorsMut<'a, F>>,
    /// Bytes that backward will be given, batch x [`Need::marks`]; `None` where no backward pass can follow.
    pub marks: Option<&'a mut [u8]>,
    /// Working memory, [`Need::scratch`] elements.
    pub scratch: &'a mut [F],
}

/// The arguments of a backward pass over the batch of the last forward pass.
#[derive(Debug)]
pub struct Backward<'a, F> {
    /// The number of samples.
    pub batch: usize,
    /// The mode of the forward pass: a layer that draws random numbers, or uses its state, goes back the same way.
    pub mode: Mode,
    /// The threads to run on.
    pub pool: &'a Pool,
    /// The shape of an input sample.
    pub input: &'a Shape,
    /// The shape of an output sample.
    pub output: &'a Shape,
    /// The layer's parameters.
    pub parameters: Tensors<'a, F>,
    /// The layer's state, as the forward pass saw it.
    pub state: Tensors<'a, F>,
    /// The input of the forward pass.
    pub x: &'a [F],
    /// The output of the forward pass.
    pub y: &'a [F],
    /// dL/dy.
    pub dy: &'a [F],
    /// What forward saved.
    pub saved: Tensors<'a, F>,
    /// The bytes that forward left.
    pub marks: &'a [u8],
    /// Working memory, [`Need::backward_scratch`] elements.
    pub scratch: &'a mut [F],
    /// dL/dx to compute; `None` where nobody needs it, as for the first layer in training.
    pub dx: Option<&'a mut [F]>,
    /// dL/dparameters to compute.
    pub dparameters: TensorsMut<'a, F>,
}

/// The arguments of [`Layer::remember`].
#[derive(Debug)]
pub struct Remember<'a, F> {
    /// The number of samples of the step.
    pub batch: usize,
    /// What forward saved in the step.
    pub saved: Tensors<'a, F>,
    /// The state to change.
    pub state: TensorsMut<'a, F>,
}
