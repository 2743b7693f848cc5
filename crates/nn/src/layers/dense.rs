//! The fully connected layer.

use pellucid_compute::{MatMut, MatRef, Pool, Scalar, Start, Stream, matmul, matmul_relu, reduce::sum_rows};
use serde::{Deserialize, Serialize};

use super::activations::Activation;
use crate::configs::{Example, Examples, kind_of};
use crate::init::Init;
use crate::layer::{Backward, Forward, Layer, Need, PlanError, TensorSpec, TensorsMut};
use crate::network::Shape;

/// The fully connected layer y = f(x W + b), with an optional activation f.
///
/// With z = x W + b and upstream gradient dL/dy, backpropagation is
///
/// ```text
/// dL/dz = dL/dy f'(z)                 batch x n_out
/// dL/dW = x^T dL/dz                   n_in x n_out
/// dL/db = sum over the batch of dL/dz n_out
/// dL/dx = dL/dz W^T                   batch x n_in
/// ```
///
/// A [transposed](Self::transposed) layer keeps W as n_out x n_in and computes y = f(x W^T + b), so that it can use the weight
/// of a layer that goes the other way: the decoder of an autoencoder that of its encoder.
///
/// Products with zeros of x are left out where x has many, as images and outputs of ReLU have: the same result in less
/// time as long as W is finite.
///
/// Shapes: x is batch x n_in (any input shape is taken as its elements in order), W is n_in x n_out, b is n_out.
/// Source: Rumelhart, Hinton and Williams, *Learning representations by back-propagating errors* (1986).
///
/// ```
/// use pellucid_nn::{Activation, Dense, Sequential};
/// let network = Sequential::<f32>::new(784).with(Dense::new(32).activation(Activation::Relu));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dense {
    /// The number of outputs.
    pub units: usize,
    /// The activation f.
    #[serde(default)]
    pub activation: Activation,
    /// How the weights are drawn.
    #[serde(default)]
    pub init: Init,
    /// Whether W is kept as n_out x n_in.
    #[serde(default, skip_serializing_if = "is_false")]
    pub transposed: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // As serde asks.
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Dense {
    /// Makes a layer with `units` outputs, no activation, Xavier-normal weights and zero biases.
    pub fn new(units: usize) -> Self {
        Self { units, activation: Activation::Identity, init: Init::XavierNormal, transposed: false }
    }

    /// Sets the activation f.
    #[must_use]
    pub fn activation(mut self, activation: Activation) -> Self {
        self.activation = activation;
        self
    }

    /// Sets how the weights are drawn; biases start at zero.
    #[must_use]
    pub fn init(mut self, init: Init) -> Self {
        self.init = init;
        self
    }

    /// Keeps W as n_out x n_in: y = f(x W^T + b).
    ///
    /// ```
    /// use pellucid_nn::{Activation::Relu, Dense, Graph, Model};
    /// let mut graph = Graph::<f32>::new();
    /// let x = graph.input("input", 784);
    /// let code = graph.then(x, Dense::new(32).activation(Relu));
    /// let y = graph.then(code, Dense::new(784).transposed());
    /// graph.tie(y, "weight", "dense1.weight");
    /// assert_eq!(Model::new(graph, 1)?.parameters().len(), 784 * 32 + 32 + 784);
    /// # Ok::<(), pellucid_nn::Error>(())
    /// ```
    #[must_use]
    pub fn transposed(mut self) -> Self {
        self.transposed = true;
        self
    }

    /// W as a matrix of n_in x n_out, however it is kept.
    fn matrix<'a, F: Scalar>(&self, weight: &'a [F], n_in: usize) -> MatRef<'a, F> {
        if self.transposed {
            MatRef::row_major(weight, self.units, n_in).transposed()
        } else {
            MatRef::row_major(weight, n_in, self.units)
        }
    }
}

/// y = f(x W + b)
#[inline(always)]
pub(crate) fn dense_forward<F: Scalar>(
    pool: &Pool,
    y: &mut [F],
    x: MatRef<'_, F>,
    w: MatRef<'_, F>,
    bias: &[F],
    activation: Activation,
) {
    let z = MatMut::row_major(y, x.rows(), w.columns());
    if activation == Activation::Relu {
        matmul_relu(pool, z, x, w, Start::Row(bias));
    } else {
        matmul(pool, z, x, w, Start::Row(bias));
        activation.apply(pool, y);
    }
}

