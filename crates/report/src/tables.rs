//! The numbered tables, as in the seed's report, with its values beside those of a run.

use crate::number::{change, count, fixed, percent, plain, points, scientific};
use crate::seed_values::{self as seed, Recipe};
use crate::{
    AutoencoderResults, GradcheckResults, GradientCheck, Hyperparameters, Results, SvmRun, Table, XorResults,
};
use crate::{tables_performance, tables_svm};

/// All tables that the parts of a run allow, in the order of their numbers.
pub fn tables(results: &Results) -> Vec<Table> {
    let gradcheck = results.gradcheck.iter().flat_map(|run| {
        let every = every_gradient_check(run);
        [Some(dense_gradients(run)), Some(activations(run)), mse_gradient(run), Some(every)]
            .into_iter()
            .flatten()
    });
    let xor =
        results.xor.iter().flat_map(|run| [xor_truth(run), xor_hyperparameters(run), xor_predictions(run)]);
    let autoencoder = results
        .autoencoder
        .iter()
        .flat_map(|run| [autoencoder_hyperparameters(run), autoencoder_metrics(run)]);
    let svm = results.svm.iter().flat_map(tables_svm::all);
    let performance = results.performance.iter().flat_map(tables_performance::all);
    gradcheck.chain(xor).chain(autoencoder).chain(svm).chain(performance).collect()
}

pub(crate) fn table(
    label: &str,
    caption: &str,
    header: &[&str],
    rows: Vec<Vec<String>>,
    notes: &[&str],
) -> Table {
    let strings = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
    Table {
        label: label.into(),
        caption: caption.into(),
        header: strings(header),
        rows,
        notes: strings(notes),
    }
}

fn dense_gradients(run: &GradcheckResults) -> Table {
    let of_dense: Vec<&GradientCheck> =
        run.checks.iter().filter(|c| c.component.starts_with("Dense")).collect();
    let first = of_dense.first().map(|c| &c.component);
    let rows = of_dense.iter().filter(|c| Some(&c.component) == first).map(|c| {
        let theirs = seed::DENSE_CHECKS.iter().find(|(parameter, ..)| c.parameter == *parameter);
        vec![
            c.parameter.clone(),
            fixed(c.analytic_norm, 6),
            fixed(c.numeric_norm, 6),
            scientific(c.relative_error, 2),
            theirs.map_or("–".into(), |(.., error)| scientific(*error, 2)),
        ]
    });
    table(
        "Table 1",
        "Gradient check of the dense layer.",
        &["Parameter", "Analytic norm", "Numeric norm", "Relative error", "Seed’s error"],
        rows.collect(),
        &[
            "The norms depend on the random numbers drawn; the seed’s were 1.584192 (weights) and 1.031014 (biases).",
        ],
    )
}

fn activations(run: &GradcheckResults) -> Table {
    let verdict = |error: f64| if error <= run.tolerance { "✓" } else { "✗" };
    let rows = run.activations.iter().map(|c| {
        vec![
            c.activation.clone(),
            format!("{} {}", verdict(c.forward_error), scientific(c.forward_error, 1)),
            format!("{} {}", verdict(c.backward_error), scientific(c.backward_error, 1)),
            if seed::ACTIVATIONS.contains(&c.activation.as_str()) { "✓ passed, ✓ passed" } else { "–" }
                .into(),
        ]
    });
    table(
        "Table 2",
        "Activation functions.",
        &["Activation", "Value", "Gradient", "Seed"],
        rows.collect(),
        &["Value: largest difference from the formula. Gradient: relative error. The seed gives no numbers."],
    )
}

