//! Regression: epsilon-SVR and nu-SVR.

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

/// How wide the tube is within which errors cost nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Tube {
    Epsilon(f64),
    Nu(f64),
}

/// A regression to be fitted: minimise |w|^2 / 2 + C sum of max(0, |f(x_i) - t_i| - epsilon).
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
    /// epsilon-SVR with C = 1 and epsilon = 0.1.
    pub fn new(kernel: Kernel) -> Self {
        Self { kernel, c: 1.0, tube: Tube::Epsilon(0.1), options: Options::default() }
    }

    /// The price of a unit of error outside the tube. For epsilon-SVR it may be infinite: no error is allowed then, and
    /// where every function has one, the fit ends at the most iterations with the gap it has.
    #[must_use]
    pub fn c(self, c: f64) -> Self {
        Self { c, ..self }
    }

    /// epsilon-SVR: half the width of the tube, in the unit of the targets.
    #[must_use]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { tube: Tube::Epsilon(epsilon), ..self }
    }

    /// nu-SVR: a tube that at most a share `nu` of the samples lies outside of.
    #[must_use]
    pub fn nu(self, nu: f64) -> Self {
        Self { tube: Tube::Nu(nu), ..self }
    }

    /// Solver, tolerance, memory.
    #[must_use]
    pub fn options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// Fits with as many threads as the machine has cores.
    ///
    /// # Errors
    /// [`SvmError`] for parameters out of range, and samples or targets that are not finite.
    pub fn fit<'a>(
        &self,
        samples: impl Into<Samples<'a>>,
        targets: &[f64],
    ) -> Result<DecisionFunction, SvmError> {
        self.fit_with(samples, targets, None, &Pool::per_core(), None)
    }

    /// Fits with weights of the samples (factors of C), on the threads of `pool`, watched by an observer.
    ///
    /// # Errors
    /// As [`Svr::fit`], and [`SvmError::Interrupted`] where the observer stops the fit.
    pub fn fit_with<'a>(
        &self,
        samples: impl Into<Samples<'a>>,
        targets: &[f64],
        weights: Option<&[f64]>,
        pool: &Pool,
        observer: Option<ProgressCallback<'_>>,
    ) -> Result<DecisionFunction, SvmError> {
        let samples = samples.into();
        if samples.rows() != targets.len() {
            let expected = format!("{}, one a sample", samples.rows());
            return Err(SvmError::input("targets", expected, targets.len().to_string()));
        }
        if let Some(at) = targets.iter().position(|target| !target.is_finite()) {
            let found = format!("{} for sample {at} (from 0)", targets[at]);
            return Err(SvmError::input("targets", "finite numbers", found));
        }
        check_weights(weights, targets.len())?;
        if self.c.is_nan() || self.c <= 0.0 {
            return Err(SvmError::parameter("C", "a number above 0", self.c));
        }
        if self.c.is_infinite() && matches!(self.tube, Tube::Nu(_)) {
            // Its coefficients add up to C nu n / 2.
            return Err(SvmError::parameter("C", "a finite number for nu-SVR", self.c));
        }
        let rows: Vec<u32> = (0..targets.len() as u32)
            .filter(|&row| weights.is_none_or(|weights| weights[row as usize] > 0.0))
            .collect();
        let targets: Vec<f64> = rows.iter().map(|&row| targets[row as usize]).collect();
        let weight = |row: &u32| weights.map_or(1.0, |weights| weights[*row as usize]);
        let bounds: Vec<f64> = rows.iter().map(|row| self.c * weight(row)).collect();
        let (dual, form) = match self.tube {
            Tube::Epsilon(epsilon) if epsilon >= 0.0 && epsilon.is_finite() => {
                (formulations::epsilon_svr(&targets, &bounds, epsilon), Form::Plain)
            }
            Tube::Epsilon(epsilon) => {
                return Err(SvmError::parameter("epsilon", "a finite number of at least 0", epsilon));
            }
            Tube::Nu(nu) if nu > 0.0 && nu <= 1.0 => {
                (formulations::nu_svr(&targets, &bounds, nu), Form::NuSvr)
            }
            Tube::Nu(nu) => return Err(SvmError::parameter("nu", "a number above 0 and not above 1", nu)),
        };
        let setting = Setting::new(samples, &self.kernel, self.options, pool)?;
        let single = setting.single(self.c);
        let task = Task { groups: vec![0], dual, form };
        let fitted = setting.solve(std::slice::from_ref(&rows), &[task], None, observer)?;
        let (support, vectors, coefficients) = gather(&setting, &rows, &fitted[0])?;
        let sizes = vec![support.len()];
        let kernel = setting.kernel.clone();
        let expansion =
            Expansion::new(kernel, vectors, setting.samples.columns(), sizes, coefficients, single);
        let kind = match self.tube {
            Tube::Epsilon(_) => Kind::EpsilonSvr,
            Tube::Nu(_) => Kind::NuSvr,
        };
        Ok(DecisionFunction {
            kind,
            rho: fitted[0].rho,
            report: fitted[0].report,
            support,
            evaluator: Evaluator::new(expansion),
        })
    }
}
