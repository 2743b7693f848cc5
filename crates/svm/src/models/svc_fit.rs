//! Fitting a classifier.

use crate::error::SvmError;
use crate::fitting::fit::Fit;
use crate::fitting::setting::Setting;
use crate::fitting::solve_all::solve_all;
use crate::input::classes::{Classes, check_labels, check_weights};
use crate::input::samples::Samples;
use crate::models::binary_problems::BinaryProblems;
use crate::models::svc::Svc;
use crate::models::svc_model::SvcModel;
use crate::models::svc_model_builder::SvcModelBuilder;

impl Svc {
    /// Fits with one thread per core.
    ///
    /// Samples of one class only make a model without binary problems, which predicts that class.
    ///
    /// # Errors
    /// Returns an error if a label or parameter is out of range or a sample is not finite.
    pub fn fit<'a>(&self, samples: impl Into<Samples<'a>>, labels: &[i32]) -> Result<SvcModel, SvmError> {
        self.fit_with(samples, labels, Fit::new())
    }

    /// Fits with weights, on given threads, with a progress callback.
    ///
    /// # Errors
    /// As [`Svc::fit`], and returns [`SvmError::Interrupted`] if the callback stops the fit.
    pub fn fit_with<'a>(
        &self,
        samples: impl Into<Samples<'a>>,
        labels: &[i32],
        fit: Fit<'_>,
    ) -> Result<SvcModel, SvmError> {
        let (samples, mut own) = (samples.into(), None);
        check_labels(&samples, labels)?;
        check_weights(fit.weights, labels.len())?;
        let classes = Classes::new(labels, self.class_order, fit.weights)?;
        let setting = Setting::new(samples, &self.kernel, self.options, fit.pool(&mut own))?;
        let problems = BinaryProblems::new(self, &classes, fit.weights)?;
        problems.check()?;
        let mut model = SvcModelBuilder::new(self.multi_class, &classes);
        solve_all(&setting, &classes.rows, &problems, None, fit.progress, |task, fitted| {
            model.add(&task.groups, &task.dual.upper, &fitted);
        })?;
        model.build(self, &setting, &classes)
    }
}
