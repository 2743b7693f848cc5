//! A model for prediction with half the memory: its weights are bf16 numbers.

use std::any::Any;
use std::sync::Arc;

use pellucid_compute::half_precision::{bf16, multiply_row, widen};
use pellucid_compute::{Buffer, MatRef, Pool};
use pellucid_data::{Batches, Dataset};

use super::layout::Layout;
use super::memory::zeroed;
use super::{Model, NodePlan, Plan, zeros};
use crate::data_check::check_inputs;
use crate::error::Error;
use crate::feed::column_of;
use crate::layer::{Computation, Mode, OperationForward, PlanError, Slot, Tensors};
use crate::layers::{Activation, Dense, dense_forward};
use crate::network::{Graph, Node, View};
use crate::operations::Embedding;

/// Samples that are computed one by one; from more on, each layer's weights are widened to f32 once for all of them.
const FEW: usize = 3;

/// A [`Model`] for prediction whose weights, and vectors of embeddings, are rounded to bf16; biases and all sums stay f32.
///
/// A bf16 number has 8 bits of mantissa, so that each weight is off by up to 0.2 %, and the outputs by about as much. A single
/// sample reads half the bytes; for larger batches the weights are widened to f32 first.
///
/// ```
/// use pellucid_nn::{Activation::Relu, Bf16Model, Dense, Model, Sequential};
/// let network = Sequential::new(4).with(Dense::new(8).activation(Relu)).with(Dense::new(1));
/// let model = Model::<f32>::new(network, 42)?;
/// let mut small = Bf16Model::new(&model, &Default::default())?;
/// let (x, mut y) = ([1.0, 2.0, 3.0, 4.0], [0.0]);
/// small.predict(&x, &mut y)?;
/// assert!((y[0] - model.predict(&x)?[0]).abs() < 0.02);
/// # Ok::<(), pellucid_nn::Error>(())
/// ```
#[derive(Debug)]
pub struct Bf16Model {
    network: Arc<Graph<f32>>,
    plan: Plan,
    pool: Arc<Pool>,
    stages: Vec<Stage>,
    activations: Buffer<f32>,
    indices: Vec<u32>,
    /// The state of the whole network.
    state: Vec<f32>,
    scratch: Buffer<f32>,
    /// The weights of one layer as f32.
    widened: Buffer<f32>,
}

/// A layer with its parameters.
#[derive(Debug)]
enum Stage {
    Dense {
        weight: Vec<bf16>,
        bias: Vec<f32>,
        activation: Activation,
    },
    /// The vectors of an embedding.
    Embedding(Vec<bf16>),
    /// A layer of another kind, with its parameters as they are, one tensor after the other, and where they lie.
    Other(Vec<f32>, Vec<Slot>),
}

impl Bf16Model {
    /// The most samples that go through the network together.
    const BATCH: usize = 1024;

    /// Makes a copy of the whole model with its present weights, to run on the threads of `pool`.
    ///
    /// # Errors
    /// Returns an error if there is not the memory.
    pub fn new(model: &Model<f32>, pool: &Arc<Pool>) -> Result<Self, PlanError> {
        Self::of_view(model, &model.architecture().whole(), pool)
    }

    /// Makes a copy of a view of a model, such as that of [`Graph::find_view`].
    ///
    /// # Errors
    /// Returns an error if the view is not in the network, or if there is not the memory.
    pub fn of_view(model: &Model<f32>, view: &View, pool: &Arc<Pool>) -> Result<Self, PlanError> {
        let network = Arc::clone(model.architecture());
        let plan = Plan::with_layout(&network, view, &[], Self::BATCH, Layout::Shared)?;
        let stages: Vec<Stage> =
            plan.nodes.iter().map(|node| Stage::new(&network, node, model.parameters())).collect();
        let widest = stages.iter().map(|stage| match stage {
            Stage::Dense { weight, .. } => weight.len(),
            Stage::Embedding(_) | Stage::Other(..) => 0,
        });
        Ok(Self {
            activations: zeros(plan.activations)?,
            indices: zeroed(plan.indices)?,
            scratch: zeros(plan.scratch)?,
            widened: zeros(widest.max().unwrap_or(0))?,
            state: model.state().to_vec(),
            pool: Arc::clone(pool),
            network,
            plan,
            stages,
        })
    }

