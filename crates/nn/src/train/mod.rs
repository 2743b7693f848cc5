//! Training: the loop over epochs and steps, its configuration, its history, and what watches it.

mod clip;
mod config;
mod fit;
mod gradient;
mod groups;
mod history;
mod learner;
mod observer;
mod policy;
mod progress;
mod saving;
mod trainer;
mod writing;

use clip::clip;
pub use config::{EarlyStopping, TrainConfig};
pub use groups::{DecayOf, ParameterGroup};
pub use history::{EpochRecord, History};
pub use learner::Learner;
pub use observer::{Observer, Outcome, StepReport};
pub use policy::CheckpointPolicy;
pub use progress::Progress;
pub use trainer::Trainer;
