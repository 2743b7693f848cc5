//! Tables 4 to 6: exclusive or.

use crate::course;
use crate::number::fixed;
use crate::results::XorResults;
use crate::tables::hyperparameters;
use crate::tables::table::Table;

/// Inputs and output of exclusive or.
const XOR_CASES: [[u8; 3]; 4] = [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]];

/// The tables of section 4.
pub(super) fn all(run: &XorResults) -> Vec<Table> {
    vec![truth(run), hyperparameters(run), predictions(run)]
}

fn truth(run: &XorResults) -> Table {
    let rows = XOR_CASES.iter().zip(&run.predictions).map(|([a, b, target], &y)| {
        vec![a.to_string(), b.to_string(), target.to_string(), u8::from(y >= 0.5).to_string()]
    });
    Table::new(
        "Table 4",
        "XOR truth table, and what the trained network decides.",
        &["Input 1", "Input 2", "Output", "Network"],
        rows.collect(),
        &["The network’s output is taken as 1 from 1/2 on."],
    )
}

fn hyperparameters(run: &XorResults) -> Table {
    Table::new(
        "Table 5",
        "Hyper-parameters of the XOR run.",
        &["Hyper-parameter", "Here", "Course"],
        hyperparameters::rows(&run.hyperparameters, &[], &course::XOR),
        &[],
    )
}

fn predictions(run: &XorResults) -> Table {
    let cases = XOR_CASES.iter().zip(run.predictions.iter().zip(&course::XOR_PREDICTIONS));
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
    Table::new(
        "Table 6",
        "Outputs of the trained XOR network.",
        &["Input 1", "Input 2", "Target", "Output", "Error", "Course’s output"],
        rows.collect(),
        &[
            "The course report’s text speaks of a largest error of 0.02; the largest in its own table is 0.0401.",
        ],
    )
}
