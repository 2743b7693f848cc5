//! `pellucid eval`: how good a checkpoint's model is on a data set.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use pellucid::data::Element;
use pellucid::nn::evaluate_objective;
use pellucid::prelude::*;
use pellucid_lab::reconstruction::quality;
use pellucid_terminal::{failure, machine, out};

use super::checkpoint::describe;
use super::input::{self, Wanted};
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
    // The data's target is that of the first term that is compared with it.
    let term = config.terms.iter().find(|term| term.target == TargetOf::default());
    let loss = term.map_or(config.loss, |term| term.loss);
    let data = input::load(&args.input, Wanted::For(loss), &header.data)?;
    let pool = machine::pool(args.common.threads);
    let mut figures;
    if header.scalar == "F64" {
        let model = Checkpoint::<f64>::read(&args.checkpoint)?.into_model();
        figures = losses_and_accuracy(&model, &config, loss, &data, &pool)?;
    } else {
        let model = Checkpoint::<f32>::read(&args.checkpoint)?.into_model();
        figures = losses_and_accuracy(&model, &config, loss, &data, &pool)?;
        if config.terms.is_empty()
            && loss == LossConfig::BceWithLogits
            && matches!(**data.targets(), Targets::SameAsInput)
        {
            let quality = quality(&model, &data, &pool)?;
            figures.insert("mse".into(), quality.mse);
            figures.insert("mae".into(), quality.mae);
            figures.insert("mean_sample_mse".into(), quality.mean_sample_mse);
            figures.insert("std_sample_mse".into(), quality.std_sample_mse);
            figures.insert("range_preservation".into(), quality.range_preservation);
        }
    }
    if let Some((name, value)) = figures.iter().find(|(_, value)| !value.is_finite()) {
        let message = format!(
            "{name} is {value}: the model's outputs, or what is made of them, are beyond its numbers"
        );
        return Err(failure::runtime(message));
    }
    if args.common.json {
        out!("{}", serde_json::json!({ "samples": data.len(), "loss_kind": loss, "figures": figures }));
    } else {
        out!("{} samples, {}", data.len(), loss.build::<f32>().name());
        for (name, value) in figures {
            out!("{name:20} {value:.6}");
        }
    }
    Ok(())
}

/// The mean losses, and for a classifier whose targets are classes the share of right answers.
fn losses_and_accuracy<F: Scalar + Element>(
    model: &Model<F>,
    config: &TrainConfig,
    loss: LossConfig,
    data: &Dataset,
    pool: &Arc<Pool>,
) -> Result<BTreeMap<String, f64>> {
    let objective = config.objective();
    let losses = evaluate_objective(model, &objective, data, pool)?;
    let mut figures = BTreeMap::from([("loss".to_owned(), losses.total)]);
    if losses.terms.len() > 1 {
        let terms = objective.names().zip(&*losses.terms);
        figures.extend(terms.map(|(name, &loss)| (format!("loss of {name}"), loss)));
    }
    if config.terms.is_empty()
        && loss == LossConfig::CrossEntropyWithLogits
        && matches!(**data.targets(), Targets::Classes { .. })
    {
        figures.insert("accuracy".into(), accuracy(model, data, pool)?);
    }
    Ok(figures)
}