    /// Returns the number of bytes of the parameters.
    pub fn parameter_bytes(&self) -> usize {
        let bytes = |stage: &Stage| match stage {
            Stage::Dense { weight, bias, .. } => size_of_val(&weight[..]) + size_of_val(&bias[..]),
            Stage::Embedding(weight) => size_of_val(&weight[..]),
            Stage::Other(parameters, _) => size_of_val(&parameters[..]),
        };
        self.stages.iter().map(bytes).sum()
    }

    /// Returns the number of outputs of a sample.
    pub fn output_width(&self) -> usize {
        self.plan.output().len()
    }

    /// Writes the outputs for the samples of `x`, the only input, row by row to `y`; allocates nothing.
    ///
    /// # Errors
    /// Returns an error if there are other inputs, `x` is not a whole number of samples, or `y` does not hold as many outputs.
    pub fn predict(&mut self, x: &[f32], y: &mut [f32]) -> Result<(), Error> {
        if !self.plan.takes_numbers_alone() {
            let ports = self.plan.inputs().iter().map(|input| input.port.to_string());
            return Err(Error::Input {
                expected: "a network of one input of numbers; others predict a data set".into(),
                found: ports.collect::<Vec<_>>().join(" and "),
            });
        }
        let (n_in, n_out) = (self.plan.input().len(), self.plan.output().len());
        let samples = x.len() / n_in;
        if x.len() != samples * n_in || y.len() != samples * n_out {
            return Err(Error::Input {
                expected: format!("samples of {n_in} numbers, and room for {n_out} outputs of each"),
                found: format!("{} numbers and room for {}", x.len(), y.len()),
            });
        }
        let last = self.stages.len() - 1;
        for (x, y) in x.chunks(Self::BATCH * n_in).zip(y.chunks_mut(Self::BATCH * n_out)) {
            for place in 0..=last {
                self.forward(place, x.len() / n_in, Some(x), (place == last).then_some(&mut *y));
            }
        }
        Ok(())
    }

    /// Returns the outputs for every sample of a data set, whose columns are the inputs, row by row.
    ///
    /// # Errors
    /// Returns an error if the data set does not fit the view, or if `f32` cannot hold a number of it.
    ///
    /// ```
    /// use pellucid_data::{Column, Dataset, Features, Matrix};
    /// use pellucid_nn::{Bf16Model, Concatenate, Dense, Embedding, Graph, Model};
    /// let mut graph = Graph::new();
    /// let (size, colour) = (graph.input("size", 2), graph.indices("colour", [], 5));
    /// let vector = graph.join(Embedding::new(2), &[colour]);
    /// let both = graph.join(Concatenate, &[size, vector]);
    /// graph.then(both, Dense::new(3));
    /// let sizes = Features::F32(Matrix::new(1, 2, vec![0.1, 0.7])?);
    /// let data = Dataset::from_columns([
    ///     ("size", Column::numbers(sizes)),
    ///     ("colour", Column::indices(Matrix::new(1, 1, vec![4])?, 5)),
    /// ])?;
    /// let mut small = Bf16Model::new(&Model::new(graph, 1)?, &Default::default())?;
    /// assert_eq!(small.predict_data(&data)?.len(), 3);
    /// # Ok::<(), pellucid_nn::Error>(())
    /// ```
    pub fn predict_data(&mut self, data: &Dataset) -> Result<Vec<f32>, Error> {
        check_inputs::<f32>(&self.plan, data, "the input of these layers")?;
        let mut outputs = vec![0.0; data.len() * self.output_width()];
        let last = self.stages.len() - 1;
        let batches = Batches::new(data.len(), Self::BATCH);
        for (range, y) in batches.zip(outputs.chunks_mut(Self::BATCH * self.output_width())) {
            let positions: Vec<u32> = range.map(|position| position as u32).collect();
            for (number, input) in self.plan.inputs().iter().enumerate() {
                let Some(column) = column_of(&self.plan, number, data) else { continue };
                let range = self.plan.range(number, positions.len());
                if input.port.is_indices() {
                    data.gather_indices(column, &positions, &mut self.indices[range]);
                } else {
                    data.gather(column, &positions, &mut self.activations[range]);
                }
            }
            for place in 0..=last {
                self.forward(place, positions.len(), None, (place == last).then_some(&mut *y));
            }
        }
        Ok(outputs)
    }

