//! The binary cross-entropy of logits.

use std::ops::RangeInclusive;

use pellucid_compute::{Scalar, math, reduce::sum_with_gradient, vectorized};

use super::loss::{Loss, LossRows, sum_again};
use crate::configs::{Example, Examples};

/// The mean binary cross-entropy of logits over all N = batch x width elements; targets lie in [0, 1].
///
/// With s(l) = 1 / (1 + e^-l) the probability of a logit l,
///
/// ```text
/// L = -1/N sum [t ln s(l) + (1 - t) ln (1 - s(l))] = 1/N sum [ln(1 + e^l) - t l]
/// dL/dl = 1/N (s(l) - t)
/// ```
///
/// As computed, neither cancels or overflows: with u = e^-|l| and w the share of the class that the logit
/// speaks against (1 - t where l > 0, else t), the term is w |l| + ln(1 + u), and the gradient is
/// w - u / (1 + u) times the sign of l.
/// Source: Bishop, *Pattern Recognition and Machine Learning* (2006), section 4.3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BceWithLogits;

vectorized! {
    fn rows<F>(io: LossRows<'_, F>) {
        let scale = io.scale;
        let rows = io.prediction.chunks_exact(io.width).zip(io.target.values().chunks_exact(io.width));
        for ((l, t), (g, sum)) in rows.zip(io.gradient.chunks_exact_mut(io.width).zip(io.sums)) {
            for (u, &l) in g.iter_mut().zip(l) {
                *u = math::exp_of_negative(-l.abs());
            }
            *sum = sum_with_gradient(l, t, g, |l, t, u| {
                let positive = l > F::ZERO;
                let against = if positive { F::ONE - t } else { t };
                let (rest, log) = math::sigmoid_and_softplus_below_zero(u);
                let slope = if positive { against - rest } else { rest - against };
                let slope = if l.is_nan() { l } else { slope };
                (against * l.abs() + log, scale * slope)
            });
            sum_again(sum, l, t, term);
        }
    }
}

/// A term in `f64`.
fn term(l: f64, t: f64) -> f64 {
    let against = if l > 0.0 { 1.0 - t } else { t };
    against * l.abs() + (-l.abs()).exp().ln_1p()
}

impl<F: Scalar> Loss<F> for BceWithLogits {
    fn name(&self) -> &'static str {
        "binary cross-entropy with logits"
    }

    fn targets(&self) -> RangeInclusive<f64> {
        0.0..=1.0
    }

    fn takes_logits(&self) -> bool {
        true
    }

    fn rows(&self, io: LossRows<'_, F>) {
        rows(io);
    }
}

impl Examples for BceWithLogits {
    fn examples() -> Vec<Example<Self>> {
        vec![Example::new("BceWithLogits", Self)]
    }
}
