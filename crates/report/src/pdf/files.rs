//! The files that the Typst source is made of and reads.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::course;
use crate::error::ReportError;
use crate::figures::Figure;
use crate::performance::prose::sentences;
use crate::results::Results;
use crate::tables::table::Table;
use crate::tables::{glance::glance, tables};

macro_rules! sources {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_str!(concat!("../../../../report/", $path)))),*]
    };
}

/// The Typst source, with paths as in `report/`.
const SOURCES: [(&str, &str); 14] = sources![
    "report.typ",
    "style.typ",
    "numbers.typ",
    "sections/introduction.typ",
    "sections/design.typ",
    "sections/gradients.typ",
    "sections/xor.typ",
    "sections/autoencoder.typ",
    "sections/svm.typ",
    "sections/performance.typ",
    "sections/conclusions.typ",
    "sections/reproducing.typ",
    "sections/references.typ",
    "sections/appendix.typ",
];

/// The source; `results.json` as it is written beside the page; `course.json`, `said.json`, `tables.json`, `figures.json`; the figures.
pub(super) fn all(results: &Results, figures: &[Figure]) -> Result<HashMap<String, Vec<u8>>, ReportError> {
    let set = tables(results).into_iter().chain([glance(results)]);
    let said = results.performance.as_ref().map(sentences);
    let data = [
        ("results.json", serde_json::to_vec(results)?),
        ("course.json", serde_json::to_vec(&course_json())?),
        ("said.json", serde_json::to_vec(&said)?),
        ("tables.json", serde_json::to_vec(&set.map(|table| table_json(&table)).collect::<Vec<_>>())?),
        ("figures.json", serde_json::to_vec(&figures.iter().map(figure_json).collect::<Vec<_>>())?),
    ];
    let sources = SOURCES.map(|(path, text)| (path, text.as_bytes().to_vec()));
    let named = sources.into_iter().chain(data).map(|(path, bytes)| (path.to_string(), bytes));
    let drawings = figures
        .iter()
        .map(|figure| (format!("figures/{}.svg", figure.name), figure.svg.light_file().into_bytes()));
    Ok(named.chain(drawings).collect())
}

fn table_json(table: &Table) -> Value {
    json!({
        "label": table.label,
        "caption": table.caption,
        "header": table.header,
        "rows": table.rows,
        "notes": table.notes,
        "numeric": table.numeric_columns(),
    })
}

fn figure_json(figure: &Figure) -> Value {
    json!({
        "number": figure.number,
        "name": figure.name,
        "caption": figure.caption,
        "width": figure.svg.width(),
    })
}

/// What the text quotes of the course report.
fn course_json() -> Value {
    json!({
        "dense_error": course::DENSE_CHECKS[0].3,
        "xor": {
            "epochs": course::XOR.epochs,
            "initial_loss": course::XOR_INITIAL_LOSS,
            "final_loss": course::XOR_FINAL_LOSS,
            "predictions": course::XOR_PREDICTIONS,
        },
        "autoencoder": {
            "epochs": course::AUTOENCODER.epochs,
            "learning_rate": course::AUTOENCODER.learning_rate,
            "optimizer": course::AUTOENCODER.optimizer,
            "test_mse": course::TEST_MSE,
            "test_mae": course::TEST_MAE,
            "test_bce": course::TEST_BCE,
            "std_sample_mse": course::STD_SAMPLE_MSE,
        },
        "svm": {
            "latent_accuracy": course::SVM_LATENT_ACCURACY,
            "raw_accuracy": course::SVM_RAW_ACCURACY,
            "raw_rows": course::SVM_RAW_ROWS,
            "macro_f1": course::SVM_MACRO_F1,
            "weighted_f1": course::SVM_WEIGHTED_F1,
            "train_rows": course::SVM.train_rows,
            "features": course::DISCRIMINATIVE_FEATURES,
        },
        "performance": {
            "xor_seconds": course::XOR_SECONDS,
            "autoencoder_seconds": course::BENCHMARK_SECONDS,
            "autoencoder_samples": course::BENCHMARK_SAMPLES,
            "autoencoder_epochs": course::BENCHMARK_EPOCHS,
            "peak_mb": course::BENCHMARK_PEAK_MB,
        },
    })
}
