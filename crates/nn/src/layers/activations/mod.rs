//! Activation functions, which act on every element by itself: as layers, or as a part of [`Dense`](super::Dense).
//!
//! Each file holds one. A new activation is a file, a `mod` here, and a word in the list below.

mod elementwise;
mod elu;
mod identity;
mod leaky_relu;
mod relu;
mod sigmoid;
mod tanh;

use pellucid_compute::{Pool, Scalar};
use serde::{Deserialize, Serialize};

use crate::configs::{Example, Examples, kind_of};
use crate::layer::{Backward, Forward, Layer, Need, PlanError};
use crate::network::Shape;

use elementwise::Elementwise;
use elu::Elu;
use identity::Identity;
use leaky_relu::LeakyRelu;
use relu::Relu;
use sigmoid::Sigmoid;
use tanh::Tanh;

/// Hands the list of activations to a macro, behind what the macro is given already. The name of each is that of a struct
/// with the same hyper-parameters, which implements [`Elementwise`].
macro_rules! activations {
    ($macro:ident! { $($before:tt)* }) => {
        $macro! {
            $($before)*
            Activation {
                /// y = x.
                Identity,
                /// y = max(x, 0).
                Relu,
                /// y = x where x > 0, else the slope times x; slope > 0.
                LeakyRelu(slope: f64),
                /// y = x where x > 0, else alpha (e^x - 1); alpha > 0.
                Elu(alpha: f64),
                /// y = 1 / (1 + e^-x).
                Sigmoid,
                /// y = tanh(x).
                Tanh,
            }
        }
    };
}
pub(super) use activations;

macro_rules! make {
    ($Activation:ident { $($(#[$doc:meta])* $Kind:ident $(($setting:ident: $Type:ty))?,)+ }) => {
        /// An element-wise function y = f(x).
        ///
        /// | name | y = f(x) | f'(x) in terms of y |
        /// |---|---|---|
        /// | `Identity` | x | 1 |
        /// | `Relu` | max(x, 0) | 1 where y > 0, else 0 (at the kink too) |
        /// | `LeakyRelu(a)`, a > 0 | x where x > 0, else a x | 1 where y > 0, else a |
        /// | `Elu(a)`, a > 0 | x where x > 0, else a (e^x - 1) | of x: 1 where x > 0, else a e^x |
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
        #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $Activation { $($(#[$doc])* $Kind $(($Type))?,)+ }

        impl $Activation {
            fn apply_part<F: Scalar>(self, x: &mut [F]) {
                match self {
                    $(Self::$Kind $(($setting))? => $Kind $({ $setting })?.apply(x),)+
                }
            }

            fn derivative_part<F: Scalar>(self, dx: &mut [F], dy: &[F], x: &[F], y: &[F]) {
                match self {
                    $(Self::$Kind $(($setting))? => $Kind $({ $setting })?.derivative(dx, dy, x, y),)+
                }
            }

            pub(crate) fn check<F: Scalar>(self) -> Result<(), PlanError> {
                match self {
                    $(Self::$Kind $(($setting))? => $Kind $({ $setting })?.check::<F>(),)+
                }
            }

            /// Returns whether the derivative needs x, and not y alone.
            pub fn needs_x(self) -> bool {
                match self {
                    $(Self::$Kind { .. } => $Kind::NEEDS_X,)+
                }
            }

            /// Returns the lower-case name, as layers are named by it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$Kind { .. } => $Kind::KIND,)+
                }
            }

            /// The configuration as a layer: the kind and the hyper-parameters.
            fn config(self) -> serde_json::Value {
                match self {
                    $(Self::$Kind $(($setting))? => {
                        kind_of($Kind::KIND, &serde_json::json!({ $(stringify!($setting): $setting)? }))
                    })+
                }
            }
        }

        impl Examples for $Activation {
            fn examples() -> Vec<Example<Self>> {
                vec![$({
                    let $Kind $({ $setting })? = $Kind::EXAMPLE;
                    Example::new($Kind::NAME, Self::$Kind $(($setting))?).input(6).kinked($Kind::KINKED)
                }),+]
            }
        }
    };
}
activations!(make! {});

impl Default for Activation {
    fn default() -> Self {
        Self::Identity
    }
}

/// Fewest elements that are worth a second thread.
const GRAIN: usize = 1 << 13;

impl Activation {
    /// x := f(x), element by element.
    pub fn apply<F: Scalar>(self, pool: &Pool, x: &mut [F]) {
        if self != Self::Identity {
            pool.split(x.len(), GRAIN, x, |x| self.apply_part(x));
        }
    }

    /// dx := dy f'(x), element by element, told from y = f(x), and from x where the function [needs](Self::needs_x) it; x may
    /// be empty otherwise.
    pub fn derivative<F: Scalar>(self, pool: &Pool, dx: &mut [F], dy: &[F], x: &[F], y: &[F]) {
        let x = if self.needs_x() { x } else { y };
        pool.split(y.len(), GRAIN, (dx, dy, x, y), |(dx, dy, x, y)| self.derivative_part(dx, dy, x, y));
    }

    /// Floating-point operations for one element, each function counted as one.
    pub(crate) fn flops(self) -> u64 {
        u64::from(self != Self::Identity)
    }
}

impl<F: Scalar> Layer<F> for Activation {
    fn kind(&self) -> &'static str {
        self.name()
    }

    fn config(&self) -> serde_json::Value {
        Self::config(*self)
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
            self.derivative(io.pool, dx, io.dy, io.x, io.y);
        }
    }
}
