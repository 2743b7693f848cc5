//! The losses: each file holds one, its equation and its gradient.

mod bce;
mod cross_entropy;
mod huber;
mod mse;

use std::fmt::Debug;
use std::ops::RangeInclusive;

use pellucid_compute::{Pool, Rows, Scalar};
use serde::{Deserialize, Serialize};

pub use bce::BceWithLogits;
pub use cross_entropy::CrossEntropyWithLogits;
pub use huber::Huber;
pub use mse::Mse;

/// A loss: the mean of a term over a batch, and its gradient with respect to the prediction.
///
/// The term is computed row by row, so that the sum has the same bits for any number of threads.
pub trait Loss<F: Scalar>: Debug + Send + Sync {
    /// The name in the field's words.
    fn name(&self) -> &'static str;

    /// The number of terms that the mean is over, for `batch` samples of `width` outputs: all elements, unless a
    /// loss says otherwise.
    fn terms(&self, batch: usize, width: usize) -> usize {
        batch * width
    }

    /// The targets for which the loss is defined and has a least value. They are checked once, when data meet a network.
    fn targets(&self) -> RangeInclusive<f64> {
        f64::NEG_INFINITY..=f64::INFINITY
    }

    /// Sets `sums[i]` to the sum of the terms of row i, and `gradient` to `scale` times its derivative.
    fn rows(&self, rows: LossRows<'_, F>);
}

/// The arguments of a loss: some rows of a batch.
#[derive(Debug)]
pub struct LossRows<'a, F> {
    /// The outputs of the network, rows x width.
    pub prediction: &'a [F],
    /// What they should be, rows x width.
    pub target: &'a [F],
    /// The gradient to compute, rows x width.
    pub gradient: &'a mut [F],
    /// The sums to compute, one a row.
    pub sums: &'a mut [f64],
    /// The number of outputs of a sample.
    pub width: usize,
    /// One over the number of terms of the whole batch.
    pub scale: F,
}

/// Takes a row's sum of terms again in `f64` where it lies beyond what sums in `F` can tell: squares of numbers below
/// 1e-19 or above 1e19 vanish or overflow in `f32`, and so does e^-|l| of a logit below -87.
#[inline(always)]
fn sum_again<F: Scalar>(sum: &mut f64, prediction: &[F], target: &[F], term: impl Fn(f64, f64) -> f64) {
    let least = (F::MIN_POSITIVE / F::EPSILON).to_f64();
    // Written so that NaN is taken again, and stays.
    if !(*sum >= least && sum.is_finite()) {
        let terms = prediction.iter().zip(target).map(|(p, t)| term(p.to_f64(), t.to_f64()));
        *sum = terms.sum();
    }
}

/// Fewest elements that are worth a second thread.
const GRAIN: usize = 1 << 12;

/// The loss of a batch of `sums.len()` samples; sets `gradient` to its derivative dL/dprediction.
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
/// Where the slices do not fit each other.
pub fn evaluate_loss<F: Scalar>(
    loss: &dyn Loss<F>,
    pool: &Pool,
    prediction: &[F],
    target: &[F],
    gradient: &mut [F],
    sums: &mut [f64],
) -> f64 {
    let batch = sums.len();
    assert!(batch > 0 && prediction.len().is_multiple_of(batch), "a batch of {batch} rows");
    assert!(target.len() == prediction.len() && gradient.len() == prediction.len(), "slices of one length");
    let width = prediction.len() / batch;
    let terms = loss.terms(batch, width);
    let scale = F::ONE / F::from_usize(terms);
    let rows = (Rows(prediction, width), Rows(target, width), Rows(gradient, width), &mut *sums);
    pool.split(batch, GRAIN.div_ceil(width.max(1)), rows, |(prediction, target, gradient, sums)| {
        loss.rows(LossRows {
            prediction: prediction.0,
            target: target.0,
            gradient: gradient.0,
            sums,
            width,
            scale,
        });
    });
    sums.iter().sum::<f64>() / terms as f64
}

/// A built-in loss as it stands in a checkpoint or a configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum LossConfig {
    /// [`Mse`].
    Mse,
    /// [`BceWithLogits`].
    BceWithLogits,
    /// [`CrossEntropyWithLogits`].
    CrossEntropyWithLogits,
    /// [`Huber`].
    Huber {
        /// Where the parabola becomes a line.
        delta: f64,
    },
}

impl LossConfig {
    /// Whether the loss takes logits, so that a softmax or a sigmoid in front of it is one too many.
    pub fn takes_logits(self) -> bool {
        matches!(self, Self::BceWithLogits | Self::CrossEntropyWithLogits)
    }

    /// The loss that this describes.
    pub fn build<F: Scalar>(self) -> Box<dyn Loss<F>> {
        match self {
            Self::Mse => Box::new(Mse),
            Self::BceWithLogits => Box::new(BceWithLogits),
            Self::CrossEntropyWithLogits => Box::new(CrossEntropyWithLogits),
            Self::Huber { delta } => Box::new(Huber { delta }),
        }
    }
}
