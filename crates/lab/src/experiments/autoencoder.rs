//! Section 5 of the report: a deep autoencoder of MNIST.

use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::{Context, Result};
use pellucid::eval::{Pca, ReconstructionQuality, sigmoid};
use pellucid::nn::{CheckpointPolicy, EpochRecord, StepReport};
use pellucid::prelude::*;
use pellucid_report::{
    AutoencoderEvidence, AutoencoderResults, DigitPair, Hyperparameters, LatentPlane, LatentPoint, SplitSizes,
};
use pellucid_terminal::{failure, machine, progress::Progress};

use super::diagram::diagram;
use super::preset;
use crate::args::reproduce::Reproduce;
use crate::reconstruction::quality;

/// Pixels of an image.
pub const PIXELS: usize = 784;

/// Numbers of the latent code.
pub const LATENT: usize = 32;

/// The names of the input and the layers in the diagram.
const LABELS: [&str; 9] = [
    "Input",
    "Encoder 1",
    "Encoder 2",
    "Encoder 3",
    "Latent",
    "Decoder 1",
    "Decoder 2",
    "Decoder 3",
    "Logits",
];

/// The file of the trained model, in the folder of the results.
pub const CHECKPOINT: &str = "autoencoder.safetensors";

/// 784-256-128-64-32-64-128-256-784 with ReLU after every layer but the latent one and the last, whose outputs are
/// logits. He initialisation but for the last layer, as the report's code has it.
pub fn network<F: Scalar>() -> Sequential<F> {
    let relu = |units| Dense::new(units).activation(Relu).init(Init::HeNormal);
    Sequential::new(PIXELS)
        .with(relu(256))
        .named("encoder1")
        .with(relu(128))
        .named("encoder2")
        .with(relu(64))
        .named("encoder3")
        .with(Dense::new(LATENT).init(Init::HeNormal))
        .named("latent")
        .with(relu(64))
        .named("decoder1")
        .with(relu(128))
        .named("decoder2")
        .with(relu(256))
        .named("decoder3")
        .with(Dense::new(PIXELS).init(Init::XavierNormal))
        .named("logits")
        .view("encoder", 0..4)
        .view("decoder", 4..8)
}

/// Trains, evaluates on the test set, and gathers what the figures show.
pub fn run(
    args: &Reproduce,
    mnist: &Mnist,
    pool: &Arc<Pool>,
) -> Result<(AutoencoderResults, AutoencoderEvidence)> {
    let split = mnist.pooled_split(Task::Reconstruct, args.seed)?;
    let validation = split.validation.as_ref().context("the pooled split has a validation part")?;
    let mut config = preset::config(args.preset, args.seed);
    if let Some(epochs) = args.epochs {
        config.epochs = epochs;
    }

    let path = args.out.join(CHECKPOINT);
    let mut trainer = if args.resume {
        let checkpoint = Checkpoint::read_into(&path, network())?;
        Trainer::resume(checkpoint, config.clone(), pool)?
    } else {
        Trainer::new(Model::<f32>::new(network(), args.seed)?, config.clone(), pool)?
    };
    trainer = trainer.checkpoints(CheckpointPolicy {
        latest: Some(path.clone()),
        every: preset::checkpoint_every(args.preset),
        ..CheckpointPolicy::default().by_the_clock()
    });

    let initial_train_loss = if args.resume { None } else { Some(trainer.evaluate(&split.train)?) };
    let first = trainer.progress().epoch;
    let mut watch = Watch {
        progress: Progress::new("autoencoder", config.epochs, first),
        validation,
        pool,
        mse: Vec::new(),
    };
    let outcome = trainer.fit(&split.train, Some(validation), &mut watch)?;
    watch.progress.finish();
    if outcome == Outcome::Interrupted {
        return Err(failure::interrupted(format!(
            "interrupted in epoch {}; the state is in {}, go on with --resume",
            trainer.progress().epoch + 1,
            path.display()
        )));
    }
    let peak_rss_mb = machine::peak_rss_mb();
    let seconds = watch.progress.training.as_secs_f64();
    let samples_per_second = watch.progress.samples_per_second().unwrap_or(0.0);
    let validation_mse = if first == 0 { watch.mse } else { Vec::new() };

    let history = trainer.history().clone();
    let model = trainer.into_model();
    let (quality, digits) = reconstruct(&model, &split.test, mnist.labels(), pool)?;
    let results = AutoencoderResults {
        epochs: history.epochs.len(),
        train_loss: history.train_losses(),
        validation_loss: history.validation_losses(),
        validation_mse,
        learning_rate: history.epochs.iter().map(|epoch| epoch.learning_rate).collect(),
        initial_train_loss,
        // The parameters of the last epoch are kept, whichever was the best.
        best_epoch: None,
        test_bce: quality.bce,
        test_mse: quality.mse,
        test_mae: quality.mae,
        mean_sample_mse: quality.mean_sample_mse,
        std_sample_mse: quality.std_sample_mse,
        range_preservation: quality.range_preservation,
        logits_min: f64::from(quality.logits_min),
        logits_max: f64::from(quality.logits_max),
        seconds,
        seconds_per_epoch: if samples_per_second > 0.0 {
            split.train.len() as f64 / samples_per_second
        } else {
            0.0
        },
        samples_per_second,
        peak_rss_mb,
        checkpoint: Some(path.display().to_string()),
        hyperparameters: hyperparameters(&config, &model),
        split: SplitSizes {
            kind: "stratified, pooled".into(),
            train: split.train.len(),
            validation: validation.len(),
            test: split.test.len(),
        },
    };
    let evidence = AutoencoderEvidence {
        network: diagram(&model, &LABELS),
        digits,
        sample_errors: quality.per_sample_mse,
        latent: latent_plane(&model, &split.test, mnist.labels(), pool)?,
    };
    Ok((results, evidence))
}

