//! Training the autoencoder: at full size, and as the course report's table 12 has it.

use std::ops::ControlFlow;
use std::time::Instant;

use anyhow::Result;
use pellucid::nn::EpochRecord;
use pellucid::prelude::*;
use pellucid_terminal::{machine, say};
use serde_json::{Value, json};

use super::median;
use crate::args::bench::{Autoencoder, Images, Small};
use crate::args::reproduce::Preset;
use crate::experiments::autoencoder::network;
use crate::experiments::preset;
use crate::mnist;

/// The first training images, and the test images.
fn images(rows: u32, from: &Images) -> Result<(Dataset, Dataset)> {
    let split = mnist::load(from.mnist.as_deref())?.official_split(Task::Reconstruct)?;
    let first: Vec<u32> = (0..rows).collect();
    Ok((split.train.subset(&first)?, split.test))
}

/// Full size: epochs, memory, loss.
pub fn autoencoder(args: &Autoencoder) -> Result<Value> {
    let (train, _) = images(args.rows, &args.images)?;
    let pool = machine::pool(args.images.threads.threads);
    let recipe = preset::config(Preset::Course, args.seed);
    let config = TrainConfig { epochs: args.epochs, batch_size: args.batch, ..recipe };
    let mut trainer = Trainer::new(Model::<f32>::new(network(), args.seed)?, config, &pool)?;
    let mut watch = Watch::new();
    trainer.fit(&train, None, &mut watch)?;

    let losses = trainer.history().train_losses();
    let growth = watch.growth_mb();
    let first = watch.epochs.remove(0);
    let epoch = median(watch.epochs);
    say!("{} rows: first epoch {first:.3} s, then {epoch:.3?} s, losses {losses:.5?}", train.len());
    Ok(json!({
        "epoch_seconds": epoch,
        "first_epoch_seconds": first,
        "final_loss": losses.last(),
        "peak_mb": machine::peak_rss_mb(),
        "growth_mb": growth,
    }))
}

/// Table 12: 2,000 images, 15 epochs. With one training the process itself is timed from outside, and nothing tested.
pub fn small(args: &Small) -> Result<Value> {
    let (train, test) = images(args.rows, &args.images)?;
    let pool = machine::pool(args.images.threads.threads);
    let config = TrainConfig {
        epochs: args.epochs,
        batch_size: args.batch,
        seed: args.seed,
        loss: LossConfig::Mse,
        schedule: Schedule::constant(0.1),
        ..TrainConfig::default()
    };
    let mut figures = json!({});
    for training in 0..args.trainings {
        let network = network().with(Sigmoid);
        let mut trainer = Trainer::new(Model::<f32>::new(network, args.seed)?, config.clone(), &pool)?;
        let (start, mut watch) = (Instant::now(), Watch::new());
        trainer.fit(&train, None, &mut watch)?;
        let seconds = start.elapsed().as_secs_f64();
        if training == 0 {
            figures["growth_mb"] = json!(watch.growth_mb());
        }
        if training + 1 == args.trainings {
            let losses = trainer.history().train_losses();
            let test_mse = if training > 0 { Some(trainer.evaluate(&test)?) } else { None };
            say!("trained in {seconds:.4} s, losses {losses:.5?}, test MSE {test_mse:.5?}");
            figures["train_seconds"] = json!(seconds);
            figures["final_loss"] = json!(losses.last());
            figures["losses"] = json!(losses);
            figures["test_mse"] = json!(test_mse);
        }
    }
    figures["peak_mb"] = json!(machine::peak_rss_mb());
    Ok(figures)
}

/// Notes the seconds of every epoch, and the memory after the first.
struct Watch {
    start: Instant,
    epochs: Vec<f64>,
    after_first_mb: Option<f64>,
}

impl Watch {
    fn new() -> Self {
        Self { start: Instant::now(), epochs: Vec::new(), after_first_mb: None }
    }

    /// What the process holds now beyond what it held after the first epoch.
    fn growth_mb(&self) -> Option<f64> {
        Some(machine::rss_mb()? - self.after_first_mb?)
    }
}

impl Observer<f32> for Watch {
    fn epoch(&mut self, _: &EpochRecord, _: &Model<f32>) -> ControlFlow<()> {
        self.epochs.push(self.start.elapsed().as_secs_f64());
        if self.epochs.len() == 1 {
            self.after_first_mb = machine::rss_mb();
        }
        self.start = Instant::now();
        ControlFlow::Continue(())
    }
}
