//! The cross-entropy of logits, for classification.

use std::ops::RangeInclusive;

use pellucid_compute::{Scalar, math, vectorized};

use super::loss::{Loss, LossRows};
use super::target::{Target, TargetKind};
use crate::configs::{Example, Examples};

/// The mean cross-entropy of logits over the batch. A target is the index of a class, or a row of numbers of at least 0: a
/// distribution over classes (one-hot, or soft labels), or any others.
///
/// ```text
/// L = -1/batch sum_i sum_c t_ic ln p_ic,   p_i = softmax(l_i),   ln p_ic = l_ic - ln sum_k e^l_ik
/// dL/dl_ic = 1/batch (s_i p_ic - t_ic),    s_i = sum_c t_ic, which is 1 for a distribution
/// ```
///
/// The mean is over samples, as everywhere in the field; the other losses average over all elements. With r the sum of
/// e^(l - m) over all logits but one of the largest, m, the logarithm is m + ln(1 + r), so that the loss of a sure,
/// right prediction keeps its digits.
/// Source: Bishop, *Pattern Recognition and Machine Learning* (2006), section 4.3.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrossEntropyWithLogits;

vectorized! {
    fn rows<F>(io: LossRows<'_, F>) {
        let rows = io.prediction.chunks_exact(io.width).zip(io.target.values().chunks_exact(io.width));
        for ((l, t), (g, sum)) in rows.zip(io.gradient.chunks_exact_mut(io.width).zip(io.sums)) {
            // Subtracting the largest logit leaves the softmax as it is and keeps e^l finite. A NaN makes the sums NaN.
            let largest = l.iter().copied().fold(l[0], F::max);
            for (g, &l) in g.iter_mut().zip(l) {
                *g = math::exp(l - largest);
            }
            let (mut total, mut rest, mut first) = (F::ZERO, F::ZERO, true);
            let mut target = F::ZERO;
            for ((&e, &l), &t) in g.iter().zip(l).zip(t) {
                total += e;
                if l == largest && first {
                    first = false;
                } else {
                    rest += e;
                }
                target += t;
            }
            let log_total = log_of_rest(rest, l, largest);
            let mut loss = 0.0;
            for ((g, &l), &t) in g.iter_mut().zip(l).zip(t) {
                if t != F::ZERO {
                    loss += t.to_f64() * (log_total + (largest.to_f64() - l.to_f64()));
                }
                // p = 1 / (1 + r) for a largest logit: there 1 - p = r / (1 + r) would lose its digits.
                let slope =
                    if l == largest { ((target - t) - t * rest) / total } else { target * (*g / total) - t };
                *g = io.scale * slope;
            }
            *sum = loss;
        }
    }

    // The same sums in the same order as for rows of zeros and a one: the same bits.
    fn rows_of_classes<F>(io: LossRows<'_, F>, classes: &[u32]) {
        let rows = io.prediction.chunks_exact(io.width).zip(classes);
        for ((l, &class), (g, sum)) in rows.zip(io.gradient.chunks_exact_mut(io.width).zip(io.sums)) {
            let class = class as usize;
            let largest = l.iter().copied().fold(l[0], F::max);
            for (g, &l) in g.iter_mut().zip(l) {
                *g = math::exp(l - largest);
            }
            let (mut total, mut rest, mut first) = (F::ZERO, F::ZERO, true);
            for (&e, &l) in g.iter().zip(l) {
                total += e;
                if l == largest && first {
                    first = false;
                } else {
                    rest += e;
                }
            }
            *sum = log_of_rest(rest, l, largest) + (largest.to_f64() - l[class].to_f64());
            // p = 1 / (1 + r) for a largest logit: there 1 - p = r / (1 + r) would lose its digits.
            let slope = if l[class] == largest { (F::ZERO - rest) / total } else { g[class] / total - F::ONE };
            for g in &mut *g {
                *g = io.scale * (*g / total);
            }
            g[class] = io.scale * slope;
        }
    }
}

/// ln(1 + r) with r the sum of e^(l - m) over all logits but one of the largest, m; where r is too small for `F`, it is
/// taken again in `f64`.
#[inline(always)]
fn log_of_rest<F: Scalar>(rest: F, l: &[F], largest: F) -> f64 {
    if rest < F::MIN_POSITIVE / F::EPSILON {
        let all = l.iter().map(|l| l.to_f64() - largest.to_f64());
        let ties = l.iter().filter(|&&l| l == largest).count();
        let below: f64 = all.filter(|&l| l < 0.0).map(f64::exp).sum();
        return (below + ties.saturating_sub(1) as f64).ln_1p();
    }
    rest.to_f64().ln_1p()
}

impl<F: Scalar> Loss<F> for CrossEntropyWithLogits {
    fn name(&self) -> &'static str {
        "cross-entropy with logits"
    }

    fn terms(&self, batch: usize, _width: usize) -> usize {
        batch
    }

    fn targets(&self) -> RangeInclusive<f64> {
        0.0..=f64::INFINITY
    }

    fn accepts(&self, target: TargetKind) -> bool {
        matches!(target, TargetKind::Values | TargetKind::Classes)
    }

    fn takes_logits(&self) -> bool {
        true
    }

    fn rows(&self, io: LossRows<'_, F>) {
        if let Target::Classes(classes) = io.target {
            rows_of_classes(io, classes);
        } else {
            rows(io);
        }
    }
}

impl Examples for CrossEntropyWithLogits {
    fn examples() -> Vec<Example<Self>> {
        vec![Example::new("CrossEntropyWithLogits", Self)]
    }
}
