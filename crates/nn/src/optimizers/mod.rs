//! The optimisers: one flat loop over parameters, gradients and state.

mod adam;
mod sgd;

use std::fmt::Debug;

use pellucid_compute::{Pool, Scalar};
use serde::{Deserialize, Serialize};

pub use adam::Adam;
pub use sgd::Sgd;

/// A rule that moves the parameters against their gradient.
pub trait Optimizer<F: Scalar>: Debug + Send + Sync {
    /// The name in the field's words.
    fn name(&self) -> &'static str;

    /// The numbers kept for each parameter between steps; zero at the start.
    fn state_per_parameter(&self) -> usize;

    /// Makes one step.
    fn step(&self, update: Update<'_, F>);

    /// The factor w of a penalty w/2 |theta|^2 whose gradient the rule adds to that of the loss; 0 for none.
    fn penalty(&self) -> f64 {
        0.0
    }
}

/// The arguments of an optimiser's step.
#[derive(Debug)]
pub struct Update<'a, F> {
    /// The threads to run on.
    pub pool: &'a Pool,
    /// All parameters.
    pub parameters: &'a mut [F],
    /// The gradient of the loss.
    pub gradients: &'a [F],
    /// A factor of the gradient, below 1 where it is clipped.
    pub gradient_scale: F,
    /// [`Optimizer::state_per_parameter`] slices as long as `parameters`, one after the other.
    pub state: &'a mut [F],
    /// The number of this step; the first is 1.
    pub step: u64,
    /// The learning rate of this step.
    pub learning_rate: f64,
}

/// Fewest parameters that are worth a second thread.
const GRAIN: usize = 1 << 13;

/// The decay of a running sum or mean by a factor beta a step.
///
/// 1 - beta comes from `f64`: taken in `f32`, 1 - 0.999 is off by a hundred thousandth, and 0.99999999 is 1. From 1/2 on
/// beta itself does not occur: beta s = s - (1 - beta) s.
///
/// What decays for ever becomes subnormal, as the state of a weight at a pixel that is always black, and arithmetic with
/// subnormal numbers takes a hundred times as long. An optimiser's state is therefore zero below the least normal number,
/// and already below that over epsilon where nothing but decay is left of it.
#[derive(Clone, Copy, Debug)]
struct Decay<F> {
    beta: F,
    complement: F,
    slow: bool,
}

impl<F: Scalar> Decay<F> {
    fn new(beta: f64) -> Self {
        Self { beta: F::from_f64(beta), complement: F::from_f64(1.0 - beta), slow: beta >= 0.5 }
    }

    /// beta s + x, a running sum.
    #[inline(always)]
    fn sum(self, s: F, x: F) -> F {
        if self.slow { s + (x - self.complement * s) } else { self.beta * s + x }
    }

    /// beta s + (1 - beta) x, a running mean.
    #[inline(always)]
    fn mean(self, s: F, x: F) -> F {
        if self.slow { s + self.complement * (x - s) } else { self.beta * s + self.complement * x }
    }
}

/// A built-in optimiser as it stands in a checkpoint or a configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum OptimizerConfig {
    /// [`Sgd`].
    Sgd {
        /// The factor of the running direction.
        #[serde(default)]
        momentum: f64,
        /// Looks ahead along the running direction.
        #[serde(default)]
        nesterov: bool,
        /// The factor w of the penalty w/2 |theta|^2.
        #[serde(default)]
        weight_decay: f64,
    },
    /// [`Adam`] with the penalty's gradient in its moments.
    Adam {
        /// The decay of the first moment.
        #[serde(default = "adam::default_beta1")]
        beta1: f64,
        /// The decay of the second moment.
        #[serde(default = "adam::default_beta2")]
        beta2: f64,
        /// Added to the root of the second moment.
        #[serde(default = "adam::default_epsilon")]
        epsilon: f64,
        /// The factor w of the penalty w/2 |theta|^2.
        #[serde(default)]
        weight_decay: f64,
    },
    /// [`Adam`] with decoupled weight decay.
    #[serde(rename = "adamw")]
    AdamW {
        /// The decay of the first moment.
        #[serde(default = "adam::default_beta1")]
        beta1: f64,
        /// The decay of the second moment.
        #[serde(default = "adam::default_beta2")]
        beta2: f64,
        /// Added to the root of the second moment.
        #[serde(default = "adam::default_epsilon")]
        epsilon: f64,
        /// The share of a parameter that a step with learning rate 1 takes away.
        #[serde(default = "adam::default_decoupled_decay")]
        weight_decay: f64,
    },
}

