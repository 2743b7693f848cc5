//! The mean squared error.

use pellucid_compute::{Scalar, reduce::sum_with_gradient, vectorized};

use super::loss::{Loss, LossRows, sum_again};
use crate::configs::{Example, Examples};

/// The mean squared error over all N = batch x width elements.
///
/// ```text
/// L = 1/N sum (p - t)^2        dL/dp = 2/N (p - t)
/// ```
///
/// Source: Bishop, *Pattern Recognition and Machine Learning* (2006), section 5.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mse;

vectorized! {
    fn rows<F>(io: LossRows<'_, F>) {
        let slope = F::TWO * io.scale;
        let rows = io.prediction.chunks_exact(io.width).zip(io.target.values().chunks_exact(io.width));
        for ((p, t), (g, sum)) in rows.zip(io.gradient.chunks_exact_mut(io.width).zip(io.sums)) {
            *sum = sum_with_gradient(p, t, g, |p, t, _| ((p - t) * (p - t), slope * (p - t)));
            sum_again(sum, p, t, |p, t| (p - t).powi(2));
        }
    }
}

impl<F: Scalar> Loss<F> for Mse {
    fn name(&self) -> &'static str {
        "mean squared error"
    }

    fn rows(&self, io: LossRows<'_, F>) {
        rows(io);
    }
}

impl Examples for Mse {
    fn examples() -> Vec<Example<Self>> {
        vec![Example::new("Mse", Self)]
    }
}
