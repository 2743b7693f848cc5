//! The softmax layer.

use pellucid_compute::{Rows, Scalar, math, vectorized};

use crate::configs::{Example, Examples, kind_of};
use crate::layer::{Backward, Forward, Layer, Need, PlanError};
use crate::network::Shape;

/// Softmax over all elements of a sample: y_i = e^x_i / sum_j e^x_j.
///
/// Backward: dL/dx_i = y_i (dL/dy_i - sum_j dL/dy_j y_j). To train a classifier, leave this layer out and use
/// [`CrossEntropyWithLogits`](crate::CrossEntropyWithLogits), which is the stable composition of the two.
///
/// Source: Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 6.2.2.3.
///
/// ```
/// use pellucid_nn::{Model, Sequential, Softmax};
/// let model = Model::<f64>::new(Sequential::new(2).with(Softmax), 0)?;
/// assert_eq!(model.predict(&[5.0, 5.0])?, [0.5, 0.5]);
/// # Ok::<(), pellucid_nn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Softmax;

/// Fewest elements that are worth a second thread.
const GRAIN: usize = 1 << 13;

vectorized! {
    fn softmax<F>(x: &[F], y: &mut [F], width: usize) {
        for (x, y) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)) {
            // Subtracting the largest leaves the quotient as it is and keeps e^x finite.
            let largest = x.iter().copied().fold(x[0], F::max);
            let mut sum = F::ZERO;
            for (y, &x) in y.iter_mut().zip(x) {
                *y = math::exp(x - largest);
            }
            for &y in &*y {
                sum += y;
            }
            for y in y {
                *y /= sum;
            }
        }
    }

    fn softmax_derivative<F>(dx: &mut [F], dy: &[F], y: &[F], width: usize) {
        let rows = dy.chunks_exact(width).zip(y.chunks_exact(width));
        for (dx, (dy, y)) in dx.chunks_exact_mut(width).zip(rows) {
            let mut inner = F::ZERO;
            for (&dy, &y) in dy.iter().zip(y) {
                inner += dy * y;
            }
            for ((dx, &dy), &y) in dx.iter_mut().zip(dy).zip(y) {
                *dx = y * (dy - inner);
            }
        }
    }
}

impl<F: Scalar> Layer<F> for Softmax {
    fn kind(&self) -> &'static str {
        "softmax"
    }

    fn config(&self) -> serde_json::Value {
        kind_of("softmax", &())
    }

    fn plan(&self, input: &Shape, _max_batch: usize) -> Result<Need, PlanError> {
        if input.len() == 0 {
            return Err(PlanError::input("at least one input", "none"));
        }
        Ok(Need::output(input.clone(), (input.len() as u64).saturating_mul(3)))
    }

    fn forward(&self, io: Forward<'_, F>) {
        let width = io.input.len();
        io.pool.split(io.batch, GRAIN.div_ceil(width), (Rows(io.x, width), Rows(io.y, width)), |(x, y)| {
            softmax(x.0, y.0, width);
        });
    }

    fn backward(&self, io: Backward<'_, F>) {
        let width = io.input.len();
        if let Some(dx) = io.dx {
            let rows = (Rows(dx, width), Rows(io.dy, width), Rows(io.y, width));
            io.pool.split(io.batch, GRAIN.div_ceil(width), rows, |(dx, dy, y)| {
                softmax_derivative(dx.0, dy.0, y.0, width);
            });
        }
    }
}

impl Examples for Softmax {
    fn examples() -> Vec<Example<Self>> {
        vec![Example::new("Softmax", Self).input(6)]
    }
}
