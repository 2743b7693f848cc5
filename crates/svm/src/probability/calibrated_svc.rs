//! Probabilities of classes, fitted as a step of their own.

use pellucid_compute::Pool;

use crate::decision::votes::largest;
use crate::error::SvmError;
use crate::fitting::fit::Fit;
use crate::fitting::setting::Setting;
use crate::input::classes::check_labels;
use crate::input::samples::Samples;
use crate::models::multi_class::MultiClass;
use crate::models::svc::Svc;
use crate::models::svc_model::SvcModel;
use crate::probability::coupling::couple;
use crate::probability::outcomes::Outcomes;
use crate::probability::sigmoid::Sigmoid;
use crate::search::cross_validation::CrossValidation;
use crate::search::fold_fits::FoldFits;

/// Probabilities are kept this far from 0 and 1, as in LIBSVM.
const LEAST: f64 = 1e-7;

/// A classifier with probabilities, by a sigmoid for each of its binary SVMs.
///
/// At decision value f, the positive class of a binary SVM has the probability 1 / (1 + exp(A f + B)). Two classes need no
/// more; of pairs of more classes, the probabilities are coupled as Wu, Lin and Weng do; with one-vs-rest they are
/// divided by their sum. [`CalibratedSvc::predict`] gives the class of the largest probability, so that the two always
/// agree; the model's own [`SvcModel::predict`] may differ near the boundary.
///
/// ```
/// use pellucid_svm::{CalibratedSvc, Calibration, Fit, Kernel, Samples, Svc};
/// let x: Vec<f64> = (0..40).map(|i| f64::from(i) / 20.0 + if i % 7 == 0 { 0.6 } else { 0.0 }).collect();
/// let labels: Vec<i32> = (0..40).map(|i| i32::from(i >= 20)).collect();
/// let samples = Samples::dense(&x, 1);
/// let svc = Svc::new(Kernel::Linear);
/// let calibrated = CalibratedSvc::fit(&svc, samples, &labels, Calibration::default(), Fit::new())?;
/// let p = calibrated.probabilities(Samples::dense(&[0.1, 1.9], 1))?;
/// assert!(p[0] > 0.8 && p[3] > 0.8 && (p[0] + p[1] - 1.0).abs() < 1e-12);
/// # Ok::<(), pellucid_svm::SvmError>(())
/// ```
///
/// Sources: H.-T. Lin, C.-J. Lin, R. C. Weng, *A note on Platt's probabilistic outputs for support vector machines*,
/// Machine Learning 68, 2007; T.-F. Wu, C.-J. Lin, R. C. Weng, *Probability estimates for multi-class classification by
/// pairwise coupling*, JMLR 5, 2004.
#[derive(Clone)]
pub struct CalibratedSvc {
    model: SvcModel,
    sigmoids: Vec<Sigmoid>,
}

/// The cross-validation behind a calibration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calibration {
    /// The number of folds.
    pub folds: usize,
    /// The random seed of the folds.
    pub seed: u64,
}

impl Default for Calibration {
    fn default() -> Self {
        Self { folds: 5, seed: 0 }
    }
}

