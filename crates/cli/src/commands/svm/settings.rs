//! From arguments to a fitted machine.

use std::io::IsTerminal;
use std::ops::ControlFlow;

use anyhow::Result;
use indicatif::ProgressBar;
use pellucid::prelude::Pool;
use pellucid_svm::{
    AnyModel, ClassOrder, ClassWeight, Effort, Fit, FitProgress, Kernel, MultiClass, OneClassSvm, Options,
    Samples, Solver, StoredModel, Svc, SvmError, Svr,
};
use pellucid_terminal::{failure, interrupt};

use crate::args::svm::{EffortName, Formulation, KernelName, MultiClassName, Settings, SolverName};

impl Settings {
    pub fn regression(&self) -> bool {
        matches!(self.formulation, Formulation::EpsilonSvr | Formulation::NuSvr)
    }

    pub fn classification(&self) -> bool {
        matches!(self.formulation, Formulation::CSvc | Formulation::NuSvc)
    }

    pub fn nu_classification(&self) -> bool {
        self.formulation == Formulation::NuSvc
    }

    pub fn one_vs_rest(&self) -> bool {
        self.multi_class == MultiClassName::OneVsRest
    }

    /// `-s` and its number or name.
    pub fn formulation_name(&self) -> &'static str {
        match self.formulation {
            Formulation::CSvc => "-s 0 (c-svc)",
            Formulation::NuSvc => "-s 1 (nu-svc)",
            Formulation::OneClass => "-s 2 (one-class)",
            Formulation::EpsilonSvr => "-s 3 (epsilon-svr)",
            Formulation::NuSvr => "-s 4 (nu-svr)",
        }
    }

    pub fn precomputed(&self) -> bool {
        self.kernel == KernelName::Precomputed
    }

    pub fn has_gamma(&self) -> bool {
        matches!(self.kernel, KernelName::Polynomial | KernelName::Rbf | KernelName::Sigmoid)
    }

    fn kernel(&self) -> Kernel {
        match self.kernel {
            KernelName::Linear => Kernel::Linear,
            KernelName::Polynomial => Kernel::polynomial(self.degree, self.gamma, self.coef0),
            KernelName::Rbf => Kernel::rbf(self.gamma),
            KernelName::Sigmoid => Kernel::sigmoid(self.gamma, self.coef0),
            KernelName::Precomputed => Kernel::Precomputed,
        }
    }

    /// How the fit is run.
    pub fn options(&self) -> Options {
        let mut options = Options::from(match self.effort {
            EffortName::Fast => Effort::Fast,
            EffortName::Balanced => Effort::Balanced,
            EffortName::Exact => Effort::Exact,
        });
        options.solver = match self.solver {
            SolverName::Simplified => Solver::Simplified,
            SolverName::Platt => Solver::Platt,
            SolverName::SecondOrder => Solver::SecondOrder,
        };
        options.tolerance = self.tolerance.unwrap_or(options.tolerance);
        options.cache_bytes = (self.cache * f64::from(1 << 20)) as usize;
        options.shrinking = self.shrinking;
        options.seed = self.seed;
        options
    }

    /// A classifier as the arguments describe it.
    pub fn classifier(&self) -> Svc {
        let svc = Svc::new(self.kernel())
            .options(self.options())
            .class_order(ClassOrder::Appearance)
            .class_weight(ClassWeight::PerClass(self.class_weight.clone()))
            .break_ties(self.break_ties)
            .multi_class(match self.multi_class {
                MultiClassName::OneVsOne => MultiClass::OneVsOne,
                MultiClassName::OneVsRest => MultiClass::OneVsRest,
            });
        if self.formulation == Formulation::NuSvc { svc.nu(self.nu) } else { svc.c(self.cost) }
    }

    /// Fits; `spinner` shows how far it is, and Ctrl-C stops it.
    pub fn fit(
        &self,
        samples: Samples<'_>,
        labels: &[f64],
        pool: &Pool,
        spinner: &Spinner,
    ) -> Result<StoredModel> {
        if !(self.cache > 0.0 && self.cache.is_finite()) {
            return Err(failure::usage(format!(
                "expected a cache (-m) of more than 0 MB, found {}",
                self.cache
            )));
        }
        let observe = |progress: &FitProgress| spinner.show(progress);
        let fitted: Result<StoredModel, SvmError> = match self.formulation {
            Formulation::CSvc | Formulation::NuSvc => self
                .classifier()
                .fit_with(samples, &classes(labels)?, Fit::on(pool).progress(&observe))
                .map(StoredModel::from),
            Formulation::OneClass => OneClassSvm::new(self.kernel(), self.nu)
                .options(self.options())
                .fit_with(samples, Fit::on(pool).progress(&observe))
                .map(StoredModel::from),
            Formulation::EpsilonSvr | Formulation::NuSvr => {
                let svr = Svr::new(self.kernel()).c(self.cost).options(self.options());
                let nu = self.formulation == Formulation::NuSvr;
                let svr = if nu { svr.nu(self.nu) } else { svr.epsilon(self.epsilon) };
                svr.fit_with(samples, labels, Fit::on(pool).progress(&observe)).map(StoredModel::from)
            }
        };
        Ok(fitted?)
    }
}

/// Labels of classes: whole numbers of 32 bits.
pub fn classes(labels: &[f64]) -> Result<Vec<i32>> {
    let class = |(row, &label): (usize, &f64)| {
        let class = label as i32;
        if f64::from(class) == label {
            return Ok(class);
        }
        let hint = if label.fract() == 0.0 { "" } else { " (did you mean a regression, -s 3?)" };
        let sample = row + 1;
        Err(failure::data(format!(
            "labels of classes: expected whole numbers from {} to {}, found {label} for sample {sample}{hint}",
            i32::MIN,
            i32::MAX
        )))
    };
    labels.iter().enumerate().map(class).collect()
}

/// The label of each row, or its value.
pub fn predict(model: &AnyModel, samples: Samples<'_>, pool: &Pool) -> Result<Vec<f64>, SvmError> {
    match model {
        AnyModel::Classifier(model) => {
            Ok(model.predict_with(samples, pool)?.into_iter().map(f64::from).collect())
        }
        AnyModel::DecisionFunction(model) => {
            if model.kind() == pellucid_svm::Kind::OneClass {
                return Ok(model.signs_with(samples, pool)?.into_iter().map(f64::from).collect());
            }
            model.predict_with(samples, pool)
        }
    }
}

/// What a fit is doing, on a terminal.
pub struct Spinner(ProgressBar);

impl Spinner {
    pub fn new(quiet: bool) -> Self {
        let shown = !quiet && std::io::stderr().is_terminal();
        Self(if shown { ProgressBar::new_spinner() } else { ProgressBar::hidden() })
    }

    pub fn show(&self, progress: &FitProgress) -> ControlFlow<()> {
        let FitProgress { solved, problems, iterations, gap } = progress;
        self.0.set_message(format!(
            "problem {} of {problems}, iteration {iterations}, gap {gap:.2e}",
            solved + 1
        ));
        self.0.tick();
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Prints without a line of progress in between.
    pub fn suspend(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }

    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
