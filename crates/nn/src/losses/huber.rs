//! The Huber loss.

use pellucid_compute::{Scalar, reduce::sum_with_gradient, vectorized};
use serde::{Deserialize, Serialize};

use super::loss::{Loss, LossRows, sum_again};
use crate::configs::{Example, Examples};
use crate::hyperparameters::positive;

/// The Huber loss, a parabola that becomes a line at |p - t| = delta; its mean over all N elements.
///
/// With e = p - t,
///
/// ```text
/// L = 1/N sum h(e)   h(e) = e^2 / 2 where |e| <= delta, else delta (|e| - delta / 2)
/// dL/dp = 1/N clamp(e, -delta, delta)
/// ```
///
/// Source: Huber, *Robust estimation of a location parameter* (1964); the same scale as PyTorch's `HuberLoss`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Huber {
    /// The absolute error at which the parabola becomes a line; positive.
    pub delta: f64,
}

impl Default for Huber {
    fn default() -> Self {
        Self { delta: 1.0 }
    }
}

vectorized! {
    fn rows<F>(io: LossRows<'_, F>, delta: F) {
        let scale = io.scale;
        let rows = io.prediction.chunks_exact(io.width).zip(io.target.values().chunks_exact(io.width));
        for ((p, t), (g, sum)) in rows.zip(io.gradient.chunks_exact_mut(io.width).zip(io.sums)) {
            *sum = sum_with_gradient(p, t, g, |p, t, _| {
                let e = p - t;
                // NaN stays in e; clamping would hide it.
                let slope = if e > delta { delta } else { e };
                let slope = if e < -delta { -delta } else { slope };
                // Inside, slope = e and this is e^2 / 2; outside it is delta |e| - delta^2 / 2.
                (slope * (e - F::HALF * slope), scale * slope)
            });
            sum_again(sum, p, t, |p, t| {
                let slope = (p - t).clamp(-delta.to_f64(), delta.to_f64());
                slope * ((p - t) - 0.5 * slope)
            });
        }
    }
}

impl<F: Scalar> Loss<F> for Huber {
    fn name(&self) -> &'static str {
        "Huber"
    }

    fn check(&self) -> Result<(), String> {
        positive::<F>("delta", self.delta)
    }

    fn rows(&self, io: LossRows<'_, F>) {
        rows(io, F::from_f64(self.delta));
    }
}

impl Examples for Huber {
    fn examples() -> Vec<Example<Self>> {
        vec![Example::new("Huber", Self { delta: 0.7 })]
    }
}
