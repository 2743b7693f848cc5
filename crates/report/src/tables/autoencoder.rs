//! Tables 7 and 8: the autoencoder.

use crate::course;
use crate::number::{change, count, fixed};
use crate::results::AutoencoderResults;
use crate::tables::hyperparameters;
use crate::tables::table::Table;

/// The tables of section 5.
pub(super) fn all(run: &AutoencoderResults) -> Vec<Table> {
    vec![hyperparameters(run), metrics(run)]
}

fn hyperparameters(run: &AutoencoderResults) -> Table {
    let mut rows = hyperparameters::rows(&run.hyperparameters, &run.learning_rate, &course::AUTOENCODER);
    let sizes = [run.split.train, run.split.validation, run.split.test];
    for ((name, ours), theirs) in ["Training", "Validation", "Test"].into_iter().zip(sizes).zip(course::SPLIT)
    {
        rows.push(vec![format!("{name} samples"), count(ours), count(theirs)]);
    }
    rows.push(vec!["SplitSizes".into(), run.split.kind.clone(), "stratified".into()]);
    Table::new(
        "Table 7",
        "Hyper-parameters of the autoencoder and sizes of the data sets.",
        &["Hyper-parameter", "Here", "Course"],
        rows,
        &[
            "The course report says Xavier/Glorot throughout; its code draws the layers before a ReLU and the latent \
           layer from He’s normal distribution, and only the last layer from Xavier’s.",
        ],
    )
}

fn metrics(run: &AutoencoderResults) -> Table {
    let last = |losses: &[f64]| losses.last().copied().unwrap_or(f64::NAN);
    let rows = [
        (
            "Training loss, first epoch",
            run.train_loss.first().copied().unwrap_or(f64::NAN),
            course::INITIAL_TRAIN_LOSS,
        ),
        ("Training loss, last epoch", last(&run.train_loss), course::FINAL_TRAIN_LOSS),
        ("Validation loss, last epoch", last(&run.validation_loss), course::FINAL_VALIDATION_LOSS),
        ("Test MSE", run.test_mse, course::TEST_MSE),
        ("Test MAE", run.test_mae, course::TEST_MAE),
        ("Test BCE", run.test_bce, course::TEST_BCE),
        ("Mean per-sample MSE", run.mean_sample_mse, course::MEAN_SAMPLE_MSE),
        ("Standard deviation of per-sample MSE", run.std_sample_mse, course::STD_SAMPLE_MSE),
        ("Range preservation", run.range_preservation, course::RANGE_PRESERVATION),
    ];
    let row = |(name, ours, theirs): (&str, f64, f64)| {
        vec![name.to_string(), fixed(ours, 6), fixed(theirs, 6), change(ours, theirs)]
    };
    Table::new(
        "Table 8",
        "The autoencoder on its test set.",
        &["Metric", "Here", "Course", "Difference"],
        rows.into_iter().map(row).collect(),
        &[
            "Losses are means over all pixels. Smaller is better in every row but the last, where 1 is the goal: range \
           of the reconstructions over range of the originals.",
        ],
    )
}
