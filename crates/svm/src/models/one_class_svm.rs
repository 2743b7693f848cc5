//! The support of a distribution: what is like the samples and what is not.

use pellucid_compute::Pool;

use crate::decision::evaluator::Evaluator;
use crate::decision::expansion::Expansion;
use crate::error::SvmError;
use crate::fitting::setting::Setting;
use crate::fitting::task::Task;
use crate::input::classes::check_weights;
use crate::input::samples::Samples;
use crate::kernels::kernel::Kernel;
use crate::models::decision_function::{DecisionFunction, Kind, gather};
use crate::options::Options;
use crate::problem::form::Form;
use crate::problem::formulations;
use crate::progress::ProgressCallback;

/// A one-class machine to be fitted: f(x) < 0 for at most a share nu of the samples; f(x) > 0 counts as inside.
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
    /// A machine that counts at most a share `nu` of its samples as outliers.
    pub fn new(kernel: Kernel, nu: f64) -> Self {
        Self { kernel, nu, options: Options::default() }
    }

    /// Solver, tolerance, memory.
    #[must_use]
    pub fn options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// Fits with as many threads as the machine has cores.
    ///
    /// # Errors
    /// [`SvmError`] for a nu out of range and samples that are not finite.
    pub fn fit<'a>(&self, samples: impl Into<Samples<'a>>) -> Result<DecisionFunction, SvmError> {
        self.fit_with(samples, None, &Pool::per_core(), None)
    }

    /// Fits with weights of the samples, on the threads of `pool`, watched by an observer.
    ///
    /// # Errors
    /// As [`OneClassSvm::fit`], and [`SvmError::Interrupted`] where the observer stops the fit.
    pub fn fit_with<'a>(
        &self,
        samples: impl Into<Samples<'a>>,
        weights: Option<&[f64]>,
        pool: &Pool,
        observer: Option<ProgressCallback<'_>>,
    ) -> Result<DecisionFunction, SvmError> {
        let samples = samples.into();
        if !(self.nu > 0.0 && self.nu <= 1.0) {
            return Err(SvmError::parameter("nu", "a number above 0 and not above 1", self.nu));
        }
        check_weights(weights, samples.rows())?;
        let weight = |row: u32| weights.map_or(1.0, |weights| weights[row as usize]);
        let rows: Vec<u32> = (0..samples.rows() as u32).filter(|&row| weight(row) > 0.0).collect();
        let bounds: Vec<f64> = rows.iter().map(|&row| weight(row)).collect();
        let setting = Setting::new(samples, &self.kernel, self.options, pool)?;
        let single = setting.single(1.0);
        let task =
            Task { groups: vec![0], dual: formulations::one_class(&bounds, self.nu), form: Form::OneClass };
        let fitted = setting.solve(std::slice::from_ref(&rows), &[task], None, observer)?;
        let (support, vectors, coefficients) = gather(&setting, &rows, &fitted[0])?;
        let sizes = vec![support.len()];
        let kernel = setting.kernel.clone();
        let expansion =
            Expansion::new(kernel, vectors, setting.samples.columns(), sizes, coefficients, single);
        Ok(DecisionFunction {
            kind: Kind::OneClass,
            rho: fitted[0].rho,
            report: fitted[0].report,
            support,
            evaluator: Evaluator::new(expansion),
        })
    }
}