impl<F: Scalar> Layer<F> for Dense {
    fn kind(&self) -> &'static str {
        "dense"
    }

    fn config(&self) -> serde_json::Value {
        kind_of("dense", self)
    }

    fn plan(&self, input: &Shape, max_batch: usize) -> Result<Need, PlanError> {
        self.activation.check::<F>()?;
        let (n_in, n_out) = (input.len(), self.units);
        if n_in == 0 || n_out == 0 {
            return Err(PlanError::input("at least one input and one unit", format!("{n_in} and {n_out}")));
        }
        let flops = (n_in as u64)
            .saturating_mul(2)
            .saturating_add(self.activation.flops())
            .saturating_mul(n_out as u64);
        let linear = self.activation == Activation::Identity;
        Ok(Need {
            parameters: vec![
                TensorSpec::new("weight", if self.transposed { [n_out, n_in] } else { [n_in, n_out] }),
                TensorSpec::new("bias", n_out).without_decay(),
            ],
            saved: if self.activation.needs_x() {
                vec![TensorSpec::per_sample("sum", n_out)]
            } else {
                Vec::new()
            },
            backward_scratch: if linear { 0 } else { max_batch.saturating_mul(n_out) },
            ..Need::output(n_out.into(), flops)
        })
    }

    fn init(&self, parameters: TensorsMut<'_, F>, input: &Shape, stream: Stream) {
        let [weight, bias] = parameters.get();
        self.init.fill(weight, input.len(), self.units, stream);
        bias.fill(F::ZERO);
    }

    fn forward(&self, io: Forward<'_, F>) {
        let ([weight, bias], n_in) = (io.parameters.get(), io.input.len());
        let x = MatRef::row_major(io.x, io.batch, n_in).skip_zeros();
        let w = self.matrix(weight, n_in);

        match io.saved {
            Some(saved) if self.activation.needs_x() => {
                let [z] = saved.get();
                dense_forward(io.pool, z, x, w, bias, Activation::Identity);
                io.y.copy_from_slice(z);
                self.activation.apply(io.pool, io.y);
            }
            _ => dense_forward(io.pool, io.y, x, w, bias, self.activation),
        }
    }

    fn backward(&self, io: Backward<'_, F>) {
        let ([weight, _], [dweight, dbias]) = (io.parameters.get(), io.dparameters.get());
        let (batch, n_in, n_out) = (io.batch, io.input.len(), self.units);

        // dz = dy f'(z)
        let dz = if self.activation == Activation::Identity {
            io.dy
        } else {
            let dz = &mut io.scratch[..batch * n_out];
            let z = if self.activation.needs_x() { io.saved.tensor(0) } else { &[] };
            self.activation.derivative(io.pool, dz, io.dy, z, io.y);
            dz
        };
        let x = MatRef::row_major(io.x, batch, n_in).skip_zeros();
        let w = self.matrix(weight, n_in);
        let dz_matrix = MatRef::row_major(dz, batch, n_out);

        // dW = x^T dz,  db = sum of dz over the batch,  dx = dz W^T
        if self.transposed {
            let dw = MatMut::row_major(dweight, n_out, n_in);
            matmul(io.pool, dw, dz_matrix.transposed(), x, Start::Zero);
        } else {
            let dw = MatMut::row_major(dweight, n_in, n_out);
            matmul(io.pool, dw, x.transposed(), dz_matrix, Start::Zero);
        }
        sum_rows(io.pool, dbias, dz);
        if let Some(dx) = io.dx {
            matmul(io.pool, MatMut::row_major(dx, batch, n_in), dz_matrix, w.transposed(), Start::Zero);
        }
    }
}

impl Examples for Dense {
    fn examples() -> Vec<Example<Self>> {
        let with = |Example { name, config, kinked, .. }: Example<Activation>| {
            let dense = Self::new(5).activation(config);
            Example::new(format!("Dense + {name}"), dense).input(7).kinked(kinked)
        };
        let linear = Example::new("Dense", Self::new(2)).input(3);
        let transposed = Self::new(4).activation(Activation::Tanh).transposed();
        let transposed = Example::new("Dense transposed", transposed).input(6);
        let activated = Activation::examples().into_iter().filter(|e| e.config != Activation::Identity);
        [linear, transposed].into_iter().chain(activated.map(with)).collect()
    }
}
