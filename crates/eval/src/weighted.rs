//! The metrics of this crate with a weight for each sample, as scikit-learn's `sample_weight`.
//!
//! Weights come last. They are finite and not negative, one a sample, and not all 0: anything else is an error. Weights that
//! are all equal change nothing, and a whole weight counts a sample so many times.
//!
//! ```
//! use pellucid_eval::weighted;
//! assert_eq!(weighted::accuracy(&[1, 2], &[1, 3], &[3.0, 1.0])?, 0.75);
//! # Ok::<(), pellucid_eval::ClassificationError>(())
//! ```

use crate::classification::{check_lengths, mean_right};
use crate::classification_error::ClassificationError;
use crate::precision_recall::Average;
use crate::probability::{self, mean_square, mean_square_of_rows, mean_surprise, mean_surprise_of_rows};
use crate::ranking::{self, one_vs_rest, weighted_area};
use crate::regression::{
    self, RegressionError, determination, mean_absolute, mean_squared, root_mean_squared,
};
use crate::weights::Weights;

/// Returns the weighted share of right predictions, `Σ wᵢ [ŷᵢ = yᵢ] / Σ wᵢ`.
///
/// # Errors
/// Returns an error as [`crate::accuracy`], and for weights as above.
pub fn accuracy<C: PartialEq>(
    predicted: &[C],
    actual: &[C],
    weights: &[f64],
) -> Result<f64, ClassificationError> {
    check_lengths(predicted.len(), actual.len())?;
    let weights = Weights::new(weights, actual.len())?;
    Ok(mean_right(predicted, actual, weights))
}

/// Returns the weighted mean of the log loss of two classes.
///
/// # Errors
/// Returns an error as [`crate::log_loss`], and for weights as above.
pub fn log_loss(probabilities: &[f64], actual: &[bool], weights: &[f64]) -> Result<f64, ClassificationError> {
    probability::check_pairs(probabilities, actual)?;
    let weights = Weights::new(weights, actual.len())?;
    Ok(mean_surprise(probabilities, actual, weights))
}

/// Returns the weighted mean of the log loss of several classes.
///
/// # Errors
/// Returns an error as [`crate::multiclass_log_loss`], and for weights as above.
pub fn multiclass_log_loss<C: Copy + TryInto<i64>>(
    probabilities: &[f64],
    actual: &[C],
    classes: usize,
    weights: &[f64],
) -> Result<f64, ClassificationError> {
    let actual = probability::check_rows(probabilities, actual, classes)?;
    let weights = Weights::new(weights, actual.len())?;
    Ok(mean_surprise_of_rows(probabilities, &actual, classes, weights))
}

/// Returns the weighted mean of the Brier score of two classes.
///
/// # Errors
/// Returns an error as [`crate::brier_score`], and for weights as above.
pub fn brier_score(
    probabilities: &[f64],
    actual: &[bool],
    weights: &[f64],
) -> Result<f64, ClassificationError> {
    probability::check_pairs(probabilities, actual)?;
    let weights = Weights::new(weights, actual.len())?;
    Ok(mean_square(probabilities, actual, weights))
}

/// Returns the weighted mean of the Brier score of several classes.
///
/// # Errors
/// Returns an error as [`crate::multiclass_brier_score`], and for weights as above.
pub fn multiclass_brier_score<C: Copy + TryInto<i64>>(
    probabilities: &[f64],
    actual: &[C],
    classes: usize,
    weights: &[f64],
) -> Result<f64, ClassificationError> {
    let actual = probability::check_rows(probabilities, actual, classes)?;
    let weights = Weights::new(weights, actual.len())?;
    Ok(mean_square_of_rows(probabilities, &actual, classes, weights))
}

/// Returns the area under the weighted ROC curve, `Σ₊ Σ₋ w₊ w₋ ([s₊ > s₋] + ½ [s₊ = s₋]) / Σ₊ Σ₋ w₊ w₋`. Samples of weight 0
/// do not count.
///
/// # Errors
/// Returns an error as [`crate::roc_auc`], and for weights as above.
pub fn roc_auc(scores: &[f64], actual: &[bool], weights: &[f64]) -> Result<f64, ClassificationError> {
    ranking::check_pairs(scores, actual)?;
    let weights = Weights::new(weights, actual.len())?;
    let samples = scores.iter().zip(actual).enumerate().map(|(i, (&s, &y))| (s, y, weights.at(i)));
    weighted_area(samples.collect(), 1)
}

/// Returns the area under the weighted ROC curves of several classes, each against the rest; `Average::Weighted` weighs a
/// class by the sum of its samples' weights.
///
/// # Errors
/// Returns an error as [`crate::roc_auc_one_vs_rest`], and for weights as above.
pub fn roc_auc_one_vs_rest<C: Copy + TryInto<i64>>(
    scores: &[f64],
    actual: &[C],
    classes: usize,
    average: Average,
    weights: &[f64],
) -> Result<f64, ClassificationError> {
    let actual = ranking::check_rows(scores, actual, classes)?;
    let weights = Weights::new(weights, actual.len())?;
    one_vs_rest(scores, &actual, classes, average, weights, &weighted_area)
}

/// The weights of at least `least` predictions that are in order.
fn checked<'a>(
    predicted: &[f64],
    actual: &[f64],
    least: usize,
    weights: &'a [f64],
) -> Result<Weights<'a>, RegressionError> {
    regression::check(predicted, actual, least)?;
    Ok(Weights::new(weights, actual.len())?)
}

/// Returns the weighted mean absolute error, `Σ wᵢ |ŷᵢ - yᵢ| / Σ wᵢ`.
///
/// # Errors
/// Returns an error as [`crate::mean_absolute_error`], and for weights as above.
pub fn mean_absolute_error(
    predicted: &[f64],
    actual: &[f64],
    weights: &[f64],
) -> Result<f64, RegressionError> {
    let weights = checked(predicted, actual, 1, weights)?;
    Ok(mean_absolute(predicted, actual, weights))
}

/// Returns the weighted mean squared error, `Σ wᵢ (ŷᵢ - yᵢ)² / Σ wᵢ`.
///
/// # Errors
/// Returns an error as [`crate::mean_squared_error`], and for weights as above.
pub fn mean_squared_error(
    predicted: &[f64],
    actual: &[f64],
    weights: &[f64],
) -> Result<f64, RegressionError> {
    let weights = checked(predicted, actual, 1, weights)?;
    Ok(mean_squared(predicted, actual, weights))
}

/// Returns the root of the weighted mean squared error.
///
/// # Errors
/// Returns an error as [`crate::root_mean_squared_error`], and for weights as above.
pub fn root_mean_squared_error(
    predicted: &[f64],
    actual: &[f64],
    weights: &[f64],
) -> Result<f64, RegressionError> {
    let weights = checked(predicted, actual, 1, weights)?;
    Ok(root_mean_squared(predicted, actual, weights))
}

/// Returns the weighted coefficient of determination, `1 - Σ wᵢ (yᵢ - ŷᵢ)² / Σ wᵢ (yᵢ - ȳ)²` with the weighted mean `ȳ`.
///
/// # Errors
/// Returns an error as [`crate::r2`], and for weights as above.
pub fn r2(predicted: &[f64], actual: &[f64], weights: &[f64]) -> Result<f64, RegressionError> {
    let weights = checked(predicted, actual, 2, weights)?;
    Ok(determination(predicted, actual, weights))
}
