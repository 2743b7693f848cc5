//! The product of two inputs, element by element.

use pellucid_compute::{Scalar, vectorized};

use super::{GRAIN, common_shape};
use crate::configs::{Example, Examples, kind_of};
use crate::layer::{Need, Operation, OperationBackward, OperationForward, PlanError, Port};

/// The product y = a b of two inputs of one shape, element by element, such as a gate and what it lets through.
///
/// Backward: dL/da = dL/dy b and dL/db = dL/dy a.
///
/// Source: Dauphin, Fan, Auli and Grangier, *Language modeling with gated convolutional networks* (2017).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Multiply;

vectorized! {
    fn product<F>(y: &mut [F], a: &[F], b: &[F]) {
        for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
            *y = a * b;
        }
    }
}

impl<F: Scalar> Operation<F> for Multiply {
    fn kind(&self) -> &'static str {
        "multiply"
    }

    fn config(&self) -> serde_json::Value {
        kind_of("multiply", &())
    }

    fn plan(&self, inputs: &[Port], _max_batch: usize) -> Result<Need, PlanError> {
        let shape = common_shape(inputs)?;
        if inputs.len() != 2 {
            return Err(PlanError::input("two inputs", inputs.len().to_string()));
        }
        Ok(Need::output(shape.clone(), shape.len() as u64))
    }

    fn forward(&self, io: OperationForward<'_, F>) {
        let (a, b) = (io.inputs.numbers(0), io.inputs.numbers(1));
        io.pool.split(a.len(), GRAIN, (io.y, a, b), |(y, a, b)| product(y, a, b));
    }

    fn backward(&self, io: OperationBackward<'_, F>) {
        let [da, db, ..] = io.dx;
        for (dx, other) in [(da, io.inputs.numbers(1)), (db, io.inputs.numbers(0))] {
            if let Some(dx) = dx {
                io.pool.split(dx.len(), GRAIN, (dx, io.dy, other), |(dx, dy, other)| product(dx, dy, other));
            }
        }
    }
}

impl Examples for Multiply {
    fn examples() -> Vec<Example<Self>> {
        vec![Example::new("Multiply", Self).input(4).input(4)]
    }
}
