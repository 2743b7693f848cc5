//! Layers of several inputs, or of indices.

use std::any::Any;
use std::fmt::Debug;

use pellucid_compute::{Pool, Scalar, Stream};

use super::{Mode, Need, PlanError, Port, Remember, Tensors, TensorsMut};
use crate::network::Shape;

/// The most inputs of an operation.
pub const MAX_INPUTS: usize = 8;

/// A layer of one or more inputs, some of which may be indices: what brings branches together.
///
/// It is to a [`Layer`](super::Layer) what several inputs are to one, and obeys the same rules: it owns no numbers, its passes
/// overwrite, and it cuts work over outputs only.
///
/// ```
/// use pellucid_nn::{Add, Dense, Graph, Model};
/// // A residual block: y = h + W h.
/// let mut graph = Graph::<f32>::new();
/// let x = graph.input("input", 4);
/// let h = graph.then(x, Dense::new(3));
/// let branch = graph.then(h, Dense::new(3));
/// graph.join(Add, &[h, branch]);
/// assert_eq!(Model::new(graph, 1)?.predict(&[1.0, 2.0, 3.0, 4.0])?.len(), 3);
/// # Ok::<(), pellucid_nn::Error>(())
/// ```
pub trait Operation<F: Scalar>: Any + Debug + Send + Sync {
    /// Returns the lower-case word that names operations of this kind: `add`, `concatenate`.
    fn kind(&self) -> &'static str;

    /// Returns the hyper-parameters, which a checkpoint stores and compares.
    fn config(&self) -> serde_json::Value;

    /// Returns the output shape and the memory needed for these inputs, for batches of at most `max_batch` samples.
    ///
    /// # Errors
    /// Returns an error if the operation cannot take these inputs: what was expected and what was found.
    fn plan(&self, inputs: &[Port], max_batch: usize) -> Result<Need, PlanError>;

    /// Sets the initial parameters, drawn from `stream`; they are zero before.
    fn init(&self, _parameters: TensorsMut<'_, F>, _inputs: &[Port], _stream: Stream) {}

    /// Computes `y`, and what backward needs beyond inputs and y where `saved` and `marks` are there.
    fn forward(&self, io: OperationForward<'_, F>);

    /// Computes dL/d input of every input that is asked for, and dL/dparameters, from dL/dy. All are overwritten.
    fn backward(&self, io: OperationBackward<'_, F>);

    /// Changes the state from what forward saved, once after a training step.
    fn remember(&self, _io: Remember<'_, F>) {}
}

/// The arguments of an operation's forward pass; see [`Forward`](super::Forward).
#[derive(Debug)]
pub struct OperationForward<'a, F> {
    /// The number of samples.
    pub batch: usize,
    /// Training or evaluation.
    pub mode: Mode,
    /// The threads to run on.
    pub pool: &'a Pool,
    /// The inputs, with their shapes.
    pub inputs: Inputs<'a, F>,
    /// The shape of an output sample.
    pub output: &'a Shape,
    /// The parameters.
    pub parameters: Tensors<'a, F>,
    /// The state.
    pub state: Tensors<'a, F>,
    /// The output to compute, batch x output shape.
    pub y: &'a mut [F],
    /// What backward will be given; `None` where no backward pass can follow.
    pub saved: Option<TensorsMut<'a, F>>,
    /// Bytes that backward will be given, batch x [`Need::marks`]; `None` where no backward pass can follow.
    pub marks: Option<&'a mut [u8]>,
    /// Working memory, [`Need::scratch`] elements.
    pub scratch: &'a mut [F],
}

/// The arguments of an operation's backward pass; see [`Backward`](super::Backward).
#[derive(Debug)]
pub struct OperationBackward<'a, F> {
    /// The number of samples.
    pub batch: usize,
    /// The mode of the forward pass.
    pub mode: Mode,
    /// The threads to run on.
    pub pool: &'a Pool,
    /// The inputs of the forward pass, with their shapes.
    pub inputs: Inputs<'a, F>,
    /// The shape of an output sample.
    pub output: &'a Shape,
    /// The parameters.
    pub parameters: Tensors<'a, F>,
    /// The state, as the forward pass saw it.
    pub state: Tensors<'a, F>,
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
    /// dL/d input to compute, by the number of the input.
    pub dx: Gradients<'a, F>,
    /// dL/dparameters to compute.
    pub dparameters: TensorsMut<'a, F>,
}

/// dL/d input to compute, by the number of the input; `None` where nobody needs it, and for indices.
pub type Gradients<'a, F> = [Option<&'a mut [F]>; MAX_INPUTS];

/// Where the samples of an input lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The first element, among the activations or the indices.
    pub begin: usize,
    /// The elements of a sample.
    pub len: usize,
    /// Whether it is the first input of the network, which may lie in the caller's memory.
    pub first: bool,
}

/// The inputs of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a, F> {
    pub(crate) batch: usize,
    pub(crate) ports: &'a [Port],
    pub(crate) sources: &'a [Source],
    /// The activations below the output that is being computed.
    pub(crate) low: &'a [F],
    /// The activations above it, and the place of the first.
    pub(crate) high: (&'a [F], usize),
    /// The first input of the network, where it lies in the caller's memory.
    pub(crate) outside: Option<&'a [F]>,
    pub(crate) indices: &'a [u32],
}

impl<'a, F> Inputs<'a, F> {
    /// Returns the number of inputs.
    pub fn count(self) -> usize {
        self.sources.len()
    }

    /// Returns the shape of a sample of input `number`.
    pub fn shape(self, number: usize) -> &'a Shape {
        &self.ports[number].shape
    }

    /// Returns the shapes of all inputs, and which are indices.
    pub fn ports(self) -> &'a [Port] {
        self.ports
    }

    /// Returns the numbers of input `number`, batch x its shape.
    ///
    /// # Panics
    /// Panics if there is no such input.
    #[inline(always)]
    pub fn numbers(self, number: usize) -> &'a [F] {
        let Source { begin, len, first } = self.sources[number];
        let len = len * self.batch;
        if let Some(outside) = self.outside
            && first
        {
            &outside[..len]
        } else if begin < self.high.1 {
            &self.low[begin..begin + len]
        } else {
            &self.high.0[begin - self.high.1..][..len]
        }
    }

    /// Returns the indices of input `number`, batch x its shape.
    ///
    /// # Panics
    /// Panics if there is no such input.
    pub fn indices(self, number: usize) -> &'a [u32] {
        let Source { begin, len, .. } = self.sources[number];
        &self.indices[begin..begin + len * self.batch]
    }
}
