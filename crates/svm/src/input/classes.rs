//! The classes of a training set and what its samples weigh.

use std::collections::HashMap;

use crate::error::SvmError;
use crate::input::samples::Samples;

/// How classes are numbered, which decides what is positive in each pair and who wins a tie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClassOrder {
    /// By label, as scikit-learn does.
    #[default]
    Sorted,
    /// By first appearance, as LIBSVM does (of -1 and +1 the positive one first).
    Appearance,
}

/// What a mistake in a class costs.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ClassWeight {
    /// The same for all.
    #[default]
    One,
    /// n / (classes x n_class): as much for a rare class as for a frequent one.
    Balanced,
    /// Factors of C by label; 1 for labels not named. Those of a label that is named several times are multiplied, as
    /// LIBSVM does; a label that no sample has changes nothing.
    PerClass(Vec<(i32, f64)>),
}

/// Samples by class.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Classes {
    pub labels: Vec<i32>,
    /// The rows of each class, ascending.
    pub rows: Vec<Vec<u32>>,
}

impl Classes {
    pub fn new(labels: &[i32], order: ClassOrder, weights: Option<&[f64]>) -> Result<Self, SvmError> {
        let mut classes = Self { labels: Vec::new(), rows: Vec::<Vec<u32>>::new() };
        let mut known = HashMap::new();
        for (row, &label) in labels.iter().enumerate() {
            // A sample without weight is no sample.
            if weights.is_some_and(|weights| weights[row] == 0.0) {
                continue;
            }
            let class = *known.entry(label).or_insert(classes.labels.len());
            if class == classes.labels.len() {
                classes.labels.push(label);
                classes.rows.push(Vec::new());
            }
            classes.rows[class].push(row as u32);
        }
        let found = classes.labels.len();
        if found == 0 {
            return Err(SvmError::input("labels", "at least one class (of samples with a weight)", "none"));
        }
        let swapped = order == ClassOrder::Appearance && classes.labels == [-1, 1];
        if order == ClassOrder::Sorted || swapped {
            let mut by_label: Vec<usize> = (0..found).collect();
            by_label.sort_by_key(|&class| classes.labels[class]);
            if swapped {
                by_label.reverse();
            }
            classes = Self {
                labels: by_label.iter().map(|&class| classes.labels[class]).collect(),
                rows: by_label.iter().map(|&class| std::mem::take(&mut classes.rows[class])).collect(),
            };
        }
        Ok(classes)
    }

    /// The factor of C of each class.
    pub fn factors(&self, weight: &ClassWeight) -> Result<Vec<f64>, SvmError> {
        let total: usize = self.rows.iter().map(Vec::len).sum();
        let factors: Vec<f64> = match weight {
            ClassWeight::One => vec![1.0; self.labels.len()],
            ClassWeight::Balanced => {
                let classes = self.labels.len() as f64;
                self.rows.iter().map(|rows| total as f64 / (classes * rows.len() as f64)).collect()
            }
            ClassWeight::PerClass(named) => {
                let mut products = HashMap::new();
                for &(label, factor) in named {
                    *products.entry(label).or_insert(1.0) *= factor;
                }
                self.labels.iter().map(|label| products.get(label).copied().unwrap_or(1.0)).collect()
            }
        };
        match factors.iter().find(|factor| !(**factor > 0.0 && factor.is_finite())) {
            Some(bad) => Err(SvmError::parameter("class weight", "finite numbers above 0", bad)),
            None => Ok(factors),
        }
    }
}

/// As many weights as samples, finite, none below zero, one above.
pub(crate) fn check_weights(weights: Option<&[f64]>, samples: usize) -> Result<(), SvmError> {
    let Some(weights) = weights else { return Ok(()) };
    if weights.len() != samples {
        let found = format!("{}", weights.len());
        return Err(SvmError::input("sample weights", format!("{samples}, one a sample"), found));
    }
    if let Some(at) = weights.iter().position(|weight| !(*weight >= 0.0 && weight.is_finite())) {
        let found = format!("{} for sample {at} (from 0)", weights[at]);
        return Err(SvmError::input("sample weights", "finite numbers of at least 0", found));
    }
    if weights.iter().all(|&weight| weight == 0.0) {
        return Err(SvmError::input("sample weights", "at least one above 0", "none"));
    }
    Ok(())
}

/// As many labels as samples.
pub(crate) fn check_labels(samples: &Samples<'_>, labels: &[i32]) -> Result<(), SvmError> {
    if samples.rows() == labels.len() {
        return Ok(());
    }
    let expected = format!("{}, one a sample", samples.rows());
    Err(SvmError::input("labels", expected, labels.len().to_string()))
}
