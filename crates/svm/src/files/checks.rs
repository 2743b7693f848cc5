//! What must hold of a model in a file.

use std::collections::HashSet;

use crate::decision::support_vectors::SupportVectors;
use crate::files::any_model::AnyModel;
use crate::files::probability::Probability;
use crate::files::stored_kernel::StoredKernel;
use crate::files::stored_model::StoredModel;
use crate::kernels::kernel::Kernel;
use crate::models::decision_function::Kind;
use crate::models::multi_class::MultiClass;
use crate::problem::report::Report;

/// What was expected and what was found.
pub(super) type Refusal = (String, String);

/// Refuses what is not so.
fn ensure(
    holds: bool,
    expected: impl FnOnce() -> String,
    found: impl FnOnce() -> String,
) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err((expected(), found())) }
}

/// Counts that agree and numbers that are finite.
pub(super) fn check(stored: &StoredModel) -> Result<(), Refusal> {
    let (model, expansion) = (&stored.model, stored.model.expansion());
    // Groups of support vectors, binary SVMs, coefficients of a support vector.
    let (groups, svms, outputs) = match model {
        AnyModel::DecisionFunction(_) => (1, 1, 1),
        AnyModel::Classifier(model) => {
            let classes = model.labels.len();
            ensure(classes >= 1, || "at least 1 class".into(), || classes.to_string())?;
            let mut known = HashSet::new();
            let twice = model.labels.iter().find(|label| !known.insert(**label));
            ensure(twice.is_none(), || "different labels".into(), || format!("{twice:?} twice"))?;
            // A single class has no binary SVM, and so no support vectors.
            let found = expansion.vectors.len();
            ensure(
                classes > 1 || found == 0,
                || "no support vectors of a single class".into(),
                || found.to_string(),
            )?;
            match model.multi_class {
                MultiClass::OneVsRest if classes > 2 => (classes, classes, classes),
                _ => (classes, classes * (classes - 1) / 2, classes - 1),
            }
        }
    };
    let vectors = expansion.vectors.len();
    let count = |what: &str, expected: usize, found: usize| {
        ensure(expected == found, || format!("{expected} {what}"), || found.to_string())
    };
    count("numbers rho", svms, model.rho().len())?;
    count("counts of support vectors", groups, expansion.class_sizes.len())?;
    let total: u128 = expansion.class_sizes.iter().map(|&size| size as u128).sum();
    ensure(
        total == vectors as u128,
        || format!("{vectors} support vectors in all classes"),
        || format!("{total} by the counts of the classes"),
    )?;
    count("coefficients", vectors * outputs, expansion.coefficients.len())?;
    count_or_none("rows of support vectors", vectors, model.support().len())?;
    count_or_none("reports", svms, model.reports().len())?;
    check_kernel(&expansion.kernel)?;
    check_vectors(&expansion.vectors, expansion.columns, matches!(expansion.kernel, Kernel::Precomputed))?;
    finite("coefficients", &expansion.coefficients)?;
    finite("rho", model.rho())?;
    for Report { dual_objective, kkt_gap, equivalent, .. } in model.reports() {
        finite("reports", &[*dual_objective, *kkt_gap, equivalent.unwrap_or(0.0)])?;
    }
    check_probability(model, stored.probability.as_ref())
}

fn count_or_none(what: &str, expected: usize, found: usize) -> Result<(), Refusal> {
    ensure(found == expected || found == 0, || format!("{expected} {what} or none"), || found.to_string())
}

fn finite(what: &str, numbers: &[f64]) -> Result<(), Refusal> {
    let bad = numbers.iter().position(|number| !number.is_finite());
    bad.map_or(Ok(()), |at| {
        Err((format!("finite numbers in {what}"), format!("{} at place {at} (from 0)", numbers[at])))
    })
}

fn check_kernel(kernel: &Kernel) -> Result<(), Refusal> {
    let (gamma, coef0) = match StoredKernel::of(kernel) {
        None => {
            return Err(("a kernel that a file can hold".into(), "a custom function".into()));
        }
        Some(StoredKernel::Linear | StoredKernel::Precomputed) => (0.0, 0.0),
        Some(StoredKernel::Rbf { gamma }) => (gamma, 0.0),
        Some(StoredKernel::Polynomial { gamma, coef0, .. } | StoredKernel::Sigmoid { gamma, coef0 }) => {
            (gamma, coef0)
        }
    };
    let good = gamma >= 0.0 && gamma.is_finite();
    ensure(good, || "a finite gamma of at least 0".into(), || gamma.to_string())?;
    ensure(coef0.is_finite(), || "a finite coef0".into(), || coef0.to_string())
}

fn check_vectors(vectors: &SupportVectors, columns: usize, precomputed: bool) -> Result<(), Refusal> {
    let width = match vectors {
        SupportVectors::Columns(chosen) => {
            let bad = chosen.iter().find(|&&column| column as usize >= columns);
            ensure(
                bad.is_none() && precomputed,
                || format!("support vectors among {columns} columns of a precomputed kernel"),
                || bad.map_or("another kernel".to_owned(), |bad| format!("column {bad} (from 0)")),
            )?;
            return Ok(());
        }
        SupportVectors::F32(rows) => {
            let bad = rows.data().iter().find(|number| !number.is_finite());
            finite("support vectors", bad.map(|&bad| f64::from(bad)).as_slice())?;
            rows.columns()
        }
        SupportVectors::F64(rows) => {
            finite("support vectors", rows.data())?;
            rows.columns()
        }
        SupportVectors::Sparse(rows) => {
            finite("support vectors", rows.values())?;
            rows.columns()
        }
    };
    ensure(!precomputed, || "columns of a precomputed kernel".into(), || "rows of numbers".into())?;
    ensure(width == columns, || format!("support vectors of {columns} numbers"), || width.to_string())
}

fn check_probability(model: &AnyModel, probability: Option<&Probability>) -> Result<(), Refusal> {
    let svms = model.rho().len();
    let kind = || {
        (format!("what makes probabilities of a model {}", model.formulation()), "that of another".to_owned())
    };
    match (probability, model) {
        (None, _) => Ok(()),
        (Some(Probability::PairwiseSigmoids { a, b }), AnyModel::Classifier(_)) => {
            let good = a.len() == svms && b.len() == svms;
            ensure(
                good,
                || format!("{svms} numbers probA and probB"),
                || format!("{} and {}", a.len(), b.len()),
            )?;
            finite("probA", a)?;
            finite("probB", b)
        }
        (Some(Probability::Laplace { scale }), AnyModel::DecisionFunction(function))
            if function.kind != Kind::OneClass =>
        {
            finite("probA", &[*scale])
        }
        (Some(Probability::DensityMarks(marks)), AnyModel::DecisionFunction(function))
            if function.kind == Kind::OneClass =>
        {
            ensure(marks.len() == 10, || "10 density marks".into(), || marks.len().to_string())?;
            finite("prob_density_marks", marks)
        }
        _ => Err(kind()),
    }
}
