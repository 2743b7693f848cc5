//! `pellucid eval`: how good a checkpoint's model is on a data set.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use pellucid::data::Element;
use pellucid::prelude::*;
use pellucid_lab::reconstruction::quality;
use pellucid_terminal::{failure, machine, out};

use super::checkpoint::describe;
use super::input::{self, Wanted};
use crate::args::Eval;

pub fn run(args: &Eval) -> Result<()> {
    let (header, _) = describe(&args.checkpoint)?;
    let loss = header.training.map(|training| training.config.loss).ok_or_else(|| {
        failure::usage(format!(
            "{}: expected a checkpoint of a training run, which has a loss",
            args.checkpoint.display()
        ))
    })?;
    let data = input::load(&args.input, Wanted::For(loss), &header.data)?;
    let pool = machine::pool(args.common.threads);
    let mut figures;
    if header.scalar == "F64" {
        let model = Checkpoint::<f64>::read(&args.checkpoint)?.into_model();
        figures = loss_and_accuracy(&model, loss, &data, &pool)?;
    } else {
        let model = Checkpoint::<f32>::read(&args.checkpoint)?.into_model();
        figures = loss_and_accuracy(&model, loss, &data, &pool)?;
        if loss == LossConfig::BceWithLogits && matches!(**data.targets(), Targets::SameAsInput) {
            let quality = quality(&model, &data, &pool)?;
            figures.insert("mse", quality.mse);
            figures.insert("mae", quality.mae);
            figures.insert("mean_sample_mse", quality.mean_sample_mse);
            figures.insert("std_sample_mse", quality.std_sample_mse);
            figures.insert("range_preservation", quality.range_preservation);
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

/// The mean loss, and for a classifier whose targets are classes the share of right answers.
fn loss_and_accuracy<F: Scalar + Element>(
    model: &Model<F>,
    loss: LossConfig,
    data: &Dataset,
    pool: &Arc<Pool>,
) -> Result<BTreeMap<&'static str, f64>> {
    let mut figures = BTreeMap::from([("loss", evaluate(model, &*loss.build(), data, pool)?)]);
    if loss == LossConfig::CrossEntropyWithLogits && matches!(**data.targets(), Targets::Classes { .. }) {
        figures.insert("accuracy", accuracy(model, data, pool)?);
    }
    Ok(figures)
}