    /// The forward pass of one node over the samples of the first input `x`, or those in the model's memory, to the model's
    /// memory or the caller's.
    fn forward(&mut self, place: usize, batch: usize, x: Option<&[f32]>, y: Option<&mut [f32]>) {
        let node = &self.plan.nodes[place];
        let (inputs, own) = node.cut(batch, &mut self.activations, &self.indices, x, y);
        match &self.stages[place] {
            // y = f(x W + b)
            Stage::Dense { weight, bias, activation } => {
                let (x, n_in, n_out) = (inputs.numbers(0), node.ports[0].shape.len(), node.output.len());
                if batch <= FEW {
                    for (x, y) in x.chunks_exact(n_in).zip(own.chunks_exact_mut(n_out)) {
                        multiply_row(&self.pool, y, x, weight, bias);
                    }
                    activation.apply(&self.pool, own);
                } else {
                    let widened = &mut self.widened[..weight.len()];
                    widen(widened, weight);
                    let (x, w) = (MatRef::row_major(x, batch, n_in), MatRef::row_major(widened, n_in, n_out));
                    dense_forward(&self.pool, own, x, w, bias, *activation);
                }
            }
            Stage::Embedding(weight) => {
                let indices = inputs.indices(0);
                let width = own.len() / indices.len();
                for (y, &index) in own.chunks_exact_mut(width).zip(indices) {
                    widen(y, &weight[index as usize * width..][..width]);
                }
            }
            Stage::Other(parameters, slots) => {
                let Some(Node { computation, .. }) = self.network.node(node.value) else { return };
                computation.forward(OperationForward {
                    batch,
                    mode: Mode::Evaluate,
                    pool: &self.pool,
                    inputs,
                    output: &node.output,
                    parameters: Tensors::new(parameters, slots, batch),
                    state: Tensors::new(&self.state, &node.state, batch),
                    y: own,
                    saved: None,
                    marks: None,
                    scratch: &mut self.scratch[..node.scratch],
                });
            }
        }
    }
}

impl Stage {
    fn new(network: &Graph<f32>, node: &NodePlan, parameters: &[f32]) -> Self {
        let tensor = |slot: &Slot| &parameters[slot.range(1)];
        let narrow = |slot: &Slot| tensor(slot).iter().copied().map(bf16::from_f32).collect();
        if let Some(Node { computation: Computation::Operation(operation), .. }) = network.node(node.value)
            && (&**operation as &dyn Any).is::<Embedding>()
            && let [weight] = &node.parameters[..]
        {
            return Self::Embedding(narrow(weight));
        }
        if let Some(Node { computation: Computation::Layer(layer), .. }) = network.node(node.value)
            && let Some(dense) = (&**layer as &dyn Any).downcast_ref::<Dense>()
            && !dense.transposed
            && let [weight, bias] = node.parameters[..]
        {
            return Self::Dense {
                weight: narrow(&weight),
                bias: tensor(&bias).to_vec(),
                activation: dense.activation,
            };
        }
        let (slots, _) = Slot::packed(&node.parameters);
        Self::Other(node.parameters.iter().flat_map(tensor).copied().collect(), slots)
    }
}

#[cfg(test)]
mod tests {
    use pellucid_data::{Column, Matrix};

    use super::*;
    use crate::evaluate::predict;
    use crate::layers::Softmax;
    use crate::network::Sequential;

