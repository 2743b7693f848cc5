//! `pellucid check`: every gradient against differences.

use anyhow::Result;
use pellucid::nn::gradient_check::{Check, GradientCheck, STEP, check_layers, check_losses};
use pellucid::prelude::*;

use crate::args;
use crate::experiments::gradcheck::TOLERANCE;
use crate::failure;

/// Random samples that a model is checked on.
const BATCH: usize = 2;

pub fn run(args: &args::Check) -> Result<()> {
    let mut checks = check_layers(args.seed)?;
    checks.extend(check_losses(args.seed)?);
    if let Some(path) = &args.checkpoint {
        checks.extend(model(path, args)?);
    }
    let worst = checks.iter().map(|check| check.relative_error).fold(0.0, f64::max);
    if args.common.json {
        out!("{}", serde_json::json!({ "max_relative_error": worst, "step": STEP, "checks": checks }));
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
        out!("largest relative error {worst:.1e}, allowed {TOLERANCE:.0e}");
    }
    if worst <= TOLERANCE {
        Ok(())
    } else {
        Err(failure::missed(format!("a gradient is off by {worst:.1e}")))
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
    let network = Sequential::from_config(&network).map_err(|error| failure::data(error.to_string()))?;
    let mut model = Model::<f64>::new(network, 0)?;
    model.parameters_mut().copy_from_slice(&parameters);

    let loss = header.training.map_or(LossConfig::Mse, |training| training.config.loss);
    let (n_in, n_out) = (model.architecture().input().len(), model.plan().output().len());
    let (mut x, mut targets) = (vec![0.0; BATCH * n_in], vec![0.0; BATCH * n_out]);
    Stream::new(args.seed).child(1).fill_uniform(&mut x, 0.0, 1.0);
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
