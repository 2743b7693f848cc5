//! `-b 1`: probabilities of classes, and how far regressions are from their targets.

use anyhow::Result;
use pellucid::prelude::Pool;
use pellucid_svm::{CalibratedSvc, Calibration, Fit, FitProgress, Probability, StoredModel};
use pellucid_terminal::failure;

use super::folds::cross_validate;
use super::format::general;
use super::settings::{Spinner, classes};
use super::table::Rows;
use crate::args::svm::Settings;

/// The folds of LIBSVM's `-b 1`.
pub const FOLDS: usize = 5;

/// A model with what makes its values probabilities.
pub fn fit(
    settings: &Settings,
    rows: &Rows,
    labels: &[f64],
    pool: &Pool,
    spinner: &Spinner,
) -> Result<StoredModel> {
    if settings.classification() {
        let observe = |progress: &FitProgress| spinner.show(progress);
        let (svc, calibration) = (settings.classifier(), Calibration { folds: FOLDS, seed: settings.seed });
        let fitted = CalibratedSvc::fit(
            &svc,
            rows.samples(),
            &classes(labels)?,
            calibration,
            Fit::on(pool).progress(&observe),
        )?;
        let mut stored = StoredModel::from(fitted.model().clone());
        stored.probability = Some(Probability::PairwiseSigmoids { a: fitted.slopes(), b: fitted.offsets() });
        return Ok(stored);
    }
    if !settings.regression() {
        return Err(failure::usage("-b 1: a one-class machine has no probabilities (nor has LIBSVM's)"));
    }
    let mut stored = settings.fit(rows.samples(), labels, pool, spinner)?;
    let predicted = cross_validate(settings, rows, labels, FOLDS, pool, spinner)?;
    let errors: Vec<f64> =
        labels.iter().zip(&predicted).map(|(target, value)| (target - value).abs()).collect();
    stored.probability = Some(Probability::Laplace { scale: scale(&errors) });
    Ok(stored)
}

/// The scale of a Laplace distribution by its mean absolute error, without those beyond five standard deviations: LIBSVM's
/// `svm_svr_probability`.
fn scale(errors: &[f64]) -> f64 {
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    let limit = 5.0 * (2.0 * mean * mean).sqrt();
    let kept: Vec<f64> = errors.iter().copied().filter(|&error| error <= limit).collect();
    kept.iter().sum::<f64>() / kept.len() as f64
}

/// LIBSVM's words for it.
pub fn laplace(scale: f64) -> String {
    format!(
        "Prob. model for test data: target value = predicted value + z,\n\
         z: Laplace distribution e^(-|z|/sigma)/(2sigma),sigma={}",
        general(scale, 6)
    )
}

#[cfg(test)]
mod tests {
    use super::scale;

    #[test]
    fn outliers_do_not_count() {
        assert_eq!(scale(&[1.0, 2.0, 3.0]), 2.0);
        let mut errors = vec![1.0; 99];
        errors.push(1000.0);
        assert_eq!(scale(&errors), 1.0);
    }
}
