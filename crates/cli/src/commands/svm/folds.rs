//! Cross-validation: every sample is predicted by a machine that was not fitted to it.

use anyhow::Result;
use pellucid::data::permutation_into;
use pellucid::prelude::Pool;

use super::machine::{Spinner, predict};
use super::table::Rows;
use crate::args::svm::Machine;
use crate::failure;

/// The prediction for each sample.
pub fn cross_validate(
    machine: &Machine,
    rows: &Rows,
    labels: &[f64],
    folds: usize,
    pool: &Pool,
    spinner: &Spinner,
) -> Result<Vec<f64>> {
    if folds > labels.len() {
        let message = format!("expected at most {} folds (-v), one a sample, found {folds}", labels.len());
        return Err(failure::usage(message));
    }
    let fold = deal(labels, folds, machine);
    let mut predicted = vec![0.0; labels.len()];
    for held in 0..folds {
        let part = |wanted: bool| -> Vec<u32> {
            (0..labels.len() as u32).filter(|&row| (fold[row as usize] == held) == wanted).collect()
        };
        let (test, training) = (part(true), part(false));
        let take = |chosen: &[u32]| {
            let rows = rows.select(chosen)?;
            // Kernel values of the samples that a machine is fitted to.
            if machine.precomputed() { rows.select_columns(&training) } else { Ok(rows) }
        };
        let training_labels: Vec<f64> = training.iter().map(|&row| labels[row as usize]).collect();
        let stored = machine.fit(take(&training)?.samples(), &training_labels, pool, spinner)?;
        let values = predict(&stored.model, take(&test)?.samples(), pool)?;
        for (&row, value) in test.iter().zip(values) {
            predicted[row as usize] = value;
        }
    }
    Ok(predicted)
}

/// The fold of each sample: shuffled, and each class dealt out evenly.
fn deal(labels: &[f64], folds: usize, machine: &Machine) -> Vec<usize> {
    let mut order = vec![0; labels.len()];
    permutation_into(machine.seed, 0, &mut order);
    if machine.classification() {
        // Stable, so that each class stays shuffled.
        order.sort_by(|&a, &b| labels[a as usize].total_cmp(&labels[b as usize]));
    }
    let mut fold = vec![0; labels.len()];
    for (at, &row) in order.iter().enumerate() {
        fold[row as usize] = at % folds;
    }
    fold
}
