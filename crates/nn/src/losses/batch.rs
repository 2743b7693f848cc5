//! The loss of a batch: the mean over its samples, with their weights, on several threads.

use pellucid_compute::{Pool, Rows, Scalar};

use super::loss::{Loss, LossRows};
use super::target::{Target, TargetRows};

/// Fewest elements that are worth a second thread.
const GRAIN: usize = 1 << 12;

/// A batch whose loss is computed, and where its gradient goes.
///
/// The number of samples is the length of `sums`.
#[derive(Debug)]
pub struct LossBatch<'a, F> {
    /// The outputs of the network, batch x width.
    pub prediction: &'a [F],
    /// What they are compared with.
    pub target: Target<'a, F>,
    /// The weights of the samples, at least 0 each; `None` weighs all alike.
    pub weights: Option<&'a [F]>,
    /// A factor of the gradient, such as the weight of this loss among several.
    pub factor: f64,
    /// The gradient to compute, batch x width.
    pub gradient: &'a mut [F],
    /// The weighted sums of the terms to compute, one a sample.
    pub sums: &'a mut [f64],
}

/// Returns the total weight of a batch: the sum of the weights of its samples, or their number.
///
/// The mean loss of a data set, and of a batch that is processed in parts, is the mean of the losses of the parts by their
/// total weights.
///
/// ```
/// use pellucid_nn::total_weight;
/// assert_eq!(total_weight::<f32>(None, 3), 3.0);
/// assert_eq!(total_weight(Some(&[0.5, 2.0, 0.0]), 3), 2.5);
/// ```
pub fn total_weight<F: Scalar>(weights: Option<&[F]>, batch: usize) -> f64 {
    weights.map_or(batch as f64, |weights| weights.iter().map(|w| w.to_f64()).sum())
}

/// Returns the loss of a batch; sets `gradient` to `factor` times its derivative dL/dprediction.
///
/// With l_i the mean of the terms of sample i and w_i its weight,
///
/// ```text
/// L = sum_i w_i l_i / sum_i w_i
/// ```
///
/// and L = 0 where all weights are 0. A sample of weight 0 counts for nothing, even if its loss is infinite or NaN.
///
/// ```
/// use pellucid_nn::{CrossEntropyWithLogits, LossBatch, Target, loss_and_gradient};
/// let (mut gradient, mut sums) = ([0.0; 4], [0.0; 2]);
/// let loss = loss_and_gradient(&CrossEntropyWithLogits, &pellucid_compute::Pool::single(), LossBatch {
///     prediction: &[0.0, 0.0, 1.0, 5.0],
///     target: Target::Classes(&[1, 0]),
///     weights: Some(&[2.0, 0.0]),
///     factor: 1.0,
///     gradient: &mut gradient,
///     sums: &mut sums,
/// });
/// assert_eq!(loss, 2.0_f64.ln());
/// assert_eq!(gradient, [0.5, -0.5, 0.0, 0.0]);
/// ```
///
/// # Panics
/// Panics if the slices do not fit each other, the loss does not accept the kind of target, or a class is not below the
/// width. A trainer checks all of this when data meet the network.
pub fn loss_and_gradient<F: Scalar>(loss: &dyn Loss<F>, pool: &Pool, batch: LossBatch<'_, F>) -> f64 {
    let LossBatch { prediction, target, weights, factor, gradient, sums } = batch;
    let batch = sums.len();
    assert!(batch > 0 && prediction.len().is_multiple_of(batch), "a batch of {batch} rows");
    let width = prediction.len() / batch;
    assert!(gradient.len() == prediction.len() && target.fits(batch, width), "slices of one length");
    assert!(loss.accepts(target.kind()), "the {} takes other targets than {}", loss.name(), target.kind());
    let grain = GRAIN.div_ceil(width.max(1));
    let terms = loss.terms(batch, width);
    let rows = (Rows(prediction, width), TargetRows(target, width), Rows(gradient, width), &mut *sums);
    let Some(weights) = weights else {
        let scale = F::from_f64(factor) / F::from_usize(terms);
        pool.split(batch, grain, rows, |(prediction, target, gradient, sums)| {
            loss.rows(LossRows {
                prediction: prediction.0,
                target: target.0,
                gradient: gradient.0,
                sums,
                width,
                scale,
            });
        });
        return sums.iter().sum::<f64>() / terms as f64;
    };
    assert!(weights.len() == batch, "one weight a sample");
    let total = terms as f64 / batch as f64 * total_weight(Some(weights), batch);
    let (prediction, target, gradient, _) = rows;
    pool.split(batch, grain, (prediction, target, gradient, &mut *sums, weights), |part| {
        let (prediction, target, gradient, sums, weights) = part;
        // Row by row, each with a scale of its own, so that no loss need know of weights.
        let rows = prediction.0.chunks_exact(width).zip(gradient.0.chunks_exact_mut(width));
        for (i, ((prediction, gradient), (sum, weight))) in rows.zip(sums.iter_mut().zip(weights)).enumerate()
        {
            let weight = weight.to_f64();
            if weight == 0.0 {
                gradient.fill(F::ZERO);
                *sum = 0.0;
                continue;
            }
            loss.rows(LossRows {
                prediction,
                target: target.0.row(i, width),
                gradient,
                sums: std::slice::from_mut(sum),
                width,
                scale: F::from_f64(factor * weight / total),
            });
            *sum *= weight;
        }
    });
    if total == 0.0 { 0.0 } else { sums.iter().sum::<f64>() / total }
}

/// Returns the mean loss of a batch of `sums.len()` samples of equal weight; sets `gradient` to its derivative dL/dprediction.
///
/// ```
/// use pellucid_nn::{Mse, evaluate_loss};
/// let (mut gradient, mut sums) = ([0.0; 2], [0.0; 1]);
/// let pool = pellucid_compute::Pool::single();
/// let loss = evaluate_loss(&Mse, &pool, &[1.0, 2.0], &[0.0, 0.0], &mut gradient, &mut sums);
/// assert_eq!((loss, gradient), (2.5, [1.0, 2.0]));
/// ```
///
/// # Panics
/// Panics if the slices do not fit each other; see [`loss_and_gradient`].
pub fn evaluate_loss<F: Scalar>(
    loss: &dyn Loss<F>,
    pool: &Pool,
    prediction: &[F],
    target: &[F],
    gradient: &mut [F],
    sums: &mut [f64],
) -> f64 {
    let target = Target::Values(target);
    loss_and_gradient(
        loss,
        pool,
        LossBatch { prediction, target, weights: None, factor: 1.0, gradient, sums },
    )
}
