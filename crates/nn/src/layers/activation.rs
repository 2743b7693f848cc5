//! Activation functions, which act on every element by itself: as layers, or fused into [`Dense`](super::Dense).

use pellucid_compute::{Pool, Scalar, math, vectorized};
use serde::{Deserialize, Serialize};

use super::LayerConfig;
use crate::layer::{Backward, Forward, Layer, Need, PlanError};
use crate::network::Shape;

/// An element-wise function y = f(x) whose derivative can be told from y.
///
/// | name | y = f(x) | f'(x) in terms of y |
/// |---|---|---|
/// | `Identity` | x | 1 |
/// | `Relu` | max(x, 0) | 1 where y > 0, else 0 (at the kink too) |
/// | `LeakyRelu(a)`, a > 0 | x where x > 0, else a x | 1 where y > 0, else a |
/// | `Sigmoid` | 1 / (1 + e^-x) | y (1 - y) |
/// | `Tanh` | (e^x - e^-x) / (e^x + e^-x) | 1 - y^2 |
///
/// Source: Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 6.3.
///
/// ```
/// use pellucid_nn::Activation;
/// let mut x = [-1.0_f32, 2.0];
/// Activation::LeakyRelu(0.1).apply(&pellucid_compute::Pool::single(), &mut x);
/// assert_eq!(x, [-0.1, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// y = x.
    #[default]
    Identity,
    /// y = max(x, 0).
    Relu,
    /// y = x where x > 0, else the slope times x.
    LeakyRelu(f64),
    /// y = 1 / (1 + e^-x).
    Sigmoid,
    /// y = tanh(x).
    Tanh,
}

vectorized! {
    fn relu<F>(x: &mut [F]) {
        for x in x {
            // Written so that NaN stays NaN.
            *x = if *x <= F::ZERO { F::ZERO } else { *x };
        }
    }

    fn leaky_relu<F>(x: &mut [F], slope: F) {
        for x in x {
            *x = if *x > F::ZERO { *x } else { slope * *x };
        }
    }

    fn leaky_relu_derivative<F>(dx: &mut [F], dy: &[F], y: &[F], slope: F) {
        for ((dx, &dy), &y) in dx.iter_mut().zip(dy).zip(y) {
            *dx = if y > F::ZERO { dy } else { slope * dy };
        }
    }

    fn sigmoid_derivative<F>(dx: &mut [F], dy: &[F], y: &[F]) {
        for ((dx, &dy), &y) in dx.iter_mut().zip(dy).zip(y) {
            *dx = dy * (y * (F::ONE - y));
        }
    }

    fn tanh_derivative<F>(dx: &mut [F], dy: &[F], y: &[F]) {
        for ((dx, &dy), &y) in dx.iter_mut().zip(dy).zip(y) {
            *dx = dy * (F::ONE - y * y);
        }
    }
}

impl Activation {
    /// Fewest elements that are worth a second thread.
    const GRAIN: usize = 1 << 13;

    /// x := f(x), element by element.
    pub fn apply<F: Scalar>(self, pool: &Pool, x: &mut [F]) {
        if self == Self::Identity {
            return;
        }
        pool.split(x.len(), Self::GRAIN, x, |x| match self {
            Self::Identity => {}
            Self::Relu => relu(x),
            Self::LeakyRelu(slope) => leaky_relu(x, F::from_f64(slope)),
            Self::Sigmoid => math::sigmoid_in_place(x),
            Self::Tanh => math::tanh_in_place(x),
        });
    }

    /// dx := dy f'(x), element by element, told from y = f(x).
    pub fn derivative<F: Scalar>(self, pool: &Pool, dx: &mut [F], dy: &[F], y: &[F]) {
        pool.split(y.len(), Self::GRAIN, (dx, dy, y), |(dx, dy, y)| match self {
            Self::Identity => dx.copy_from_slice(dy),
            Self::Relu => leaky_relu_derivative(dx, dy, y, F::ZERO),
            Self::LeakyRelu(slope) => leaky_relu_derivative(dx, dy, y, F::from_f64(slope)),
            Self::Sigmoid => sigmoid_derivative(dx, dy, y),
            Self::Tanh => tanh_derivative(dx, dy, y),
        });
    }

    /// The lower-case name, as layers are named by it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Relu => "relu",
            Self::LeakyRelu(_) => "leaky_relu",
            Self::Sigmoid => "sigmoid",
            Self::Tanh => "tanh",
        }
    }

    /// Floating-point operations for one element, each function counted as one.
    pub(crate) fn flops(self) -> u64 {
        u64::from(self != Self::Identity)
    }

    /// A slope must be positive and finite, in `F` too: with any other, x cannot be told from y.
    pub(crate) fn check<F: Scalar>(self) -> Result<(), PlanError> {
        let fits = |slope: f64| F::from_f64(slope) >= F::MIN_POSITIVE && F::from_f64(slope).is_finite();
        match self {
            Self::LeakyRelu(slope) if !fits(slope) => {
                Err(PlanError::input("a positive, finite slope of the leaky ReLU", format!("{slope:?}")))
            }
            _ => Ok(()),
        }
    }
}

impl<F: Scalar> Layer<F> for Activation {
    fn kind(&self) -> &'static str {
        self.name()
    }

    fn config(&self) -> serde_json::Value {
        LayerConfig::from(*self).to_json()
    }

    fn plan(&self, input: &Shape, _max_batch: usize) -> Result<Need, PlanError> {
        self.check::<F>()?;
        Ok(Need::output(input.clone(), self.flops() * input.len() as u64))
    }

    fn forward(&self, io: Forward<'_, F>) {
        io.y.copy_from_slice(io.x);
        self.apply(io.pool, io.y);
    }

    fn backward(&self, io: Backward<'_, F>) {
        if let Some(dx) = io.dx {
            self.derivative(io.pool, dx, io.dy, io.y);
        }
    }
}
