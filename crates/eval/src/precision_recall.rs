//! Precision, recall and F1 of each class, and their means.

use serde::Serialize;

use crate::classification::ConfusionMatrix;
use crate::count::Count;

/// What a ratio with nothing in its denominator is taken to be: the precision of a class that was never predicted, the
/// recall of a class that never occurs, the F1 of a class that does neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ZeroDivision {
    /// 0, which penalises it.
    #[default]
    Zero,
    /// 1, which forgives it.
    One,
    /// NaN, which is left out of means.
    NaN,
}

impl ZeroDivision {
    fn divide(self, numerator: f64, denominator: f64) -> f64 {
        if denominator > 0.0 { numerator / denominator } else { self.value() }
    }

    pub(crate) fn value(self) -> f64 {
        match self {
            Self::Zero => 0.0,
            Self::One => 1.0,
            Self::NaN => f64::NAN,
        }
    }
}

/// How one number is made of those of the classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Average {
    /// Counts are summed over the classes before they are divided.
    Micro,
    /// Every class has the same weight.
    Macro,
    /// Every class has its number of samples as weight.
    Weighted,
}

/// How well one class, or the mean class, is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ClassScores<N = u64> {
    /// Of what was predicted as the class, the share that is of it: `tp / (tp + fp)`.
    pub precision: f64,
    /// Of what is of the class, the share that was predicted as it: `tp / (tp + fn)`.
    pub recall: f64,
    /// Harmonic mean of the two: `2 tp / (2 tp + fp + fn)`.
    pub f1: f64,
    /// Number of samples of the class, `tp + fn`, or the sum of their weights; in a mean, of all samples.
    pub support: N,
}

impl<N: Count> ClassScores<N> {
    fn new(right: N, predicted: N, support: N, zero: ZeroDivision) -> Self {
        let (tp, predictions, samples) = (right.to_f64(), predicted.to_f64(), support.to_f64());
        Self {
            precision: zero.divide(tp, predictions),
            recall: zero.divide(tp, samples),
            f1: zero.divide(2.0 * tp, predictions + samples),
            support,
        }
    }
}

/// Scores of classes; equal to scikit-learn's `precision_recall_fscore_support` with `labels=range(classes)`: classes
/// that occur nowhere count too.
impl<N: Count> ConfusionMatrix<N> {
    /// Returns the precision, recall, F1 and support of each class.
    ///
    /// ```
    /// use pellucid_eval::{ConfusionMatrix, ZeroDivision};
    /// let matrix = ConfusionMatrix::new(&[0, 1, 1], &[0, 1, 0], 2)?;
    /// let ones = matrix.class_scores(ZeroDivision::Zero)[1];
    /// assert_eq!((ones.precision, ones.recall, ones.support), (0.5, 1.0, 1));
    /// # Ok::<(), pellucid_eval::ClassificationError>(())
    /// ```
    pub fn class_scores(&self, zero: ZeroDivision) -> Vec<ClassScores<N>> {
        let scores = |c| ClassScores::new(self.count(c, c), self.predictions(c), self.support(c), zero);
        (0..self.classes()).map(scores).collect()
    }

    /// One precision, recall and F1 for all classes.
    ///
    /// Micro scores are all equal to the accuracy, since every sample has one label. NaN is left out of a mean; where
    /// nothing is left, the mean is NaN, and where what is left weighs nothing, it is taken without weights.
    pub fn average_scores(&self, average: Average, zero: ZeroDivision) -> ClassScores<N> {
        let total = self.total();
        if average == Average::Micro {
            let right = (0..self.classes()).map(|c| self.count(c, c)).sum();
            return ClassScores::new(right, total, total, zero);
        }
        let scores = self.class_scores(zero);
        let over = |score: fn(&ClassScores<N>) -> f64| {
            let weight =
                |s: &ClassScores<N>| if average == Average::Macro { 1.0 } else { s.support.to_f64() };
            mean(scores.iter().map(|s| (score(s), weight(s))))
        };
        ClassScores {
            precision: over(|s| s.precision),
            recall: over(|s| s.recall),
            f1: over(|s| s.f1),
            support: total,
        }
    }
}

/// `Σ w x / Σ w` over the `x` that are numbers, or their plain mean where they weigh nothing.
pub(crate) fn mean(terms: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let numbers = terms.filter(|(x, _)| !x.is_nan());
    let weight: f64 = numbers.clone().map(|(_, w)| w).sum();
    if weight > 0.0 {
        return numbers.map(|(x, w)| w * x).sum::<f64>() / weight;
    }
    let (sum, n) = numbers.fold((0.0, 0), |(sum, n), (x, _)| (sum + x, n + 1));
    sum / f64::from(n)
}
