//! Writing LIBSVM's model files.

use std::fmt::Write;

use pellucid_data::{DataError, Place};

use crate::decision::support_vectors::SupportVectors;
use crate::files::any_model::AnyModel;
use crate::files::checks::check;
use crate::files::libsvm_fields::MAX_INDEX;
use crate::files::probability::Probability;
use crate::files::stored_kernel::StoredKernel;
use crate::files::stored_model::StoredModel;
use crate::models::multi_class::MultiClass;

/// The content of the file.
pub(super) fn text(stored: &StoredModel) -> Result<String, DataError> {
    let refuse = |(expected, found)| DataError::invalid("LIBSVM model", expected, found, Place::Whole);
    check(stored).map_err(refuse)?;
    let (model, expansion) = (&stored.model, stored.model.expansion());
    if let AnyModel::Classifier(model) = model
        && model.multi_class == MultiClass::OneVsRest
        && model.labels.len() > 2
    {
        let found = "one-vs-rest, which only a safetensors file can hold".to_owned();
        return Err(refuse(("a one-vs-one model".to_owned(), found)));
    }
    let most = MAX_INDEX + u64::from(stored.zero_based);
    if expansion.columns as u64 > most {
        let found = expansion.columns.to_string();
        return Err(refuse((format!("at most {most} features, which its indices can name"), found)));
    }
    let mut text = String::new();
    line(&mut text, "svm_type", [model.svm_type().name()]);
    line(&mut text, "kernel_type", [expansion.kernel.name()]);
    match StoredKernel::of(&expansion.kernel) {
        Some(StoredKernel::Polynomial { degree, gamma, coef0 }) => {
            line(&mut text, "degree", [degree]);
            numbers(&mut text, "gamma", &[gamma]);
            numbers(&mut text, "coef0", &[coef0]);
        }
        Some(StoredKernel::Rbf { gamma }) => numbers(&mut text, "gamma", &[gamma]),
        Some(StoredKernel::Sigmoid { gamma, coef0 }) => {
            numbers(&mut text, "gamma", &[gamma]);
            numbers(&mut text, "coef0", &[coef0]);
        }
        _ => {}
    }
    let labels = if let AnyModel::Classifier(model) = model { &model.labels[..] } else { &[] };
    // LIBSVM counts two for what has no classes.
    line(&mut text, "nr_class", [if labels.is_empty() { 2 } else { labels.len() }]);
    line(&mut text, "total_sv", [expansion.vectors.len()]);
    numbers(&mut text, "rho", model.rho());
    if !labels.is_empty() {
        line(&mut text, "label", labels);
    }
    match &stored.probability {
        Some(Probability::PairwiseSigmoids { a, b }) => {
            numbers(&mut text, "probA", a);
            numbers(&mut text, "probB", b);
        }
        Some(Probability::Laplace { scale }) => numbers(&mut text, "probA", &[*scale]),
        Some(Probability::DensityMarks(marks)) => numbers(&mut text, "prob_density_marks", marks),
        None => {}
    }
    if !labels.is_empty() {
        line(&mut text, "nr_sv", &expansion.class_sizes);
    }
    text.push_str("SV\n");
    for (row, coefficients) in expansion.coefficients.chunks_exact(expansion.outputs.max(1)).enumerate() {
        for &coefficient in coefficients {
            push_number(&mut text, coefficient);
            text.push(' ');
        }
        push_vector(&mut text, stored, row);
        text.push('\n');
    }
    Ok(text)
}

/// A support vector as `index:value`, zeros left out, or `0:serial` of a precomputed kernel.
fn push_vector(text: &mut String, stored: &StoredModel, row: usize) {
    let expansion = stored.model.expansion();
    // Writing to a string does not fail.
    let Some(samples) = expansion.vectors.samples() else {
        if let SupportVectors::Columns(chosen) = &expansion.vectors {
            let _ = write!(text, "0:{} ", u64::from(chosen[row]) + 1);
        }
        return;
    };
    let mut push = |column: usize, value: f64| {
        let _ = write!(text, "{}:", column + usize::from(!stored.zero_based));
        push_number(text, value);
        text.push(' ');
    };
    // The ends of the first one are always there, so that a reader knows how many numbers there are and from where
    // they count.
    let last = expansion.columns.saturating_sub(1);
    let (mut first_done, mut last_done) = (!stored.zero_based || row > 0, row > 0);
    samples.for_each(row, |column, value| {
        if !first_done && column > 0 {
            push(0, 0.0);
        }
        first_done = true;
        if value != 0.0 || (row == 0 && (column == last || stored.zero_based && column == 0)) {
            push(column, value);
            last_done |= column == last;
        }
    });
    if !first_done {
        push(0, 0.0);
        last_done |= last == 0;
    }
    if !last_done {
        push(last, 0.0);
    }
}

fn line<T: std::fmt::Display>(text: &mut String, key: &str, values: impl IntoIterator<Item = T>) {
    text.push_str(key);
    for value in values {
        let _ = write!(text, " {value}");
    }
    text.push('\n');
}

fn numbers(text: &mut String, key: &str, values: &[f64]) {
    text.push_str(key);
    for &value in values {
        text.push(' ');
        push_number(text, value);
    }
    text.push('\n');
}

/// The fewest digits that read back to the same number.
fn push_number(text: &mut String, value: f64) {
    let _ = write!(text, "{value:?}");
    if text.ends_with(".0") {
        text.truncate(text.len() - 2);
    }
}
