//! AdamW.

use pellucid_compute::Scalar;
use serde::{Deserialize, Serialize};

use super::adam::{self, Adam};
use super::optimizer::{Optimizer, Update};
use crate::configs::{Example, Examples};

/// Adam with decoupled weight decay, which is not scaled by the moments.
///
/// At step t, with gradient g, learning rate eta and weight decay w,
///
/// ```text
/// theta := theta - eta w theta
/// m := beta1 m + (1 - beta1) g      v := beta2 v + (1 - beta2) g^2
/// theta := theta - eta / (1 - beta1^t) m / (sqrt(v / (1 - beta2^t)) + epsilon)
/// ```
///
/// The same rule as PyTorch's `AdamW`.
/// Source: Loshchilov and Hutter, *Decoupled weight decay regularization* (2019).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdamW {
    /// The decay of the first moment, in [0, 1).
    pub beta1: f64,
    /// The decay of the second moment, in [0, 1).
    pub beta2: f64,
    /// Added to the root of the second moment; positive.
    pub epsilon: f64,
    /// The share w of a parameter that a step with learning rate 1 takes away, at least 0.
    pub weight_decay: f64,
}

impl Default for AdamW {
    fn default() -> Self {
        let Adam { beta1, beta2, epsilon, .. } = Adam::default();
        Self { beta1, beta2, epsilon, weight_decay: 0.01 }
    }
}

impl AdamW {
    /// The rule of the moments.
    fn moments(self) -> Adam {
        let Self { beta1, beta2, epsilon, weight_decay } = self;
        Adam { beta1, beta2, epsilon, weight_decay }
    }
}

impl<F: Scalar> Optimizer<F> for AdamW {
    fn name(&self) -> &'static str {
        "AdamW"
    }

    fn state_per_parameter(&self) -> usize {
        2
    }

    fn step(&self, io: Update<'_, F>) {
        let decay = io.weight_decay;
        adam::step(&self.moments(), io, 0.0, decay);
    }

    fn weight_decay(&self) -> f64 {
        self.weight_decay
    }

    fn decay_is_penalty(&self) -> bool {
        false
    }

    fn check(&self) -> Result<(), String> {
        Optimizer::<F>::check(&self.moments())
    }
}

impl Examples for AdamW {
    fn examples() -> Vec<Example<Self>> {
        vec![Example::new("AdamW", Self::default())]
    }
}
