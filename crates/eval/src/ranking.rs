//! How well scores put one class before the others: the area under the ROC curve.

use crate::classification::{check_lengths, indices};
use crate::classification_error::ClassificationError;
use crate::precision_recall::Average;
use crate::probability::check_shape;
use crate::weights::Weights;

/// Returns the area under the ROC curve: the probability that a random positive sample has a higher score than a random
/// negative one, where equal scores count half.
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
    check_pairs(scores, actual)?;
    area(scores.iter().copied().zip(actual.iter().copied()).collect(), 1)
}

/// Returns the area under the ROC curve of several classes, each against the rest; `scores` are `n x classes`, row-major.
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
    let actual = check_rows(scores, actual, classes)?;
    one_vs_rest(scores, &actual, classes, average, Weights::ONES, &|samples, class| {
        area(samples.into_iter().map(|(score, inside, _)| (score, inside)).collect(), class)
    })
}

/// A score, whether the sample is of the class, and its weight.
type Ranked = (f64, bool, f64);

/// The mean of the areas of all classes, each found by `area`.
pub(crate) fn one_vs_rest(
    scores: &[f64],
    actual: &[usize],
    classes: usize,
    average: Average,
    weights: Weights<'_>,
    area: &dyn Fn(Vec<Ranked>, usize) -> Result<f64, ClassificationError>,
) -> Result<f64, ClassificationError> {
    let rows = || scores.chunks_exact(classes).zip(actual).enumerate();
    if average == Average::Micro {
        let row = |(i, (row, &y)): (usize, (&[f64], &usize))| {
            let ranked = |(class, &score): (usize, &f64)| (score, class == y, weights.at(i));
            row.iter().enumerate().map(ranked).collect::<Vec<_>>()
        };
        return area(rows().flat_map(row).collect(), 1);
    }
    let (mut sum, mut sizes) = (0.0, 0.0);
    for class in 0..classes {
        let size: f64 = rows().filter(|(_, (_, y))| **y == class).map(|(i, _)| weights.at(i)).sum();
        if size == 0.0 && average == Average::Weighted {
            continue;
        }
        let ranked = rows().map(|(i, (row, &y))| (row[class], y == class, weights.at(i)));
        let area = area(ranked.collect(), class)?;
        let weight = if average == Average::Macro { 1.0 } else { size };
        sum += weight * area;
        sizes += weight;
    }
    Ok(sum / sizes)
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

/// The area where each sample counts as much as its weight.
pub(crate) fn weighted_area(mut samples: Vec<Ranked>, class: usize) -> Result<f64, ClassificationError> {
    samples.retain(|&(.., weight)| weight > 0.0);
    let weight = |side: bool| samples.iter().filter(|s| s.1 == side).map(|s| s.2).sum::<f64>();
    let (positive, negative) = (weight(true), weight(false));
    let rows = samples.len();
    let inside = samples.iter().filter(|s| s.1).count();
    if inside == 0 || inside == rows {
        return Err(ClassificationError::OneClass { class, inside, rows });
    }
    samples.sort_by(|a, b| (a.0 + 0.0).total_cmp(&(b.0 + 0.0)));
    // Shares, so that no product of two weights overflows or vanishes.
    let (mut wins, mut below) = (0.0, 0.0);
    for ties in samples.chunk_by(|a, b| a.0 == b.0) {
        let share = |side: bool, of: f64| ties.iter().filter(|s| s.1 == side).map(|s| s.2 / of).sum::<f64>();
        let (inside, outside) = (share(true, positive), share(false, negative));
        wins += inside * (below + outside / 2.0);
        below += outside;
    }
    Ok(wins)
}

/// Checks lengths and scores.
pub(crate) fn check_pairs(scores: &[f64], actual: &[bool]) -> Result<(), ClassificationError> {
    check_lengths(scores.len(), actual.len())?;
    check_scores(scores, 1)
}

/// Checks shapes and scores; returns the classes as indices.
pub(crate) fn check_rows<C: Copy + TryInto<i64>>(
    scores: &[f64],
    actual: &[C],
    classes: usize,
) -> Result<Vec<usize>, ClassificationError> {
    check_shape(scores, actual.len(), classes)?;
    check_scores(scores, classes)?;
    indices(actual, classes)
}

fn check_scores(scores: &[f64], columns: usize) -> Result<(), ClassificationError> {
    match scores.iter().position(|s| s.is_nan()) {
        None => Ok(()),
        Some(at) => Err(ClassificationError::NotANumber { row: at / columns, column: at % columns }),
    }
}
