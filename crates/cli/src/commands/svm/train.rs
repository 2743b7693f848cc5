//! `pellucid svm train`, which prints what svm-train prints.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use pellucid_svm::{AnyModel, Probability, Report, StoredModel};
use pellucid_terminal::{failure, machine, out, say};
use serde::Serialize;
use serde_json::json;

use super::folds::cross_validate;
use super::probability;
use super::problems::{self, Problem, problems};
use super::scores::Scores;
use super::settings::{Spinner, classes};
use super::table::{self, Purpose};
use super::warnings::warn;
use crate::args::svm::{Formulation, MultiClassName, OutputFormat, Settings, Train};
use crate::output_path::{self, tell};

pub fn run(args: &Train) -> Result<()> {
    let mut settings = args.settings.clone();
    let table = table::load(&args.data, &args.table, settings.precomputed(), Purpose::Training)?;
    settings.gamma = table.gamma(settings.gamma);
    let settings = &settings;
    table.tell_names(&args.data, settings.regression())?;
    let samples = table.rows.samples();
    let labels = match table.labels {
        Some(labels) => labels,
        None if settings.formulation == Formulation::OneClass => vec![1.0; samples.rows()],
        None => {
            let message = "a .csv or .npy table needs --labels FILE or --label-column first|last";
            return Err(failure::usage(format!("{}: {message}", args.data.display())));
        }
    };
    if settings.classification() {
        // Before anything is said about them.
        classes(&labels)?;
    }
    let folds = args.folds.map(|folds| folds as usize);
    warn(settings, &labels, folds.or(args.probability.then_some(probability::FOLDS)));
    let (pool, spinner) = (machine::pool(args.common.threads), Spinner::new(args.quiet || args.common.json));
    if let Some(folds) = folds {
        let predicted = cross_validate(settings, &table.rows, &labels, folds, &pool, &spinner);
        spinner.finish();
        let scores = Scores { predicted: &predicted?, labels: &labels, regression: settings.regression() };
        if args.common.json {
            out!("{}", json!({ "folds": folds, "cross_validation": scores.json() }));
        } else {
            out!("{}", scores.cross_validation());
        }
        return Ok(());
    }

    let (path, format) = destination(args)?;
    output_path::check(&path, &[&args.data])?;
    let start = Instant::now();
    let stored = if args.probability {
        probability::fit(settings, &table.rows, &labels, &pool, &spinner)
    } else {
        settings.fit(samples, &labels, &pool, &spinner)
    };
    spinner.finish();
    let mut stored = stored?;
    if let Some(columns) = &table.kernel_columns {
        stored = stored.in_larger_kernel(columns)?;
    }
    stored.zero_based = table.zero_based;
    let seconds = start.elapsed().as_secs_f64();
    warn_of_gap(&stored, settings);
    // Before anything is printed: whoever reads may go away.
    let written = match format {
        OutputFormat::Libsvm => stored.write_libsvm(&path),
        OutputFormat::Safetensors => stored.write_safetensors(&path),
    };
    output_path::written(written)?;
    if args.common.json {
        let summary = Summary {
            model: &path,
            formulation: stored.model.formulation(),
            kernel: stored.model.kernel().name(),
            gamma: stored.model.kernel().gamma(),
            samples: samples.rows(),
            features: samples.columns(),
            seconds,
            support_vectors: stored.model.support_vectors().len(),
            problems: problems(&stored, settings, &labels)?.collect(),
        };
        tell(&path, &serde_json::to_string(&summary)?);
    } else if !args.quiet {
        let problems = problems(&stored, settings, &labels)?;
        output_path::print(&path, |out| problems::write(out, problems, &stored));
        if let Some(Probability::Laplace { scale }) = stored.probability {
            tell(&path, &probability::laplace(scale));
        }
    }
    Ok(())
}

/// What `--json` prints.
#[derive(Serialize)]
struct Summary<'a> {
    model: &'a Path,
    formulation: &'a str,
    kernel: &'a str,
    gamma: Option<f64>,
    samples: usize,
    features: usize,
    seconds: f64,
    support_vectors: usize,
    problems: Vec<Problem>,
}

fn warn_of_gap(stored: &StoredModel, settings: &Settings) {
    let reports: &[Report] = match &stored.model {
        AnyModel::Classifier(model) => model.reports(),
        AnyModel::DecisionFunction(model) => std::slice::from_ref(model.report()),
    };
    let tolerance = settings.options().tolerance;
    if let Some(gap) = reports.iter().map(|report| report.kkt_gap).find(|&gap| gap > tolerance) {
        let why = if settings.cost.is_infinite() {
            "; where no margin separates the classes (or no tube holds the targets), C must be finite"
        } else {
            ""
        };
        say!(
            "warning: not converged: stopped at the most iterations with a KKT gap of {gap:.1e} (-e {tolerance}){why}"
        );
    }
}

/// Where the model goes; a usage error before the fit rather than after it.
fn destination(args: &Train) -> Result<(PathBuf, OutputFormat)> {
    let path = args.model.clone().unwrap_or_else(|| {
        let mut name = args.data.file_name().unwrap_or_default().to_owned();
        name.push(".model");
        name.into()
    });
    let by_name = if path.extension().is_some_and(|extension| extension == "safetensors") {
        OutputFormat::Safetensors
    } else {
        OutputFormat::Libsvm
    };
    let format = args.output_format.unwrap_or(by_name);
    if format == OutputFormat::Libsvm && args.settings.multi_class == MultiClassName::OneVsRest {
        let message =
            "a LIBSVM file cannot hold a one-vs-rest model; write it with --output-format safetensors";
        return Err(failure::usage(message));
    }
    Ok((path, format))
}
