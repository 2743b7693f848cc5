//! The exponential linear unit.

use pellucid_compute::{Scalar, math, vectorized};

use super::elementwise::Elementwise;
use crate::layer::PlanError;

/// y = x where x > 0, else alpha (e^x - 1) with alpha > 0; f'(x) = 1 where x > 0, else alpha e^x.
///
/// Source: Clevert, Unterthiner and Hochreiter, *Fast and accurate deep network learning by exponential linear units*
/// (2016).
#[derive(Clone, Copy)]
pub(super) struct Elu {
    pub alpha: f64,
}

vectorized! {
    fn elu<F>(x: &mut [F], alpha: F) {
        for x in x {
            // e^x - 1 = tanh(x/2) (e^x + 1), which keeps its digits near 0. The exponent of a positive x is not used.
            let least = if *x > F::ZERO { F::ZERO } else { *x };
            let below = alpha * (math::tanh(F::HALF * least) * (math::exp(least) + F::ONE));
            *x = if *x > F::ZERO { *x } else { below };
        }
    }

    fn elu_derivative<F>(dx: &mut [F], dy: &[F], x: &[F], alpha: F) {
        for ((dx, &dy), &x) in dx.iter_mut().zip(dy).zip(x) {
            let least = if x > F::ZERO { F::ZERO } else { x };
            *dx = if x > F::ZERO { dy } else { dy * (alpha * math::exp(least)) };
        }
    }
}

impl Elementwise for Elu {
    const KIND: &'static str = "elu";
    const NAME: &'static str = "ELU";
    const EXAMPLE: Self = Self { alpha: 0.8 };
    const KINKED: bool = true;
    const NEEDS_X: bool = true;

    fn apply<F: Scalar>(self, x: &mut [F]) {
        elu(x, F::from_f64(self.alpha));
    }

    fn derivative<F: Scalar>(self, dx: &mut [F], dy: &[F], x: &[F], _y: &[F]) {
        elu_derivative(dx, dy, x, F::from_f64(self.alpha));
    }

    fn check<F: Scalar>(self) -> Result<(), PlanError> {
        let alpha = F::from_f64(self.alpha);
        if alpha >= F::MIN_POSITIVE && alpha.is_finite() {
            return Ok(());
        }
        Err(PlanError::input("a positive, finite alpha of the ELU", format!("{:?}", self.alpha)))
    }
}
