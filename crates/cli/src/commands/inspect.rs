//! `pellucid inspect`: what is in a checkpoint.

use anyhow::Result;
use pellucid::data::text::{Escaped, short};
use pellucid::nn::checkpoint::{Header, TensorInfo};
use pellucid::nn::{ArchitectureError, CheckpointError, Graph, Summary, ViewConfig};
use pellucid_terminal::out;

use super::checkpoint::describe;
use super::samples::input::PIXEL;
use crate::args::Inspect;

/// The most characters of a name that are shown, and of a note.
const NAME: usize = 60;
const NOTE: usize = 500;

pub fn run(args: &Inspect) -> Result<()> {
    let (header, tensors) = describe(&args.checkpoint)?;
    if args.json {
        out!("{}", serde_json::json!({ "header": header, "tensors": tensors }));
        return Ok(());
    }
    let bytes = std::fs::metadata(&args.checkpoint).map_or(0, |file| file.len());
    let path = args.checkpoint.display().to_string();
    out!("{}: {} numbers, {:.2} MB", Escaped(&path), header.scalar, bytes as f64 / 1e6);
    for (key, value) in &header.metadata {
        out!("{}: {}", short(key, NAME), short(value, NOTE));
    }
    if let Some(scale) = header.data.input_scale {
        out!("inputs: multiplied by {}", shown(scale));
    }
    if let Some(names) = &header.data.class_names {
        out!("classes: {}", list_of(names));
    }
    for (column, notes) in &header.data.columns {
        let read = [
            notes.scale.map(|scale| format!("multiplied by {}", shown(scale))),
            notes.below.map(|below| format!("indices below {below}")),
            notes.class_names.as_ref().map(|names| format!("classes {}", list_of(names))),
        ];
        let read: Vec<String> = read.into_iter().flatten().collect();
        let colon = if read.is_empty() { "" } else { ": " };
        out!("column {}{colon}{}", short(column, NAME), read.join(", "));
    }
    if let Some(weights) = &header.data.class_weights {
        let weights: Vec<String> = weights.iter().map(|weight| format!("{weight:.4}")).collect();
        out!("class weights: {}", short(&weights.join(", "), NOTE));
    }
    out!();
    match summary(&header) {
        Ok(summary) => summary.to_string().lines().for_each(|line| out!("{}", Escaped(line))),
        Err(error) => out!("no summary: {}", Escaped(&error.to_string())),
    }
    for (name, view) in &header.architecture.views {
        let name = short(name, NAME);
        match view {
            ViewConfig::Layers([begin, end]) => out!("view {name}: layers {} to {end}", begin + 1),
            ViewConfig::Values { from, to } => {
                out!("view {name}: from {} to {}", short(&from.join(", "), NAME), short(to, NAME));
            }
        }
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
            for (number, (term, loss)) in training.history.terms.iter().zip(&last.train_terms).enumerate() {
                let validation = last.validation_terms.get(number);
                let validation = validation.map_or(String::new(), |loss| format!(", validation {loss:.6}"));
                out!("    {}: loss {loss:.6}{validation}", short(term, NAME));
            }
        }
        if let Some((epoch, loss)) = training.history.best {
            out!("  best epoch: {epoch}, loss {loss:.6}");
        }
    }
    Ok(())
}

/// A factor as it is written.
fn shown(scale: f64) -> String {
    if scale == PIXEL { "1/255".into() } else { scale.to_string() }
}

fn list_of(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| short(name, NAME)).collect();
    short(&names.join(", "), NOTE)
}

fn list(tensors: &[TensorInfo]) {
    let names: Vec<String> = tensors.iter().map(|tensor| short(&tensor.name, NAME)).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    for (name, tensor) in names.iter().zip(tensors) {
        let shape: Vec<String> = tensor.shape.iter().map(usize::to_string).collect();
        out!("{name:width$}  {} {:>12}  {:>10} bytes", tensor.scalar, shape.join("x"), tensor.bytes);
    }
}

/// The summary of the architecture, in numbers of the checkpoint's type.
fn summary(header: &Header) -> Result<Summary> {
    let unknown = |error| match error {
        ArchitectureError::Layer(cause) => CheckpointError::Layer { path: String::new(), cause },
        ArchitectureError::Name(cause) => CheckpointError::Plan { path: String::new(), cause },
    };
    Ok(if header.scalar == "F64" {
        Summary::of(&Graph::<f64>::from_config(&header.architecture).map_err(unknown)?)?
    } else {
        Summary::of(&Graph::<f32>::from_config(&header.architecture).map_err(unknown)?)?
    })
}
