//! Regression: epsilon-SVR and nu-SVR.

use crate::error::SvmError;
use crate::fitting::fit::Fit;
use crate::fitting::setting::Setting;
use crate::input::samples::Samples;
use crate::kernels::kernel::Kernel;
use crate::models::decision_function::{DecisionFunction, Kind};
use crate::options::Options;
use crate::problem::formulations;

/// How wide the tube is within which errors cost nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Tube {
    Epsilon(f64),
    Nu(f64),
}

/// A regression to be fitted: minimise
///
/// ```text
/// 1/2 |w|^2 + C sum of max(0, |f(x_i) - t_i| - epsilon)
/// ```
///
/// ```
/// use pellucid_svm::{Kernel, Samples, Svr};
/// let x = [0.0, 1.0, 2.0, 3.0];
/// let samples = Samples::dense(&x, 1);
/// let model = Svr::new(Kernel::Linear).c(100.0).epsilon(0.1).fit(samples, &[1.0, 3.0, 5.0, 7.0])?;
/// let values = model.predict(Samples::dense(&[1.5], 1))?;
/// assert!((values[0] - 4.0).abs() < 0.11);
/// # Ok::<(), pellucid_svm::SvmError>(())
/// ```
///
/// Sources: V. Vapnik, *Statistical learning theory*, 1998; B. Schoelkopf et al., *New support vector algorithms*,
/// Neural Computation 12, 2000.
#[derive(Clone, Debug)]
pub struct Svr {
    kernel: Kernel,
    c: f64,
    tube: Tube,
    options: Options,
}

impl Svr {
    /// Makes an epsilon-SVR with C = 1 and epsilon = 0.1.
    pub fn new(kernel: Kernel) -> Self {
        Self { kernel, c: 1.0, tube: Tube::Epsilon(0.1), options: Options::default() }
    }

    /// Sets C, the price of a unit of error outside the tube.
    ///
    /// For epsilon-SVR it may be infinite: no error is allowed then. If no function is without errors, the fit ends at the
    /// limit of iterations with the gap it has.
    #[must_use]
    pub fn c(self, c: f64) -> Self {
        Self { c, ..self }
    }

    /// Chooses epsilon-SVR and sets epsilon, half the width of the tube, in the unit of the targets.
    #[must_use]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { tube: Tube::Epsilon(epsilon), ..self }
    }

    /// Chooses nu-SVR: a tube that at most a share `nu` of the samples lies outside of.
    #[must_use]
    pub fn nu(self, nu: f64) -> Self {
        Self { tube: Tube::Nu(nu), ..self }
    }

    /// Sets solver, tolerance and memory.
    #[must_use]
    pub fn options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// Fits with one thread per core.
    ///
    /// # Errors
    /// Returns an error if a parameter is out of range or a sample or target is not finite.
    pub fn fit<'a>(
        &self,
        samples: impl Into<Samples<'a>>,
        targets: &[f64],
    ) -> Result<DecisionFunction, SvmError> {
        self.fit_with(samples, targets, Fit::new())
    }

    /// Fits with weights, on given threads, with a progress callback.
    ///
    /// # Errors
    /// As [`Svr::fit`], and returns [`SvmError::Interrupted`] if the callback stops the fit.
    pub fn fit_with<'a>(
        &self,
        samples: impl Into<Samples<'a>>,
        targets: &[f64],
        fit: Fit<'_>,
    ) -> Result<DecisionFunction, SvmError> {
        let (samples, mut own) = (samples.into(), None);
        if samples.rows() != targets.len() {
            let expected = format!("{}, one a sample", samples.rows());
            return Err(SvmError::input("targets", expected, targets.len().to_string()));
        }
        if let Some(at) = targets.iter().position(|target| !target.is_finite()) {
            let found = format!("{} for sample {at} (from 0)", targets[at]);
            return Err(SvmError::input("targets", "finite numbers", found));
        }
        let (rows, weights) = fit.weighted_rows(targets.len())?;
        if self.c.is_nan() || self.c <= 0.0 {
            return Err(SvmError::parameter("C", "a number above 0", self.c));
        }
        if self.c.is_infinite() && matches!(self.tube, Tube::Nu(_)) {
            // Its coefficients add up to C nu n / 2.
            return Err(SvmError::parameter("C", "a finite number for nu-SVR", self.c));
        }
        let targets: Vec<f64> = rows.iter().map(|&row| targets[row as usize]).collect();
        let bounds: Vec<f64> = weights.iter().map(|weight| self.c * weight).collect();
        let (kind, dual) = match self.tube {
            Tube::Epsilon(epsilon) if epsilon >= 0.0 && epsilon.is_finite() => {
                (Kind::EpsilonSvr, formulations::epsilon_svr(&targets, &bounds, epsilon))
            }
            Tube::Epsilon(epsilon) => {
                return Err(SvmError::parameter("epsilon", "a finite number of at least 0", epsilon));
            }
            Tube::Nu(nu) if nu > 0.0 && nu <= 1.0 => {
                (Kind::NuSvr, formulations::nu_svr(&targets, &bounds, nu))
            }
            Tube::Nu(nu) => return Err(SvmError::parameter("nu", "a number above 0 and not above 1", nu)),
        };
        let setting = Setting::new(samples, &self.kernel, self.options, fit.pool(&mut own))?;
        DecisionFunction::solve(kind, &setting, rows, dual, self.c, fit.progress)
    }
}
