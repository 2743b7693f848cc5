//! The sum of several inputs.

use pellucid_compute::{Scalar, vectorized};

use super::{GRAIN, common_shape};
use crate::configs::{Example, Examples, kind_of};
use crate::layer::{Need, Operation, OperationBackward, OperationForward, PlanError, Port};

/// The sum y = x_1 + ... + x_n of inputs of one shape, which closes a residual connection.
///
/// Backward: dL/dx_i = dL/dy.
///
/// Source: He, Zhang, Ren and Sun, *Deep residual learning for image recognition* (2016).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Add;

vectorized! {
    fn sum<F>(y: &mut [F], a: &[F], b: &[F]) {
        for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
            *y = a + b;
        }
    }

    fn more<F>(y: &mut [F], x: &[F]) {
        for (y, &x) in y.iter_mut().zip(x) {
            *y += x;
        }
    }
}

impl<F: Scalar> Operation<F> for Add {
    fn kind(&self) -> &'static str {
        "add"
    }

    fn config(&self) -> serde_json::Value {
        kind_of("add", &())
    }

    fn plan(&self, inputs: &[Port], _max_batch: usize) -> Result<Need, PlanError> {
        let shape = common_shape(inputs)?;
        let additions = (inputs.len() - 1) as u64;
        Ok(Need::output(shape.clone(), additions.saturating_mul(shape.len() as u64)))
    }

    fn forward(&self, io: OperationForward<'_, F>) {
        let (x, n) = (io.inputs, io.y.len());
        io.pool.split(n, GRAIN, (&mut *io.y, x.numbers(0), x.numbers(1)), |(y, a, b)| sum(y, a, b));
        for input in 2..x.count() {
            io.pool.split(n, GRAIN, (&mut *io.y, x.numbers(input)), |(y, x)| more(y, x));
        }
    }

    fn backward(&self, io: OperationBackward<'_, F>) {
        for dx in io.dx.into_iter().flatten() {
            io.pool.split(dx.len(), GRAIN, (dx, io.dy), |(dx, dy)| dx.copy_from_slice(dy));
        }
    }
}

impl Examples for Add {
    fn examples() -> Vec<Example<Self>> {
        vec![
            Example::new("Add", Self).input(4).input(4),
            Example::new("Add of three", Self).input(5).input(5).input(5),
        ]
    }
}