impl CalibratedSvc {
    /// Fits a classifier to all samples, and its sigmoids to the values of samples that classifiers of the same kind
    /// have not seen: those of stratified folds, in turn.
    ///
    /// This is LIBSVM's `-b 1`, up to the random folds. If a fold holds out a class as a whole, the value of a binary SVM
    /// that knows one of its two classes is 1 or -1 for that one, and 0 if it knows neither.
    ///
    /// # Errors
    /// As [`Svc::fit_with`], and returns an error for fewer than two folds and for sample weights.
    pub fn fit<'a>(
        svc: &Svc,
        samples: impl Into<Samples<'a>>,
        labels: &[i32],
        calibration: Calibration,
        fit: Fit<'_>,
    ) -> Result<Self, SvmError> {
        let (samples, mut own) = (samples.into(), None);
        fit.without_weights("a calibration")?;
        if calibration.folds < 2 {
            return Err(SvmError::parameter("folds", "at least 2", calibration.folds));
        }
        let pool = fit.pool(&mut own);
        let model = svc.fit_with(samples, labels, fit)?;
        if model.rho.is_empty() {
            return Ok(Self { model, sigmoids: Vec::new() });
        }
        let validation = CrossValidation::new(svc, &samples, labels, calibration.folds, calibration.seed)?;
        let setting = Setting::new(samples, &svc.kernel, svc.options, pool)?;
        let mut outcomes = Outcomes::new(&model);
        FoldFits::new(&validation, &setting).fit(svc, fit.progress, |fold, model| {
            let labels: Vec<i32> = fold.rows.iter().map(|&row| labels[row as usize]).collect();
            outcomes.add(&model, &fold.present, &fold.held_out.samples(), &labels, pool)
        })?;
        Ok(Self { model, sigmoids: outcomes.sigmoids() })
    }

    /// Fits the sigmoids of a classifier to samples that it was not fitted to.
    ///
    /// # Errors
    /// As [`SvcModel::decision_values`], and returns an error if the classifier does not know a label or a class has no
    /// sample.
    pub fn on_held_out<'a>(
        model: SvcModel,
        samples: impl Into<Samples<'a>>,
        labels: &[i32],
        pool: &Pool,
    ) -> Result<Self, SvmError> {
        let samples = samples.into();
        check_labels(&samples, labels)?;
        if let Some(missing) = model.labels.iter().find(|label| !labels.contains(label)) {
            let found = format!("none of class {missing}");
            return Err(SvmError::input("held-out labels", "at least one sample of each class", found));
        }
        let mut outcomes = Outcomes::new(&model);
        let all: Vec<usize> = (0..model.labels.len()).collect();
        outcomes.add(&model, &all, &samples, labels, pool)?;
        let sigmoids = outcomes.sigmoids();
        Ok(Self { model, sigmoids })
    }

    /// Makes a calibrated classifier from known A and B of each binary SVM, LIBSVM's `probA` and `probB`.
    ///
    /// # Errors
    /// Returns an error if there is not one finite A and B for each binary SVM.
    pub fn from_parts(model: SvcModel, a: &[f64], b: &[f64]) -> Result<Self, SvmError> {
        let svms = model.rho.len();
        if a.len() != svms || b.len() != svms || !a.iter().chain(b).all(|number| number.is_finite()) {
            let expected = format!("{svms} finite numbers A and as many B, one for each binary SVM");
            return Err(SvmError::input("sigmoids", expected, format!("A = {a:?}, B = {b:?}")));
        }
        Ok(Self { model, sigmoids: a.iter().zip(b).map(|(&a, &b)| Sigmoid { a, b }).collect() })
    }

    /// Returns the classifier.
    pub fn model(&self) -> &SvcModel {
        &self.model
    }

    /// Returns A of each binary SVM, LIBSVM's `probA`: below zero if large values speak for the positive class.
    pub fn slopes(&self) -> Vec<f64> {
        self.sigmoids.iter().map(|sigmoid| sigmoid.a).collect()
    }

    /// Returns B of each binary SVM, LIBSVM's `probB`.
    pub fn offsets(&self) -> Vec<f64> {
        self.sigmoids.iter().map(|sigmoid| sigmoid.b).collect()
    }

    /// Returns the probability of each class, in the order of the model's classes, for each row: n x classes.
    ///
    /// # Errors
    /// As [`SvcModel::decision_values`].
    pub fn probabilities<'a>(&self, samples: impl Into<Samples<'a>>) -> Result<Vec<f64>, SvmError> {
        self.probabilities_with(samples, &Pool::per_core())
    }

    /// As [`CalibratedSvc::probabilities`], on the threads of `pool`.
    ///
    /// # Errors
    /// As [`SvcModel::decision_values`].
    pub fn probabilities_with<'a>(
        &self,
        samples: impl Into<Samples<'a>>,
        pool: &Pool,
    ) -> Result<Vec<f64>, SvmError> {
        let (model, classes) = (&self.model, self.model.labels.len());
        model.evaluator.evaluate(&samples.into(), pool, classes, |sums, probabilities| {
            self.row(model.values_of_row(sums), probabilities);
        })
    }

    /// The probabilities of a row from its decision values.
    fn row(&self, values: impl Iterator<Item = f64>, probabilities: &mut [f64]) {
        let probability =
            |(value, sigmoid): (f64, &Sigmoid)| sigmoid.probability(value).clamp(LEAST, 1.0 - LEAST);
        let mut positive = values.zip(&self.sigmoids).map(probability);
        match self.model.multi_class {
            _ if probabilities.len() <= 2 => {
                // A single class is sure.
                let first = positive.next().unwrap_or(1.0);
                probabilities.iter_mut().zip([first, 1.0 - first]).for_each(|(to, p)| *to = p);
            }
            MultiClass::OneVsOne => couple(positive, probabilities),
            MultiClass::OneVsRest => {
                probabilities.iter_mut().zip(positive).for_each(|(to, p)| *to = p);
                let sum: f64 = probabilities.iter().sum();
                for p in probabilities {
                    *p /= sum;
                }
            }
        }
    }

    /// Returns the label with the largest probability for each row; of equals the first.
    ///
    /// # Errors
    /// As [`SvcModel::decision_values`].
    pub fn predict<'a>(&self, samples: impl Into<Samples<'a>>) -> Result<Vec<i32>, SvmError> {
        self.predict_with(samples, &Pool::per_core())
    }

    /// As [`CalibratedSvc::predict`], on the threads of `pool`.
    ///
    /// # Errors
    /// As [`SvcModel::decision_values`].
    pub fn predict_with<'a>(
        &self,
        samples: impl Into<Samples<'a>>,
        pool: &Pool,
    ) -> Result<Vec<i32>, SvmError> {
        let classes = self.model.labels.len();
        let probabilities = self.probabilities_with(samples, pool)?;
        Ok(probabilities.chunks_exact(classes).map(|row| self.model.labels[largest(row)]).collect())
    }
}
