//! A point of the grid and how well it did.

use crate::kernels::kernel::Kernel;

/// A point of the grid and how well it did.
#[derive(Clone, Debug)]
pub struct GridPoint {
    /// The kernel, with gamma as a number.
    pub kernel: Kernel,
    /// C.
    pub c: f64,
    /// The share of all samples that the other folds predict right.
    pub accuracy: f64,
    /// The mean of the accuracies of the folds.
    pub mean_accuracy: f64,
    /// Their standard deviation, with the number of folds as divisor.
    pub standard_deviation: f64,
    /// The share of each fold's samples that the others predict right.
    pub fold_accuracies: Vec<f64>,
    /// How long the fits of all folds took.
    pub seconds: f64,
}

impl GridPoint {
    /// The point of a kernel and C; `counts` are the samples of each fold that were predicted right, and all of it.
    pub(super) fn new(kernel: Kernel, c: f64, counts: &[(usize, usize)], seconds: f64) -> Self {
        let share = |&(right, all): &(usize, usize)| right as f64 / all as f64;
        let fold_accuracies: Vec<f64> = counts.iter().map(share).collect();
        let (mean_accuracy, standard_deviation) = moments(&fold_accuracies);
        let whole = counts.iter().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
        let accuracy = share(&whole);
        Self { kernel, c, accuracy, mean_accuracy, standard_deviation, fold_accuracies, seconds }
    }

    /// Whether it is better than another point: more accurate, of equals with the smaller C, then the smaller gamma.
    pub(super) fn better(&self, other: &Self) -> bool {
        let gamma = |point: &Self| point.kernel.gamma().unwrap_or(0.0);
        let accuracy = self.accuracy.total_cmp(&other.accuracy).reverse();
        let order = accuracy.then(self.c.total_cmp(&other.c)).then(gamma(self).total_cmp(&gamma(other)));
        order.is_lt()
    }
}

/// Mean and standard deviation.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / n).sqrt())
}
