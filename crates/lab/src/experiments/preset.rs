//! The training recipes of the autoencoder.

use pellucid::prelude::*;

use crate::args::reproduce::Preset;

/// The recipe of a preset.
pub fn config(preset: Preset, seed: u64) -> TrainConfig {
    let adam = OptimizerConfig::from(Adam::default());
    let base =
        TrainConfig { batch_size: 256, seed, loss: LossConfig::BceWithLogits, ..TrainConfig::default() };
    match preset {
        Preset::Quick => {
            TrainConfig { epochs: 30, optimizer: adam, schedule: Schedule::cosine(0.006).warmup(200), ..base }
        }
        Preset::Course => TrainConfig { epochs: 800, schedule: Schedule::constant(0.1), ..base },
        Preset::Best => TrainConfig {
            epochs: 500,
            optimizer: adam,
            schedule: Schedule::cosine(0.003).warmup(1000),
            ..base
        },
    }
}

/// Epochs between two checkpoints: a few seconds of work.
pub fn checkpoint_every(preset: Preset) -> u64 {
    match preset {
        Preset::Quick => 10,
        Preset::Course | Preset::Best => 20,
    }
}
