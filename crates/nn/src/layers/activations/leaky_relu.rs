//! The leaky rectified linear unit.

use pellucid_compute::{Scalar, vectorized};

use super::elementwise::Elementwise;
use crate::layer::PlanError;

/// y = x where x > 0, else the slope a > 0 times x; f'(x) = 1 where y > 0, else a.
#[derive(Clone, Copy)]
pub(super) struct LeakyRelu {
    pub slope: f64,
}

vectorized! {
    fn leaky_relu<F>(x: &mut [F], slope: F) {
        for x in x {
            *x = if *x > F::ZERO { *x } else { slope * *x };
        }
    }

    pub(super) fn leaky_relu_derivative<F>(dx: &mut [F], dy: &[F], y: &[F], slope: F) {
        for ((dx, &dy), &y) in dx.iter_mut().zip(dy).zip(y) {
            *dx = if y > F::ZERO { dy } else { slope * dy };
        }
    }
}

impl Elementwise for LeakyRelu {
    const KIND: &'static str = "leaky_relu";
    const NAME: &'static str = "LeakyReLU";
    const EXAMPLE: Self = Self { slope: 0.1 };
    const KINKED: bool = true;

    fn apply<F: Scalar>(self, x: &mut [F]) {
        leaky_relu(x, F::from_f64(self.slope));
    }

    fn derivative<F: Scalar>(self, dx: &mut [F], dy: &[F], _x: &[F], y: &[F]) {
        leaky_relu_derivative(dx, dy, y, F::from_f64(self.slope));
    }

    /// A slope must be positive and finite, in `F` too: with any other, x cannot be told from y.
    fn check<F: Scalar>(self) -> Result<(), PlanError> {
        let slope = F::from_f64(self.slope);
        if slope >= F::MIN_POSITIVE && slope.is_finite() {
            return Ok(());
        }
        Err(PlanError::input("a positive, finite slope of the leaky ReLU", format!("{:?}", self.slope)))
    }
}
