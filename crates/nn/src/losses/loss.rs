//! What a loss is.

use std::fmt::Debug;
use std::ops::RangeInclusive;

use pellucid_compute::Scalar;

use super::target::{Target, TargetKind};

/// A loss: the mean of a term over a batch, and its gradient with respect to the prediction.
///
/// A loss computes the terms of some rows; means, weights of samples and threads are added by
/// [`loss_and_gradient`](crate::loss_and_gradient). Rows do not depend on each other, so that the result has the same bits
/// for any number of threads.
pub trait Loss<F: Scalar>: Debug + Send + Sync {
    /// Returns the name in the field's words.
    fn name(&self) -> &'static str;

    /// Returns the number of terms that the mean is over, for `batch` samples of `width` outputs. The default is the number of
    /// elements, `batch * width`.
    fn terms(&self, batch: usize, width: usize) -> usize {
        batch * width
    }

    /// Returns whether the loss takes targets of a kind. The default is numbers only.
    fn accepts(&self, target: TargetKind) -> bool {
        target == TargetKind::Values
    }

    /// Returns the values of a target for which the loss is defined and has a minimum. They are checked once, when a data set
    /// meets a network.
    fn targets(&self) -> RangeInclusive<f64> {
        f64::NEG_INFINITY..=f64::INFINITY
    }

    /// Returns whether the loss applies a sigmoid or a softmax itself, so that the network should end without one.
    fn takes_logits(&self) -> bool {
        false
    }

    /// Checks the hyper-parameters.
    ///
    /// # Errors
    /// Returns an error if one is out of range, or `F` cannot tell it from 0 or infinity: names the first one.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    /// Sets `sums[i]` to the sum of the terms of row i, and `gradient` to `scale` times its derivative.
    fn rows(&self, rows: LossRows<'_, F>);
}

/// The arguments of a loss: some rows of a batch.
#[derive(Debug)]
pub struct LossRows<'a, F> {
    /// The outputs of the network, rows x width.
    pub prediction: &'a [F],
    /// What they are compared with, of a kind that the loss [accepts](Loss::accepts).
    pub target: Target<'a, F>,
    /// The gradient to compute, rows x width.
    pub gradient: &'a mut [F],
    /// The sums to compute, one a row.
    pub sums: &'a mut [f64],
    /// The number of outputs of a sample.
    pub width: usize,
    /// The factor of the derivative: the weight of a row over the number of terms of the whole batch.
    pub scale: F,
}

/// Computes a row's sum of terms again in `f64` where it lies beyond what sums in `F` can tell: squares of numbers below
/// 1e-19 or above 1e19 vanish or overflow in `f32`, and so does e^-|l| of a logit below -87.
#[inline(always)]
pub(super) fn sum_again<F: Scalar>(
    sum: &mut f64,
    prediction: &[F],
    target: &[F],
    term: impl Fn(f64, f64) -> f64,
) {
    let least = (F::MIN_POSITIVE / F::EPSILON).to_f64();
    // Written so that NaN is taken again, and stays.
    if !(*sum >= least && sum.is_finite()) {
        let terms = prediction.iter().zip(target).map(|(p, t)| term(p.to_f64(), t.to_f64()));
        *sum = terms.sum();
    }
}
