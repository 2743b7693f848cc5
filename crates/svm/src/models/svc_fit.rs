//! Fitting a classifier.

use pellucid_compute::Pool;

use crate::error::SvmError;
use crate::fitting::batches::solve_all;
use crate::fitting::setting::Setting;
use crate::input::classes::{Classes, check_labels, check_weights};
use crate::input::samples::Samples;
use crate::models::binary_problems::BinaryProblems;
use crate::models::svc::Svc;
use crate::models::svc_model::SvcModel;
use crate::models::svc_model_builder::SvcModelBuilder;
use crate::progress::ProgressCallback;

impl Svc {
    /// Fits with as many threads as the machine has cores.
    ///
    /// # Errors
    /// [`SvmError`] for labels or parameters out of range, and samples that are not finite. Samples of one class only
    /// make a model without machines, which knows no other class.
    pub fn fit<'a>(&self, samples: impl Into<Samples<'a>>, labels: &[i32]) -> Result<SvcModel, SvmError> {
        self.fit_with(samples, labels, None, &Pool::per_core(), None)
    }

    /// Fits with weights of the samples (factors of C), on the threads of `pool`, watched by an observer.
    ///
    /// # Errors
    /// As [`Svc::fit`], and [`SvmError::Interrupted`] where the observer stops the fit.
    pub fn fit_with<'a>(
        &self,
        samples: impl Into<Samples<'a>>,
        labels: &[i32],
        weights: Option<&[f64]>,
        pool: &Pool,
        observer: Option<ProgressCallback<'_>>,
    ) -> Result<SvcModel, SvmError> {
        let samples = samples.into();
        check_labels(&samples, labels)?;
        check_weights(weights, labels.len())?;
        let classes = Classes::new(labels, self.class_order, weights)?;
        let setting = Setting::new(samples, &self.kernel, self.options, pool)?;
        let problems = BinaryProblems::new(self, &classes, weights)?;
        problems.check()?;
        let mut gathered = SvcModelBuilder::new(self.multi_class, &classes);
        solve_all(&setting, &classes.rows, &problems, None, observer, |task, fitted| {
            gathered.add(&task.groups, &task.dual.upper, &fitted);
        })?;
        gathered.model(self, &setting, &classes)
    }
}
