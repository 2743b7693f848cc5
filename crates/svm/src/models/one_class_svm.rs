//! The support of a distribution: what is like the samples and what is not.

use crate::error::SvmError;
use crate::fitting::fit::Fit;
use crate::fitting::setting::Setting;
use crate::input::samples::Samples;
use crate::kernels::kernel::Kernel;
use crate::models::decision_function::{DecisionFunction, Kind};
use crate::options::Options;
use crate::problem::formulations;

/// A one-class SVM to be fitted: the support of a distribution, outside of which f(x) < 0 for at most a share nu of the
/// samples, by its dual
///
/// ```text
/// minimise  1/2 sum alpha_i alpha_j K(x_i, x_j),   0 <= alpha_i <= 1,  sum alpha_i = nu n
/// ```
///
/// Rows with f(x) > 0 count as inliers.
///
/// ```
/// use pellucid_svm::{Gamma, Kernel, OneClassSvm, Samples};
/// let x = [0.0, 0.1, -0.1, 0.05, -0.05];
/// let model = OneClassSvm::new(Kernel::rbf(Gamma::Value(1.0)), 0.5).fit(Samples::dense(&x, 1))?;
/// assert_eq!(model.signs(Samples::dense(&[0.0, 3.0], 1))?, [1, -1]);
/// # Ok::<(), pellucid_svm::SvmError>(())
/// ```
///
/// Source: B. Schoelkopf et al., *Estimating the support of a high-dimensional distribution*, Neural Computation 13,
/// 2001.
#[derive(Clone, Debug)]
pub struct OneClassSvm {
    kernel: Kernel,
    nu: f64,
    options: Options,
}

impl OneClassSvm {
    /// Makes a one-class SVM that counts at most a share `nu` of its samples as outliers.
    pub fn new(kernel: Kernel, nu: f64) -> Self {
        Self { kernel, nu, options: Options::default() }
    }

    /// Sets solver, tolerance and memory.
    #[must_use]
    pub fn options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// Fits with one thread per core.
    ///
    /// # Errors
    /// Returns an error if nu is out of range or a sample is not finite.
    pub fn fit<'a>(&self, samples: impl Into<Samples<'a>>) -> Result<DecisionFunction, SvmError> {
        self.fit_with(samples, Fit::new())
    }

    /// Fits with weights, on given threads, with a progress callback.
    ///
    /// # Errors
    /// As [`OneClassSvm::fit`], and returns [`SvmError::Interrupted`] if the callback stops the fit.
    pub fn fit_with<'a>(
        &self,
        samples: impl Into<Samples<'a>>,
        fit: Fit<'_>,
    ) -> Result<DecisionFunction, SvmError> {
        let (samples, mut own) = (samples.into(), None);
        if !(self.nu > 0.0 && self.nu <= 1.0) {
            return Err(SvmError::parameter("nu", "a number above 0 and not above 1", self.nu));
        }
        let (rows, bounds) = fit.weighted_rows(samples.rows())?;
        let setting = Setting::new(samples, &self.kernel, self.options, fit.pool(&mut own))?;
        let dual = formulations::one_class(&bounds, self.nu);
        DecisionFunction::solve(Kind::OneClass, &setting, rows, dual, 1.0, fit.progress)
    }
}
