//! `pellucid svm predict`, which prints what svm-predict prints.

use std::io::Write;

use anyhow::Result;
use pellucid::data::atomic_write;
use pellucid::data::text::Escaped;
use pellucid::prelude::Pool;
use pellucid_svm::{AnyModel, CalibratedSvc, Kernel, Kind, Probability, StoredModel, SvmError};
use pellucid_terminal::{failure, machine};
use serde_json::json;

use super::format::general;
use super::probability::laplace;
use super::scores::Scores;
use super::settings;
use super::table::{self, Purpose, Rows};
use crate::args::svm::Predict;
use crate::output_path::{self, tell, written};

pub fn run(args: &Predict) -> Result<()> {
    output_path::check(&args.output, &[&args.data, &args.model])?;
    let StoredModel { model, probability, zero_based } = StoredModel::read(&args.model)?;
    let quiet = args.quiet || args.common.json;
    if !args.probability && probability.is_some() && !quiet {
        tell(&args.output, "Model supports probability estimates, but disabled in prediction.");
    }
    let precomputed = matches!(model.kernel(), Kernel::Precomputed);
    let table = table::load(&args.data, &args.table, precomputed, Purpose::Prediction { zero_based })?;
    table.check_names(&args.data, &model)?;
    let rows = table.rows.widened(model.columns())?;
    let pool = machine::pool(args.common.threads);
    let data = args.data.display().to_string();
    let of_file = |error: SvmError| failure::data(format!("{}: {error}", Escaped(&data)));
    let (predicted, text) = match (args.probability, &model, probability) {
        (false, model, _) => values(model, &rows, &pool).map_err(of_file)?,
        (true, AnyModel::Classifier(model), Some(Probability::PairwiseSigmoids { a, b })) => {
            let calibrated = CalibratedSvc::from_parts(model.clone(), &a, &b)?;
            probabilities(&calibrated, &rows, &pool).map_err(of_file)?
        }
        (true, model, Some(Probability::Laplace { scale })) => {
            if !quiet {
                tell(&args.output, &laplace(scale));
            }
            values(model, &rows, &pool).map_err(of_file)?
        }
        (true, _, Some(Probability::DensityMarks(_))) => {
            let message =
                "the density marks of a one-class model make no probabilities here; predict without -b";
            return Err(failure::usage(format!("{}: {message}", args.model.display())));
        }
        (true, ..) => {
            let message = "expected a model with probabilities (trained with -b 1), found one without";
            return Err(failure::usage(format!("{}: {message}", args.model.display())));
        }
    };
    written(atomic_write(&args.output, |file| file.write_all(text.as_bytes())))?;
    let regression = matches!(&model, AnyModel::DecisionFunction(model) if model.kind() != Kind::OneClass);
    let scores = table.labels.as_ref().filter(|labels| !labels.is_empty()).map(|labels| Scores {
        predicted: &predicted,
        labels,
        regression,
    });
    if args.common.json {
        let scores = scores.map(|scores| scores.json());
        let scores = json!({ "samples": predicted.len(), "file": args.output, "scores": scores });
        tell(&args.output, &scores.to_string());
    } else if let Some(scores) = scores.filter(|_| !quiet) {
        tell(&args.output, &scores.prediction());
    }
    Ok(())
}

/// Predictions, and a line for each.
fn values(model: &AnyModel, rows: &Rows, pool: &Pool) -> Result<(Vec<f64>, String), SvmError> {
    if rows.samples().rows() == 0 {
        return Ok((Vec::new(), String::new()));
    }
    let predicted = settings::predict(model, rows.samples(), pool)?;
    let text = predicted.iter().map(|&value| general(value, 17) + "\n").collect();
    Ok((predicted, text))
}

/// The likeliest classes, and a line for each with the probabilities of all.
fn probabilities(model: &CalibratedSvc, rows: &Rows, pool: &Pool) -> Result<(Vec<f64>, String), SvmError> {
    let classes = model.model().classes();
    let probabilities = if rows.samples().rows() == 0 {
        Vec::new()
    } else {
        model.probabilities_with(rows.samples(), pool)?
    };
    let words = |first: String, others: &mut dyn Iterator<Item = String>| {
        others.fold(first, |line, word| line + " " + &word) + "\n"
    };
    let mut text = words("labels".to_owned(), &mut classes.iter().map(i32::to_string));
    let mut predicted = Vec::new();
    for row in probabilities.chunks_exact(classes.len()) {
        // Of equals the first, as CalibratedSvc::predict has it.
        let likeliest = (0..row.len()).rev().max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0);
        let label = classes[likeliest];
        text += &words(label.to_string(), &mut row.iter().map(|&p| general(p, 6)));
        predicted.push(f64::from(label));
    }
    Ok((predicted, text))
}