fn mse_gradient(run: &GradcheckResults) -> Option<Table> {
    let check = run.mse.as_ref()?;
    let row = |name: &str, ours: String, theirs: String| vec![name.into(), ours, theirs];
    Some(table(
        "Table 3",
        "Gradient of the mean squared error against its closed form.",
        &["Metric", "Here", "Seed"],
        vec![
            row("Loss", fixed(check.value, 6), fixed(seed::MSE_VALUE, 6)),
            row("Norm of the computed gradient", fixed(check.computed_norm, 6), fixed(seed::MSE_NORM, 6)),
            row("Norm of the expected gradient", fixed(check.expected_norm, 6), fixed(seed::MSE_NORM, 6)),
            row(
                "Largest absolute difference",
                scientific(check.max_absolute_difference, 2),
                scientific(seed::MSE_DIFFERENCE, 2),
            ),
        ],
        &["Other random numbers than the seed’s: the first three rows need not agree across the columns."],
    ))
}

fn every_gradient_check(run: &GradcheckResults) -> Table {
    let rows = run.checks.iter().map(|c| {
        vec![
            c.component.clone(),
            c.parameter.clone(),
            scientific(c.analytic_norm, 4),
            scientific(c.numeric_norm, 4),
            scientific(c.relative_error, 2),
        ]
    });
    table(
        "Table 1a",
        "Every gradient check of this run.",
        &["Component", "Tensor", "Analytic norm", "Numeric norm", "Relative error"],
        rows.collect(),
        &[],
    )
}

fn xor_truth(run: &XorResults) -> Table {
    let rows = XOR_CASES.iter().zip(&run.predictions).map(|([a, b, target], &y)| {
        vec![a.to_string(), b.to_string(), target.to_string(), u8::from(y >= 0.5).to_string()]
    });
    table(
        "Table 4",
        "XOR truth table, and what the trained network decides.",
        &["Input 1", "Input 2", "Output", "Network"],
        rows.collect(),
        &["The network’s output is taken as 1 from 1/2 on."],
    )
}

fn xor_hyperparameters(run: &XorResults) -> Table {
    table(
        "Table 5",
        "Hyper-parameters of the XOR run.",
        &["Hyper-parameter", "Here", "Seed"],
        hyperparameters(&run.hyperparameters, &[], &seed::XOR),
        &[],
    )
}

fn xor_predictions(run: &XorResults) -> Table {
    let cases = XOR_CASES.iter().zip(run.predictions.iter().zip(&seed::XOR_PREDICTIONS));
    let rows = cases.map(|([a, b, target], (&ours, &theirs))| {
        let error = (ours - f64::from(*target)).abs();
        vec![
            a.to_string(),
            b.to_string(),
            target.to_string(),
            fixed(ours, 4),
            fixed(error, 4),
            fixed(theirs, 4),
        ]
    });
    table(
        "Table 6",
        "Outputs of the trained XOR network.",
        &["Input 1", "Input 2", "Target", "Output", "Error", "Seed’s output"],
        rows.collect(),
        &["The seed’s text speaks of a largest error of 0.02; the largest in its own table is 0.0401."],
    )
}

fn autoencoder_hyperparameters(run: &AutoencoderResults) -> Table {
    let mut rows = hyperparameters(&run.hyperparameters, &run.learning_rate, &seed::AUTOENCODER);
    let sizes = [run.split.train, run.split.validation, run.split.test];
    for ((name, ours), theirs) in ["Training", "Validation", "Test"].into_iter().zip(sizes).zip(seed::SPLIT) {
        rows.push(vec![format!("{name} samples"), count(ours), count(theirs)]);
    }
    rows.push(vec!["Split".into(), run.split.kind.clone(), "stratified".into()]);
    table(
        "Table 7",
        "Hyper-parameters of the autoencoder and sizes of the data sets.",
        &["Hyper-parameter", "Here", "Seed"],
        rows,
        &[
            "The seed’s report says Xavier/Glorot throughout; its code draws the layers before a ReLU and the latent \
           layer from He’s normal distribution, and only the last layer from Xavier’s.",
        ],
    )
}

