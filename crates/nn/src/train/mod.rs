//! Training: the loop over epochs and steps, its configuration, its history, and what watches it.

mod config;
mod history;
mod observer;
mod policy;
mod trainer;

pub use config::{EarlyStopping, TrainConfig};
pub use history::{EpochRecord, History};
pub use observer::{Observer, Outcome, StepReport};
pub use policy::CheckpointPolicy;
pub use trainer::{Progress, Trainer};
