//! `pellucid svm train`, which prints what svm-train prints.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use pellucid_svm::{AnyModel, Kind, Probability, Report, StoredModel, SvcModel};
use serde_json::json;

use super::folds::cross_validate;
use super::machine::{Spinner, classes};
use super::scores::Scores;
use super::{probability, table};
use crate::args::svm::{Formulation, MultiClassName, OutputFormat, Train};
use crate::{failure, machine, output};

pub fn run(args: &Train) -> Result<()> {
    let machine = &args.machine;
    let table = table::load(&args.data, &args.table, machine.precomputed(), true)?;
    table.tell_names(&args.data, machine.regression())?;
    let samples = table.rows.samples();
    let labels = match table.labels {
        Some(labels) => labels,
        None if machine.formulation == Formulation::OneClass => vec![1.0; samples.rows()],
        None => {
            let message = "a .csv or .npy table needs --labels FILE or --label-column first|last";
            return Err(failure::usage(format!("{}: {message}", args.data.display())));
        }
    };
    let (pool, spinner) = (machine::pool(args.common.threads), Spinner::new(args.quiet || args.common.json));
    if let Some(folds) = args.folds {
        let predicted = cross_validate(machine, &table.rows, &labels, folds as usize, &pool, &spinner);
        spinner.finish();
        let scores = Scores { predicted: &predicted?, labels: &labels, regression: machine.regression() };
        if args.common.json {
            out!("{}", json!({ "folds": folds, "cross_validation": scores.json() }));
        } else {
            out!("{}", scores.cross_validation());
        }
        return Ok(());
    }

    let (path, format) = destination(args)?;
    let start = Instant::now();
    let stored = if args.probability {
        probability::fit(machine, &table.rows, &labels, &pool, &spinner)
    } else {
        machine.fit(samples, &labels, &pool, &spinner)
    };
    spinner.finish();
    let stored = stored?;
    let seconds = start.elapsed().as_secs_f64();
    let problems = problems(&stored, args, &labels)?;
    let tolerance = machine.options().tolerance;
    if let Some(gap) = problems.iter().map(|problem| problem.report.kkt_gap).find(|&gap| gap > tolerance) {
        say!(
            "warning: not converged: stopped at the most iterations with a KKT gap of {gap:.1e} (-e {tolerance})"
        );
    }
    // Before anything is printed: whoever reads may go away.
    let written = match format {
        OutputFormat::Libsvm => stored.write_libsvm(&path),
        OutputFormat::Safetensors => stored.write_safetensors(&path),
    };
    written.map_err(failure::runtime)?;
    if !(args.quiet || args.common.json) {
        output::text(&text(&problems, &stored));
        if let Some(Probability::Laplace { scale }) = stored.probability {
            out!("{}", probability::laplace(scale));
        }
    }
    if args.common.json {
        let problems: Vec<serde_json::Value> = problems.iter().map(Problem::json).collect();
        let (formulation, kernel) = (stored.model.formulation(), stored.model.kernel());
        out!(
            "{}",
            json!({
                "model": path, "formulation": formulation, "kernel": kernel.name(), "gamma": kernel.gamma(),
                "samples": samples.rows(), "features": samples.columns(), "seconds": seconds,
                "support_vectors": stored.model.support_vectors().len(), "problems": problems,
            })
        );
    }
    Ok(())
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
    if format == OutputFormat::Libsvm && args.machine.multi_class == MultiClassName::OneVsRest {
        let message =
            "a LIBSVM file cannot hold a one-vs-rest model; write it with --output-format safetensors";
        return Err(failure::usage(message));
    }
    Ok((path, format))
}

