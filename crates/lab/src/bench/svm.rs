//! Support vector machines on arrays that other libraries read too.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use pellucid::data::{Values, read_npy};
use pellucid::prelude::*;
use pellucid::svm::Fit;
use pellucid_terminal::{failure, machine, say};
use serde_json::{Value, json};

use super::median;
use crate::args::bench::Svm;

/// Fits, predicts, and says how well.
pub fn run(args: &Svm) -> Result<Value> {
    let (x, columns) = floats(&args.folder.join("x.npy"))?;
    let (test_x, _) = floats(&args.folder.join("test_x.npy"))?;
    let (y, test_y) = (labels(&args.folder.join("y.npy"))?, labels(&args.folder.join("test_y.npy"))?);
    let pool = machine::pool(args.threads.threads);
    let svc = Svc::new(Kernel::rbf(Gamma::Scale)).c(10.0);
    let (mut fits, mut predictions, mut figures) = (Vec::new(), Vec::new(), json!({}));
    for _ in 0..args.fits {
        let start = Instant::now();
        let model = svc.fit_with(Samples::dense(&x, columns), &y, Fit::on(&pool))?;
        fits.push(start.elapsed().as_secs_f64());
        let start = Instant::now();
        let predicted = model.predict_with(Samples::dense(&test_x, columns), &pool)?;
        predictions.push(start.elapsed().as_secs_f64());
        let right = predicted.iter().zip(&test_y).filter(|(a, b)| a == b).count();
        figures["accuracy"] = json!(right as f64 / test_y.len() as f64);
        figures["support_vectors"] = json!(model.support().len());
    }
    figures["rows"] = json!(y.len());
    figures["features"] = json!(columns);
    figures["fit_seconds"] = json!(median(fits).context("expected at least one fit")?);
    figures["predict_seconds"] = json!(median(predictions));
    figures["peak_mb"] = json!(machine::peak_rss_mb());
    say!("{} x {columns}: fit {:.4} s", y.len(), figures["fit_seconds"]);
    Ok(figures)
}

fn floats(path: &Path) -> Result<(Vec<f32>, usize)> {
    let array = read_npy(path)?;
    match (array.values, &array.shape[..]) {
        (Values::F32(values), &[_, columns]) => Ok((values, columns)),
        _ => Err(failure::data(format!("{}: expected rows of f32", path.display()))),
    }
}

fn labels(path: &Path) -> Result<Vec<i32>> {
    match read_npy(path)?.values {
        Values::I32(values) => Ok(values),
        _ => Err(failure::data(format!("{}: expected labels of type i32", path.display()))),
    }
}