    fn model() -> Model<f32> {
        let network = Sequential::new(20)
            .with(Dense::new(150).activation(Activation::Relu))
            .with(Dense::new(7).activation(Activation::LeakyRelu(0.1)))
            .with(Activation::Tanh)
            .with(Dense::new(5))
            .with(Softmax)
            .view("code", 0..2);
        Model::new(network, 3).expect("a network")
    }

    fn samples(count: usize) -> Vec<f32> {
        (0..count * 20).map(|i| ((i * 7919) % 101) as f32 / 50.0 - 1.0).collect()
    }

    /// The outputs are those of a model whose weights are rounded, up to the rounding of sums.
    #[test]
    fn predictions_are_those_of_the_rounded_weights() {
        let mut rounded = model();
        let mut small = Bf16Model::new(&rounded, &Arc::default()).expect("memory");
        let plan = rounded.plan().clone();
        for tensor in plan.tensors.iter().filter(|tensor| tensor.name.ends_with("weight")) {
            for x in &mut rounded.parameters_mut()[tensor.range.clone()] {
                *x = bf16::from_f32(*x).to_f32();
            }
        }
        for count in [1, 2, 3, 40, Bf16Model::BATCH + 1] {
            let x = samples(count);
            let mut y = vec![0.0; count * 5];
            small.predict(&x, &mut y).expect("samples");
            let expected = rounded.predict(&x).expect("samples");
            let off = y.iter().zip(&expected).map(|(y, e)| (y - e).abs()).fold(0.0, f32::max);
            assert!(off < 1e-6, "{count} samples: {off}");
        }
    }

    #[test]
    fn views_run_and_take_half_the_bytes() {
        let model = model();
        let layers = model.architecture().find_view("code").expect("a view");
        let mut code = Bf16Model::of_view(&model, &layers, &Arc::default()).expect("memory");
        assert_eq!(code.parameter_bytes(), 2 * (20 * 150 + 150 * 7) + 4 * (150 + 7));
        let mut y = [0.0; 7];
        code.predict(&samples(1), &mut y).expect("a sample");
        let expected = model.predict_view("code", &samples(1)).expect("a sample");
        assert!(y.iter().zip(&expected).all(|(y, e)| (y - e).abs() < 0.02));
    }

    #[test]
    fn vectors_of_indices_are_rounded_too() {
        let mut graph = Graph::new();
        let word = graph.indices("word", [2], 9);
        graph.join(Embedding::new(3), &[word]);
        let mut model = Model::<f32>::new(graph, 3).expect("a network");
        let mut small = Bf16Model::new(&model, &Arc::default()).expect("memory");
        assert_eq!(small.parameter_bytes(), 2 * 9 * 3);
        for x in model.parameters_mut() {
            *x = bf16::from_f32(*x).to_f32();
        }
        let words = Column::indices(Matrix::new(2, 2, vec![8, 0, 3, 3]).expect("rows"), 9);
        let data = Dataset::from_columns([("word", words)]).expect("data");
        let all = model.architecture().whole();
        let expected = predict(&model, &all, &data, &Arc::default()).expect("outputs");
        assert_eq!(small.predict_data(&data).expect("outputs"), expected);
        let message = small.predict(&[0.0; 4], &mut [0.0; 12]).expect_err("indices").to_string();
        assert!(
            message.contains("one input of numbers") && message.contains("2 indices below 9"),
            "{message}"
        );
    }

    #[test]
    fn slices_of_the_wrong_length_are_refused() {
        let mut small = Bf16Model::new(&model(), &Arc::default()).expect("memory");
        let message = small.predict(&[0.0; 21], &mut [0.0; 5]).expect_err("21 numbers").to_string();
        assert!(message.contains("samples of 20 numbers") && message.contains("21"), "{message}");
        assert!(small.predict(&[0.0; 20], &mut [0.0; 4]).is_err());
        assert!(small.predict(&[], &mut []).is_ok());
    }
}
