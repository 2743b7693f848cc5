//! Probabilities of classes, fitted as a step of their own.

use pellucid_compute::Pool;

use crate::coupling::couple;
use crate::cross_validation::CrossValidation;
use crate::decision::{largest, pairs};
use crate::problem::{KernelStore, Setting};
use crate::sigmoid::Sigmoid;
use crate::svc::check_labels;
use crate::{MultiClass, Observer, Samples, Svc, SvcModel, SvmError};

/// Probabilities are kept this far from 0 and 1, as in LIBSVM.
const LEAST: f64 = 1e-7;

/// A classifier whose values became probabilities by a sigmoid for each machine.
///
/// With machine values f, a machine's positive class has the probability 1 / (1 + exp(A f + B)). Two classes need no
/// more; of pairs of more classes, the probabilities are coupled as Wu, Lin and Weng do; with one-vs-rest they are
/// divided by their sum. [`CalibratedSvc::predict`] gives the class of the largest probability, so that the two always
/// agree; the model's own [`SvcModel::predict`] may differ near the boundary.
///
/// ```
/// use pellucid_compute::Pool;
/// use pellucid_svm::{CalibratedSvc, Calibration, Kernel, Samples, Svc};
/// let x: Vec<f64> = (0..40).map(|i| f64::from(i) / 20.0 + if i % 7 == 0 { 0.6 } else { 0.0 }).collect();
/// let labels: Vec<i32> = (0..40).map(|i| i32::from(i >= 20)).collect();
/// let samples = Samples::dense(&x, 1);
/// let svc = Svc::new(Kernel::Linear);
/// let calibrated = CalibratedSvc::fit(&svc, samples, &labels, Calibration::default(), &Pool::single(), None)?;
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
    /// How many folds.
    pub folds: usize,
    /// Decides which samples share a fold.
    pub seed: u64,
}

impl Default for Calibration {
    fn default() -> Self {
        Self { folds: 5, seed: 0 }
    }
}

