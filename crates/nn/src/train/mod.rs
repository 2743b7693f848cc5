//! Training: the loop over epochs and steps, its configuration, its history, and what watches it.

mod config;
mod history;
mod trainer;

pub use config::{EarlyStopping, TrainConfig};
pub use history::{EpochRecord, History};
pub use trainer::{CheckpointPolicy, Observer, Outcome, Progress, StepReport, Trainer};
