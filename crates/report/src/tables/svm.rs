//! Tables 9, 10 and 10a: the support vector machines.

use crate::course;
use crate::number::{count, duration, fixed, percent, plain, scientific};
use crate::results::svm::SvmResults;
use crate::tables::table::Table;

/// The tables of section 6.
pub(super) fn all(svm: &SvmResults) -> Vec<Table> {
    let mut tables = vec![configuration(svm), comparison(svm)];
    if !svm.discriminative_features.is_empty() {
        tables.push(discriminative_features(svm));
    }
    tables
}

fn configuration(svm: &SvmResults) -> Table {
    let (ours, theirs) = (&svm.latent, &course::SVM);
    let row = |name: &str, here: String, course: &str| vec![name.into(), here, course.into()];
    let gamma = if ours.gamma > 0.0 { format!("scale: {}", plain(ours.gamma)) } else { "–".into() };
    Table::new(
        "Table 9",
        "Configuration of the support vector machine on latent vectors.",
        &["Parameter", "Here", "Course"],
        vec![
            row("Kernel", ours.kernel.clone(), theirs.kernel),
            row("Penalty C", plain(ours.c), &plain(theirs.c)),
            row("Gamma", gamma, theirs.gamma),
            row("Method", svm.method.clone(), "SMO, one-vs-rest"),
            row("Tolerance", plain(ours.tolerance), "–"),
            row("Steps", whole(ours.iterations), &format!("at most {}", count(theirs.max_iterations))),
            row("Training samples", count(ours.train_rows), &count(theirs.train_rows)),
            row("Test samples", count(ours.test_rows), &count(theirs.test_rows)),
            row("Input dimension", count(ours.dimensions), &count(theirs.dimensions)),
            row("Dual objective, all problems", fixed(ours.dual_objective, 3), "–"),
            row("Largest KKT violation", scientific(ours.kkt_gap, 1), "–"),
            row("Macro F1", fixed(ours.macro_f1, 3), &fixed(course::SVM_MACRO_F1, 3)),
            row("Weighted F1", fixed(ours.weighted_f1, 3), &fixed(course::SVM_WEIGHTED_F1, 3)),
        ],
        &[
            "Gamma “scale” is 1 / (dimensions × variance of all training values). The course report describes an SMO of its own, \
             and notes that the figures it prints come from scikit-learn’s solver.",
        ],
    )
}

fn comparison(svm: &SvmResults) -> Table {
    let rows = svm.runs().into_iter().map(|(name, run)| {
        let theirs = match name {
            "Latent" | "Latent, untrained encoder" => percent(course::SVM_LATENT_ACCURACY),
            "Raw pixels" => percent(course::SVM_RAW_ACCURACY),
            _ => "–".into(),
        };
        vec![
            name.to_string(),
            percent(run.accuracy),
            theirs,
            count(run.train_rows),
            count(run.dimensions),
            count(run.support_vectors),
            duration(run.fit_seconds),
            duration(run.predict_seconds),
        ]
    });
    Table::new(
        "Table 10",
        "Classification by what the machine is given.",
        &["Features", "Accuracy", "Course", "Rows", "Dimensions", "Vectors", "Fit", "Predict"],
        rows.collect(),
        &[
            "Rows: training samples. Vectors: support vectors. Predict: the time to decide the whole test set. The course report publishes 75.2 % for latent features; \
             as its encoder was never trained, the row to compare that with is the untrained encoder’s. Its raw pixels \
             are 3,000 samples of 784 dimensions, its latent vectors 5,000 of 32.",
        ],
    )
}

fn discriminative_features(svm: &SvmResults) -> Table {
    let pairs = svm.discriminative_features.iter().zip(course::DISCRIMINATIVE_FEATURES);
    let rows = pairs.enumerate().map(|(rank, (ours, (feature, variance)))| {
        vec![
            (rank + 1).to_string(),
            ours.feature.to_string(),
            fixed(ours.variance, 4),
            feature.to_string(),
            fixed(variance, 4),
        ]
    });
    Table::new(
        "Table 10a",
        "The most discriminative latent features: variance of the ten class means.",
        &["Rank", "Feature", "Variance", "Course’s feature", "Course’s variance"],
        rows.collect(),
        &[
            "Two encoders number their features differently, and the course report’s is untrained: neither the indices nor the \
             sizes need agree.",
        ],
    )
}

fn whole(value: u64) -> String {
    usize::try_from(value).map_or_else(|_| value.to_string(), count)
}
