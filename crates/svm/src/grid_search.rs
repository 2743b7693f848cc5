//! The search for C and the parameters of a kernel.

use std::ops::ControlFlow;
use std::time::Instant;

use pellucid_compute::Pool;

use crate::cross_validation::{CrossValidation, Solved};
use crate::problem::{KernelStore, Setting};
use crate::{FitProgress, Gamma, Kernel, Observer, Samples, Svc, SvcModel, SvmError};

/// A search over a grid of kernels and of C for the best accuracy in stratified cross-validation.
///
/// All folds and binary problems of a point of the grid are solved side by side, over one copy of the samples; a
/// kernel row is computed once for all folds and all C, as far as half of `cache_bytes` goes; the solutions for one C are
/// where the search for the next larger one starts. Gamma from the data ([`Gamma::Scale`]) is
/// that of all samples.
///
/// ```
/// use pellucid_svm::{Gamma, GridSearch, Kernel, Samples, Svc};
/// let x: Vec<f64> = (0..40).map(|i| f64::from(i % 10)).collect();
/// let labels: Vec<i32> = (0..40).map(|i| i32::from((3..7).contains(&(i % 10)))).collect();
/// let search = GridSearch::new(Svc::new(Kernel::rbf(Gamma::Scale))).c(&[1.0, 100.0]).gamma(&[0.001, 1.0])?;
/// let found = search.fit(Samples::dense(&x, 1), &labels)?;
/// assert_eq!(found.best().mean_accuracy, 1.0);
/// assert_eq!((found.best().c, found.best().kernel.gamma()), (1.0, Some(1.0)));
/// # Ok::<(), pellucid_svm::SvmError>(())
/// ```
#[derive(Clone, Debug)]
pub struct GridSearch {
    svc: Svc,
    kernels: Vec<Kernel>,
    c: Vec<f64>,
    folds: usize,
    seed: u64,
}

/// A point of the grid and how well it did.
#[derive(Clone, Debug)]
pub struct GridPoint {
    /// The kernel, with gamma as a number.
    pub kernel: Kernel,
    /// C.
    pub c: f64,
    /// The mean of the accuracies of the folds.
    pub mean_accuracy: f64,
    /// Their standard deviation, with the number of folds as divisor.
    pub standard_deviation: f64,
    /// The share of each fold's samples that the others predict right.
    pub fold_accuracies: Vec<f64>,
    /// How long the fits of all folds took.
    pub seconds: f64,
}

/// The grid and the classifier fitted to all samples at its best point.
#[derive(Clone)]
pub struct GridResult {
    /// All points: kernel after kernel, C ascending.
    pub points: Vec<GridPoint>,
    /// Which of them is the best: that of the highest mean accuracy, of equals that of the smallest C, then of the
    /// smallest gamma, then the first.
    pub best: usize,
    /// The classifier with the best parameters, fitted to all samples.
    pub model: SvcModel,
}

impl GridResult {
    /// The best point.
    pub fn best(&self) -> &GridPoint {
        &self.points[self.best]
    }
}

impl GridSearch {
    /// A search with five folds over C = 0.1, 1, 10, 100 and the classifier's own kernel; all else is as in `svc`.
    pub fn new(svc: Svc) -> Self {
        Self { kernels: vec![svc.kernel.clone()], svc, c: vec![0.1, 1.0, 10.0, 100.0], folds: 5, seed: 0 }
    }

    /// The values of C.
    #[must_use]
    pub fn c(mut self, values: &[f64]) -> Self {
        self.c = values.to_vec();
        self.c.sort_unstable_by(f64::total_cmp);
        self
    }

    /// The classifier's own kernel with these values of gamma.
    ///
    /// # Errors
    /// For a kernel without gamma.
    pub fn gamma(self, values: &[f64]) -> Result<Self, SvmError> {
        let with = |&value: &f64| {
            let mut kernel = self.svc.kernel.clone();
            match &mut kernel {
                Kernel::Polynomial { gamma, .. } | Kernel::Rbf { gamma } | Kernel::Sigmoid { gamma, .. } => {
                    *gamma = Gamma::Value(value);
                    Ok(kernel)
                }
                _ => Err(SvmError::parameter("gamma", "a kernel that has one", kernel.name())),
            }
        };
        let kernels = values.iter().map(with).collect::<Result<_, _>>()?;
        Ok(Self { kernels, ..self })
    }

    /// The kernels, of any kind.
    #[must_use]
    pub fn kernels(self, kernels: Vec<Kernel>) -> Self {
        Self { kernels, ..self }
    }

