//! Adam.

use pellucid_compute::{Scalar, vectorized};
use serde::{Deserialize, Serialize};

use super::decay::Decay;
use super::optimizer::{GRAIN, Optimizer, Update};
use crate::configs::{Example, Examples};
use crate::hyperparameters::{below_one, held, non_negative, positive};

/// Adam: steps scaled by running estimates of the gradient's first and second moment.
///
/// At step t, with gradient g, learning rate eta and weight decay w,
///
/// ```text
/// g' = g + w theta
/// m := beta1 m + (1 - beta1) g'      v := beta2 v + (1 - beta2) g'^2
/// theta := theta - eta / (1 - beta1^t) m / (sqrt(v / (1 - beta2^t)) + epsilon)
/// ```
///
/// The same rule as PyTorch's `Adam`. [`AdamW`](super::AdamW) decouples the weight decay.
/// Source: Kingma and Ba, *Adam: a method for stochastic optimization* (2015).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Adam {
    /// The decay of the first moment, in [0, 1).
    pub beta1: f64,
    /// The decay of the second moment, in [0, 1).
    pub beta2: f64,
    /// Added to the root of the second moment; positive.
    pub epsilon: f64,
    /// The factor w of the penalty w/2 |theta|^2, at least 0.
    pub weight_decay: f64,
}

impl Default for Adam {
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.0 }
    }
}

/// The constants of one step.
#[derive(Clone, Copy)]
struct Factors<F> {
    scale: F,
    first: Decay<F>,
    second: Decay<F>,
    /// The penalty in the gradient.
    coupled: F,
    /// The share of theta that stays.
    keep: F,
    /// eta / (1 - beta1^t)
    rate: F,
    /// 1 / sqrt(1 - beta2^t)
    root: F,
    epsilon: F,
}

vectorized! {
    fn update<F>(theta: &mut [F], g: &[F], m: &mut [F], v: &mut [F], f: Factors<F>) {
        for (((theta, &g), m), v) in theta.iter_mut().zip(g).zip(m).zip(v) {
            let g = f.scale * g + f.coupled * *theta;
            let (first, second) = (f.first.mean(*m, g), f.second.mean(*v, g * g));
            // A moment is dropped with what it is compared with: m without its v would make a step of any length, so v
            // stays as long as m does, and m goes where v has to.
            let first = if first.abs() < F::MIN_POSITIVE / F::EPSILON { F::ZERO } else { first };
            let least = if first == F::ZERO { F::MIN_POSITIVE / F::EPSILON } else { F::MIN_POSITIVE };
            *v = if second < least { F::ZERO } else { second };
            *m = if second < least { F::ZERO } else { first };
            *theta = f.keep * *theta - f.rate * *m / (v.sqrt() * f.root + f.epsilon);
        }
    }
}

/// A step of Adam: with the weight decay `coupled` in the gradient, and with `decoupled` taken from the parameters.
pub(super) fn step<F: Scalar>(adam: &Adam, io: Update<'_, F>, coupled: f64, decoupled: f64) {
    let (eta, t) = (io.learning_rate, io.step as f64);
    // 1 - beta^t, exact where beta is close to 1.
    let share = |beta: f64| -(t * (-(1.0 - beta)).ln_1p()).exp_m1();
    let factors = Factors {
        scale: io.gradient_scale,
        first: Decay::new(adam.beta1),
        second: Decay::new(adam.beta2),
        coupled: F::from_f64(coupled),
        keep: F::from_f64(1.0 - eta * decoupled),
        rate: F::from_f64(eta / share(adam.beta1)),
        root: F::from_f64(1.0 / share(adam.beta2).sqrt()),
        epsilon: F::from_f64(adam.epsilon),
    };
    let (n, [m, v]) = (io.parameters.len(), io.state.get());
    io.pool.split(n, GRAIN, (io.parameters, io.gradients, m, v), |(theta, g, m, v)| {
        update(theta, g, m, v, factors);
    });
}

impl<F: Scalar> Optimizer<F> for Adam {
    fn name(&self) -> &'static str {
        "Adam"
    }

    fn state_per_parameter(&self) -> usize {
        2
    }

    fn step(&self, io: Update<'_, F>) {
        let decay = io.weight_decay;
        step(self, io, decay, 0.0);
    }

    fn weight_decay(&self) -> f64 {
        self.weight_decay
    }

    fn check(&self) -> Result<(), String> {
        for (name, beta) in [("beta1", self.beta1), ("beta2", self.beta2)] {
            below_one(name, beta)?;
            held::<F>(&format!("1 - {name}"), 1.0 - beta)?;
        }
        positive::<F>("epsilon", self.epsilon)?;
        non_negative::<F>("weight_decay", self.weight_decay)
    }
}

impl Examples for Adam {
    fn examples() -> Vec<Example<Self>> {
        vec![
            Example::new("Adam", Self::default()),
            Example::new("Adam with weight decay", Self { weight_decay: 0.1, ..Self::default() }),
        ]
    }
}
