//! The losses: each file holds one, its equation and its gradient.
//!
//! A new loss is a file, a `mod` and a `pub use` here, and a word in [`LossConfig`].

mod batch;
mod bce;
mod cross_entropy;
mod huber;
mod loss;
mod mae;
mod mse;
mod target;

pub use batch::{LossBatch, evaluate_loss, loss_and_gradient, total_weight};
pub use bce::BceWithLogits;
pub use cross_entropy::CrossEntropyWithLogits;
pub use huber::Huber;
pub use loss::{Loss, LossRows};
pub use mae::Mae;
pub use mse::Mse;
pub use target::{Target, TargetKind};

crate::configs::configs! {
    /// A built-in loss, as it stands in a checkpoint or a configuration file.
    ///
    /// ```
    /// use pellucid_nn::{Huber, Loss, LossConfig};
    /// let config: LossConfig = serde_json::from_str(r#"{"kind": "huber", "delta": 0.5}"#)?;
    /// assert_eq!(config, Huber { delta: 0.5 }.into());
    /// assert_eq!(config.build::<f32>().name(), "Huber");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[derive(Copy)]
    pub enum LossConfig: Loss { Mse, BceWithLogits, CrossEntropyWithLogits, Huber(Huber), Mae }
}

impl LossConfig {
    /// Returns whether the loss applies a sigmoid or a softmax itself, so that the network should end without one.
    pub fn takes_logits(self) -> bool {
        self.build::<f64>().takes_logits()
    }

    /// Returns whether the targets may be classes, as indices.
    pub fn takes_classes(self) -> bool {
        self.build::<f64>().accepts(TargetKind::Classes)
    }
}
