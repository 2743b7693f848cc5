//! Table 15a: support vector machines.

use super::rows::{by_implementation, cell, differences, median};
use crate::number::fixed;
use crate::performance::contest::{SVM_JOBS, Unit, svm_size};
use crate::performance::{Performance, Row};
use crate::tables::table::Table;

/// Every data set and implementation of the support vector machines.
pub(super) fn machines(p: &Performance) -> Table {
    let columns = |row: &Row| {
        vec![
            cell(row.measured("fit_seconds").as_ref(), Unit::Seconds),
            cell(row.measured("predict_seconds").as_ref(), Unit::Seconds),
            row.measured("accuracy").map_or("–".into(), |m| format!("{} %", fixed(100.0 * m.median, 2))),
            cell(row.measured("peak_mb").as_ref(), Unit::Megabytes),
        ]
    };
    let of_job = |job: &'static str| {
        let rows = by_implementation(p, job, |row| median(row, "fit_seconds"), columns, 5).into_iter();
        rows.map(move |mut row| {
            row.insert(1, svm_size(job));
            row
        })
    };
    let differences = differences(p, SVM_JOBS);
    let meaning = "Data: training rows × features. The course report measures no times of its machine.";
    let notes: Vec<&str> = std::iter::once(meaning).chain(differences.as_deref()).collect();
    Table::new(
        "Table 15a",
        "Support vector machines: RBF, C = 10, gamma = scale.",
        &["Implementation", "Data", "Fit", "Predict", "Accuracy", "Peak"],
        SVM_JOBS.into_iter().flat_map(of_job).collect(),
        &notes,
    )
}
