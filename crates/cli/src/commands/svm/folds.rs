//! Cross-validation: every sample is predicted by a machine that was not fitted to it.

use anyhow::Result;
use pellucid::data::permutation_into;
use pellucid::prelude::Pool;
use pellucid_svm::{Fit, FitProgress};
use pellucid_terminal::failure;

use super::settings::{Spinner, classes, predict};
use super::table::Rows;
use crate::args::svm::Settings;

/// The prediction for each sample.
pub fn cross_validate(
    settings: &Settings,
    rows: &Rows,
    labels: &[f64],
    folds: usize,
    pool: &Pool,
    spinner: &Spinner,
) -> Result<Vec<f64>> {
    if settings.classification() {
        let observe = |progress: &FitProgress| spinner.show(progress);
        let (svc, classes) = (settings.classifier(), classes(labels)?);
        let predicted = svc.cross_validate(
            rows.samples(),
            &classes,
            folds,
            settings.seed,
            Fit::on(pool).progress(&observe),
        )?;
        return Ok(predicted.into_iter().map(f64::from).collect());
    }
    if labels.len() < 2 {
        return Err(failure::data(format!(
            "expected at least two samples (for folds), found {}",
            labels.len()
        )));
    }
    let folds = folds.min(labels.len());
    let fold = deal(labels.len(), folds, settings.seed);
    let mut predicted = vec![0.0; labels.len()];
    for held in 0..folds {
        let part = |wanted: bool| -> Vec<u32> {
            (0..labels.len() as u32).filter(|&row| (fold[row as usize] == held) == wanted).collect()
        };
        let (test, training) = (part(true), part(false));
        let take = |chosen: &[u32]| {
            let rows = rows.select(chosen)?;
            // Kernel values of the samples that a machine is fitted to.
            if settings.precomputed() { rows.select_columns(&training) } else { Ok(rows) }
        };
        let training_labels: Vec<f64> = training.iter().map(|&row| labels[row as usize]).collect();
        let stored = settings.fit(take(&training)?.samples(), &training_labels, pool, spinner)?;
        let values = predict(&stored.model, take(&test)?.samples(), pool)?;
        for (&row, value) in test.iter().zip(values) {
            predicted[row as usize] = value;
        }
    }
    Ok(predicted)
}

/// The fold of each sample: shuffled and dealt out.
fn deal(samples: usize, folds: usize, seed: u64) -> Vec<usize> {
    let mut order = vec![0; samples];
    permutation_into(seed, 0, &mut order);
    let mut fold = vec![0; samples];
    for (at, &row) in order.iter().enumerate() {
        fold[row as usize] = at % folds;
    }
    fold
}
