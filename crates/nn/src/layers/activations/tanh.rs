//! The hyperbolic tangent.

use pellucid_compute::{Scalar, math, vectorized};

use super::elementwise::Elementwise;

/// y = (e^x - e^-x) / (e^x + e^-x); f'(x) = 1 - y^2.
#[derive(Clone, Copy)]
pub(super) struct Tanh;

vectorized! {
    fn tanh_derivative<F>(dx: &mut [F], dy: &[F], y: &[F]) {
        for ((dx, &dy), &y) in dx.iter_mut().zip(dy).zip(y) {
            *dx = dy * (F::ONE - y * y);
        }
    }
}

impl Elementwise for Tanh {
    const KIND: &'static str = "tanh";
    const NAME: &'static str = "Tanh";
    const EXAMPLE: Self = Self;

    fn apply<F: Scalar>(self, x: &mut [F]) {
        math::tanh_in_place(x);
    }

    fn derivative<F: Scalar>(self, dx: &mut [F], dy: &[F], _x: &[F], y: &[F]) {
        tanh_derivative(dx, dy, y);
    }
}
