//! `pellucid train`: a network that a TOML file describes.

mod data;

use std::ops::ControlFlow;

use anyhow::{Context, Result};
use pellucid::data::Element;
use pellucid::nn::{CheckpointPolicy, EpochRecord, StepReport, check_fit};
use pellucid::prelude::*;
use pellucid_terminal::{failure, machine, out, progress::Progress, say};

use crate::args::Train;
use crate::config::{self, Config, Precision};
use crate::history_file::HistoryFile;
use crate::run_folder::{Existing, RunFolder};

pub fn run(args: &Train) -> Result<()> {
    let (config, text) = config::read(&args.config)?;
    match config.precision {
        Precision::F32 => train::<f32>(args, &config, &text),
        Precision::F64 => train::<f64>(args, &config, &text),
    }
}

fn train<F: Scalar + Element>(args: &Train, config: &Config, text: &str) -> Result<()> {
    let settings = config.training.to_train_config(args.seed);
    settings.check_for::<F>().with_context(|| args.config.display().to_string())?;
    let parts = data::load(&config.data)?;
    let pool = machine::pool(args.common.threads);
    let width = parts.train.input_width();
    let network = config.model.build::<F>(&args.config, text, width, config.training.output_loss())?;
    let existing = match (args.resume, args.overwrite) {
        (true, _) => Existing::Resume,
        (_, true) => Existing::Overwrite,
        _ => Existing::Keep,
    };
    let folder = RunFolder::open(args.out.as_ref().unwrap_or(&config.output.directory), existing)?;

    let resumes = args.resume && folder.latest.exists();
    if args.resume && !resumes {
        say!("{}: nothing to go on with yet, so this is the beginning", folder.latest.display());
    }
    let trainer = if resumes {
        let checkpoint = Checkpoint::read_into(&folder.latest, network)?;
        data::check_notes(checkpoint.data(), &parts.notes, &folder.latest)?;
        Trainer::resume(checkpoint, settings.clone(), &pool)?
    } else {
        Trainer::new(Model::new(network, settings.seed)?, settings.clone(), &pool)?
    };
    let mut trainer = trainer.describe_data(parts.notes).checkpoints(CheckpointPolicy {
        latest: Some(folder.latest.clone()),
        every: config.output.checkpoint_every,
        best: Some(folder.best.clone()),
        ..CheckpointPolicy::default().by_the_clock()
    });
    if let Some(test) = &parts.test {
        check_fit(trainer.model(), trainer.objective(), test)?;
    }
    if !args.common.json {
        say!("{}\n", trainer.model().summary());
    }

    let mut watch = Watch {
        progress: Progress::new("training", settings.epochs, trainer.progress().epoch),
        history: HistoryFile::begin(folder.history.clone(), trainer.history())?,
    };
    let outcome = trainer.fit(&parts.train, parts.validation.as_ref(), &mut watch);
    // A run that has diverged leaves its history too.
    let Watch { mut progress, history } = watch;
    let written = history.finish(trainer.history());
    progress.finish();
    let outcome = outcome?;
    written?;
    let latest = &folder.latest;
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
    if trainer.history().best.is_none() {
        // That of the run that was overwritten.
        let _ = std::fs::remove_file(&folder.best);
    }
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

/// Shows the run and appends its epochs to the history.
struct Watch {
    progress: Progress,
    history: HistoryFile,
}

impl<F: Scalar> Observer<F> for Watch {
    fn step(&mut self, step: &StepReport) -> ControlFlow<()> {
        self.progress.on_step(step)
    }

    fn epoch(&mut self, record: &EpochRecord, _model: &Model<F>) -> ControlFlow<()> {
        let flow = self.progress.on_epoch(record);
        self.history.push(record);
        self.progress.restart_clock();
        flow
    }
}
