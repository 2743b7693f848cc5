//! The decay of running sums and means.

use pellucid_compute::Scalar;

/// The decay of a running sum or mean by a factor beta a step.
///
/// 1 - beta comes from `f64`: taken in `f32`, 1 - 0.999 is off by a hundred thousandth, and 0.99999999 is 1. From 1/2 on
/// beta itself does not occur: beta s = s - (1 - beta) s.
///
/// What decays for ever becomes subnormal, as the state of a weight at a pixel that is always black, and arithmetic with
/// subnormal numbers takes a hundred times as long. An optimiser's state is therefore zero below the least normal number,
/// and already below that over epsilon where nothing but decay is left of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decay<F> {
    beta: F,
    complement: F,
    slow: bool,
}

impl<F: Scalar> Decay<F> {
    pub fn new(beta: f64) -> Self {
        Self { beta: F::from_f64(beta), complement: F::from_f64(1.0 - beta), slow: beta >= 0.5 }
    }

    /// beta s + x, a running sum.
    #[inline(always)]
    pub fn sum(self, s: F, x: F) -> F {
        if self.slow { s + (x - self.complement * s) } else { self.beta * s + x }
    }

    /// beta s + (1 - beta) x, a running mean.
    #[inline(always)]
    pub fn mean(self, s: F, x: F) -> F {
        if self.slow { s + self.complement * (x - s) } else { self.beta * s + self.complement * x }
    }
}
