//! Section 6 of the report: support vector machines on the encoder's latent codes, and on pixels.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pellucid::eval::{Average, ConfusionMatrix, ZeroDivision};
use pellucid::prelude::*;
use pellucid::svm::{Fit, FitProgress, Gamma, Kernel, Options, Samples, Svc, SvmError};
use pellucid_report::{DiscriminativeFeature, FeatureDistribution, SvmEvidence, SvmResults, SvmRun};
use pellucid_terminal::{failure, interrupt, say};

use super::autoencoder::{LATENT, PIXELS, encode, network, plane};
use crate::args::reproduce::Reproduce;

/// The report's C.
const C: f64 = 10.0;

/// Training rows of the report's machine on latent codes.
const LATENT_ROWS: usize = 5_000;

/// Training rows of the report's machine on pixels.
const PIXEL_ROWS: usize = 3_000;

/// Features whose distributions are drawn.
const DRAWN: usize = 3;

/// Samples as the machines take them: rows of numbers, and a digit each.
struct Table {
    x: Vec<f32>,
    columns: usize,
    digits: Vec<i32>,
}

impl Table {
    /// Some of the rows.
    fn rows(&self, rows: &[u32]) -> Self {
        let numbers = rows.iter().flat_map(|&row| &self.x[row as usize * self.columns..][..self.columns]);
        let digits = rows.iter().map(|&row| self.digits[row as usize]);
        Self { x: numbers.copied().collect(), columns: self.columns, digits: digits.collect() }
    }

    fn samples(&self) -> Samples<'_> {
        Samples::dense(&self.x, self.columns)
    }
}

/// Fits the five machines to the codes of the trained encoder in `checkpoint`, those of an untrained one, and pixels.
pub fn run(
    args: &Reproduce,
    mnist: &Mnist,
    checkpoint: &Path,
    pool: &Arc<Pool>,
) -> Result<(SvmResults, SvmEvidence)> {
    let split = mnist.pooled_split(Task::Reconstruct, args.seed)?;
    let digits =
        |part: &Dataset| part.rows().iter().map(|&row| i32::from(mnist.labels()[row as usize])).collect();
    let codes = |model: &Model<f32>, part: &Dataset| -> Result<Table> {
        Ok(Table { x: encode(model, part, pool)?, columns: LATENT, digits: digits(part) })
    };
    let trained = Checkpoint::read_into(checkpoint, network())?.into_model();
    let (train, test) = (codes(&trained, &split.train)?, codes(&trained, &split.test)?);

    // As many of the training rows as the report used, evenly spread: MNIST is ordered by who wrote the digits.
    let spread = |count: usize| -> Vec<u32> {
        let rows = split.train.len();
        (0..count.min(rows)).map(|i| (i * rows / count.min(rows)) as u32).collect()
    };
    let (some, fewer) = (spread(LATENT_ROWS), spread(PIXEL_ROWS));
    let rbf = Kernel::rbf(Gamma::Scale);

    let (latent, confusion) = fit("latent codes", &rbf, &train.rows(&some), &test, pool)?;
    let (latent_linear, _) = fit("latent codes, linear", &Kernel::Linear, &train.rows(&some), &test, pool)?;
    let (latent_all, _) = fit("latent codes, all rows", &rbf, &train, &test, pool)?;
    let untrained = Model::new(network(), args.seed)?;
    let (few, all) = (split.train.subset(&some)?, codes(&untrained, &split.test)?);
    let (latent_untrained, _) = fit("untrained encoder", &rbf, &codes(&untrained, &few)?, &all, pool)?;
    let pixels = |part: &Dataset| {
        let positions: Vec<u32> = (0..part.len() as u32).collect();
        let mut x = vec![0.0; part.len() * PIXELS];
        part.gather_inputs(&positions, &mut x);
        Table { x, columns: PIXELS, digits: digits(part) }
    };
    let few = split.train.subset(&fewer)?;
    let (raw, _) = fit("pixels", &rbf, &pixels(&few), &pixels(&split.test), pool)?;

    let features = discriminative_features(&test);
    let scores = confusion.class_scores(ZeroDivision::Zero);
    let distribution = |feature: &DiscriminativeFeature| {
        let value = |digit: usize| {
            let rows =
                test.x.chunks_exact(LATENT).zip(&test.digits).filter(move |(_, d)| **d as usize == digit);
            rows.map(|(row, _)| row[feature.feature]).collect()
        };
        let values = std::array::from_fn(value);
        FeatureDistribution { feature: feature.feature, variance: feature.variance, values }
    };
    let evidence = SvmEvidence {
        plane: plane(&test.x, &split.test, mnist.labels())?,
        distributions: features.iter().take(DRAWN).map(distribution).collect(),
    };
    let results = SvmResults {
        method: "SMO with second-order working sets, one-vs-one".into(),
        latent,
        latent_all: Some(latent_all),
        latent_untrained: Some(latent_untrained),
        raw: Some(raw),
        latent_linear: Some(latent_linear),
        confusion: std::array::from_fn(|actual| {
            std::array::from_fn(|predicted| confusion.count(actual, predicted))
        }),
        per_class_f1: std::array::from_fn(|class| scores[class].f1),
        discriminative_features: features,
    };
    Ok((results, evidence))
}

