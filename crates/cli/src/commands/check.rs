//! `pellucid check`: every gradient against differences.

use anyhow::Result;
use pellucid::nn::gradient_check::{Check, GradientCheck, STEP, check_layers, check_losses, largest_error};
use pellucid::prelude::*;
use pellucid_lab::GRADIENT_TOLERANCE;
use pellucid_terminal::{failure, out};

use crate::args;

/// Random samples that a model is checked on.
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

/// The model of a checkpoint in `f64`, with the loss that it was trained with, on random samples.
fn model(path: &std::path::Path, args: &args::Check) -> Result<Vec<Check>> {
    let (header, _) = pellucid::nn::checkpoint::describe(path)?;
    let (network, parameters) = if header.scalar == "F64" {
        let model = Checkpoint::<f64>::read(path)?.into_model();
        (model.architecture().to_config(), model.parameters().to_vec())
    } else {
        let model = Checkpoint::<f32>::read(path)?.into_model();
        (model.architecture().to_config(), model.parameters().iter().map(|&p| f64::from(p)).collect())
    };
    let network = Graph::from_config(&network).map_err(|error| failure::data(error.to_string()))?;
    let mut model = Model::<f64>::new(network, 0)?;
    model.parameters_mut().copy_from_slice(&parameters);

    let loss = header.training.map_or(LossConfig::Mse, |training| training.config.loss);
    let (n_in, n_out) = (model.plan().input().len(), model.plan().output().len());
    let (mut x, mut targets) = (vec![0.0; BATCH * n_in], vec![0.0; BATCH * n_out]);
    Stream::new(args.seed).child(1).fill_uniform(&mut x, 0.0, 1.0);
    // Every loss takes targets between 0 and 1.
    Stream::new(args.seed).child(2).fill_uniform(&mut targets, 0.0, 1.0);
    let most = if args.sample == 0 { usize::MAX } else { args.sample };
    let name = path.file_stem().map_or_else(|| "model".into(), |stem| stem.to_string_lossy().into_owned());
    Ok(GradientCheck::new(name, &model, &*loss.build(), &x, &targets).sample(most).run()?)
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
