//! A fitted model of any kind.

use crate::decision::expansion::Expansion;
use crate::decision::support_vectors::SupportVectors;
use crate::files::svm_type::SvmType;
use crate::kernels::kernel::Kernel;
use crate::models::decision_function::{DecisionFunction, Kind};
use crate::models::penalty::Penalty;
use crate::models::svc_model::SvcModel;
use crate::problem::report::Report;

/// A fitted model of any kind.
#[derive(Clone)]
pub enum AnyModel {
    /// C-SVC or nu-SVC.
    Classifier(SvcModel),
    /// A regression or a one-class SVM.
    DecisionFunction(DecisionFunction),
}

impl AnyModel {
    /// Returns the kernel, with gamma as a number.
    pub fn kernel(&self) -> &Kernel {
        &self.expansion().kernel
    }

    /// Returns the support vectors.
    pub fn support_vectors(&self) -> &SupportVectors {
        &self.expansion().vectors
    }

    /// Returns the numbers in a training sample; of a model from a LIBSVM file, the largest index in its support vectors.
    pub fn columns(&self) -> usize {
        self.expansion().columns
    }

    /// Returns the name of the formulation in LIBSVM's files: `c_svc`, `nu_svc`, `one_class`, `epsilon_svr` or `nu_svr`.
    pub fn formulation(&self) -> &'static str {
        self.svm_type().name()
    }

    pub(super) fn svm_type(&self) -> SvmType {
        match self {
            Self::Classifier(model) => match model.penalty {
                Penalty::C(_) => SvmType::CSvc,
                Penalty::Nu(_) => SvmType::NuSvc,
            },
            Self::DecisionFunction(model) => match model.kind {
                Kind::OneClass => SvmType::OneClass,
                Kind::EpsilonSvr => SvmType::EpsilonSvr,
                Kind::NuSvr => SvmType::NuSvr,
            },
        }
    }

    pub(super) fn expansion(&self) -> &Expansion {
        match self {
            Self::Classifier(model) => model.expansion(),
            Self::DecisionFunction(model) => model.expansion(),
        }
    }

    pub(super) fn expansion_mut(&mut self) -> &mut Expansion {
        match self {
            Self::Classifier(model) => &mut model.evaluator.expansion,
            Self::DecisionFunction(model) => &mut model.evaluator.expansion,
        }
    }

    pub(super) fn rho(&self) -> &[f64] {
        match self {
            Self::Classifier(model) => &model.rho,
            Self::DecisionFunction(model) => std::slice::from_ref(&model.rho),
        }
    }

    pub(super) fn support(&self) -> &[u32] {
        match self {
            Self::Classifier(model) => &model.support,
            Self::DecisionFunction(model) => &model.support,
        }
    }

    pub(super) fn reports(&self) -> &[Report] {
        match self {
            Self::Classifier(model) => &model.reports,
            Self::DecisionFunction(model) => std::slice::from_ref(&model.report),
        }
    }
}
