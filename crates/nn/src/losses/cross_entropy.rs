//! The cross-entropy of logits, for classification.

use pellucid_compute::{Scalar, math, vectorized};

use super::{Loss, LossRows};

/// The mean cross-entropy of logits over the batch; a target row is a distribution over classes (one-hot, or
/// soft labels that add up to 1).
///
/// ```text
/// L = -1/batch sum_i sum_c t_ic ln p_ic,   p_i = softmax(l_i),   ln p_ic = l_ic - ln sum_k e^l_ik
/// dL/dl_ic = 1/batch (p_ic - t_ic)
/// ```
///
/// The mean is over samples, as everywhere in the field; the other losses average over all elements.
/// Source: Bishop, *Pattern Recognition and Machine Learning* (2006), section 4.3.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrossEntropyWithLogits;

vectorized! {
    fn rows<F>(io: LossRows<'_, F>) {
        let rows = io.prediction.chunks_exact(io.width).zip(io.target.chunks_exact(io.width));
        for ((l, t), (g, sum)) in rows.zip(io.gradient.chunks_exact_mut(io.width).zip(io.sums)) {
            // Subtracting the largest logit leaves the softmax as it is and keeps e^l finite.
            let largest = l.iter().copied().fold(l[0], F::max);
            let mut total = F::ZERO;
            for (g, &l) in g.iter_mut().zip(l) {
                *g = math::exp(l - largest);
                total += *g;
            }
            let log_total = total.to_f64().ln();
            let mut loss = 0.0;
            for ((g, &l), &t) in g.iter_mut().zip(l).zip(t) {
                if t != F::ZERO {
                    loss += t.to_f64() * (log_total - (l - largest).to_f64());
                }
                *g = io.scale * (*g / total - t);
            }
            *sum = loss;
        }
    }
}

impl<F: Scalar> Loss<F> for CrossEntropyWithLogits {
    fn name(&self) -> &'static str {
        "cross-entropy with logits"
    }

    fn terms(&self, batch: usize, _width: usize) -> usize {
        batch
    }

    fn rows(&self, io: LossRows<'_, F>) {
        rows(io);
    }
}
