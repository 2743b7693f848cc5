//! The sigmoid.

use pellucid_compute::{Scalar, math, vectorized};

use super::elementwise::Elementwise;

/// y = 1 / (1 + e^-x); f'(x) = y (1 - y).
#[derive(Clone, Copy)]
pub(super) struct Sigmoid;

vectorized! {
    fn sigmoid_derivative<F>(dx: &mut [F], dy: &[F], y: &[F]) {
        for ((dx, &dy), &y) in dx.iter_mut().zip(dy).zip(y) {
            *dx = dy * (y * (F::ONE - y));
        }
    }
}

impl Elementwise for Sigmoid {
    const KIND: &'static str = "sigmoid";
    const NAME: &'static str = "Sigmoid";
    const EXAMPLE: Self = Self;

    fn apply<F: Scalar>(self, x: &mut [F]) {
        math::sigmoid_in_place(x);
    }

    fn derivative<F: Scalar>(self, dx: &mut [F], dy: &[F], _x: &[F], y: &[F]) {
        sigmoid_derivative(dx, dy, y);
    }
}
