//! `pellucid train`: a network that a TOML file describes.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use pellucid::data::{Element, atomic_write, stratified_split};
use pellucid::nn::{CheckpointPolicy, DataNotes, History};
use pellucid::prelude::*;

use super::input::{Classes, PIXEL, Source};
use crate::args::Train;
use crate::config::{self, Config, Data, Goal, MnistSplit, Precision};
use crate::experiments::autoencoder::load_mnist;
use crate::progress::Progress;
use crate::{failure, machine};

pub fn run(args: &Train) -> Result<()> {
    let (config, text) = config::read(&args.config)?;
    match config.precision {
        Precision::F32 => train::<f32>(args, &config, &text),
        Precision::F64 => train::<f64>(args, &config, &text),
    }
}

fn train<F: Scalar + Element>(args: &Train, config: &Config, text: &str) -> Result<()> {
    let settings = config.training.to_train_config(args.seed);
    settings.check().with_context(|| args.config.display().to_string())?;
    let parts = load(&config.data)?;
    let pool = machine::pool(args.common.threads);
    let network = config.model.build::<F>(&args.config, text, parts.train.input_width())?;
    let folder = args.out.as_ref().unwrap_or(&config.output.directory);
    std::fs::create_dir_all(folder)
        .with_context(|| format!("{}: expected a folder that can be written", folder.display()))?;
    let latest = folder.join("latest.safetensors");

    let trainer = if args.resume {
        let checkpoint = Checkpoint::read_into(&latest, network)?;
        check_notes(checkpoint.data(), &parts.notes, &latest)?;
        Trainer::resume(checkpoint, settings.clone(), &pool)?
    } else {
        Trainer::new(Model::new(network, settings.seed)?, settings.clone(), &pool)?
    };
    let mut trainer = trainer.describe_data(parts.notes.clone()).checkpoints(CheckpointPolicy {
        latest: Some(latest.clone()),
        every: config.output.checkpoint_every,
        best: Some(folder.join("best.safetensors")),
        ..CheckpointPolicy::default().by_the_clock()
    });
    if !args.common.json {
        say!("{}\n", trainer.model().summary());
    }

    let mut progress = Progress::new("training", settings.epochs, trainer.progress().epoch);
    let outcome = trainer.fit(&parts.train, parts.validation.as_ref(), &mut progress)?;
    write_history(&folder.join("history.csv"), trainer.history())?;
    progress.finish();
    if outcome == Outcome::Interrupted {
        let epoch = trainer.progress().epoch + 1;
        let path = latest.display();
        let message = format!("interrupted in epoch {epoch}; the state is in {path}, go on with --resume");
        return Err(failure::interrupted(message));
    }

    let test_loss = parts.test.as_ref().map(|test| trainer.evaluate(test)).transpose()?;
    let classes = |data: &&Dataset| matches!(**data.targets(), Targets::Classes { .. });
    let test_accuracy =
        parts.test.as_ref().filter(classes).map(|test| accuracy(trainer.model(), test, &pool)).transpose()?;
    let last = trainer.history().epochs.last();
    let summary = serde_json::json!({
        "epochs": trainer.history().epochs.len(),
        "stopped_early": outcome == Outcome::StoppedEarly,
        "train_loss": last.map(|epoch| epoch.train_loss),
        "validation_loss": last.and_then(|epoch| epoch.validation_loss),
        "best_epoch": trainer.history().best.map(|(epoch, _)| epoch),
        "test_loss": test_loss,
        "test_accuracy": test_accuracy,
        "training_seconds": progress.training.as_secs_f64(),
        "samples_per_second": progress.samples_per_second(),
        "peak_rss_mb": machine::peak_rss_mb(),
        "checkpoint": latest,
    });
    if args.common.json {
        out!("{summary}");
    } else if let serde_json::Value::Object(figures) = summary {
        for (name, value) in figures.iter().filter(|(_, value)| !value.is_null()) {
            out!("{name:20} {value}");
        }
    }
    Ok(())
}

/// Checks that inputs and classes are those that a run to be resumed has seen.
fn check_notes(seen: &DataNotes, now: &DataNotes, path: &Path) -> Result<()> {
    let path = path.display();
    if seen.input_scale.is_some() && seen.input_scale != now.input_scale {
        let (expected, found) = (seen.input_scale.unwrap_or(1.0), now.input_scale.unwrap_or(1.0));
        return Err(failure::usage(format!(
            "{path}: expected inputs multiplied by {expected} as before (data.scale), found {found}"
        )));
    }
    if !seen.is_empty() && seen.class_names != now.class_names {
        let message = "expected labels of the same classes as before, found others";
        return Err(failure::data(format!("{path}: {message}")));
    }
    Ok(())
}

