//! Stochastic gradient descent.

use pellucid_compute::{Scalar, vectorized};

use super::{Decay, GRAIN, Optimizer, Update};

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
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sgd {
    /// The factor m of the running direction, in [0, 1).
    pub momentum: f64,
    /// Looks ahead along the running direction.
    pub nesterov: bool,
    /// The factor w of the penalty.
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
        let (eta, w) = (F::from_f64(io.learning_rate), F::from_f64(self.weight_decay));
        let m = Decay::new(self.momentum);
        let (n, scale) = (io.parameters.len(), io.gradient_scale);
        if self.momentum == 0.0 {
            io.pool
                .split(n, GRAIN, (io.parameters, io.gradients), |(theta, g)| plain(theta, g, scale, eta, w));
        } else {
            io.pool.split(n, GRAIN, (io.parameters, io.gradients, io.state), |(theta, g, v)| {
                momentum(theta, g, v, scale, eta, w, m, self.nesterov);
            });
        }
    }

    fn penalty(&self) -> f64 {
        self.weight_decay
    }
}
