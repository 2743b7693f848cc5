//! `pellucid eval`: how good a checkpoint's model is on a data set.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use pellucid::data::Element;
use pellucid::eval::ReconstructionQuality;
use pellucid::nn::evaluate_objective;
use pellucid::prelude::*;
use pellucid_lab::reconstruction::quality;
use pellucid_terminal::{failure, machine, out};

use super::checkpoint::describe;
use super::figures;
use super::objective::objective;
use super::samples::input;
use super::samples::roles::{Roles, terms};
use crate::args::Eval;

pub fn run(args: &Eval) -> Result<()> {
    let (header, _) = describe(&args.checkpoint)?;
    let usage =
        |expected: &str| failure::usage(format!("{}: expected {expected}", args.checkpoint.display()));
    let training =
        header.training.ok_or_else(|| usage("a checkpoint of a training run, which has a loss"))?;
    if training.custom.terms.is_some() {
        return Err(usage("a run with built-in losses, found a custom objective"));
    }
    let config = training.config;
    let (samples, figures) = if header.scalar == "F64" {
        evaluate::<f64>(args, &config, |_, _, _| Ok(None))?
    } else {
        evaluate::<f32>(args, &config, |model, data, pool| quality(model, data, pool).map(Some))?
    };
    if let Some((name, value)) = figures.iter().find(|(_, value)| !value.is_finite()) {
        let message = format!(
            "{name} is {value}: the model's outputs, or what is made of them, are beyond its numbers"
        );
        return Err(failure::runtime(message));
    }
    let loss_kind = (config.terms.is_empty()).then_some(config.loss);
    if args.common.json {
        let kinds: BTreeMap<&str, LossConfig> =
            config.terms.iter().map(|term| (&*term.name, term.loss)).collect();
        let mut result = serde_json::json!({ "samples": samples, "figures": figures });
        match loss_kind {
            Some(kind) => result["loss_kind"] = serde_json::json!(kind),
            None => result["loss_kinds"] = serde_json::json!(kinds),
        }
        out!("{result}");
    } else {
        let terms = terms(&config).into_iter().map(|term| match loss_kind {
            Some(loss) => loss.build::<f32>().name().to_owned(),
            None => format!("{} ({})", term.name, term.loss.build::<f32>().name()),
        });
        out!("{samples} samples, {}", terms.collect::<Vec<_>>().join(", "));
        let width = figures::width(figures.keys());
        for (name, value) in figures {
            out!("{name:width$} {value:.6}");
        }
    }
    Ok(())
}

/// The number of samples, and the losses of a model under the objective that it was trained with, class weights included, the
/// accuracy of its classes, and, of an autoencoder, the quality of its outputs that `reconstruction` finds.
fn evaluate<F: Scalar + Element>(
    args: &Eval,
    config: &TrainConfig,
    reconstruction: impl Fn(&Model<F>, &Dataset, &Arc<Pool>) -> Result<Option<ReconstructionQuality>>,
) -> Result<(usize, BTreeMap<String, f64>)> {
    let checkpoint = Checkpoint::<F>::read(&args.checkpoint)?;
    let (model, notes) = (checkpoint.model(), checkpoint.data());
    let roles = Roles::of_training(model.plan(), config);
    let data = input::load(&args.input, &roles, notes)?;
    let objective = objective(config, notes, &data)?;
    let pool = machine::pool(args.common.threads);
    let losses = evaluate_objective(model, &objective, &data, &pool)?;
    let mut figures: BTreeMap<String, f64> =
        figures::losses("loss", &objective, &losses).into_iter().collect();
    figures.extend(figures::accuracies("accuracy", model, &objective, &data, &pool)?);
    let autoencoder = config.terms.is_empty()
        && config.loss == LossConfig::BceWithLogits
        && matches!(**data.targets(), Targets::SameAsInput);
    if autoencoder && let Some(quality) = reconstruction(model, &data, &pool)? {
        figures.insert("mse".into(), quality.mse);
        figures.insert("mae".into(), quality.mae);
        figures.insert("mean_sample_mse".into(), quality.mean_sample_mse);
        figures.insert("std_sample_mse".into(), quality.std_sample_mse);
        figures.insert("range_preservation".into(), quality.range_preservation);
    }
    Ok((data.len(), figures))
}