/// The parts of a data set.
struct Parts {
    train: Dataset,
    validation: Option<Dataset>,
    test: Option<Dataset>,
    /// What checkpoints are to keep of the data.
    notes: DataNotes,
}

fn load(data: &Data) -> Result<Parts> {
    let path = Path::new(&data.source);
    if data.source == "mnist" || path.is_dir() {
        let scale = data.scale.unwrap_or(PIXEL);
        let mnist = load_mnist((data.source != "mnist").then_some(path))?.scaled(scale)?;
        let task = match data.task {
            Goal::Reconstruct => Task::Reconstruct,
            Goal::Classify => Task::Classify,
            Goal::Predict => {
                return Err(failure::usage("data.task = \"predict\": MNIST has no targets but classes"));
            }
        };
        let split = match data.split {
            MnistSplit::Pooled => mnist.pooled_split(task, data.seed)?,
            MnistSplit::Official => mnist.official_split(task)?,
        };
        let notes = DataNotes { input_scale: Some(scale), class_names: None };
        return Ok(Parts { train: split.train, validation: split.validation, test: Some(split.test), notes });
    }

    let (labels, label_column, targets) =
        (data.labels.as_deref(), data.label_column.as_deref(), data.targets.as_deref());
    let classify = data.task == Goal::Classify;
    match data.task {
        Goal::Classify if labels.is_none() && label_column.is_none() => {
            return Err(failure::usage(
                "data.task = \"classify\": expected data.labels or data.label_column",
            ));
        }
        Goal::Classify if labels.is_some() && label_column.is_some() => {
            return Err(failure::usage("data.labels and data.label_column: expected one of them"));
        }
        Goal::Predict if targets.is_none() => {
            return Err(failure::usage("data.task = \"predict\": expected data.targets"));
        }
        _ => {}
    }
    let source = Source {
        path,
        labels: labels.filter(|_| classify),
        label_column,
        targets: targets.filter(|_| data.task == Goal::Predict),
        header: data.header,
        scale: data.scale,
        classes: if classify { Classes::New } else { Classes::Ignored },
    };
    let (whole, notes) = source.load()?;
    split(&whole, data, notes)
}

/// Cuts a table at random, every class in proportion.
fn split(whole: &Dataset, data: &Data, notes: DataNotes) -> Result<Parts> {
    let share = |name: &str, share: f64| {
        if (0.0..1.0).contains(&share) {
            Ok((share * whole.len() as f64).round() as usize)
        } else {
            Err(failure::usage(format!("data.{name} = {share}: expected 0 <= {name} < 1")))
        }
    };
    let (test, validation) = (share("test", data.test)?, share("validation", data.validation)?);
    let train = whole.len().checked_sub(test + validation).filter(|&train| train > 0).ok_or_else(|| {
        failure::usage("data.test and data.validation leave no rows to train on".to_owned())
    })?;
    let labels: Vec<u32> = (0..whole.len()).map(|row| whole.label(row).unwrap_or(0)).collect();
    let rows = stratified_split(&labels, &[train, validation, test], data.seed)?;
    let part = |rows: &[u32]| if rows.is_empty() { Ok(None) } else { whole.subset(rows).map(Some) };
    Ok(Parts { train: whole.subset(&rows[0])?, validation: part(&rows[1])?, test: part(&rows[2])?, notes })
}

/// The epochs as a table.
fn write_history(path: &Path, history: &History) -> Result<()> {
    let mut text = String::from("epoch,train_loss,regularised_loss,validation_loss,learning_rate\n");
    let optional = |x: Option<f64>| x.map_or(String::new(), |x| x.to_string());
    for record in &history.epochs {
        let (regularised, validation) = (optional(record.regularised_loss), optional(record.validation_loss));
        let (epoch, loss, rate) = (record.epoch, record.train_loss, record.learning_rate);
        writeln!(text, "{epoch},{loss},{regularised},{validation},{rate}")?;
    }
    atomic_write(path, |file| std::io::Write::write_all(file, text.as_bytes())).map_err(failure::runtime)
}
