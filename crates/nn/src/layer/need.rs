//! What a layer needs: shapes, tensors and working memory.

use std::borrow::Cow;

use crate::network::Shape;

/// What a layer needs, and what it makes of a sample.
#[derive(Clone, Debug)]
pub struct Need {
    /// The shape of an output sample.
    pub output: Shape,
    /// The parameters, in the order in which the layer is given them.
    pub parameters: Vec<TensorSpec>,
    /// Numbers kept from step to step that no optimiser changes, such as running means.
    pub state: Vec<TensorSpec>,
    /// What forward leaves for backward.
    pub saved: Vec<TensorSpec>,
    /// Bytes for each sample that forward leaves for backward, such as the winners of a pooling window.
    pub marks: usize,
    /// Elements of working memory that a forward pass may overwrite, for the largest batch.
    pub scratch: usize,
    /// Elements of working memory that a backward pass may overwrite, for the largest batch.
    pub backward_scratch: usize,
    /// Floating-point operations of the forward pass for one sample.
    pub flops: u64,
}

impl Need {
    /// Makes the need of a layer that only computes `output`: no tensors, no working memory.
    pub fn output(output: Shape, flops: u64) -> Self {
        Self {
            output,
            parameters: Vec::new(),
            state: Vec::new(),
            saved: Vec::new(),
            marks: 0,
            scratch: 0,
            backward_scratch: 0,
            flops,
        }
    }
}

/// A tensor that a layer asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorSpec {
    /// Its name within the layer: `weight`, `bias`, `mean`.
    pub name: Cow<'static, str>,
    /// Its shape, of one sample where it has a row for each.
    pub shape: Shape,
    /// Whether it has a row for each sample of the batch; of saved tensors only.
    pub per_sample: bool,
    /// Whether weight decay is meant for it, as it is for weights and not for biases; of parameters only.
    pub decays: bool,
    /// The number that all its elements begin with; of state only.
    pub start: f64,
}

impl TensorSpec {
    /// Makes a tensor of a size that does not depend on the batch.
    pub fn new(name: impl Into<Cow<'static, str>>, shape: impl Into<Shape>) -> Self {
        Self { name: name.into(), shape: shape.into(), per_sample: false, decays: true, start: 0.0 }
    }

    /// Makes a tensor with a row of shape `shape` for each sample.
    pub fn per_sample(name: impl Into<Cow<'static, str>>, shape: impl Into<Shape>) -> Self {
        Self { per_sample: true, ..Self::new(name, shape) }
    }

    /// Leaves the parameter out of weight decay.
    #[must_use]
    pub fn without_decay(self) -> Self {
        Self { decays: false, ..self }
    }

    /// Sets the number that all elements of the state begin with.
    #[must_use]
    pub fn starting_at(self, start: f64) -> Self {
        Self { start, ..self }
    }
}
