//! The plan of a network's memory: where everything lies in a few flat buffers.

use std::collections::HashSet;
use std::ops::Range;

use pellucid_compute::{Buffer, Scalar};

use crate::{PlanError, Sequential, Shape};

/// Where the numbers of a range of layers lie. Offsets only, so a plan fits any memory of the right size.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The largest batch.
    pub max_batch: usize,
    /// The shape of an input sample of the range.
    pub input: Shape,
    /// The layers of the range, in order.
    pub layers: Vec<LayerPlan>,
    /// The parameters of the whole network.
    pub parameters: usize,
    /// Elements of the activations: the input, then every layer's output, each for the largest batch.
    pub activations: usize,
    /// Elements saved for the backward pass.
    pub saved: usize,
    /// Elements of the working memory, which the layers share.
    pub scratch: usize,
}

/// Where one layer's numbers lie.
#[derive(Clone, Debug)]
pub struct LayerPlan {
    /// The layer's place in the network.
    pub index: usize,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: &'static str,
    /// The shape of an input sample.
    pub input: Shape,
    /// The shape of an output sample.
    pub output: Shape,
    /// Its part of the parameters.
    pub parameters: Range<usize>,
    /// Its parameter tensors: full name (`dense1.weight`), shape, part of the parameters.
    pub tensors: Vec<(String, Shape, Range<usize>)>,
    /// Where its input begins in the activations.
    pub x: usize,
    /// Where its output begins in the activations.
    pub y: usize,
    /// Its part of the saved elements.
    pub saved: Range<usize>,
    /// Its working memory, at the beginning of the common one.
    pub scratch: usize,
    /// Floating-point operations of a forward pass for one sample.
    pub flops: u64,
}

impl Plan {
    /// Plans the layers `range` of a network for batches of up to `max_batch` samples.
    ///
    /// # Errors
    /// Where a layer cannot take its input, two layers have one name, or the sizes overflow.
    pub fn new<F: Scalar>(
        network: &Sequential<F>,
        range: &Range<usize>,
        max_batch: usize,
    ) -> Result<Self, PlanError> {
        if network.whole().is_empty() {
            return Err(PlanError::Empty);
        }
        let mut plan = Self {
            max_batch,
            input: network.input().clone(),
            layers: Vec::new(),
            parameters: 0,
            activations: 0,
            saved: 0,
            scratch: 0,
        };
        check_shape("input", network.input())?;
        let mut names = HashSet::new();
        let mut shape = network.input().clone();
        for (index, (name, layer)) in network.layers().enumerate() {
            let inside = range.contains(&index);
            if !names.insert(name) {
                return Err(PlanError::DuplicateName(name.to_owned()));
            }
            let overflow = || PlanError::Overflow(name.to_owned());
            let need = layer.plan(&shape, max_batch).map_err(|error| match error {
                PlanError::Layer { expected, found, .. } => {
                    PlanError::Layer { layer: name.to_owned(), expected, found }
                }
                other => other,
            })?;
            check_shape(name, &need.output)?;
            let begin = plan.parameters;
            let mut tensors = Vec::new();
            for spec in need.parameters {
                let end = checked_len(&spec.shape).and_then(|len| plan.parameters.checked_add(len));
                let tensor = plan.parameters..end.ok_or_else(overflow)?;
                plan.parameters = tensor.end;
                tensors.push((format!("{name}.{}", spec.name), spec.shape, tensor));
            }
            if inside {
                let rows = |shape: &Shape| checked_len(shape).and_then(|len| len.checked_mul(max_batch));
                let x = if plan.layers.is_empty() {
                    plan.input = shape.clone();
                    plan.activations = rows(&shape).ok_or_else(overflow)?;
                    0
                } else {
                    plan.layers[plan.layers.len() - 1].y
                };
                let y = plan.activations;
                plan.activations =
                    rows(&need.output).and_then(|len| len.checked_add(y)).ok_or_else(overflow)?;
                let saved = plan.saved..plan.saved.checked_add(need.saved).ok_or_else(overflow)?;
                plan.saved = saved.end;
                plan.scratch = plan.scratch.max(need.scratch);
                plan.layers.push(LayerPlan {
                    index,
                    name: name.to_owned(),
                    kind: layer.kind(),
                    input: shape,
                    output: need.output.clone(),
                    parameters: begin..plan.parameters,
                    tensors,
                    x,
                    y,
                    saved,
                    scratch: need.scratch,
                    flops: need.flops,
                });
            }
            shape = need.output;
        }
        if plan.layers.len() != range.len() || range.is_empty() {
            let (begin, end, layers) = (range.start, range.end, network.whole().len());
            return Err(PlanError::Range { name: String::new(), begin, end, layers });
        }
        Ok(plan)
    }

    /// The shape of an output sample of the range.
    pub fn output(&self) -> &Shape {
        self.layers.last().map_or(&self.input, |layer| &layer.output)
    }

    /// The parameter tensors of the range: full name, shape, part of the parameters.
    pub fn tensors(&self) -> impl Iterator<Item = &(String, Shape, Range<usize>)> {
        self.layers.iter().flat_map(|layer| &layer.tensors)
    }

    /// Bytes of the buffers of a session, with `gradients` for training.
    pub fn session_bytes<F>(&self, gradients: bool) -> usize {
        let activations = self.activations.saturating_mul(if gradients { 2 } else { 1 });
        activations.saturating_add(self.saved).saturating_add(self.scratch).saturating_mul(size_of::<F>())
    }
}

/// A sample has at least one number, and can be counted.
fn check_shape(layer: &str, shape: &Shape) -> Result<(), PlanError> {
    match checked_len(shape) {
        None => Err(PlanError::Overflow(layer.to_owned())),
        Some(0) => Err(PlanError::Layer {
            layer: layer.to_owned(),
            expected: "samples of at least one number".into(),
            found: format!("samples of shape {shape}"),
        }),
        Some(_) => Ok(()),
    }
}

/// `len` zeros, or an error where the system does not have the memory.
pub(crate) fn zeros<F: Scalar>(len: usize) -> Result<Buffer<F>, PlanError> {
    Buffer::zeros(len).ok_or(PlanError::Memory { bytes: len.saturating_mul(size_of::<F>()) })
}

/// The number of elements of a shape, where it can be counted.
fn checked_len(shape: &Shape) -> Option<usize> {
    shape.dims().iter().try_fold(1_usize, |len, &dim| len.checked_mul(dim))
}
