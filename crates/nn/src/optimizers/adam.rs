//! Adam and AdamW.

use pellucid_compute::{Scalar, vectorized};

use super::{Decay, GRAIN, Optimizer, Update};

/// Adam: steps scaled by running estimates of the gradient's first and second moment; with `decoupled` weight
/// decay, AdamW.
///
/// At step t, with gradient g, learning rate eta and weight decay w,
///
/// ```text
/// g' = g + w theta                                         (Adam)
/// theta := theta - eta w theta,  g' = g                    (AdamW)
/// m := beta1 m + (1 - beta1) g'      v := beta2 v + (1 - beta2) g'^2
/// theta := theta - eta / (1 - beta1^t) m / (sqrt(v / (1 - beta2^t)) + epsilon)
/// ```
///
/// The same rules as PyTorch's `Adam` and `AdamW`. Sources: Kingma and Ba, *Adam: a method for stochastic
/// optimization* (2015); Loshchilov and Hutter, *Decoupled weight decay regularization* (2019).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    /// The decay of the first moment, in [0, 1).
    pub beta1: f64,
    /// The decay of the second moment, in [0, 1).
    pub beta2: f64,
    /// Added to the root of the second moment.
    pub epsilon: f64,
    /// The factor w.
    pub weight_decay: f64,
    /// Takes the decay from the parameters and not through the moments.
    pub decoupled: bool,
}

pub(super) fn default_beta1() -> f64 {
    0.9
}
pub(super) fn default_beta2() -> f64 {
    0.999
}
pub(super) fn default_epsilon() -> f64 {
    1e-8
}
pub(super) fn default_decoupled_decay() -> f64 {
    0.01
}

impl Default for Adam {
    fn default() -> Self {
        let (beta1, beta2, epsilon) = (default_beta1(), default_beta2(), default_epsilon());
        Self { beta1, beta2, epsilon, weight_decay: 0.0, decoupled: false }
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

impl<F: Scalar> Optimizer<F> for Adam {
    fn name(&self) -> &'static str {
        if self.decoupled { "AdamW" } else { "Adam" }
    }

    fn state_per_parameter(&self) -> usize {
        2
    }

    fn step(&self, io: Update<'_, F>) {
        let eta = io.learning_rate;
        let t = io.step as f64;
        let (coupled, keep) =
            if self.decoupled { (0.0, 1.0 - eta * self.weight_decay) } else { (self.weight_decay, 1.0) };
        // 1 - beta^t, exact where beta is close to 1.
        let share = |beta: f64| -(t * (-(1.0 - beta)).ln_1p()).exp_m1();
        let factors = Factors {
            scale: io.gradient_scale,
            first: Decay::new(self.beta1),
            second: Decay::new(self.beta2),
            coupled: F::from_f64(coupled),
            keep: F::from_f64(keep),
            rate: F::from_f64(eta / share(self.beta1)),
            root: F::from_f64(1.0 / share(self.beta2).sqrt()),
            epsilon: F::from_f64(self.epsilon),
        };
        let n = io.parameters.len();
        let (m, v) = io.state.split_at_mut(n);
        io.pool.split(n, GRAIN, (io.parameters, io.gradients, m, v), |(theta, g, m, v)| {
            update(theta, g, m, v, factors);
        });
    }

    fn penalty(&self) -> f64 {
        if self.decoupled { 0.0 } else { self.weight_decay }
    }
}