impl CalibratedSvc {
    /// Fits a classifier to all samples, and its sigmoids to the values of samples that classifiers of the same kind
    /// have not seen: those of stratified folds, in turn. This is what LIBSVM's `-b 1` does, but for the random folds.
    ///
    /// # Errors
    /// As [`Svc::fit_with`], and for fewer than two folds or samples of a class.
    pub fn fit<'a>(
        svc: &Svc,
        samples: impl Into<Samples<'a>>,
        labels: &[i32],
        calibration: Calibration,
        pool: &Pool,
        observer: Option<Observer<'_>>,
    ) -> Result<Self, SvmError> {
        let samples = samples.into();
        let validation = CrossValidation::new(svc, &samples, labels, calibration.folds, calibration.seed)?;
        let model = svc.fit_with(samples, labels, None, pool, observer)?;
        let setting = Setting::new(samples, &svc.kernel, svc.options, pool)?;
        let solved = validation.fit(svc, &setting, None, &mut KernelStore::default(), observer)?;
        let mut outcomes = vec![Vec::new(); model.rho.len()];
        for (fold, model) in validation.folds.iter().zip(&solved.models) {
            let values = model.machine_values(fold.held_out.samples(), pool)?;
            let labels: Vec<i32> = fold.rows.iter().map(|&row| labels[row as usize]).collect();
            collect(model, &values, &labels, &mut outcomes)?;
        }
        let sigmoids = outcomes.iter().map(|outcomes| Sigmoid::fit(outcomes)).collect();
        Ok(Self { model, sigmoids })
    }

    /// Fits the sigmoids of a classifier to samples that it was not fitted to.
    ///
    /// # Errors
    /// As [`SvcModel::machine_values`], for labels that the classifier does not know, and where a class has no sample.
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
        let values = model.machine_values(samples, pool)?;
        let mut outcomes = vec![Vec::new(); model.rho.len()];
        collect(&model, &values, labels, &mut outcomes)?;
        let sigmoids = outcomes.iter().map(|outcomes| Sigmoid::fit(outcomes)).collect();
        Ok(Self { model, sigmoids })
    }

    /// A classifier with known A and B of each machine, which LIBSVM's files call `probA` and `probB`.
    ///
    /// # Errors
    /// If there is not one finite A and B for each machine.
    pub fn from_parts(model: SvcModel, a: &[f64], b: &[f64]) -> Result<Self, SvmError> {
        let machines = model.rho.len();
        if a.len() != machines || b.len() != machines || !a.iter().chain(b).all(|number| number.is_finite()) {
            let expected = format!("{machines} finite numbers A and as many B, one a machine");
            return Err(SvmError::input("sigmoids", expected, format!("A = {a:?}, B = {b:?}")));
        }
        Ok(Self { model, sigmoids: a.iter().zip(b).map(|(&a, &b)| Sigmoid { a, b }).collect() })
    }

    /// The classifier.
    pub fn model(&self) -> &SvcModel {
        &self.model
    }

    /// A of each machine, LIBSVM's `probA`: below zero where large values speak for the positive class.
    pub fn slopes(&self) -> Vec<f64> {
        self.sigmoids.iter().map(|sigmoid| sigmoid.a).collect()
    }

    /// B of each machine, LIBSVM's `probB`.
    pub fn offsets(&self) -> Vec<f64> {
        self.sigmoids.iter().map(|sigmoid| sigmoid.b).collect()
    }

    /// The probability of each class, in the order of the model's classes, for each row: n x classes.
    ///
    /// # Errors
    /// As [`SvcModel::machine_values`].
    pub fn probabilities<'a>(&self, samples: impl Into<Samples<'a>>) -> Result<Vec<f64>, SvmError> {
        self.probabilities_with(samples, &Pool::per_core())
    }

    /// [`CalibratedSvc::probabilities`] on the threads of `pool`.
    ///
    /// # Errors
    /// As [`SvcModel::machine_values`].
    pub fn probabilities_with<'a>(
        &self,
        samples: impl Into<Samples<'a>>,
        pool: &Pool,
    ) -> Result<Vec<f64>, SvmError> {
        let values = self.model.machine_values(samples, pool)?;
        let machines = self.sigmoids.len();
        Ok(values.chunks_exact(machines).flat_map(|values| self.row(values)).collect())
    }

    /// The probabilities of a row from the values of its machines.
    fn row(&self, values: &[f64]) -> Vec<f64> {
        let classes = self.model.labels.len();
        let positive = values.iter().zip(&self.sigmoids);
        let positive: Vec<f64> =
            positive.map(|(&value, sigmoid)| sigmoid.probability(value).clamp(LEAST, 1.0 - LEAST)).collect();
        match self.model.multi_class {
            _ if classes == 2 => vec![positive[0], 1.0 - positive[0]],
            MultiClass::OneVsOne => couple(&positive, classes),
            MultiClass::OneVsRest => {
                let sum: f64 = positive.iter().sum();
                positive.iter().map(|p| p / sum).collect()
            }
        }
    }

    /// The class with the largest probability, for each row; of equals the first.
    ///
    /// # Errors
    /// As [`SvcModel::machine_values`].
    pub fn predict<'a>(&self, samples: impl Into<Samples<'a>>) -> Result<Vec<i32>, SvmError> {
        self.predict_with(samples, &Pool::per_core())
    }

    /// [`CalibratedSvc::predict`] on the threads of `pool`.
    ///
    /// # Errors
    /// As [`SvcModel::machine_values`].
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

/// Adds to each machine's list the values of the rows that it is about, and whether they are of its positive class.
fn collect(
    model: &SvcModel,
    values: &[f64],
    labels: &[i32],
    outcomes: &mut [Vec<(f64, bool)>],
) -> Result<(), SvmError> {
    let classes = model.labels.len();
    let rest = model.multi_class == MultiClass::OneVsRest && classes > 2;
    let positive: Vec<(usize, Option<usize>)> = if rest {
        (0..classes).map(|class| (class, None)).collect()
    } else {
        pairs(classes).map(|(a, b)| (a, Some(b))).collect()
    };
    for (row, (values, label)) in values.chunks_exact(positive.len()).zip(labels).enumerate() {
        let Some(class) = model.labels.iter().position(|known| known == label) else {
            let found = format!("{label} of sample {row} (from 0)");
            return Err(SvmError::input("held-out labels", format!("one of {:?}", model.labels), found));
        };
        for ((&value, &(a, b)), outcomes) in values.iter().zip(&positive).zip(&mut *outcomes) {
            if b.is_none_or(|b| class == a || class == b) {
                outcomes.push((value, class == a));
            }
        }
    }
    Ok(())
}
