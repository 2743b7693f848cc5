//! `pellucid train`: a network that a TOML file describes.

mod data;

use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::{Context, Result};
use pellucid::data::Element;
use pellucid::nn::{
    CheckpointPolicy, ClassWeights, EpochRecord, Plan, StepReport, check_fit, evaluate_objective,
};
use pellucid::prelude::*;
use pellucid_terminal::{failure, machine, out, progress::Progress, say};

use super::figures;
use super::samples::roles::Roles;
use crate::args::Train;
use crate::config::{self, Config, Precision};
use crate::history_file::HistoryFile;
use crate::run_folder::{Existing, RunFolder};
use data::Table;

pub fn run(args: &Train) -> Result<()> {
    let (config, text) = config::read(&args.config)?;
    match config.precision {
        Precision::F32 => train::<f32>(args, &config, &text),
        Precision::F64 => train::<f64>(args, &config, &text),
    }
}

fn train<F: Scalar + Element>(args: &Train, config: &Config, text: &str) -> Result<()> {
    let mut settings = config.training.clone();
    settings.seed = args.seed.unwrap_or(settings.seed);
    settings.check_for::<F>().with_context(|| args.config.display().to_string())?;
    let table = Table::load(&config.data, config.model.input_below())?;
    let pool = machine::pool(args.common.threads);
    let network = config.model.build::<F>(&args.config, text, table.width(), config.output_loss())?;
    let roles = Roles::of_training(&Plan::whole(&network)?, &settings);
    let mut parts = table.cut(&config.data, &roles)?;
    if matches!(settings.class_weights, Some(ClassWeights::Rule(_))) {
        let mut objective = settings.objective::<F>();
        objective.weigh_classes(&parts.train)?;
        parts.notes.class_weights = objective.weights_of_classes().map(<[f64]>::to_vec);
    }
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
        progress: Progress::new("training", settings.epochs, trainer.progress().epoch)
            .of_terms(&trainer.history().terms),
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

    if trainer.history().best.is_none() {
        // That of the run that was overwritten.
        let _ = std::fs::remove_file(&folder.best);
    }
    let last = trainer.history().epochs.last();
    let mut summary = serde_json::json!({
        "epochs": trainer.history().epochs.len(),
        "stopped_early": outcome == Outcome::StoppedEarly,
        "train_loss": last.map(|epoch| epoch.train_loss),
        "validation_loss": last.and_then(|epoch| epoch.validation_loss),
        "best_epoch": trainer.history().best.map(|(epoch, _)| epoch),
        "test_loss": null,
        "test_accuracy": null,
        "training_seconds": progress.training.as_secs_f64(),
        "samples_per_second": progress.samples_per_second(),
        "peak_rss_mb": machine::peak_rss_mb(),
        "checkpoint": latest,
    });
    for (name, value) in last.into_iter().flat_map(|last| of_terms(last, &trainer.history().terms)) {
        summary[name] = value.into();
    }
    if let Some(test) = &parts.test {
        for (name, value) in measure(&mut trainer, test, &pool)? {
            summary[name] = value.into();
        }
    }
    if args.common.json {
        out!("{summary}");
    } else if let serde_json::Value::Object(figures) = summary {
        let width = figures::width(figures.keys());
        for (name, value) in figures.iter().filter(|(_, value)| !value.is_null()) {
            out!("{name:width$} {value}");
        }
    }
    Ok(())
}

/// The losses of the terms in an epoch, where there are several.
fn of_terms(record: &EpochRecord, terms: &[String]) -> Vec<(String, f64)> {
    let both = [("train_loss", &record.train_terms), ("validation_loss", &record.validation_terms)];
    let named = both.into_iter().flat_map(|(figure, losses)| {
        terms.iter().zip(losses).map(move |(term, &loss)| (figures::name(figure, term, terms.len()), loss))
    });
    named.collect()
}

/// The losses and accuracies of the trained model on the test set.
fn measure<F: Scalar + Element>(
    trainer: &mut Trainer<F>,
    test: &Dataset,
    pool: &Arc<Pool>,
) -> Result<Vec<(String, f64)>> {
    let loss = trainer.evaluate(test)?;
    let (model, objective) = (trainer.model(), trainer.objective());
    let mut figures = vec![("test_loss".to_owned(), loss)];
    if objective.terms().len() > 1 {
        let losses = evaluate_objective(model, objective, test, pool)?;
        figures.extend(figures::losses("test_loss", objective, &losses));
    }
    figures.extend(figures::accuracies("test_accuracy", model, objective, test, pool)?);
    Ok(figures)
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
