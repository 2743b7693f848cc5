//! The summary of a run beside the course report.

use crate::course;
use crate::number::{change, count, fixed, percent, plain, points, scientific};
use crate::results::Results;
use crate::results::svm::SvmRun;
use crate::tables::table::Table;

/// Rows of "at a glance": what, here, the course report, the difference.
pub(crate) fn glance(results: &Results) -> Table {
    let mut rows = Vec::new();
    let mut row = |name: &str, ours: String, theirs: String, difference: String| {
        rows.push(vec![name.to_string(), ours, theirs, difference]);
    };
    if let Some(run) = &results.gradcheck {
        let ours = scientific(run.max_relative_error, 1);
        row("Gradient checks, largest relative error", ours, scientific(1.1e-10, 1), String::new());
    }
    if let Some(run) = &results.xor {
        row("XOR, accuracy", percent(run.accuracy), percent(1.0), String::new());
        let difference = change(run.final_loss, course::XOR_FINAL_LOSS);
        row("XOR, final loss", fixed(run.final_loss, 6), plain(course::XOR_FINAL_LOSS), difference);
    }
    if let Some(run) = &results.autoencoder {
        let mse = change(run.test_mse, course::TEST_MSE);
        row("Autoencoder, test MSE", fixed(run.test_mse, 6), fixed(course::TEST_MSE, 6), mse);
        let bce = change(run.test_bce, course::TEST_BCE);
        row("Autoencoder, test BCE", fixed(run.test_bce, 6), fixed(course::TEST_BCE, 6), bce);
        row("Autoencoder, epochs", count(run.epochs), count(course::AUTOENCODER.epochs), String::new());
        row("Autoencoder, seconds an epoch", fixed(run.seconds_per_epoch, 2), "–".into(), String::new());
    }
    if let Some(svm) = &results.svm {
        let mut accuracy = |name: &str, run: &SvmRun, theirs: Option<f64>| {
            let name = format!("{name}, {} rows, accuracy", count(run.train_rows));
            let difference = theirs.map_or(String::new(), |theirs| points(run.accuracy, theirs));
            row(&name, percent(run.accuracy), theirs.map_or("–".into(), percent), difference);
        };
        accuracy("SVM on latent vectors", &svm.latent, Some(course::SVM_LATENT_ACCURACY));
        if let Some(run) = &svm.latent_untrained {
            accuracy("SVM, encoder untrained", run, Some(course::SVM_LATENT_ACCURACY));
        }
        if let Some(run) = &svm.latent_all {
            accuracy("SVM on latent vectors", run, None);
        }
        if let Some(run) = &svm.raw {
            accuracy("SVM on raw pixels", run, Some(course::SVM_RAW_ACCURACY));
        }
    }
    Table::new(
        "Summary",
        "This run beside the published report.",
        &["Measure", "Here", "Course", "Difference"],
        rows,
        &[],
    )
}
