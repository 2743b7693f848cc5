//! What a layer is: an immutable description with a forward and a backward pass over memory that it is given.

use std::fmt::Debug;

use pellucid_compute::{Pool, Scalar, Stream};

use crate::Shape;

/// A layer: it says once what memory it needs, and is then a pair of pure functions over slices.
///
/// A layer owns no numbers. Its parameters are a part of the model's flat vector, its output and what it saves
/// for the backward pass lie in the session's buffers. So encoder and decoder can be views of one model, a
/// training step allocates nothing, and every number can be looked at.
///
/// Both passes treat a batch of samples, stored row by row. They may cut work over outputs (with
/// [`Pool::split`]), never over a sum, so that results have the same bits for any number of threads.
///
/// See `examples/custom_layer.rs` for a layer written outside this crate, with its gradient check.
pub trait Layer<F: Scalar>: Debug + Send + Sync {
    /// The lower-case word that names layers of this kind: `dense`, `relu`.
    fn kind(&self) -> &'static str;

    /// The layer's hyper-parameters, which a checkpoint stores and compares.
    fn config(&self) -> serde_json::Value;

    /// The output shape and the memory needed for samples of shape `input`, at most `max_batch` at a time.
    ///
    /// # Errors
    /// Where the layer cannot take this input: says what was expected and what came.
    fn plan(&self, input: &Shape, max_batch: usize) -> Result<Need, PlanError>;

    /// Sets the initial parameters, drawn from `stream`.
    fn init(&self, _parameters: &mut [F], _input: &Shape, _stream: Stream) {}

    /// Computes `y`, and `saved` where the backward pass needs more than x and y.
    fn forward(&self, io: Forward<'_, F>);

    /// The layer as a [`Dense`](crate::Dense) one, if it is one: its weights can be kept in another number type.
    fn as_dense(&self) -> Option<&crate::Dense> {
        None
    }

    /// Computes `dx = dL/dx` and `dparameters = dL/dparameters` from `dy = dL/dy`. Both are overwritten.
    fn backward(&self, io: Backward<'_, F>);
}

/// What a layer needs, and what it makes of a sample.
#[derive(Clone, Debug)]
pub struct Need {
    /// The shape of an output sample.
    pub output: Shape,
    /// The parameters, in the order in which they lie in the layer's slice.
    pub parameters: Vec<ParameterSpec>,
    /// Elements that forward leaves for backward, for the largest batch.
    pub saved: usize,
    /// Elements of working memory that a pass may overwrite, for the largest batch.
    pub scratch: usize,
    /// Floating-point operations of the forward pass for one sample.
    pub flops: u64,
}

impl Need {
    /// A layer that only computes `output`: no parameters, nothing saved, no scratch.
    pub fn output(output: Shape, flops: u64) -> Self {
        Self { output, parameters: Vec::new(), saved: 0, scratch: 0, flops }
    }
}

/// A parameter tensor of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterSpec {
    /// Its name within the layer: `weight`, `bias`.
    pub name: &'static str,
    /// Its shape.
    pub shape: Shape,
}

/// Whether a forward pass is part of training, for layers that behave differently then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A training step, with the random stream of this layer and step.
    Train(Stream),
    /// Evaluation or prediction.
    Evaluate,
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
    /// The layer's parameters.
    pub parameters: &'a [F],
    /// The input, batch x input shape.
    pub x: &'a [F],
    /// The output to compute, batch x output shape.
    pub y: &'a mut [F],
    /// What backward will be given, [`Need::saved`] elements.
    pub saved: &'a mut [F],
    /// Working memory, [`Need::scratch`] elements.
    pub scratch: &'a mut [F],
}

/// The arguments of a backward pass over the batch of the last forward pass.
#[derive(Debug)]
pub struct Backward<'a, F> {
    /// The number of samples.
    pub batch: usize,
    /// The threads to run on.
    pub pool: &'a Pool,
    /// The layer's parameters.
    pub parameters: &'a [F],
    /// The input of the forward pass.
    pub x: &'a [F],
    /// The output of the forward pass.
    pub y: &'a [F],
    /// dL/dy.
    pub dy: &'a [F],
    /// What forward saved.
    pub saved: &'a [F],
    /// Working memory, [`Need::scratch`] elements.
    pub scratch: &'a mut [F],
    /// dL/dx to compute; `None` where nobody needs it, as for the first layer in training.
    pub dx: Option<&'a mut [F]>,
    /// dL/dparameters to compute.
    pub dparameters: &'a mut [F],
}

/// Why a network cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A layer cannot take its input.
    #[error("layer {layer}: expected {expected}, found {found}")]
    Layer {
        /// The name of the layer.
        layer: String,
        /// What the layer expects.
        expected: String,
        /// What it was given.
        found: String,
    },
    /// The network has no layers.
    #[error("the network has no layers: expected at least one")]
    Empty,
    /// Two layers bear one name.
    #[error("two layers are named {0:?}: expected every name once")]
    DuplicateName(String),
    /// A view that is not there or reaches outside the network.
    #[error("no view or layer is named {name:?}: expected one of {known}")]
    UnknownView {
        /// The name asked for.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// A range of layers outside the network.
    #[error("view {name:?} has layers {begin} to {end}: expected a non-empty range within {layers} layers")]
    Range {
        /// The view's name.
        name: String,
        /// The first layer.
        begin: usize,
        /// One past the last layer.
        end: usize,
        /// The layers there are.
        layers: usize,
    },
    /// The memory needed exceeds what can be addressed.
    #[error("layer {0}: the sizes overflow the address space")]
    Overflow(String),
    /// The system does not have the memory.
    #[error("expected a network and batches that fit into memory, found {bytes} bytes in one piece")]
    Memory {
        /// The bytes that were asked for.
        bytes: usize,
    },
}

impl PlanError {
    /// A layer that cannot take its input; the network fills in the layer's name.
    pub fn input(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Layer { layer: String::new(), expected: expected.into(), found: found.into() }
    }
}
