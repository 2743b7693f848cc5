//! Predicted against actual numbers.

use crate::weights::{WeightError, Weights};

/// What makes a comparison of numbers impossible.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RegressionError {
    /// There is too little to compare.
    #[error("expected at least {expected} predictions, got {got}")]
    TooFew {
        /// Predictions needed.
        expected: usize,
        /// Predictions given.
        got: usize,
    },
    /// Predictions and targets do not pair up.
    #[error("expected as many predictions as targets, got {predicted} predictions and {actual} targets")]
    Length {
        /// Number of predictions.
        predicted: usize,
        /// Number of targets.
        actual: usize,
    },
    /// A number is NaN or infinite.
    #[error("expected finite numbers, got {value} among the {what} in row {row}")]
    NotFinite {
        /// The number found.
        value: f64,
        /// `predictions` or `targets`.
        what: &'static str,
        /// Its position, from 0.
        row: usize,
    },
    /// The weights of the samples are of no use.
    #[error(transparent)]
    Weights(#[from] WeightError),
}

/// Returns the mean absolute error, `(1/n) Σ |ŷᵢ - yᵢ|`, in the unit of the targets.
///
/// # Errors
/// Returns an error if there is nothing to compare, the lengths differ, or a number is not finite.
///
/// ```
/// let mae = pellucid_eval::mean_absolute_error(&[2.5, 0.0, 2.0, 8.0], &[3.0, -0.5, 2.0, 7.0])?;
/// assert_eq!(mae, 0.5);
/// # Ok::<(), pellucid_eval::RegressionError>(())
/// ```
pub fn mean_absolute_error(predicted: &[f64], actual: &[f64]) -> Result<f64, RegressionError> {
    check(predicted, actual, 1)?;
    Ok(mean_absolute(predicted, actual, Weights::ONES))
}

pub(crate) fn mean_absolute(predicted: &[f64], actual: &[f64], weights: Weights<'_>) -> f64 {
    weights.mean(errors(predicted, actual).map(f64::abs))
}

/// Returns the mean squared error, `(1/n) Σ (ŷᵢ - yᵢ)²`, in the squared unit of the targets.
///
/// # Errors
/// Returns an error as [`mean_absolute_error`].
///
/// ```
/// let mse = pellucid_eval::mean_squared_error(&[2.5, 0.0, 2.0, 8.0], &[3.0, -0.5, 2.0, 7.0])?;
/// assert_eq!(mse, 0.375);
/// # Ok::<(), pellucid_eval::RegressionError>(())
/// ```
pub fn mean_squared_error(predicted: &[f64], actual: &[f64]) -> Result<f64, RegressionError> {
    check(predicted, actual, 1)?;
    Ok(mean_squared(predicted, actual, Weights::ONES))
}

pub(crate) fn mean_squared(predicted: &[f64], actual: &[f64], weights: Weights<'_>) -> f64 {
    weights.mean(errors(predicted, actual).map(|e| e * e))
}

/// Returns the root of the mean squared error, in the unit of the targets.
///
/// # Errors
/// Returns an error as [`mean_absolute_error`].
pub fn root_mean_squared_error(predicted: &[f64], actual: &[f64]) -> Result<f64, RegressionError> {
    check(predicted, actual, 1)?;
    Ok(root_mean_squared(predicted, actual, Weights::ONES))
}

pub(crate) fn root_mean_squared(predicted: &[f64], actual: &[f64], weights: Weights<'_>) -> f64 {
    let scale = scale(errors(predicted, actual));
    weights.mean(errors(predicted, actual).map(|e| e / scale).map(|e| e * e)).sqrt() * scale
}

/// Returns the coefficient of determination, `R² = 1 - Σ (yᵢ - ŷᵢ)² / Σ (yᵢ - ȳ)²`: 1 for perfect predictions, 0 for the mean
/// of the targets, below 0 for worse.
///
/// Where all targets are equal the ratio means nothing; as in scikit-learn it is then 1 for perfect predictions and 0
/// for any others.
///
/// # Errors
/// Returns an error as [`mean_absolute_error`], and for fewer than two predictions.
///
/// ```
/// use pellucid_eval::r2;
/// assert_eq!(r2(&[1.0, 2.0, 4.0], &[1.0, 2.0, 3.0])?, 0.5);
/// assert_eq!(r2(&[7.0, 7.5], &[7.0, 7.0])?, 0.0);
/// # Ok::<(), pellucid_eval::RegressionError>(())
/// ```
pub fn r2(predicted: &[f64], actual: &[f64]) -> Result<f64, RegressionError> {
    check(predicted, actual, 2)?;
    Ok(determination(predicted, actual, Weights::ONES))
}

/// R² of what weighs something.
pub(crate) fn determination(predicted: &[f64], actual: &[f64], weights: Weights<'_>) -> f64 {
    let pairs = || predicted.iter().zip(actual).enumerate().filter(|&(row, _)| weights.at(row) > 0.0);
    if pairs().all(|(_, (p, y))| p == y) {
        return 1.0;
    }
    let Some((_, (_, &first))) = pairs().next() else { return 0.0 };
    // Asked of the targets themselves: their rounded mean may differ from each of them.
    if pairs().all(|(_, (_, &y))| y == first) {
        return 0.0;
    }
    // From the first target, and with what rounding of the mean leaves over, an offset takes no digits.
    let from_first = || pairs().map(|(row, (_, y))| (weights.at(row), y - first));
    let errors = || pairs().map(|(row, (p, y))| (weights.at(row), p - y));
    let n = weights.sum(actual.len());
    let scale = scale(errors().chain(from_first()).map(|(_, d)| d));
    let mean = from_first().map(|(w, d)| w * (d / scale)).sum::<f64>() / n;
    let (rest, total) = from_first()
        .map(|(w, d)| (w, d / scale - mean))
        .fold((0.0, 0.0), |(r, t), (w, d)| (r + w * d, t + w * (d * d)));
    let residual: f64 = errors().map(|(w, e)| w * ((e / scale) * (e / scale))).sum();
    1.0 - residual / (total - rest * rest / n)
}

/// A power of two near the largest of these, by which their squares neither overflow nor vanish.
fn scale(x: impl Iterator<Item = f64>) -> f64 {
    let largest = x.map(f64::abs).fold(0.0, f64::max).min(f64::MAX);
    if largest > 0.0 { 2.0_f64.powi(largest.log2().floor().max(-1000.0) as i32) } else { 1.0 }
}

fn errors(predicted: &[f64], actual: &[f64]) -> impl ExactSizeIterator<Item = f64> {
    predicted.iter().zip(actual).map(|(p, y)| p - y)
}

/// Checks lengths and numbers, for at least so many predictions.
pub(crate) fn check(predicted: &[f64], actual: &[f64], least: usize) -> Result<(), RegressionError> {
    if predicted.len() != actual.len() {
        return Err(RegressionError::Length { predicted: predicted.len(), actual: actual.len() });
    }
    if actual.len() < least {
        return Err(RegressionError::TooFew { expected: least, got: actual.len() });
    }
    for (what, values) in [("predictions", predicted), ("targets", actual)] {
        if let Some(row) = values.iter().position(|x| !x.is_finite()) {
            return Err(RegressionError::NotFinite { value: values[row], what, row });
        }
    }
    Ok(())
}
