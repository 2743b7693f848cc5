//! F-beta scores and confusion matrices as shares.

use crate::classification::ConfusionMatrix;
use crate::count::Count;
use crate::precision_recall::{Average, ZeroDivision, mean};

/// What the counts of a confusion matrix are divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Normalize {
    /// The samples of the actual class, so that rows add up to 1.
    Actual,
    /// The predictions of the class, so that columns add up to 1.
    Predicted,
    /// All samples.
    All,
}

impl<N: Count> ConfusionMatrix<N> {
    /// Returns the F-beta score of each class, `(1 + β²) tp / ((1 + β²) tp + β² fn + fp)`: recall weighs β times as much as
    /// precision; β = 1 is F1.
    ///
    /// ```
    /// use pellucid_eval::{ConfusionMatrix, ZeroDivision};
    /// let matrix = ConfusionMatrix::new(&[0, 1, 1], &[0, 1, 0], 2)?;
    /// assert_eq!(matrix.f_beta(2.0, ZeroDivision::Zero)[1], 5.0 / 6.0);
    /// # Ok::<(), pellucid_eval::ClassificationError>(())
    /// ```
    pub fn f_beta(&self, beta: f64, zero: ZeroDivision) -> Vec<f64> {
        (0..self.classes()).map(|c| self.f_beta_together(&[c], beta, zero)).collect()
    }

    /// One F-beta score for some of the classes, as scikit-learn's `fbeta_score` with `labels`; NaN is left out of a mean.
    pub fn f_beta_average(&self, classes: &[usize], average: Average, beta: f64, zero: ZeroDivision) -> f64 {
        let weight =
            |class: usize| if average == Average::Macro { 1.0 } else { self.support(class).to_f64() };
        match average {
            Average::Micro => self.f_beta_together(classes, beta, zero),
            _ => mean(classes.iter().map(|&c| (self.f_beta_together(&[c], beta, zero), weight(c)))),
        }
    }

    /// The score of the summed counts of some classes.
    fn f_beta_together(&self, classes: &[usize], beta: f64, zero: ZeroDivision) -> f64 {
        let sum = |count: &dyn Fn(usize) -> N| classes.iter().map(|&c| count(c)).sum::<N>().to_f64();
        let right = sum(&|c| self.count(c, c));
        let (support, predictions) = (sum(&|c| self.support(c)), sum(&|c| self.predictions(c)));
        let square = beta * beta;
        let denominator = square * support + predictions;
        if denominator > 0.0 { (1.0 + square) * right / denominator } else { zero.value() }
    }

    /// Returns the counts as shares, row by row as [`count`](ConfusionMatrix::count) has them; 0 where there is nothing to
    /// divide by.
    pub fn normalized(&self, by: Normalize) -> Vec<f64> {
        let classes = self.classes();
        let share = |i: usize| {
            let (actual, predicted) = (i / classes, i % classes);
            let whole = match by {
                Normalize::Actual => self.support(actual),
                Normalize::Predicted => self.predictions(predicted),
                Normalize::All => self.total(),
            };
            if whole > N::default() { self.count(actual, predicted).to_f64() / whole.to_f64() } else { 0.0 }
        };
        (0..classes * classes).map(share).collect()
    }
}