impl OptimizerConfig {
    /// The optimiser that this describes.
    pub fn build<F: Scalar>(self) -> Box<dyn Optimizer<F>> {
        match self {
            Self::Sgd { momentum, nesterov, weight_decay } => {
                Box::new(Sgd { momentum, nesterov, weight_decay })
            }
            Self::Adam { beta1, beta2, epsilon, weight_decay } => {
                Box::new(Adam { beta1, beta2, epsilon, weight_decay, decoupled: false })
            }
            Self::AdamW { beta1, beta2, epsilon, weight_decay } => {
                Box::new(Adam { beta1, beta2, epsilon, weight_decay, decoupled: true })
            }
        }
    }

    /// The hyper-parameters that a step takes in the type of the parameters, with their names.
    pub(crate) fn factors(self) -> Vec<(&'static str, f64)> {
        match self {
            Self::Sgd { momentum, weight_decay, .. } => {
                vec![("momentum", momentum), ("weight_decay", weight_decay)]
            }
            Self::Adam { beta1, beta2, epsilon, weight_decay }
            | Self::AdamW { beta1, beta2, epsilon, weight_decay } => {
                vec![
                    ("1 - beta1", 1.0 - beta1),
                    ("1 - beta2", 1.0 - beta2),
                    ("epsilon", epsilon),
                    ("weight_decay", weight_decay),
                ]
            }
        }
    }

    /// Checks the hyper-parameters.
    ///
    /// # Errors
    /// The name of the first one out of range, with the range.
    pub fn check(self) -> Result<(), String> {
        let positive = |name: &str, x: f64| {
            if x > 0.0 && x.is_finite() {
                Ok(())
            } else {
                Err(format!("{name} = {x}: expected a positive number"))
            }
        };
        let share = |name: &str, x: f64| {
            if (0.0..1.0).contains(&x) {
                Ok(())
            } else {
                Err(format!("{name} = {x}: expected 0 <= {name} < 1"))
            }
        };
        let decay = |w: f64| {
            if w >= 0.0 && w.is_finite() {
                Ok(())
            } else {
                Err(format!("weight_decay = {w}: expected 0 or more"))
            }
        };
        match self {
            Self::Sgd { momentum, nesterov, weight_decay } => {
                share("momentum", momentum)?;
                if nesterov && momentum == 0.0 {
                    return Err("nesterov = true with momentum = 0: expected a momentum".into());
                }
                decay(weight_decay)
            }
            Self::Adam { beta1, beta2, epsilon, weight_decay }
            | Self::AdamW { beta1, beta2, epsilon, weight_decay } => {
                share("beta1", beta1)?;
                share("beta2", beta2)?;
                positive("epsilon", epsilon)?;
                decay(weight_decay)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One gradient, then none: the state decays to zero and is never subnormal.
    #[test]
    fn decaying_state_never_becomes_subnormal() {
        let adam = Adam::default();
        let sgd = Sgd { momentum: 0.9, ..Sgd::default() };
        for optimizer in [&adam as &dyn Optimizer<f32>, &sgd] {
            let (mut theta, mut state) = ([1.0], vec![0.0; optimizer.state_per_parameter()]);
            for step in 1..=150_000 {
                optimizer.step(Update {
                    pool: &Pool::single(),
                    parameters: &mut theta,
                    gradients: &[if step == 1 { 1.0 } else { 0.0 }],
                    gradient_scale: 1.0,
                    state: &mut state,
                    step,
                    learning_rate: 0.01,
                });
                assert!(
                    !state.iter().any(|x| x.is_subnormal()),
                    "{} step {step}: {state:?}",
                    optimizer.name()
                );
            }
            assert!(state.iter().all(|&x| x == 0.0), "{}: {state:?}", optimizer.name());
        }
    }
}
