//! The search for C and the parameters of a kernel.

use std::time::Instant;

use crate::error::SvmError;
use crate::fitting::fit::Fit;
use crate::fitting::setting::Setting;
use crate::input::samples::Samples;
use crate::kernels::kernel::{Gamma, Kernel};
use crate::models::svc::Svc;
use crate::models::svc_model::SvcModel;
use crate::progress::{FitProgress, shifted};
use crate::search::cross_validation::CrossValidation;
use crate::search::fold_fits::FoldFits;
use crate::search::grid_point::GridPoint;

/// A search over a grid of kernels and of C for the best accuracy in stratified cross-validation.
///
/// All folds and binary problems of a point of the grid are solved side by side, over one copy of the samples; a
/// kernel row is computed once for all folds and all C, as far as half of `cache_bytes` goes; the solutions for one C are
/// the start of the search for the next larger one. Gamma from the data ([`Gamma::Scale`]) is
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

/// The grid and the classifier fitted to all samples at its best point.
#[derive(Clone)]
pub struct GridResult {
    /// All points: kernel after kernel, C ascending.
    pub points: Vec<GridPoint>,
    /// Which of them is the best: that of the highest accuracy, of equals that of the smallest C, then of the
    /// smallest gamma, then the first.
    pub best: usize,
    /// The classifier with the best parameters, fitted to all samples.
    pub model: SvcModel,
}

impl GridResult {
    /// Returns the best point.
    pub fn best(&self) -> &GridPoint {
        &self.points[self.best]
    }
}

impl GridSearch {
    /// Makes a search with five folds over C = 0.1, 1, 10, 100 and the classifier's own kernel; all else is as in `svc`.
    pub fn new(svc: Svc) -> Self {
        Self { kernels: vec![svc.kernel.clone()], svc, c: vec![0.1, 1.0, 10.0, 100.0], folds: 5, seed: 0 }
    }

    /// Sets the values of C.
    #[must_use]
    pub fn c(mut self, values: &[f64]) -> Self {
        self.c = values.to_vec();
        self.c.sort_unstable_by(f64::total_cmp);
        self
    }

    /// Searches over these values of gamma in the classifier's own kernel.
    ///
    /// # Errors
    /// Returns an error if the kernel has no gamma.
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

    /// Sets the kernels, of any kind.
    #[must_use]
    pub fn kernels(self, kernels: Vec<Kernel>) -> Self {
        Self { kernels, ..self }
    }

    /// Sets the number of folds.
    #[must_use]
    pub fn folds(self, folds: usize) -> Self {
        Self { folds, ..self }
    }

    /// Sets the random seed of the folds.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Searches with one thread per core.
    ///
    /// # Errors
    /// As [`Svc::fit`], and returns an error for an empty grid and for fewer than two folds or samples.
    pub fn fit<'a>(&self, samples: impl Into<Samples<'a>>, labels: &[i32]) -> Result<GridResult, SvmError> {
        self.fit_with(samples, labels, Fit::new())
    }

    /// Searches on given threads, with a callback for the progress of all binary problems of the search.
    ///
    /// # Errors
    /// As [`GridSearch::fit`], and returns [`SvmError::Interrupted`] if the callback stops the search.
    pub fn fit_with<'a>(
        &self,
        samples: impl Into<Samples<'a>>,
        labels: &[i32],
        fit: Fit<'_>,
    ) -> Result<GridResult, SvmError> {
        let samples = samples.into();
        let mut points: Vec<GridPoint> = Vec::new();
        let (best, done) =
            self.run(samples, labels, fit, true, &mut |point, _| points.push(point.clone()))?;
        let svc = Svc { kernel: best.kernel.clone(), ..self.svc.clone() }.c(best.c);
        let watch = shifted(fit.progress, done.problems, done.solved, done.iterations);
        let model = svc.fit_with(samples, labels, fit.progress(&watch))?;
        let best = (0..points.len()).find(|&at| !best.better(&points[at])).unwrap_or(0);
        Ok(GridResult { points, best, model })
    }

    /// Searches without fitting the best classifier to all samples; calls `found` with every point and the best so far.
    /// Returns the best.
    ///
    /// # Errors
    /// As [`GridSearch::fit_with`].
    pub fn search<'a>(
        &self,
        samples: impl Into<Samples<'a>>,
        labels: &[i32],
        fit: Fit<'_>,
        mut found: impl FnMut(&GridPoint, &GridPoint),
    ) -> Result<GridPoint, SvmError> {
        Ok(self.run(samples.into(), labels, fit, false, &mut found)?.0)
    }

    /// The best point, and what was solved; `refit` is whether a fit to all samples will follow.
    fn run(
        &self,
        samples: Samples<'_>,
        labels: &[i32],
        fit: Fit<'_>,
        refit: bool,
        found: &mut dyn FnMut(&GridPoint, &GridPoint),
    ) -> Result<(GridPoint, FitProgress), SvmError> {
        fit.without_weights("a grid search")?;
        let mut own = None;
        let pool = fit.pool(&mut own);
        let none = || SvmError::parameter("grid", "at least one C and one kernel", "none");
        if self.c.is_empty() || self.kernels.is_empty() {
            return Err(none());
        }
        let validation = CrossValidation::new(&self.svc, &samples, labels, self.folds, self.seed)?;
        let each = validation.problems(&self.svc);
        let last = if refit { self.svc.multi_class.problems(validation.classes.labels.len()) } else { 0 };
        let problems = each * self.kernels.len() * self.c.len() + last;
        let (mut solved, mut iterations) = (0, 0);
        let mut best = None::<GridPoint>;
        for kernel in &self.kernels {
            let setting = Setting::new(samples, kernel, self.svc.options, pool)?;
            let mut fits = FoldFits::new(&validation, &setting);
            for &c in &self.c {
                let begin = Instant::now();
                let svc = self.svc.clone().c(c);
                let watch = shifted(fit.progress, problems, solved, iterations);
                let mut counts = Vec::new();
                fits.fit(&svc, Some(&watch), |fold, model| {
                    let predicted = model.predict_with(fold.held_out.samples(), pool)?;
                    let pairs = predicted.iter().zip(&fold.rows);
                    let right = pairs.filter(|(label, row)| **label == labels[**row as usize]).count();
                    counts.push((right, fold.rows.len()));
                    iterations += model.iterations();
                    Ok(())
                })?;
                solved += each;
                let seconds = begin.elapsed().as_secs_f64();
                let point = GridPoint::new(setting.kernel.clone(), c, &counts, seconds);
                if best.as_ref().is_none_or(|best| point.better(best)) {
                    best = Some(point.clone());
                }
                found(&point, best.as_ref().unwrap_or(&point));
            }
        }
        Ok((best.ok_or_else(none)?, FitProgress { solved, problems, iterations, gap: 0.0 }))
    }
}