/// Fits one machine, checks it in f64, and asks it about the test rows.
fn fit(
    name: &'static str,
    kernel: &Kernel,
    train: &Table,
    test: &Table,
    pool: &Arc<Pool>,
) -> Result<(SvmRun, ConfusionMatrix)> {
    let svc = Svc::new(kernel.clone()).c(C).options(Options::default());
    let bar = progress_bar(name);
    let watch = |progress: &FitProgress| {
        bar.set_length(progress.problems as u64);
        bar.set_position(progress.solved as u64);
        bar.set_message(format!("{} iterations", progress.iterations));
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let start = Instant::now();
    let model = match svc.fit_with(train.samples(), &train.digits, Fit::on(pool).progress(&watch)) {
        Err(SvmError::Interrupted { .. }) => {
            return Err(failure::interrupted(format!("interrupted while fitting a machine to {name}")));
        }
        outcome => outcome?,
    };
    let fit_seconds = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let predicted = model.predict_with(test.samples(), pool)?;
    let predict_seconds = start.elapsed().as_secs_f64();
    bar.finish_and_clear();

    let proof = svc.certify(&model, train.samples(), &train.digits, Fit::on(pool))?;
    let confusion = ConfusionMatrix::new(&predicted, &test.digits, 10)?;
    let average = |average| confusion.average_scores(average, ZeroDivision::Zero).f1;
    let run = SvmRun {
        train_rows: train.digits.len(),
        test_rows: test.digits.len(),
        dimensions: train.columns,
        kernel: if matches!(kernel, Kernel::Linear) { "linear" } else { "RBF" }.into(),
        c: C,
        gamma: model.kernel().gamma().unwrap_or(0.0),
        tolerance: Options::default().tolerance,
        iterations: model.iterations(),
        accuracy: confusion.accuracy(),
        macro_f1: average(Average::Macro),
        weighted_f1: average(Average::Weighted),
        fit_seconds,
        predict_seconds,
        support_vectors: model.support().len(),
        dual_objective: proof.iter().map(|report| report.dual_objective).sum(),
        kkt_gap: proof.iter().map(|report| report.kkt_gap).fold(0.0, f64::max),
    };
    say!(
        "{name}: {} rows, accuracy {:.2} %, {} support vectors, fit {fit_seconds:.2} s, predict {predict_seconds:.2} s",
        run.train_rows,
        100.0 * run.accuracy,
        run.support_vectors
    );
    Ok((run, confusion))
}

/// A bar over the binary problems of a fit; nothing where standard error is no terminal.
fn progress_bar(name: &'static str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) =
        ProgressStyle::with_template("{prefix} [{bar:30}] problem {pos}/{len}  {msg}  {elapsed}")
    {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_prefix(name);
    bar
}

/// The latent features by the variance of their class means, the largest first.
fn discriminative_features(table: &Table) -> Vec<DiscriminativeFeature> {
    let mut sums = [[0.0_f64; LATENT]; 10];
    let mut counts = [0.0_f64; 10];
    for (row, &digit) in table.x.chunks_exact(LATENT).zip(&table.digits) {
        counts[digit as usize] += 1.0;
        sums[digit as usize].iter_mut().zip(row).for_each(|(sum, &x)| *sum += f64::from(x));
    }
    let variance = |feature: usize| {
        let means: [f64; 10] = std::array::from_fn(|digit| sums[digit][feature] / counts[digit].max(1.0));
        let mean = means.iter().sum::<f64>() / 10.0;
        means.iter().map(|m| (m - mean) * (m - mean)).sum::<f64>() / 10.0
    };
    let mut features: Vec<DiscriminativeFeature> =
        (0..LATENT).map(|feature| DiscriminativeFeature { feature, variance: variance(feature) }).collect();
    features.sort_by(|a, b| b.variance.total_cmp(&a.variance));
    features
}
