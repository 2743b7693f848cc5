//! `pellucid inspect`: what is in a checkpoint.

use anyhow::Result;
use pellucid::nn::checkpoint::{Header, TensorInfo, describe};
use pellucid::nn::{CheckpointError, Sequential, Summary};

use crate::args::Inspect;

pub fn run(args: &Inspect) -> Result<()> {
    let (header, tensors) = describe(&args.checkpoint)?;
    if args.json {
        out!("{}", serde_json::json!({ "header": header, "tensors": tensors }));
        return Ok(());
    }
    let bytes = std::fs::metadata(&args.checkpoint).map_or(0, |file| file.len());
    out!("{}: {} numbers, {:.2} MB", args.checkpoint.display(), header.scalar, bytes as f64 / 1e6);
    for (key, value) in &header.metadata {
        out!("{key}: {value}");
    }
    out!();
    match summary(&header) {
        Ok(summary) => out!("{summary}"),
        Err(error) => out!("no summary: {error}"),
    }
    for (name, [begin, end]) in &header.architecture.views {
        out!("view {name}: layers {} to {end}", begin + 1);
    }
    out!();
    list(&tensors);
    if let Some(training) = &header.training {
        let (config, progress) = (&training.config, training.progress);
        out!("\ntraining: epoch {} of {}, step {}", progress.epoch, config.epochs, progress.step);
        out!("  {}", serde_json::to_string(config)?);
        if let Some(last) = training.history.epochs.last() {
            let validation =
                last.validation_loss.map_or(String::new(), |loss| format!(", validation {loss:.6}"));
            out!("  last epoch: loss {:.6}{validation}", last.train_loss);
        }
        if let Some((epoch, loss)) = training.history.best {
            out!("  best epoch: {epoch}, loss {loss:.6}");
        }
    }
    Ok(())
}

fn list(tensors: &[TensorInfo]) {
    let width = tensors.iter().map(|tensor| tensor.name.len()).max().unwrap_or(0);
    for tensor in tensors {
        let shape: Vec<String> = tensor.shape.iter().map(usize::to_string).collect();
        out!("{:width$}  {} {:>12}  {:>10} bytes", tensor.name, tensor.scalar, shape.join("x"), tensor.bytes);
    }
}

/// The summary of the architecture, in numbers of the checkpoint's type.
fn summary(header: &Header) -> Result<Summary> {
    let layer = |cause| CheckpointError::Layer { path: String::new(), cause };
    Ok(if header.scalar == "F64" {
        Summary::of(&Sequential::<f64>::from_config(&header.architecture).map_err(layer)?)?
    } else {
        Summary::of(&Sequential::<f32>::from_config(&header.architecture).map_err(layer)?)?
    })
}
