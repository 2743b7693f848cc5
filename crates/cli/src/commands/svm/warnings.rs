//! What is odd about a training set, said on standard error: nothing that keeps a machine from being fitted.

use std::collections::{BTreeMap, HashSet};

use pellucid_terminal::say;

use crate::args::svm::Settings;

/// As many classes look like targets of a regression.
const MANY_CLASSES: usize = 10;

/// Says what is odd about labels, weights and folds, where there are folds.
pub fn warn(settings: &Settings, labels: &[f64], folds: Option<usize>) {
    if let Some(folds) = folds.filter(|&folds| folds > labels.len()) {
        let samples = labels.len();
        say!("warning: more folds ({folds}) than samples ({samples}): each sample is left out once");
    }
    if !settings.classification() {
        if !settings.class_weight.is_empty() {
            say!("warning: -w weights classes, of which {} knows none", settings.formulation_name());
        }
        return;
    }
    let mut sizes = BTreeMap::new();
    for &label in labels {
        *sizes.entry(label as i32).or_insert(0_usize) += 1;
    }
    warn_of_weights(settings, &sizes);
    if let (1, Some((label, _))) = (sizes.len(), sizes.first_key_value()) {
        say!("warning: all samples are of one class, {label}: the model knows no other");
    } else if let Some(folds) = folds {
        warn_of_rare(&sizes, folds.min(labels.len()));
    }
    if sizes.len() > MANY_CLASSES && 2 * sizes.len() > labels.len() {
        let (classes, samples) = (sizes.len(), labels.len());
        say!("hint: {classes} classes of {samples} samples: did you mean a regression (-s 3)?");
    }
}

fn warn_of_weights(settings: &Settings, sizes: &BTreeMap<i32, usize>) {
    if settings.nu_classification() && !settings.class_weight.is_empty() {
        say!("warning: -w is a factor of C, which {} has none of", settings.formulation_name());
    }
    let mut said = HashSet::new();
    for (label, _) in &settings.class_weight {
        if !sizes.contains_key(label) && said.insert(label) {
            say!("warning: class label {label} specified in weight is not found");
        }
    }
}

fn warn_of_rare(sizes: &BTreeMap<i32, usize>, folds: usize) {
    let mut rare = sizes.iter().filter(|(_, size)| **size < folds);
    if let Some((label, size)) = rare.next() {
        let (count, samples) = (1 + rare.count(), if *size == 1 { "sample" } else { "samples" });
        let all = sizes.len();
        say!(
            "warning: {count} of {all} classes have fewer samples than there are folds ({folds}), such as class {label} \
             with {size} {samples}: some folds are predicted by machines that have not seen them"
        );
    }
}
