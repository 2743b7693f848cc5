//! `pellucid svm grid`, which prints what grid.py prints.

use std::ops::ControlFlow;

use anyhow::Result;
use pellucid_svm::{Fit, FitProgress, GridPoint, GridSearch, SvmError};
use pellucid_terminal::{failure, machine, out, output};
use serde_json::json;

use super::format::general;
use super::settings::{Spinner, classes};
use super::table::{self, Purpose};
use super::warnings::warn;
use crate::args::svm::{Formulation, Grid};

pub fn run(args: &Grid) -> Result<()> {
    let mut settings = args.settings.clone();
    if settings.formulation != Formulation::CSvc {
        return Err(failure::usage("grid searches for C and gamma of a C-SVC (-s 0)"));
    }
    let table = table::load(&args.data, &args.table, settings.precomputed(), Purpose::Training)?;
    settings.gamma = table.gamma(settings.gamma);
    let settings = &settings;
    table.tell_names(&args.data, settings.regression())?;
    let Some(labels) = table.labels else {
        let message = "a .csv or .npy table needs --labels FILE or --label-column first|last";
        return Err(failure::usage(format!("{}: {message}", args.data.display())));
    };
    let classes = classes(&labels)?;
    warn(settings, &labels, Some(args.folds as usize));
    let powers = |exponents: &[f64]| exponents.iter().map(|x| x.exp2()).collect::<Vec<f64>>();
    let cost = args.log2c.0.as_deref().map_or_else(|| vec![settings.cost], powers);
    let mut search =
        GridSearch::new(settings.classifier()).folds(args.folds as usize).seed(settings.seed).c(&cost);
    if let Some(exponents) = args.log2g.0.as_deref().filter(|_| settings.has_gamma()) {
        search = search.gamma(&powers(exponents))?;
    }
    let (pool, spinner) = (machine::pool(args.common.threads), Spinner::new(args.quiet || args.common.json));
    let observe = |progress: &FitProgress| {
        if output::closed() { ControlFlow::Break(()) } else { spinner.show(progress) }
    };
    let mut points = Vec::new();
    let each = |point: &GridPoint, best: &GridPoint| {
        if args.common.json {
            points.push(json(point));
        } else if !args.quiet {
            spinner.suspend(|| out!("[local] {} (best {}, rate={})", tried(point), named(best), rate(best)));
        }
    };
    let best = search.search(table.rows.samples(), &classes, Fit::on(&pool).progress(&observe), each);
    spinner.finish();
    let best = match best {
        // Whoever read the points went away.
        Err(SvmError::Interrupted { .. }) if output::closed() => return Ok(()),
        best => best?,
    };
    if args.common.json {
        out!("{}", json!({ "best": json(&best), "points": points }));
    } else {
        let gamma = best.kernel.gamma().map_or(String::new(), |gamma| format!(" {gamma:?}"));
        out!("{:?}{gamma} {}", best.c, rate(&best));
    }
    Ok(())
}

fn json(point: &GridPoint) -> serde_json::Value {
    let (gamma, folds) = (point.kernel.gamma(), &point.fold_accuracies);
    json!({ "c": point.c, "gamma": gamma, "accuracy": point.accuracy, "folds": folds, "seconds": point.seconds })
}

/// Per cent.
fn rate(point: &GridPoint) -> String {
    general(point.accuracy * 100.0, 6)
}

/// The binary logarithms of C and gamma, and the rate.
fn tried(point: &GridPoint) -> String {
    let exponent = |x: f64| general(x.log2(), 6);
    let gamma = point.kernel.gamma().map_or(String::new(), |gamma| format!(" {}", exponent(gamma)));
    format!("{}{gamma} {}", exponent(point.c), rate(point))
}

/// C and, where there is one, gamma.
fn named(point: &GridPoint) -> String {
    let gamma = point.kernel.gamma().map_or(String::new(), |gamma| format!(", g={gamma:?}"));
    format!("c={:?}{gamma}", point.c)
}