fn autoencoder_metrics(run: &AutoencoderResults) -> Table {
    let last = |losses: &[f64]| losses.last().copied().unwrap_or(f64::NAN);
    let rows = [
        (
            "Training loss, first epoch",
            run.train_loss.first().copied().unwrap_or(f64::NAN),
            seed::INITIAL_TRAIN_LOSS,
        ),
        ("Training loss, last epoch", last(&run.train_loss), seed::FINAL_TRAIN_LOSS),
        ("Validation loss, last epoch", last(&run.validation_loss), seed::FINAL_VALIDATION_LOSS),
        ("Test MSE", run.test_mse, seed::TEST_MSE),
        ("Test MAE", run.test_mae, seed::TEST_MAE),
        ("Test BCE", run.test_bce, seed::TEST_BCE),
        ("Mean per-sample MSE", run.mean_sample_mse, seed::MEAN_SAMPLE_MSE),
        ("Standard deviation of per-sample MSE", run.std_sample_mse, seed::STD_SAMPLE_MSE),
        ("Range preservation", run.range_preservation, seed::RANGE_PRESERVATION),
    ];
    let row = |(name, ours, theirs): (&str, f64, f64)| {
        vec![name.to_string(), fixed(ours, 6), fixed(theirs, 6), change(ours, theirs)]
    };
    table(
        "Table 8",
        "The autoencoder on its test set.",
        &["Metric", "Here", "Seed", "Difference"],
        rows.into_iter().map(row).collect(),
        &[
            "Losses are means over all pixels. Smaller is better in every row but the last, where 1 is the goal: range \
           of the reconstructions over range of the originals.",
        ],
    )
}

/// Inputs and output of exclusive or.
const XOR_CASES: [[u8; 3]; 4] = [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]];

fn hyperparameters(ours: &Hyperparameters, rates: &[f64], theirs: &Recipe) -> Vec<Vec<String>> {
    let row = |name: &str, here: String, seed: String| vec![name.into(), here, seed];
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

/// Rows of "at a glance": what, here, the seed's report, the difference.
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
        let difference = change(run.final_loss, seed::XOR_FINAL_LOSS);
        row("XOR, final loss", fixed(run.final_loss, 6), plain(seed::XOR_FINAL_LOSS), difference);
    }
    if let Some(run) = &results.autoencoder {
        let mse = change(run.test_mse, seed::TEST_MSE);
        row("Autoencoder, test MSE", fixed(run.test_mse, 6), fixed(seed::TEST_MSE, 6), mse);
        let bce = change(run.test_bce, seed::TEST_BCE);
        row("Autoencoder, test BCE", fixed(run.test_bce, 6), fixed(seed::TEST_BCE, 6), bce);
        row("Autoencoder, epochs", count(run.epochs), count(seed::AUTOENCODER.epochs), String::new());
        row("Autoencoder, seconds an epoch", fixed(run.seconds_per_epoch, 2), "–".into(), String::new());
    }
    if let Some(svm) = &results.svm {
        let mut accuracy = |name: &str, run: &SvmRun, theirs: Option<f64>| {
            let name = format!("{name}, {} rows, accuracy", count(run.train_rows));
            let difference = theirs.map_or(String::new(), |theirs| points(run.accuracy, theirs));
            row(&name, percent(run.accuracy), theirs.map_or("–".into(), percent), difference);
        };
        accuracy("SVM on latent vectors", &svm.latent, Some(seed::SVM_LATENT_ACCURACY));
        if let Some(run) = &svm.latent_untrained {
            accuracy("SVM, encoder untrained", run, Some(seed::SVM_LATENT_ACCURACY));
        }
        if let Some(run) = &svm.latent_all {
            accuracy("SVM on latent vectors", run, None);
        }
        if let Some(run) = &svm.raw {
            accuracy("SVM on raw pixels", run, Some(seed::SVM_RAW_ACCURACY));
        }
    }
    table(
        "Summary",
        "This run beside the published report.",
        &["Measure", "Here", "Seed", "Difference"],
        rows,
        &[],
    )
}
