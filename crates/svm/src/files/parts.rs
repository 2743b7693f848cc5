//! From what a file says to a model.

use crate::decision::evaluator::Evaluator;
use crate::decision::expansion::Expansion;
use crate::decision::support_vectors::SupportVectors;
use crate::files::any_model::AnyModel;
use crate::files::checks::{Refusal, check};
use crate::files::header::Header;
use crate::files::probability::Probability;
use crate::files::stored_model::StoredModel;
use crate::files::svm_type::SvmType;
use crate::models::decision_function::{DecisionFunction, Kind};
use crate::models::multi_class::MultiClass;
use crate::models::penalty::Penalty;
use crate::models::svc_model::SvcModel;

/// What both formats hold.
pub(super) struct Parts {
    pub header: Header,
    pub rho: Vec<f64>,
    pub support: Vec<u32>,
    pub vectors: SupportVectors,
    pub coefficients: Vec<f64>,
    pub probability: Option<Probability>,
}

impl Parts {
    /// The model, if the parts fit together.
    pub fn build(self) -> Result<StoredModel, Refusal> {
        let Self { header, rho, support, vectors, coefficients, probability } = self;
        let kernel = header.kernel.to_kernel();
        let mut expansion =
            Expansion::new(kernel, vectors, header.columns, header.class_sizes, coefficients, header.single);
        expansion.open = header.open;
        let zero_based = header.zero_based;
        // A LIBSVM file does not say how strong the penalty was.
        let strength = header.penalty.unwrap_or(f64::NAN);
        let target = match header.svm_type {
            SvmType::CSvc => Target::Classes(Penalty::C(strength)),
            SvmType::NuSvc => Target::Classes(Penalty::Nu(strength)),
            SvmType::OneClass => Target::Single(Kind::OneClass),
            SvmType::EpsilonSvr => Target::Single(Kind::EpsilonSvr),
            SvmType::NuSvr => Target::Single(Kind::NuSvr),
        };
        let model = match target {
            Target::Classes(penalty) => AnyModel::Classifier(SvcModel {
                labels: header.labels,
                multi_class: if header.one_vs_rest { MultiClass::OneVsRest } else { MultiClass::OneVsOne },
                penalty,
                break_ties: header.break_ties,
                rho,
                reports: header.reports,
                support,
                evaluator: Evaluator::new(expansion),
            }),
            Target::Single(kind) => {
                let [rho] = rho[..] else {
                    return Err(("one number rho".into(), rho.len().to_string()));
                };
                let report = header.reports.first().copied().unwrap_or_default();
                AnyModel::DecisionFunction(DecisionFunction {
                    kind,
                    rho,
                    report,
                    support,
                    evaluator: Evaluator::new(expansion),
                })
            }
        };
        let stored = StoredModel { model, probability, zero_based };
        check(&stored)?;
        Ok(stored)
    }
}

enum Target {
    Classes(Penalty),
    Single(Kind),
}
