//! A single fitted machine: a regression or a one-class machine.

use pellucid_compute::Pool;

use crate::decision::evaluator::Evaluator;
use crate::decision::expansion::Expansion;
use crate::decision::support_vectors::SupportVectors;
use crate::error::SvmError;
use crate::fitting::setting::Setting;
use crate::fitting::task::Task;
use crate::input::samples::Samples;
use crate::kernels::kernel::Kernel;
use crate::problem::dual::Dual;
use crate::problem::fitted::Fitted;
use crate::problem::form::Form;
use crate::problem::report::Report;
use crate::progress::ProgressCallback;

/// Which problem a machine solves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Outliers.
    OneClass,
    /// Regression with a tube of given width.
    EpsilonSvr,
    /// Regression with a tube that leaves a given share outside.
    NuSvr,
}

/// f(x) = sum of coefficient_s K(s, x) - rho.
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

    /// Which problem it solves.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn expansion(&self) -> &Expansion {
        &self.evaluator.expansion
    }

    /// The kernel, with gamma as a number.
    pub fn kernel(&self) -> &Kernel {
        &self.expansion().kernel
    }

    /// The rows of the support vectors in the training set, ascending; empty where the model was read from a file that
    /// does not say.
    pub fn support(&self) -> &[u32] {
        &self.support
    }

    /// The support vectors, in that order.
    pub fn support_vectors(&self) -> &SupportVectors {
        &self.expansion().vectors
    }

    /// The coefficient of each support vector: alpha, or alpha - alpha* in regression.
    pub fn dual_coefficients(&self) -> &[f64] {
        &self.expansion().coefficients
    }

    /// The intercept: minus LIBSVM's rho.
    pub fn intercept(&self) -> f64 {
        -self.rho
    }

    /// How the problem was solved.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// f of each row: the prediction of a regression; above zero for what a one-class machine knows.
    ///
    /// # Errors
    /// [`SvmError`] for rows of another width than in training, or numbers that are not finite.
    pub fn predict<'a>(&self, samples: impl Into<Samples<'a>>) -> Result<Vec<f64>, SvmError> {
        self.predict_with(samples, &Pool::per_core())
    }

    /// [`DecisionFunction::predict`] on the threads of `pool`.
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

    /// 1 for rows like the training samples, -1 for outliers, as LIBSVM decides: f(x) > 0.
    ///
    /// # Errors
    /// As [`DecisionFunction::predict`].
    pub fn signs<'a>(&self, samples: impl Into<Samples<'a>>) -> Result<Vec<i32>, SvmError> {
        self.signs_with(samples, &Pool::per_core())
    }

    /// [`DecisionFunction::signs`] on the threads of `pool`.
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
