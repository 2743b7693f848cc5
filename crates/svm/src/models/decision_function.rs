//! A fitted regression or one-class SVM.

use pellucid_compute::Pool;

use crate::decision::evaluator::Evaluator;
use crate::decision::expansion::Expansion;
use crate::decision::support_vectors::SupportVectors;
use crate::error::SvmError;
use crate::fitting::setting::Setting;
use crate::fitting::task::Task;
use crate::input::samples::Samples;
use crate::kernels::kernel::Kernel;
use crate::models::accessors::expansion_accessors;
use crate::problem::dual::Dual;
use crate::problem::fitted::Fitted;
use crate::problem::form::Form;
use crate::problem::report::Report;
use crate::progress::ProgressCallback;

/// Which problem a decision function solves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The support of a distribution: inliers against outliers.
    OneClass,
    /// Regression with a tube of a given width.
    EpsilonSvr,
    /// Regression with a tube that leaves a given share of the samples outside.
    NuSvr,
}

/// A fitted regression or one-class SVM: f(x) = sum of coefficient_s K(s, x) - rho over the support vectors s.
///
/// Made by [`Svr::fit`](crate::Svr::fit) and [`OneClassSvm::fit`](crate::OneClassSvm::fit).
#[derive(Clone)]
pub struct DecisionFunction {
    pub(crate) kind: Kind,
    pub(crate) rho: f64,
    pub(crate) report: Report,
    pub(crate) support: Vec<u32>,
    pub(crate) evaluator: Evaluator,
}

impl Kind {
    /// What to do with the solution of its dual.
    fn form(self) -> Form {
        match self {
            Self::OneClass => Form::OneClass,
            Self::EpsilonSvr => Form::Plain,
            Self::NuSvr => Form::NuSvr,
        }
    }
}

impl DecisionFunction {
    /// Solves the dual of some rows of the samples, whose coefficients are of the size of `c` at most.
    pub(crate) fn solve(
        kind: Kind,
        setting: &Setting<'_>,
        rows: Vec<u32>,
        dual: Dual,
        c: f64,
        progress: Option<ProgressCallback<'_>>,
    ) -> Result<Self, SvmError> {
        let task = Task { groups: vec![0], dual, form: kind.form() };
        let groups = [rows];
        let mut solved = setting.solve(&groups, &[task], None, progress)?;
        let Fitted { coefficients, rho, report, .. } = solved.swap_remove(0);
        let kept = groups[0].iter().zip(coefficients).filter(|(_, coefficient)| *coefficient != 0.0);
        let (support, coefficients): (Vec<u32>, Vec<f64>) = kept.unzip();
        let vectors = SupportVectors::of(&setting.samples, &setting.kernel, &support)?;
        let (kernel, columns, sizes) =
            (setting.kernel.clone(), setting.samples.columns(), vec![support.len()]);
        let expansion = Expansion::new(kernel, vectors, columns, sizes, coefficients, setting.single(c));
        Ok(Self { kind, rho, report, support, evaluator: Evaluator::new(expansion) })
    }

    /// Returns which problem it solves.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    expansion_accessors!("ascending");

    /// Returns the coefficient of each support vector: alpha, or alpha - alpha* in regression.
    pub fn dual_coefficients(&self) -> &[f64] {
        &self.expansion().coefficients
    }

    /// Returns the intercept, -rho.
    pub fn intercept(&self) -> f64 {
        -self.rho
    }

    /// Returns how the problem was solved.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Returns f(x) of each row: the prediction of a regression; above zero for inliers of a one-class SVM.
    ///
    /// # Errors
    /// Returns an error if rows are not as wide as in training or a number is not finite.
    pub fn predict<'a>(&self, samples: impl Into<Samples<'a>>) -> Result<Vec<f64>, SvmError> {
        self.predict_with(samples, &Pool::per_core())
    }

    /// As [`DecisionFunction::predict`], on the threads of `pool`.
    ///
    /// # Errors
    /// As [`DecisionFunction::predict`].
    pub fn predict_with<'a>(
        &self,
        samples: impl Into<Samples<'a>>,
        pool: &Pool,
    ) -> Result<Vec<f64>, SvmError> {
        let samples = samples.into();
        self.evaluator.evaluate(&samples, pool, 1, |sums, value| value[0] = sums[0] - self.rho)
    }

    /// Returns 1 for inliers and -1 for outliers; inliers are rows with f(x) > 0, as in LIBSVM.
    ///
    /// # Errors
    /// As [`DecisionFunction::predict`].
    pub fn signs<'a>(&self, samples: impl Into<Samples<'a>>) -> Result<Vec<i32>, SvmError> {
        self.signs_with(samples, &Pool::per_core())
    }

    /// As [`DecisionFunction::signs`], on the threads of `pool`.
    ///
    /// # Errors
    /// As [`DecisionFunction::predict`].
    pub fn signs_with<'a>(&self, samples: impl Into<Samples<'a>>, pool: &Pool) -> Result<Vec<i32>, SvmError> {
        self.evaluator.decide(&samples.into(), pool, |sums, bounds, sign| {
            let value = sums[0] - self.rho;
            *sign = if value > 0.0 { 1 } else { -1 };
            value.abs() > bounds[0]
        })
    }
}
