//! How good predicted probabilities are: log loss and Brier score.

use crate::classification::{check_lengths, indices};
use crate::classification_error::ClassificationError;
use crate::weights::Weights;

/// How far the probabilities of a row may add up from 1; wide enough for softmax in f32.
const SUM_TOLERANCE: f64 = 1e-5;

/// Returns the log loss of two classes, `-(1/n) Σ ln q`, where `q` is the probability `p` of the positive class for a positive
/// sample and `1 - p` for a negative one.
///
/// `q` is first clipped to `[ε, 1 - ε]` with the machine precision ε = 2⁻⁵², as scikit-learn does, so that one sure and
/// wrong prediction costs 36 and not infinity.
///
/// # Errors
/// Returns an error if there is nothing to measure, the lengths differ, or a value is NaN or outside [0, 1].
///
/// ```
/// let loss = pellucid_eval::log_loss(&[0.5, 0.5], &[true, false])?;
/// assert_eq!(loss, std::f64::consts::LN_2);
/// # Ok::<(), pellucid_eval::ClassificationError>(())
/// ```
pub fn log_loss(probabilities: &[f64], actual: &[bool]) -> Result<f64, ClassificationError> {
    check_pairs(probabilities, actual)?;
    Ok(mean_surprise(probabilities, actual, Weights::ONES))
}

pub(crate) fn mean_surprise(probabilities: &[f64], actual: &[bool], weights: Weights<'_>) -> f64 {
    let pairs = probabilities.iter().zip(actual);
    weights.mean(pairs.map(|(&p, &positive)| surprise(if positive { p } else { 1.0 - p })))
}

/// Returns the log loss of several classes, `-(1/n) Σᵢ ln pᵢ(yᵢ)`; `probabilities` are `n x classes`, row-major, and clipped
/// as in [`log_loss`].
///
/// # Errors
/// Returns an error if there is nothing to measure, there are fewer than two classes, the shapes differ, a class
/// is out of range, a value is NaN or outside [0, 1], or a row adds up to something further than 1e-5 from 1.
pub fn multiclass_log_loss<C: Copy + TryInto<i64>>(
    probabilities: &[f64],
    actual: &[C],
    classes: usize,
) -> Result<f64, ClassificationError> {
    let actual = check_rows(probabilities, actual, classes)?;
    Ok(mean_surprise_of_rows(probabilities, &actual, classes, Weights::ONES))
}

pub(crate) fn mean_surprise_of_rows(
    probabilities: &[f64],
    actual: &[usize],
    classes: usize,
    weights: Weights<'_>,
) -> f64 {
    weights.mean(probabilities.chunks_exact(classes).zip(actual).map(|(row, &class)| surprise(row[class])))
}

/// `-ln p`, with `p` kept from 0 and 1.
fn surprise(p: f64) -> f64 {
    -p.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
}

/// Returns the Brier score of two classes, the mean square `(1/n) Σ (pᵢ - yᵢ)²`, with `y` 1 for a positive sample and 0 for a
/// negative one.
///
/// Source: G. W. Brier, "Verification of forecasts expressed in terms of probability", 1950.
///
/// # Errors
/// Returns an error as [`log_loss`].
///
/// ```
/// assert_eq!(pellucid_eval::brier_score(&[0.5, 1.0], &[true, true])?, 0.125);
/// # Ok::<(), pellucid_eval::ClassificationError>(())
/// ```
pub fn brier_score(probabilities: &[f64], actual: &[bool]) -> Result<f64, ClassificationError> {
    check_pairs(probabilities, actual)?;
    Ok(mean_square(probabilities, actual, Weights::ONES))
}

pub(crate) fn mean_square(probabilities: &[f64], actual: &[bool], weights: Weights<'_>) -> f64 {
    weights.mean(probabilities.iter().zip(actual).map(|(p, &y)| (p - f64::from(u8::from(y))).powi(2)))
}

/// Returns the Brier score of several classes, `(1/n) Σᵢ Σ_c (pᵢ(c) - [yᵢ = c])²`, from 0 to 2; `probabilities` are `n x
/// classes`, row-major.
///
/// For two classes it is halved, as in scikit-learn, and then agrees with [`brier_score`].
///
/// # Errors
/// Returns an error as [`multiclass_log_loss`].
pub fn multiclass_brier_score<C: Copy + TryInto<i64>>(
    probabilities: &[f64],
    actual: &[C],
    classes: usize,
) -> Result<f64, ClassificationError> {
    let actual = check_rows(probabilities, actual, classes)?;
    Ok(mean_square_of_rows(probabilities, &actual, classes, Weights::ONES))
}

pub(crate) fn mean_square_of_rows(
    probabilities: &[f64],
    actual: &[usize],
    classes: usize,
    weights: Weights<'_>,
) -> f64 {
    let rows = probabilities.chunks_exact(classes).zip(actual);
    let mean = weights.mean(rows.map(|(row, &class)| {
        let terms = row.iter().enumerate();
        terms.map(|(c, p)| (p - f64::from(u8::from(c == class))).powi(2)).sum::<f64>()
    }));
    if classes == 2 { mean / 2.0 } else { mean }
}

/// Checks lengths and values.
pub(crate) fn check_pairs(probabilities: &[f64], actual: &[bool]) -> Result<(), ClassificationError> {
    check_lengths(probabilities.len(), actual.len())?;
    check_probabilities(probabilities, 1)
}

/// Checks shapes, values and sums; returns the classes as indices.
pub(crate) fn check_rows<C: Copy + TryInto<i64>>(
    probabilities: &[f64],
    actual: &[C],
    classes: usize,
) -> Result<Vec<usize>, ClassificationError> {
    check_shape(probabilities, actual.len(), classes)?;
    check_probabilities(probabilities, classes)?;
    for (row, values) in probabilities.chunks_exact(classes).enumerate() {
        let sum: f64 = values.iter().sum();
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            return Err(ClassificationError::Sum { sum, row });
        }
    }
    indices(actual, classes)
}

/// Checks that `values` are one row of `classes >= 2` values for each of at least one label.
pub(crate) fn check_shape(values: &[f64], labels: usize, classes: usize) -> Result<(), ClassificationError> {
    if classes < 2 {
        return Err(ClassificationError::Classes { classes });
    }
    if !values.len().is_multiple_of(classes) {
        return Err(ClassificationError::Shape { classes, values: values.len() });
    }
    check_lengths(values.len() / classes, labels)
}

fn check_probabilities(values: &[f64], columns: usize) -> Result<(), ClassificationError> {
    match values.iter().position(|p| !(0.0..=1.0).contains(p)) {
        None => Ok(()),
        Some(at) => Err(ClassificationError::Probability {
            value: values[at],
            row: at / columns,
            column: at % columns,
        }),
    }
}
