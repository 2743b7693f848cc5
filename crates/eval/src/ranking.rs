//! How well scores put one class before the others: the area under the ROC curve.

use crate::classification::{check_lengths, indices};
use crate::probability::check_shape;
use crate::{Average, ClassificationError};

/// Area under the ROC curve: the probability that a random positive sample has a higher score than a random negative
/// one, where equal scores count half.
///
/// `AUC = (1 / n₊n₋) Σ₊ Σ₋ [s₊ > s₋] + ½ [s₊ = s₋]`, counted exactly after sorting. Only the order of the scores matters,
/// so they may be probabilities or decision values, also infinite ones.
///
/// Source: J. A. Hanley and B. J. McNeil, "The meaning and use of the area under a ROC curve", 1982.
///
/// # Errors
/// Returns an error if there is nothing to measure, the lengths differ, a score is NaN, or all samples are of one
/// class.
///
/// ```
/// let auc = pellucid_eval::roc_auc(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?;
/// assert_eq!(auc, 0.75);
/// # Ok::<(), pellucid_eval::ClassificationError>(())
/// ```
pub fn roc_auc(scores: &[f64], actual: &[bool]) -> Result<f64, ClassificationError> {
    check_lengths(scores.len(), actual.len())?;
    check_scores(scores, 1)?;
    area(scores.iter().copied().zip(actual.iter().copied()).collect(), 1)
}

/// Area under the ROC curve of several classes, each against the rest; `scores` are `n x classes`, row-major.
///
/// `Macro` is the mean of the classes' areas, `Weighted` weighs them by their number of samples (a class without samples
/// is left out), and `Micro` ranks all entries of all rows together. Equal to scikit-learn's `roc_auc_score(..., multi_class="ovr")`, which takes
/// probabilities only; here any scores will do.
///
/// # Errors
/// Returns an error if there is nothing to measure, there are fewer than two classes, the shapes differ, a class
/// is out of range, a score is NaN, a class has all samples, or (for `Macro`) a class has none.
///
/// ```
/// use pellucid_eval::{Average, roc_auc_one_vs_rest};
/// let scores = [0.8, 0.1, 0.1, 0.2, 0.5, 0.3, 0.1, 0.1, 0.8];
/// assert_eq!(roc_auc_one_vs_rest(&scores, &[0, 1, 2], 3, Average::Macro)?, 1.0);
/// # Ok::<(), pellucid_eval::ClassificationError>(())
/// ```
pub fn roc_auc_one_vs_rest<C: Copy + TryInto<i64>>(
    scores: &[f64],
    actual: &[C],
    classes: usize,
    average: Average,
) -> Result<f64, ClassificationError> {
    check_shape(scores, actual.len(), classes)?;
    check_scores(scores, classes)?;
    let actual = indices(actual, classes)?;
    let rows = || scores.chunks_exact(classes).zip(&actual);
    if average == Average::Micro {
        let row = |(row, &y): (&[f64], &usize)| {
            row.iter().enumerate().map(|(class, &score)| (score, class == y)).collect::<Vec<_>>()
        };
        return area(rows().flat_map(row).collect(), 1);
    }
    let (mut sum, mut weights) = (0.0, 0.0);
    for class in 0..classes {
        let size = actual.iter().filter(|&&y| y == class).count();
        if size == 0 && average == Average::Weighted {
            continue;
        }
        let area = area(rows().map(|(row, &y)| (row[class], y == class)).collect(), class)?;
        let weight = if average == Average::Macro { 1.0 } else { size as f64 };
        sum += weight * area;
        weights += weight;
    }
    Ok(sum / weights)
}

/// The area for pairs of a score, which is not NaN, and whether the sample is of `class`.
fn area(mut samples: Vec<(f64, bool)>, class: usize) -> Result<f64, ClassificationError> {
    let rows = samples.len();
    let inside = samples.iter().filter(|(_, positive)| *positive).count();
    if inside == 0 || inside == rows {
        return Err(ClassificationError::OneClass { class, inside, rows });
    }
    // Adding 0 turns -0 into 0, so that the total order puts equal scores together.
    samples.sort_unstable_by(|(a, _), (b, _)| (a + 0.0).total_cmp(&(b + 0.0)));
    let (mut half_wins, mut negatives_below) = (0_u128, 0_u128);
    for ties in samples.chunk_by(|(a, _), (b, _)| a == b) {
        let positives = ties.iter().filter(|(_, positive)| *positive).count() as u128;
        let negatives = ties.len() as u128 - positives;
        half_wins += positives * (2 * negatives_below + negatives);
        negatives_below += negatives;
    }
    Ok(half_wins as f64 / (2 * inside as u128 * (rows - inside) as u128) as f64)
}

fn check_scores(scores: &[f64], columns: usize) -> Result<(), ClassificationError> {
    match scores.iter().position(|s| s.is_nan()) {
        None => Ok(()),
        Some(at) => Err(ClassificationError::NotANumber { row: at / columns, column: at % columns }),
    }
}
