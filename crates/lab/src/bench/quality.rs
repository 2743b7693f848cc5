//! The time until the test set is reconstructed as well as the course report does.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use pellucid::nn::EpochRecord;
use pellucid::prelude::*;
use pellucid_terminal::{machine, say};
use serde_json::{Value, json};

use crate::args::bench::Quality;
use crate::experiments::autoencoder::network;
use crate::mnist;
use crate::reconstruction::quality;

/// The seed of the split, which is that of `reproduce`.
const SPLIT_SEED: u64 = 42;

/// The shortest recipe found that reaches the target with each of five seeds (`docs/performance.md`).
fn recipe(seed: u64) -> TrainConfig {
    TrainConfig {
        epochs: 6,
        batch_size: 128,
        seed,
        loss: LossConfig::BceWithLogits,
        optimizer: Adam { beta2: 0.98, ..Default::default() }.into(),
        schedule: Schedule::cosine(0.006).warmup(400),
        ..TrainConfig::default()
    }
}

/// Trains until the error on the test set, measured after every epoch, is at most the target.
pub fn run(args: &Quality) -> Result<Value> {
    let start = Instant::now();
    let split = mnist::load(args.images.mnist.as_deref())?.pooled_split(Task::Reconstruct, SPLIT_SEED)?;
    let pool = machine::pool(args.images.threads.threads);
    let mut trainer = Trainer::new(Model::<f32>::new(network(), args.seed)?, recipe(args.seed), &pool)?;
    let mut watch =
        Watch { test: &split.test, pool: &pool, target: args.target, reached: None, failure: None };
    trainer.fit(&split.train, None, &mut watch)?;
    if let Some(failure) = watch.failure {
        return Err(failure);
    }
    let seconds = start.elapsed().as_secs_f64();
    say!("{:?} epochs, {seconds:.2} s", watch.reached);
    Ok(json!({ "epochs": watch.reached, "seconds": seconds, "peak_mb": machine::peak_rss_mb() }))
}

struct Watch<'a> {
    test: &'a Dataset,
    pool: &'a Arc<Pool>,
    target: f64,
    reached: Option<u64>,
    failure: Option<anyhow::Error>,
}

impl Observer<f32> for Watch<'_> {
    fn epoch(&mut self, record: &EpochRecord, model: &Model<f32>) -> ControlFlow<()> {
        match quality(model, self.test, self.pool) {
            Ok(found) if found.mse <= self.target => self.reached = Some(record.epoch),
            Ok(found) => {
                say!("epoch {}: test MSE {:.6}", record.epoch, found.mse);
                return ControlFlow::Continue(());
            }
            Err(error) => self.failure = Some(error),
        }
        ControlFlow::Break(())
    }
}
