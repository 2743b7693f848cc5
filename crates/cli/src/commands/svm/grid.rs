//! `pellucid svm grid`, which prints what grid.py prints.

use anyhow::Result;
use pellucid_svm::{FitProgress, GridPoint, GridSearch};
use serde_json::json;

use super::format::general;
use super::machine::{Spinner, classes};
use super::table;
use crate::args::svm::{Formulation, Grid};
use crate::{failure, machine};

pub fn run(args: &Grid) -> Result<()> {
    let machine = &args.machine;
    if machine.formulation != Formulation::CSvc {
        return Err(failure::usage("grid searches for C and gamma of a C-SVC (-s 0)"));
    }
    let table = table::load(&args.data, &args.table, machine.precomputed(), true)?;
    table.tell_names(&args.data, machine.regression())?;
    let Some(labels) = table.labels else {
        let message = "a .csv or .npy table needs --labels FILE or --label-column first|last";
        return Err(failure::usage(format!("{}: {message}", args.data.display())));
    };
    let powers = |exponents: &[f64]| exponents.iter().map(|x| x.exp2()).collect::<Vec<f64>>();
    let cost = args.log2c.0.as_deref().map_or_else(|| vec![machine.cost], powers);
    let mut search =
        GridSearch::new(machine.classifier()).folds(args.folds as usize).seed(machine.seed).c(&cost);
    if let Some(exponents) = args.log2g.0.as_deref().filter(|_| machine.has_gamma()) {
        search = search.gamma(&powers(exponents))?;
    }
    let (pool, spinner) = (machine::pool(args.common.threads), Spinner::new(args.quiet || args.common.json));
    let observe = |progress: &FitProgress| spinner.show(progress);
    let found = search.fit_with(table.rows.samples(), &classes(&labels)?, &pool, Some(&observe));
    spinner.finish();
    let found = found?;
    if args.common.json {
        let point = |point: &GridPoint| {
            let (gamma, folds) = (point.kernel.gamma(), &point.fold_accuracies);
            json!({ "c": point.c, "gamma": gamma, "accuracy": point.mean_accuracy, "folds": folds, "seconds": point.seconds })
        };
        let points: Vec<serde_json::Value> = found.points.iter().map(point).collect();
        out!("{}", json!({ "best": point(found.best()), "points": points }));
        return Ok(());
    }
    let rate = |point: &GridPoint| general(point.mean_accuracy * 100.0, 6);
    if !args.quiet {
        let mut best = &found.points[0];
        for point in &found.points {
            if point.mean_accuracy > best.mean_accuracy {
                best = point;
            }
            let exponent = |x: f64| general(x.log2(), 6);
            let gamma = point.kernel.gamma().map_or(String::new(), |gamma| format!(" {}", exponent(gamma)));
            out!(
                "[local] {}{gamma} {} (best {}, rate={})",
                exponent(point.c),
                rate(point),
                named(best),
                rate(best)
            );
        }
    }
    let best = found.best();
    let gamma = best.kernel.gamma().map_or(String::new(), |gamma| format!(" {gamma:?}"));
    out!("{:?}{gamma} {}", best.c, rate(best));
    Ok(())
}

/// C and, where there is one, gamma.
fn named(point: &GridPoint) -> String {
    let gamma = point.kernel.gamma().map_or(String::new(), |gamma| format!(", g={gamma:?}"));
    format!("c={:?}{gamma}", point.c)
}
