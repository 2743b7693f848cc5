//! Tables 1 to 3 and 1a: the gradient checks.

use crate::course;
use crate::number::{fixed, scientific};
use crate::results::{GradcheckResults, GradientCheck};
use crate::tables::table::Table;

/// The tables of section 3.
pub(super) fn all(run: &GradcheckResults) -> Vec<Table> {
    let (dense, activations, every) = (dense_gradients(run), activations(run), every_gradient_check(run));
    [Some(dense), Some(activations), mse_gradient(run), Some(every)].into_iter().flatten().collect()
}

fn dense_gradients(run: &GradcheckResults) -> Table {
    let of_dense: Vec<&GradientCheck> =
        run.checks.iter().filter(|c| c.component.starts_with("Dense")).collect();
    let first = of_dense.first().map(|c| &c.component);
    let rows = of_dense.iter().filter(|c| Some(&c.component) == first).map(|c| {
        let theirs = course::DENSE_CHECKS.iter().find(|(parameter, ..)| c.parameter == *parameter);
        vec![
            c.parameter.clone(),
            fixed(c.analytic_norm, 6),
            fixed(c.numeric_norm, 6),
            scientific(c.relative_error, 2),
            theirs.map_or("–".into(), |(.., error)| scientific(*error, 2)),
        ]
    });
    Table::new(
        "Table 1",
        "Gradient check of the dense layer.",
        &["Parameter", "Analytic norm", "Numeric norm", "Relative error", "Course’s error"],
        rows.collect(),
        &[
            "The norms depend on the random numbers drawn; the course report’s were 1.584192 (weights) and 1.031014 (biases).",
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
            if course::ACTIVATIONS.contains(&c.activation.as_str()) {
                "✓ passed, ✓ passed"
            } else {
                "–"
            }
            .into(),
        ]
    });
    Table::new(
        "Table 2",
        "Activation functions.",
        &["Activation", "Value", "Gradient", "Course"],
        rows.collect(),
        &[
            "Value: largest difference from the formula. Gradient: relative error. The course report gives no numbers.",
        ],
    )
}

fn mse_gradient(run: &GradcheckResults) -> Option<Table> {
    let check = run.mse.as_ref()?;
    let row = |name: &str, ours: String, theirs: String| vec![name.into(), ours, theirs];
    Some(Table::new(
        "Table 3",
        "Gradient of the mean squared error against its closed form.",
        &["Metric", "Here", "Course"],
        vec![
            row("Loss", fixed(check.value, 6), fixed(course::MSE_VALUE, 6)),
            row("Norm of the computed gradient", fixed(check.computed_norm, 6), fixed(course::MSE_NORM, 6)),
            row("Norm of the expected gradient", fixed(check.expected_norm, 6), fixed(course::MSE_NORM, 6)),
            row(
                "Largest absolute difference",
                scientific(check.max_absolute_difference, 2),
                scientific(course::MSE_DIFFERENCE, 2),
            ),
        ],
        &[
            "Other random numbers than the course report’s: the first three rows need not agree across the columns.",
        ],
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
    Table::new(
        "Table 1a",
        "Every gradient check of this run.",
        &["Component", "Tensor", "Analytic norm", "Numeric norm", "Relative error"],
        rows.collect(),
        &[],
    )
}
