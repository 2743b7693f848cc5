//! The binary cross-entropy of logits.

use pellucid_compute::{Scalar, math, reduce::sum_with_gradient, vectorized};

use super::{Loss, LossRows};

/// The mean binary cross-entropy of logits over all N = batch x width elements; targets lie in [0, 1].
///
/// With s(l) = 1 / (1 + e^-l) the probability of a logit l,
///
/// ```text
/// L = -1/N sum [t ln s(l) + (1 - t) ln (1 - s(l))] = 1/N sum [ln(1 + e^l) - t l]
/// dL/dl = 1/N (s(l) - t)
/// ```
///
/// The right-hand form neither overflows nor loses digits, since ln(1 + e^l) = max(l, 0) + ln(1 + e^-|l|).
/// Source: Bishop, *Pattern Recognition and Machine Learning* (2006), section 4.3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BceWithLogits;

vectorized! {
    fn rows<F>(io: LossRows<'_, F>) {
        let scale = io.scale;
        let rows = io.prediction.chunks_exact(io.width).zip(io.target.chunks_exact(io.width));
        for ((l, t), (g, sum)) in rows.zip(io.gradient.chunks_exact_mut(io.width).zip(io.sums)) {
            for (u, &l) in g.iter_mut().zip(l) {
                *u = math::exp_of_negative(-l.abs());
            }
            *sum = sum_with_gradient(l, t, g, |l, t, u| {
                let (sigmoid, softplus) = math::sigmoid_and_softplus_of(l, u);
                (softplus - t * l, scale * (sigmoid - t))
            });
        }
    }
}

impl<F: Scalar> Loss<F> for BceWithLogits {
    fn name(&self) -> &'static str {
        "binary cross-entropy with logits"
    }

    fn rows(&self, io: LossRows<'_, F>) {
        rows(io);
    }
}
