//! `pellucid check`: every gradient against differences.

use std::path::Path;

use anyhow::Result;
use pellucid::nn::ClassWeights;
use pellucid::nn::gradient_check::{Check, GradientCheck, STEP, check_layers, check_losses, largest_error};
use pellucid::prelude::*;
use pellucid_lab::GRADIENT_TOLERANCE;
use pellucid_terminal::{failure, out, say};

use super::checkpoint::describe;
use super::objective::objective;
use super::samples::input;
use super::samples::random::random_samples;
use super::samples::roles::{Roles, terms};
use crate::args;

/// The samples that a model is checked on.
const BATCH: usize = 2;

pub fn run(args: &args::Check) -> Result<()> {
    let mut checks = check_layers(args.seed)?;
    checks.extend(check_losses(args.seed)?);
    if let Some(path) = &args.checkpoint {
        checks.extend(model(path, args)?);
    }
    let (worst, failed) =
        (largest_error(&checks), checks.iter().find(|check| !check.passes(GRADIENT_TOLERANCE)));
    let elements: usize = checks.iter().map(|check| check.elements).sum();
    let kinks: usize = checks.iter().map(|check| check.kinks).sum();
    if args.common.json {
        out!(
            "{}",
            serde_json::json!({
                "max_relative_error": worst,
                "step": STEP,
                "elements": elements,
                "kinks": kinks,
                "checks": checks,
            })
        );
    } else {
        out!(
            "{:24} {:16} {:>12} {:>12} {:>9}  elements",
            "component",
            "tensor",
            "analytic",
            "numeric",
            "error"
        );
        for check in &checks {
            out!("{}", line(check));
        }
        out!("{elements} elements compared, {kinks} left out on kinks");
        out!("largest relative error {worst:.1e}, allowed {GRADIENT_TOLERANCE:.0e}");
    }
    failed.map_or(Ok(()), |check| Err(failure::missed(reason(check))))
}

/// Why a check did not pass.
fn reason(check: &Check) -> String {
    let Check { component, parameter, relative_error, elements, kinks, .. } = check;
    if check.passes(f64::INFINITY) {
        format!("a gradient is off by {relative_error:.1e}: {component} {parameter}")
    } else if relative_error.is_nan() {
        format!("a gradient is not a number: {component} {parameter}")
    } else {
        format!(
            "a gradient could not be compared: {component} {parameter}, {elements} elements compared, {kinks} on kinks"
        )
    }
}

/// The model of a checkpoint in `f64`, under the objective that it was trained with; of one without a training, the mean
/// squared error of its output.
fn model(path: &Path, args: &args::Check) -> Result<Vec<Check>> {
    let (header, _) = describe(path)?;
    let custom = header.training.as_ref().is_some_and(|training| training.custom.terms.is_some());
    if custom {
        say!("note: {}: the objective is custom, so the mean squared error is checked", path.display());
    }
    let config = header.training.map(|training| training.config).filter(|_| !custom).unwrap_or_default();
    let model = if header.scalar == "F64" {
        Checkpoint::<f64>::read(path)?.into_model()
    } else {
        in_f64(&Checkpoint::<f32>::read(path)?.into_model())?
    };
    let data = if args.input.data.is_none() && args.input.columns.is_empty() {
        let classes = header.data.class_weights.as_ref().map(Vec::len).or(match &config.class_weights {
            Some(ClassWeights::Given(weights)) => Some(weights.len()),
            _ => None,
        });
        random_samples(BATCH, model.plan(), &terms(&config), classes, args.seed)?
    } else {
        let all = input::load(&args.input, &Roles::of_training(model.plan(), &config), &header.data)?;
        let first: Vec<u32> = (0..all.len().min(BATCH) as u32).collect();
        all.subset(&first)?
    };
    let objective = objective(&config, &header.data, &data)?;
    let most = if args.sample == 0 { usize::MAX } else { args.sample };
    let name = path.file_stem().map_or_else(|| "model".into(), |stem| stem.to_string_lossy().into_owned());
    Ok(GradientCheck::of(name, &model, &objective, &data).sample(most).run()?)
}

/// The same model in `f64`.
fn in_f64(model: &Model<f32>) -> Result<Model<f64>> {
    let network = Graph::from_config(&model.architecture().to_config());
    let mut wide = Model::<f64>::new(network.map_err(|error| failure::data(error.to_string()))?, 0)?;
    let copy = |to: &mut [f64], from: &[f32]| {
        for (to, &from) in to.iter_mut().zip(from) {
            *to = from.into();
        }
    };
    copy(wide.parameters_mut(), model.parameters());
    copy(wide.state_mut(), model.state());
    Ok(wide)
}

fn line(check: &Check) -> String {
    let elements = if check.elements == check.of {
        format!("{}", check.of)
    } else {
        format!("{} of {} ({} on kinks)", check.elements, check.of, check.kinks)
    };
    format!(
        "{:24} {:16} {:>12.6} {:>12.6} {:>9.1e}  {elements}",
        check.component, check.parameter, check.analytic_norm, check.numeric_norm, check.relative_error
    )
}
