//! The rectified linear unit.

use pellucid_compute::{Scalar, vectorized};

use super::elementwise::Elementwise;
use super::leaky_relu::leaky_relu_derivative;

/// y = max(x, 0); f'(x) = 1 where y > 0, else 0, at the kink too.
#[derive(Clone, Copy)]
pub(super) struct Relu;

vectorized! {
    fn relu<F>(x: &mut [F]) {
        for x in x {
            // Written so that NaN stays NaN.
            *x = if *x <= F::ZERO { F::ZERO } else { *x };
        }
    }
}

impl Elementwise for Relu {
    const KIND: &'static str = "relu";
    const NAME: &'static str = "ReLU";
    const EXAMPLE: Self = Self;
    const KINKED: bool = true;

    fn apply<F: Scalar>(self, x: &mut [F]) {
        relu(x);
    }

    fn derivative<F: Scalar>(self, dx: &mut [F], dy: &[F], _x: &[F], y: &[F]) {
        leaky_relu_derivative(dx, dy, y, F::ZERO);
    }
}