    /// How many folds.
    #[must_use]
    pub fn folds(self, folds: usize) -> Self {
        Self { folds, ..self }
    }

    /// Decides which samples share a fold.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Searches with as many threads as the machine has cores.
    ///
    /// # Errors
    /// As [`Svc::fit`], for an empty grid, and for fewer than two folds or samples of a class.
    pub fn fit<'a>(&self, samples: impl Into<Samples<'a>>, labels: &[i32]) -> Result<GridResult, SvmError> {
        self.fit_with(samples, labels, &Pool::per_core(), None)
    }

    /// Searches on the threads of `pool`, watched by an observer, who hears of all binary problems of the search.
    ///
    /// # Errors
    /// As [`GridSearch::fit`], and [`SvmError::Interrupted`] where the observer stops the search.
    pub fn fit_with<'a>(
        &self,
        samples: impl Into<Samples<'a>>,
        labels: &[i32],
        pool: &Pool,
        observer: Option<Observer<'_>>,
    ) -> Result<GridResult, SvmError> {
        let samples = samples.into();
        if self.c.is_empty() || self.kernels.is_empty() {
            return Err(SvmError::parameter("grid", "at least one C and one kernel", "none"));
        }
        let validation = CrossValidation::new(&self.svc, &samples, labels, self.folds, self.seed)?;
        let machines = self.svc.machines(validation.classes.labels.len());
        let problems = machines * (self.folds * self.kernels.len() * self.c.len() + 1);
        let (mut solved, mut iterations) = (0, 0);
        let mut points: Vec<GridPoint> = Vec::new();
        for kernel in &self.kernels {
            let setting = Setting::new(samples, kernel, self.svc.options, pool)?;
            let (mut last, mut store) = (None::<Solved>, KernelStore::default());
            for &c in &self.c {
                let begin = Instant::now();
                let svc = self.svc.clone().c(c);
                let watch = shifted(observer, problems, solved, iterations);
                let fits = validation.fit(&svc, &setting, last.as_ref(), &mut store, Some(&watch))?;
                let seconds = begin.elapsed().as_secs_f64();
                solved += machines * self.folds;
                iterations += fits.models.iter().map(SvcModel::iterations).sum::<u64>();
                let accuracies = validation.folds.iter().zip(&fits.models).map(|(fold, model)| {
                    let predicted = model.predict_with(fold.held_out.samples(), pool)?;
                    let right = predicted
                        .iter()
                        .zip(&fold.rows)
                        .filter(|(label, row)| **label == labels[**row as usize]);
                    Ok(right.count() as f64 / fold.rows.len() as f64)
                });
                let fold_accuracies: Vec<f64> = accuracies.collect::<Result<_, SvmError>>()?;
                let (mean_accuracy, standard_deviation) = moments(&fold_accuracies);
                let kernel = setting.kernel.clone();
                points.push(GridPoint {
                    kernel,
                    c,
                    mean_accuracy,
                    standard_deviation,
                    fold_accuracies,
                    seconds,
                });
                last = Some(fits);
            }
        }
        let gamma = |point: &GridPoint| point.kernel.gamma().unwrap_or(0.0);
        let order = |a: &GridPoint, b: &GridPoint| {
            let accuracy = b.mean_accuracy.total_cmp(&a.mean_accuracy);
            accuracy.then(a.c.total_cmp(&b.c)).then(gamma(a).total_cmp(&gamma(b)))
        };
        let best = (0..points.len()).min_by(|&a, &b| order(&points[a], &points[b])).unwrap_or(0);
        let svc = Svc { kernel: points[best].kernel.clone(), ..self.svc.clone() }.c(points[best].c);
        let watch = shifted(observer, problems, solved, iterations);
        let model = svc.fit_with(samples, labels, None, pool, Some(&watch))?;
        Ok(GridResult { points, best, model })
    }
}

/// An observer of one of many fits, for one of the whole.
fn shifted(
    observer: Option<Observer<'_>>,
    problems: usize,
    solved: usize,
    iterations: u64,
) -> impl Fn(&FitProgress) -> ControlFlow<()> + Sync {
    move |progress| {
        let (solved, iterations) = (solved + progress.solved, iterations + progress.iterations);
        let progress = FitProgress { solved, problems, iterations, gap: progress.gap };
        observer.map_or(ControlFlow::Continue(()), |observer| observer(&progress))
    }
}

/// Mean and standard deviation.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / n).sqrt())
}
