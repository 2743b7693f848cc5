//! The mean absolute error.

use pellucid_compute::{Scalar, reduce::sum_with_gradient, vectorized};

use super::loss::{Loss, LossRows};
use crate::configs::{Example, Examples};

/// The mean absolute error over all N = batch x width elements.
///
/// ```text
/// L = 1/N sum |p - t|        dL/dp = 1/N sign(p - t), 0 where p = t
/// ```
///
/// Source: Boscovich (1757); the same as PyTorch's `L1Loss`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mae;

vectorized! {
    fn rows<F>(io: LossRows<'_, F>) {
        let scale = io.scale;
        let rows = io.prediction.chunks_exact(io.width).zip(io.target.values().chunks_exact(io.width));
        for ((p, t), (g, sum)) in rows.zip(io.gradient.chunks_exact_mut(io.width).zip(io.sums)) {
            *sum = sum_with_gradient(p, t, g, |p, t, _| {
                let e = p - t;
                // NaN stays in e.
                let slope = if e > F::ZERO { F::ONE } else { e };
                (e.abs(), scale * if e < F::ZERO { -F::ONE } else { slope })
            });
        }
    }
}

impl<F: Scalar> Loss<F> for Mae {
    fn name(&self) -> &'static str {
        "mean absolute error"
    }

    fn rows(&self, io: LossRows<'_, F>) {
        rows(io);
    }
}

impl Examples for Mae {
    fn examples() -> Vec<Example<Self>> {
        vec![Example::new("Mae", Self).kinked(true)]
    }
}
