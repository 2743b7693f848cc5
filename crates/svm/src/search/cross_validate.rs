//! Predictions of classifiers that have not seen the samples.

use crate::error::SvmError;
use crate::fitting::fit::Fit;
use crate::fitting::setting::Setting;
use crate::input::samples::Samples;
use crate::models::svc::Svc;
use crate::search::cross_validation::CrossValidation;
use crate::search::fold_fits::FoldFits;

impl Svc {
    /// Predicts the label of each sample by a classifier that was not fitted to it: those of
    /// [stratified folds](crate::stratified_folds), in turn.
    ///
    /// A class that a fold holds out as a whole is not known to the classifier of that fold; if only one class is left, it
    /// is predicted.
    ///
    /// ```
    /// use pellucid_svm::{Fit, Kernel, Samples, Svc};
    /// let x = [1.0, 1.1, 0.9, 1.2, -1.0];
    /// let samples = Samples::dense(&x, 1);
    /// let predicted =
    ///     Svc::new(Kernel::Linear).cross_validate(samples, &[1, 1, 1, 1, 2], 5, 0, Fit::new())?;
    /// // What there is of class 2 was left out.
    /// assert_eq!(predicted, [1, 1, 1, 1, 1]);
    /// # Ok::<(), pellucid_svm::SvmError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Svc::fit_with`], and returns an error for fewer than two folds or samples and for sample weights.
    pub fn cross_validate<'a>(
        &self,
        samples: impl Into<Samples<'a>>,
        labels: &[i32],
        folds: usize,
        seed: u64,
        fit: Fit<'_>,
    ) -> Result<Vec<i32>, SvmError> {
        let (samples, mut own) = (samples.into(), None);
        fit.without_weights("a cross-validation")?;
        let pool = fit.pool(&mut own);
        let validation = CrossValidation::new(self, &samples, labels, folds, seed)?;
        let setting = Setting::new(samples, &self.kernel, self.options, pool)?;
        let mut predicted = vec![0; labels.len()];
        FoldFits::new(&validation, &setting).fit(self, fit.progress, |fold, model| {
            let classes = model.predict_with(fold.held_out.samples(), pool)?;
            for (&row, class) in fold.rows.iter().zip(classes) {
                predicted[row as usize] = class;
            }
            Ok(())
        })?;
        Ok(predicted)
    }
}
