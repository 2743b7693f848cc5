//! Stochastic gradient descent.

use pellucid_compute::{Scalar, vectorized};
use serde::{Deserialize, Serialize};

use super::decay::Decay;
use super::optimizer::{GRAIN, Optimizer, Update};
use crate::configs::{Example, Examples};
use crate::hyperparameters::{below_one, held, non_negative};

/// Stochastic gradient descent, with momentum, Nesterov's look-ahead and weight decay where asked for.
///
/// With gradient g, learning rate eta, weight decay w and momentum m,
///
/// ```text
/// g' = g + w theta
/// v  = m v + g'
/// theta := theta - eta d,   d = g' (m = 0),  v (momentum),  g' + m v (Nesterov)
/// ```
///
/// Weight decay is the gradient of w/2 |theta|^2 over all parameters; that is what a trainer adds to the loss to
/// report the regularised loss. The same rule as PyTorch's `SGD`.
/// Source: Sutskever et al., *On the importance of initialization and momentum in deep learning* (2013).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sgd {
    /// The factor m of the running direction, in [0, 1).
    pub momentum: f64,
    /// Looks ahead along the running direction; needs a momentum.
    pub nesterov: bool,
    /// The factor w of the penalty w/2 |theta|^2, at least 0.
    pub weight_decay: f64,
}

vectorized! {
    fn plain<F>(theta: &mut [F], g: &[F], scale: F, eta: F, w: F) {
        for (theta, &g) in theta.iter_mut().zip(g) {
            *theta -= eta * (scale * g + w * *theta);
        }
    }

    // One argument a symbol of the equation.
    #[allow(clippy::too_many_arguments)]
    fn momentum<F>(theta: &mut [F], g: &[F], v: &mut [F], scale: F, eta: F, w: F, m: Decay<F>, nesterov: bool) {
        for ((theta, &g), v) in theta.iter_mut().zip(g).zip(v) {
            let g = scale * g + w * *theta;
            let next = m.sum(*v, g);
            // Left to itself it decays for ever; see `Decay`.
            let least = if g == F::ZERO { F::MIN_POSITIVE / F::EPSILON } else { F::MIN_POSITIVE };
            *v = if next.abs() < least { F::ZERO } else { next };
            *theta -= eta * if nesterov { m.sum(*v, g) } else { *v };
        }
    }
}

impl<F: Scalar> Optimizer<F> for Sgd {
    fn name(&self) -> &'static str {
        "SGD"
    }

    fn state_per_parameter(&self) -> usize {
        usize::from(self.momentum != 0.0)
    }

    fn step(&self, io: Update<'_, F>) {
        let (eta, w) = (F::from_f64(io.learning_rate), F::from_f64(io.weight_decay));
        let m = Decay::new(self.momentum);
        let (n, scale) = (io.parameters.len(), io.gradient_scale);
        if self.momentum == 0.0 {
            io.pool
                .split(n, GRAIN, (io.parameters, io.gradients), |(theta, g)| plain(theta, g, scale, eta, w));
        } else {
            let [v] = io.state.get();
            io.pool.split(n, GRAIN, (io.parameters, io.gradients, v), |(theta, g, v)| {
                momentum(theta, g, v, scale, eta, w, m, self.nesterov);
            });
        }
    }

    fn weight_decay(&self) -> f64 {
        self.weight_decay
    }

    fn check(&self) -> Result<(), String> {
        below_one("momentum", self.momentum)?;
        held::<F>("momentum", self.momentum)?;
        if self.nesterov && self.momentum == 0.0 {
            return Err("nesterov = true with momentum = 0: expected a momentum".into());
        }
        non_negative::<F>("weight_decay", self.weight_decay)
    }
}

impl Examples for Sgd {
    fn examples() -> Vec<Example<Self>> {
        let momentum = Self { momentum: 0.9, weight_decay: 0.01, ..Self::default() };
        vec![
            Example::new("SGD", Self::default()),
            Example::new("SGD with momentum", momentum),
            Example::new("Nesterov's SGD", Self { nesterov: true, ..momentum }),
        ]
    }
}
