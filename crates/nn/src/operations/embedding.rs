//! Vectors for indices.

use pellucid_compute::{Rows, Scalar, Stream, vectorized};
use serde::{Deserialize, Serialize};

use super::GRAIN;
use crate::configs::{Example, Examples, kind_of};
use crate::layer::{
    Need, Operation, OperationBackward, OperationForward, PlanError, Port, TensorSpec, TensorsMut,
};

/// A learned vector for each index: y_t = W_i with i = x_t.
///
/// Backward: row i of dL/dW is the sum of dL/dy_t over all places t where i stands; rows that do not occur are zero.
///
/// Shapes: x is batch x shape of indices below n, W is n x width, y is batch x shape x width. W is drawn from a normal
/// distribution of standard deviation 0.02.
/// Source: Bengio, Ducharme, Vincent and Jauvin, *A neural probabilistic language model* (2003).
///
/// ```
/// use pellucid_nn::{Embedding, Graph, Model};
/// let mut graph = Graph::<f32>::new();
/// let text = graph.indices("text", 16, 65); // 16 characters of an alphabet of 65
/// graph.join(Embedding::new(8), &[text]);
/// let model = Model::new(graph, 1)?;
/// assert_eq!(model.plan().output().dims(), [16, 8]);
/// # Ok::<(), pellucid_nn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Embedding {
    width: usize,
}

impl Embedding {
    /// Makes an embedding in vectors of `width` numbers.
    pub fn new(width: usize) -> Self {
        Self { width }
    }
}

vectorized! {
    fn add<F>(to: &mut [F], from: &[F]) {
        for (to, &from) in to.iter_mut().zip(from) {
            *to += from;
        }
    }
}

impl<F: Scalar> Operation<F> for Embedding {
    fn kind(&self) -> &'static str {
        "embedding"
    }

    fn config(&self) -> serde_json::Value {
        kind_of("embedding", self)
    }

    fn plan(&self, inputs: &[Port], _max_batch: usize) -> Result<Need, PlanError> {
        let [Port { shape, below: Some(below) }] = inputs else {
            let found = inputs.iter().map(Port::to_string).collect::<Vec<_>>().join(" and ");
            return Err(PlanError::input("one input of indices", found));
        };
        if self.width == 0 {
            return Err(PlanError::input("vectors of at least one number", "width 0"));
        }
        let mut dims = shape.dims().to_vec();
        dims.push(self.width);
        Ok(Need {
            parameters: vec![TensorSpec::new("weight", [*below as usize, self.width])],
            ..Need::output(dims.into(), 0)
        })
    }

    fn init(&self, parameters: TensorsMut<'_, F>, _inputs: &[Port], stream: Stream) {
        let [weight] = parameters.get();
        stream.fill_normal(weight, 0.0, 0.02);
    }

    fn forward(&self, io: OperationForward<'_, F>) {
        let ([weight], indices, width) = (io.parameters.get(), io.inputs.indices(0), self.width);
        io.pool.split(indices.len(), GRAIN.div_ceil(width), (Rows(io.y, width), indices), |(y, indices)| {
            for (y, &index) in y.0.chunks_exact_mut(width).zip(indices) {
                y.copy_from_slice(&weight[index as usize * width..][..width]);
            }
        });
    }

    fn backward(&self, io: OperationBackward<'_, F>) {
        let ([dweight], indices, width) = (io.dparameters.get(), io.inputs.indices(0), self.width);
        let rows = dweight.len() / width;
        // Each thread has rows of its own and looks for their indices, so that every sum has the order of the batch.
        io.pool.split(rows, GRAIN.div_ceil(width), (Rows(dweight, width), 0..rows), |(part, rows)| {
            part.0.fill(F::ZERO);
            for (dy, &index) in io.dy.chunks_exact(width).zip(indices) {
                let index = index as usize;
                if rows.contains(&index) {
                    add(&mut part.0[(index - rows.start) * width..][..width], dy);
                }
            }
        });
    }
}

impl Examples for Embedding {
    fn examples() -> Vec<Example<Self>> {
        vec![Example::new("Embedding", Self::new(4)).indices(3, 5)]
    }
}
