//! The plan of a network's memory: where everything lies in a few flat buffers.

use std::collections::HashMap;
use std::ops::Range;

use pellucid_compute::Stream;

use super::tensor_plan::TensorPlan;
use crate::layer::{Inputs, Mode, Port, Slot, Source, TensorSpec};
use crate::network::{Shape, Value};

/// The memory layout of a view of a network. Offsets only, so a plan fits any memory of the right size.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The largest batch.
    pub max_batch: usize,
    /// The inputs of the view, then the output of each of its nodes.
    pub values: Vec<ValuePlan>,
    /// The nodes of the view, in order.
    pub nodes: Vec<NodePlan>,
    /// The number of the value that the view computes.
    pub output: usize,
    /// The parameter tensors of the whole network, each once.
    pub tensors: Vec<TensorPlan>,
    /// The number of the parameter tensor of each full name, those of tied tensors too.
    pub(super) names: HashMap<String, usize>,
    /// The state tensors of the whole network.
    pub states: Vec<TensorPlan>,
    /// The parameters of the whole network.
    pub parameters: usize,
    /// The numbers of the state of the whole network.
    pub state: usize,
    /// Elements of the activations, for the largest batch.
    pub activations: usize,
    /// Elements of the inputs that are indices.
    pub indices: usize,
    /// Elements saved for the backward pass.
    pub saved: usize,
    /// Bytes saved for the backward pass.
    pub marks: usize,
    /// Elements of the working memory of forward passes, which the nodes share.
    pub scratch: usize,
    /// Elements of the working memory of backward passes, which the nodes share.
    pub backward_scratch: usize,
}

/// The place of the samples of a value.
#[derive(Clone, Debug)]
pub struct ValuePlan {
    /// The value in the graph.
    pub value: Value,
    /// Its name.
    pub name: String,
    /// The shape of a sample, and whether it is numbers or indices.
    pub port: Port,
    /// The first element, among the activations or the indices.
    pub begin: usize,
}

/// The places of one node's numbers.
#[derive(Clone, Debug)]
pub struct NodePlan {
    /// The value that it computes.
    pub value: Value,
    /// Its name.
    pub name: String,
    /// What its random streams are keyed by.
    pub(super) key: u64,
    /// Its kind.
    pub kind: &'static str,
    /// The values that it is fed with, by number in the plan.
    pub inputs: Vec<usize>,
    /// Their shapes.
    pub ports: Vec<Port>,
    /// The places of their samples.
    pub sources: Vec<Source>,
    /// The shape of an output sample.
    pub output: Shape,
    /// The first element of its output in the activations.
    pub y: usize,
    /// Its parameter tensors, by number in the plan.
    pub tensors: Vec<usize>,
    /// Which of them are its own, and not tied to those of an earlier node.
    pub own: Vec<bool>,
    /// The places of its parameter tensors.
    pub parameters: Vec<Slot>,
    /// The places of its state tensors.
    pub state: Vec<Slot>,
    /// The places of what forward leaves for backward.
    pub saved: Vec<Slot>,
    /// The tensors that forward leaves for backward.
    pub saved_specs: Vec<TensorSpec>,
    /// The first of the bytes that forward leaves, and their number for a sample.
    pub marks: (usize, usize),
    /// Its working memory in a forward pass, at the beginning of the common one.
    pub scratch: usize,
    /// Its working memory in a backward pass.
    pub backward_scratch: usize,
    /// Floating-point operations of a forward pass for one sample.
    pub flops: u64,
}

impl NodePlan {
    /// The mode of a pass with the random stream of a step, or without one.
    #[inline]
    pub(super) fn mode(&self, stream: Option<Stream>) -> Mode {
        stream.map_or(Mode::Evaluate, |step| Mode::Train { step, key: self.key })
    }

    /// Cuts the activations of a batch into what the node reads and what it writes. The first input may lie in the caller's
    /// memory, `x`, and the output too, `y`.
    pub(super) fn cut<'a, F>(
        &'a self,
        batch: usize,
        activations: &'a mut [F],
        indices: &'a [u32],
        x: Option<&'a [F]>,
        y: Option<&'a mut [F]>,
    ) -> (Inputs<'a, F>, &'a mut [F]) {
        let (low, rest) = activations.split_at_mut(self.y);
        let len = batch * self.output.len();
        let (own, high, high_begin) = if let Some(y) = y {
            (y, &*rest, self.y)
        } else {
            let (own, high) = rest.split_at_mut(len);
            (own, &*high, self.y + len)
        };
        let (ports, sources) = (&self.ports[..], &self.sources[..]);
        (Inputs { batch, ports, sources, low, high: (high, high_begin), outside: x, indices }, own)
    }
}

impl Plan {
    /// Returns the shape of a sample of the view's first input.
    pub fn input(&self) -> &Shape {
        &self.values[0].port.shape
    }

    /// Returns the inputs of the view.
    #[inline]
    pub fn inputs(&self) -> &[ValuePlan] {
        &self.values[..self.values.len() - self.nodes.len()]
    }

    /// Returns whether the view has one input, and that of numbers.
    pub fn takes_numbers_alone(&self) -> bool {
        matches!(self.inputs(), [input] if !input.port.is_indices())
    }

    /// Returns the shape of an output sample of the view.
    pub fn output(&self) -> &Shape {
        &self.values[self.output].port.shape
    }

    /// Returns the number of the value of that name.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.values.iter().position(|value| value.name == name)
    }

    /// Returns the elements of a value in a batch of `batch` samples.
    #[inline]
    pub fn range(&self, number: usize, batch: usize) -> Range<usize> {
        let ValuePlan { port, begin, .. } = &self.values[number];
        *begin..begin + port.shape.len() * batch
    }
}
