//! Hyper-parameters of a run beside those of the course report.

use crate::course::Recipe;
use crate::number::{count, plain};
use crate::results::Hyperparameters;

/// A row for each hyper-parameter; `rates` are the learning rates of the epochs.
pub(super) fn rows(ours: &Hyperparameters, rates: &[f64], theirs: &Recipe) -> Vec<Vec<String>> {
    let row = |name: &str, here: String, course: String| vec![name.into(), here, course];
    let schedule = match (rates.first(), rates.last()) {
        (Some(first), Some(last)) if first != last => {
            format!("{} ({} to {})", ours.schedule, plain(*first), plain(*last))
        }
        _ => ours.schedule.clone(),
    };
    vec![
        row("Architecture", ours.architecture.clone(), theirs.architecture.into()),
        row("Parameters", count(ours.parameters), count(dense_parameters(theirs.architecture))),
        row("Learning rate", plain(ours.learning_rate), plain(theirs.learning_rate)),
        row("Schedule", schedule, "constant".into()),
        row("Epochs", count(ours.epochs), count(theirs.epochs)),
        row("Batch size", count(ours.batch_size), count(theirs.batch_size)),
        row("Loss function", ours.loss.clone(), theirs.loss.into()),
        row("Optimiser", ours.optimizer.clone(), theirs.optimizer.into()),
        row("Initialisation", ours.initialization.clone(), theirs.initialization.into()),
        row("Arithmetic", ours.precision.clone(), "–".into()),
    ]
}

/// Weights and biases of dense layers of the widths in `architecture`.
fn dense_parameters(architecture: &str) -> usize {
    let widths: Vec<usize> = architecture.split('-').filter_map(|width| width.parse().ok()).collect();
    widths.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum()
}