/// Shows the run, and measures the reconstruction of the validation set after every epoch.
struct Watch<'a> {
    progress: Progress,
    validation: &'a Dataset,
    pool: &'a Arc<Pool>,
    mse: Vec<f64>,
}

impl Observer<f32> for Watch<'_> {
    fn step(&mut self, step: &StepReport) -> ControlFlow<()> {
        self.progress.on_step(step)
    }

    fn epoch(&mut self, record: &EpochRecord, model: &Model<f32>) -> ControlFlow<()> {
        let flow = self.progress.on_epoch(record);
        if let Ok(quality) = quality(model, self.validation, self.pool) {
            self.mse.push(quality.mse);
        }
        self.progress.restart_clock();
        flow
    }
}

/// The quality on the test set, and the first image of every digit beside its reconstruction.
fn reconstruct(
    model: &Model<f32>,
    test: &Dataset,
    labels: &[u8],
    pool: &Arc<Pool>,
) -> Result<(ReconstructionQuality, Vec<DigitPair>)> {
    let quality = quality(model, test, pool)?;
    let label = |position: usize| labels[test.rows()[position] as usize];
    let mut digits = Vec::new();
    for digit in 0..10 {
        let Some(position) = (0..test.len()).find(|&position| label(position) == digit) else { continue };
        let mut original = vec![0.0_f32; PIXELS];
        test.gather_inputs(&[position as u32], &mut original);
        let logits = model.predict(&original)?;
        let reconstruction = logits.into_iter().map(sigmoid).collect();
        digits.push(DigitPair { label: digit, original, reconstruction });
    }
    Ok((quality, digits))
}

/// The latent codes of the test set in the plane of their first two principal components.
fn latent_plane(model: &Model<f32>, test: &Dataset, labels: &[u8], pool: &Arc<Pool>) -> Result<LatentPlane> {
    plane(&encode(model, test, pool)?, test, labels)
}

/// The latent code of every image.
pub fn encode(model: &Model<f32>, images: &Dataset, pool: &Arc<Pool>) -> Result<Vec<f32>> {
    Ok(predict(model, &model.architecture().find_view("encoder")?, images, pool)?)
}

/// Latent codes in the plane of their first two principal components.
pub fn plane(codes: &[f32], images: &Dataset, labels: &[u8]) -> Result<LatentPlane> {
    let pca = Pca::fit(codes, LATENT)?;
    let ratio = pca.explained_variance_ratio();
    let plane = pca.project(codes, 2)?;
    let points = plane.chunks_exact(2).zip(images.rows()).map(|(point, &row)| LatentPoint {
        x: f64::from(point[0]),
        y: f64::from(point[1]),
        label: labels[row as usize],
    });
    Ok(LatentPlane { points: points.collect(), explained: [ratio[0], ratio[1]], dimensions: LATENT })
}

fn hyperparameters(config: &TrainConfig, model: &Model<f32>) -> Hyperparameters {
    let schedule = match config.schedule.decay {
        Decay::Constant => "constant".to_owned(),
        Decay::Step { every, factor } => format!("step, x{factor} every {every} epochs"),
        Decay::Cosine { .. } => format!("cosine to 0, {} warm-up steps", config.schedule.warmup_steps),
    };
    Hyperparameters {
        architecture: "784-256-128-64-32-64-128-256-784".into(),
        parameters: model.parameters().len(),
        learning_rate: config.schedule.learning_rate,
        epochs: config.epochs as usize,
        batch_size: config.batch_size,
        loss: "BCE with logits".into(),
        optimizer: config.optimizer.build::<f32>().name().into(),
        schedule,
        initialization: "He normal, last layer Xavier normal".into(),
        precision: "f32".into(),
    }
}
