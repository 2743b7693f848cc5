//! RMSprop.

use pellucid_compute::{Scalar, vectorized};
use serde::{Deserialize, Serialize};

use super::decay::Decay;
use super::optimizer::{GRAIN, Optimizer, Update};
use crate::configs::{Example, Examples};
use crate::hyperparameters::{below_one, non_negative, positive};

/// RMSprop: steps scaled by a running mean of the squared gradient.
///
/// With gradient g, learning rate eta and weight decay w,
///
/// ```text
/// g' = g + w theta
/// v := alpha v + (1 - alpha) g'^2
/// theta := theta - eta g' / (sqrt(v) + epsilon)
/// ```
///
/// The same rule as PyTorch's `RMSprop`. Source: Tieleman and Hinton, *Lecture 6.5: rmsprop* (2012).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RmsProp {
    /// The decay of the mean square, in [0, 1).
    pub alpha: f64,
    /// Added to the root of the mean square; positive.
    pub epsilon: f64,
    /// The factor w of the penalty w/2 |theta|^2, at least 0.
    pub weight_decay: f64,
}

impl Default for RmsProp {
    fn default() -> Self {
        Self { alpha: 0.99, epsilon: 1e-8, weight_decay: 0.0 }
    }
}

/// The constants of one step.
#[derive(Clone, Copy)]
struct Factors<F> {
    scale: F,
    w: F,
    decay: Decay<F>,
    eta: F,
    epsilon: F,
}

vectorized! {
    fn update<F>(theta: &mut [F], g: &[F], v: &mut [F], f: Factors<F>) {
        for ((theta, &g), v) in theta.iter_mut().zip(g).zip(v) {
            let g = f.scale * g + f.w * *theta;
            let next = f.decay.mean(*v, g * g);
            // Left to itself it decays for ever; see `Decay`.
            let least = if g == F::ZERO { F::MIN_POSITIVE / F::EPSILON } else { F::MIN_POSITIVE };
            *v = if next < least { F::ZERO } else { next };
            *theta -= f.eta * g / (v.sqrt() + f.epsilon);
        }
    }
}

impl<F: Scalar> Optimizer<F> for RmsProp {
    fn name(&self) -> &'static str {
        "RMSprop"
    }

    fn state_per_parameter(&self) -> usize {
        1
    }

    fn weight_decay(&self) -> f64 {
        self.weight_decay
    }

    fn check(&self) -> Result<(), String> {
        below_one("alpha", self.alpha)?;
        positive::<F>("epsilon", self.epsilon)?;
        non_negative::<F>("weight_decay", self.weight_decay)
    }

    fn step(&self, io: Update<'_, F>) {
        let factors = Factors {
            scale: io.gradient_scale,
            w: F::from_f64(io.weight_decay),
            decay: Decay::new(self.alpha),
            eta: F::from_f64(io.learning_rate),
            epsilon: F::from_f64(self.epsilon),
        };
        let (n, [v]) = (io.parameters.len(), io.state.get());
        io.pool
            .split(n, GRAIN, (io.parameters, io.gradients, v), |(theta, g, v)| update(theta, g, v, factors));
    }
}

impl Examples for RmsProp {
    fn examples() -> Vec<Example<Self>> {
        vec![
            Example::new("RMSprop", Self::default()),
            Example::new("RMSprop, decay", Self { weight_decay: 0.01, ..Self::default() }),
        ]
    }
}