/// A binary problem and the number that LIBSVM names after it was solved.
struct Problem {
    report: Report,
    rho: f64,
    named: Option<(&'static str, f64)>,
}

impl Problem {
    fn json(&self) -> serde_json::Value {
        let Report { dual_objective, kkt_gap, iterations, support_vectors, bounded, .. } = self.report;
        let mut json = json!({
            "iterations": iterations, "objective": dual_objective, "rho": self.rho, "gap": kkt_gap,
            "support_vectors": support_vectors, "bounded": bounded,
        });
        if let Some((name, value)) = self.named {
            json[name] = value.into();
        }
        json
    }
}

fn problems(stored: &StoredModel, args: &Train, labels: &[f64]) -> Result<Vec<Problem>> {
    let cost = args.machine.cost;
    Ok(match &stored.model {
        AnyModel::Machine(model) => {
            let report = *model.report();
            let named = match model.kind() {
                Kind::OneClass => None,
                Kind::EpsilonSvr => {
                    let sum: f64 =
                        model.dual_coefficients().iter().map(|coefficient| coefficient.abs()).sum();
                    Some(("nu", sum / (cost * labels.len() as f64)))
                }
                Kind::NuSvr => report.equivalent.map(|epsilon| ("epsilon", epsilon)),
            };
            vec![Problem { report, rho: -model.intercept(), named }]
        }
        AnyModel::Classifier(model) => {
            let labels = classes(labels)?;
            let sums = Sums {
                model,
                args,
                sizes: model
                    .classes()
                    .iter()
                    .map(|class| labels.iter().filter(|&label| label == class).count())
                    .collect(),
            };
            let named = |problem: usize, report: &Report| match args.machine.formulation {
                Formulation::NuSvc => report.equivalent.map(|c| ("C", c)),
                _ => sums.nu(problem, cost).map(|nu| ("nu", nu)),
            };
            let numbered = model.reports().iter().zip(model.intercepts()).enumerate();
            numbered
                .map(|(problem, (report, intercept))| Problem {
                    report: *report,
                    rho: -intercept,
                    named: named(problem, report),
                })
                .collect()
        }
    })
}

/// What nu of a C-SVC is computed from.
struct Sums<'a> {
    model: &'a SvcModel,
    args: &'a Train,
    /// Samples of each class.
    sizes: Vec<usize>,
}

impl Sums<'_> {
    /// nu = sum alpha / (C l) of the l samples of a problem; `None` where C differs between its classes.
    fn nu(&self, problem: usize, cost: f64) -> Option<f64> {
        let classes = self.sizes.len();
        let pairs = (0..classes).flat_map(|a| (a + 1..classes).map(move |b| (a, b)));
        let binary = classes == 2 || self.args.machine.multi_class == MultiClassName::OneVsOne;
        let places: Vec<(usize, usize)> = if binary {
            let (a, b) = pairs.into_iter().nth(problem)?;
            vec![(a, b - 1), (b, a)]
        } else {
            (0..classes).map(|class| (class, problem)).collect()
        };
        let factor = |class: usize| {
            let label = self.model.classes()[class];
            self.args
                .machine
                .class_weight
                .iter()
                .find(|(name, _)| *name == label)
                .map_or(1.0, |&(_, factor)| factor)
        };
        let first = factor(places[0].0);
        if places.iter().any(|&(class, _)| factor(class) != first) {
            return None;
        }
        let total: usize = places.iter().map(|&(class, _)| self.sizes[class]).sum();
        let sum: f64 = places.iter().map(|&(class, place)| self.coefficients(class, place)).sum();
        Some(sum / (cost * first * total as f64))
    }

    /// The sum of |alpha| of a class's support vectors at one place.
    fn coefficients(&self, class: usize, place: usize) -> f64 {
        let per_class = self.model.support_per_class();
        let before: usize = per_class[..class].iter().sum();
        let outputs = self.model.dual_coefficients().len() / self.model.support_vectors().len().max(1);
        let rows =
            self.model.dual_coefficients().chunks_exact(outputs.max(1)).skip(before).take(per_class[class]);
        rows.map(|row| row[place].abs()).sum()
    }
}

/// svm-train's lines.
fn text(problems: &[Problem], stored: &StoredModel) -> String {
    let mut text = String::new();
    for Problem { report, rho, named } in problems {
        // Writing to a string does not fail.
        let _ = writeln!(text, "\noptimization finished, #iter = {}", report.iterations);
        if let Some((name, value)) = named {
            let _ = writeln!(text, "{name} = {value:.6}");
        }
        let _ = writeln!(text, "obj = {:.6}, rho = {rho:.6}", report.dual_objective);
        let _ = writeln!(text, "nSV = {}, nBSV = {}", report.support_vectors, report.bounded);
    }
    if let AnyModel::Classifier(_) = stored.model {
        let _ = writeln!(text, "Total nSV = {}", stored.model.support_vectors().len());
    }
    text
}
