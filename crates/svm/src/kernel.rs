//! Kernels: inner products of samples in a space that is never built.

use std::fmt;
use std::sync::Arc;

use pellucid_compute::{Scalar, math, vectorized};

use crate::{Samples, SvmError};

/// The width of a kernel, gamma.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gamma {
    /// 1 / (d Var X) of d columns, with the variance of all numbers of X; 1 where they do not vary.
    Scale,
    /// 1 / d.
    Auto,
    /// A number above zero (zero is allowed, as in LIBSVM).
    Value(f64),
}

impl Gamma {
    /// The number for samples whose numbers have a given variance.
    fn resolve(self, columns: usize, variance: f64) -> f64 {
        match self {
            Self::Scale if variance > 0.0 => 1.0 / (columns as f64 * variance),
            Self::Scale => 1.0,
            Self::Auto => 1.0 / columns as f64,
            Self::Value(gamma) => gamma,
        }
    }
}

/// A kernel that a user wrote: symmetric, and positive semidefinite if the optimum is to be unique.
pub type KernelFunction = Arc<dyn Fn(&[f64], &[f64]) -> f64 + Send + Sync>;

/// A kernel K(x, z).
///
/// ```
/// use pellucid_svm::{Gamma, Kernel};
/// let kernel = Kernel::rbf(Gamma::Value(0.5));
/// assert_eq!(kernel.evaluate(&[0.0, 0.0], &[1.0, 1.0]), (-1.0_f64).exp());
/// ```
///
/// Source: C.-C. Chang, C.-J. Lin, *LIBSVM: a library for support vector machines*, ACM TIST 2(3), 2011.
#[derive(Clone)]
pub enum Kernel {
    /// x.z
    Linear,
    /// (gamma x.z + coef0)^degree
    Polynomial {
        /// The power.
        degree: u32,
        /// The factor of the inner product.
        gamma: Gamma,
        /// The number added to it.
        coef0: f64,
    },
    /// exp(-gamma |x - z|^2), the radial basis function.
    Rbf {
        /// The factor of the squared distance.
        gamma: Gamma,
    },
    /// tanh(gamma x.z + coef0); not positive semidefinite.
    Sigmoid {
        /// The factor of the inner product.
        gamma: Gamma,
        /// The number added to it.
        coef0: f64,
    },
    /// Row i of the samples holds K(i, j) for every training sample j.
    Precomputed,
    /// A function of two dense rows.
    Custom(KernelFunction),
}

impl Kernel {
    /// exp(-gamma |x - z|^2)
    pub fn rbf(gamma: Gamma) -> Self {
        Self::Rbf { gamma }
    }

    /// (gamma x.z + coef0)^degree
    pub fn polynomial(degree: u32, gamma: Gamma, coef0: f64) -> Self {
        Self::Polynomial { degree, gamma, coef0 }
    }

    /// tanh(gamma x.z + coef0)
    pub fn sigmoid(gamma: Gamma, coef0: f64) -> Self {
        Self::Sigmoid { gamma, coef0 }
    }

    /// A function of two dense rows.
    pub fn custom(function: impl Fn(&[f64], &[f64]) -> f64 + Send + Sync + 'static) -> Self {
        Self::Custom(Arc::new(function))
    }

    /// The name that LIBSVM writes into model files: `linear`, `polynomial`, `rbf`, `sigmoid`, `precomputed`; and
    /// `custom`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Polynomial { .. } => "polynomial",
            Self::Rbf { .. } => "rbf",
            Self::Sigmoid { .. } => "sigmoid",
            Self::Precomputed => "precomputed",
            Self::Custom(_) => "custom",
        }
    }

    /// Gamma, where the kernel has one; `None` also before it is known for a data set.
    pub fn gamma(&self) -> Option<f64> {
        match self {
            Self::Polynomial { gamma: Gamma::Value(gamma), .. }
            | Self::Rbf { gamma: Gamma::Value(gamma) }
            | Self::Sigmoid { gamma: Gamma::Value(gamma), .. } => Some(*gamma),
            _ => None,
        }
    }

    /// K(x, z) of two rows, in f64.
    ///
    /// # Panics
    /// For a precomputed kernel, which is no function of rows, and where `gamma` is not a number yet.
    pub fn evaluate(&self, x: &[f64], z: &[f64]) -> f64 {
        let dot = || x.iter().zip(z).map(|(x, z)| x * z).sum::<f64>();
        match self {
            Self::Custom(function) => function(x, z),
            Self::Precomputed => panic!("a precomputed kernel is not a function of rows"),
            Self::Rbf { .. } => {
                let distance = x.iter().zip(z).map(|(x, z)| (x - z) * (x - z)).sum::<f64>();
                Shape::of(self).apply(-0.5 * distance)
            }
            _ => Shape::of(self).apply(dot()),
        }
    }

    /// The same kernel with `gamma` as a number for these samples.
    pub(crate) fn resolve(&self, samples: &Samples<'_>, variance: f64) -> Result<Self, SvmError> {
        let mut kernel = self.clone();
        if let Self::Polynomial { gamma, .. } | Self::Rbf { gamma } | Self::Sigmoid { gamma, .. } =
            &mut kernel
        {
            let value = gamma.resolve(samples.columns(), variance);
            if !(value >= 0.0 && value.is_finite()) {
                return Err(SvmError::parameter("gamma", "a finite number of at least 0", value));
            }
            *gamma = Gamma::Value(value);
        }
        if let Self::Polynomial { coef0, .. } | Self::Sigmoid { coef0, .. } = &kernel
            && !coef0.is_finite()
        {
            return Err(SvmError::parameter("coef0", "a finite number", coef0));
        }
        Ok(kernel)
    }
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Polynomial { degree, gamma, coef0 } => {
                write!(f, "polynomial (degree {degree}, gamma {gamma:?}, coef0 {coef0})")
            }
            Self::Rbf { gamma } => write!(f, "rbf (gamma {gamma:?})"),
            Self::Sigmoid { gamma, coef0 } => write!(f, "sigmoid (gamma {gamma:?}, coef0 {coef0})"),
            _ => f.write_str(self.name()),
        }
    }
}

/// A kernel as a function of the inner product, in the precision of its matrix.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape<T> {
    Linear,
    Polynomial { degree: u32, gamma: T, coef0: T },
    Rbf { gamma: T },
    Sigmoid { gamma: T, coef0: T },
}

impl<T: Scalar> Shape<T> {
    /// The shape of a kernel that is a function of the inner product; others count as linear.
    pub fn of(kernel: &Kernel) -> Self {
        let number = |gamma: &Gamma| match gamma {
            Gamma::Value(gamma) => T::from_f64(*gamma),
            _ => panic!("gamma is not a number yet; a fit makes it one"),
        };
        match kernel {
            Kernel::Polynomial { degree, gamma, coef0 } => {
                Self::Polynomial { degree: *degree, gamma: number(gamma), coef0: T::from_f64(*coef0) }
            }
            Kernel::Rbf { gamma } => Self::Rbf { gamma: number(gamma) },
            Kernel::Sigmoid { gamma, coef0 } => {
                Self::Sigmoid { gamma: number(gamma), coef0: T::from_f64(*coef0) }
            }
            _ => Self::Linear,
        }
    }

    /// The kernel of an inner product; for the RBF kernel, of -|x - z|^2 / 2.
    fn apply(self, dot: T) -> T {
        let mut value = [dot];
        apply(self, &mut value, T::ZERO, &[T::ZERO]);
        value[0]
    }

    /// The kernel of a sample with itself, given its squared norm; infinite where that is, which a kernel could hide.
    pub fn of_itself(self, norm: T) -> T {
        let mut value = [norm];
        apply(self, &mut value, norm, &[norm]);
        if norm.is_finite() { value[0] } else { norm }
    }

    /// Turns inner products of a sample with others into kernel values.
    pub fn finish(self, products: &mut [T], norm: T, norms: &[T]) {
        apply(self, products, norm, norms);
    }
}

vectorized! {
    /// `norm` and `norms` are the squared norms of the sample and of the others.
    fn apply<T>(shape: Shape<T>, products: &mut [T], norm: T, norms: &[T]) {
        match shape {
            Shape::Linear => {}
            Shape::Rbf { gamma } => {
                for (value, &other) in products.iter_mut().zip(norms) {
                    let distance = (norm + other - T::TWO * *value).max(T::ZERO);
                    *value = math::exp_of_negative(-gamma * distance);
                }
            }
            Shape::Polynomial { degree, gamma, coef0 } => {
                for value in products {
                    *value = power(gamma * *value + coef0, degree);
                }
            }
            Shape::Sigmoid { gamma, coef0 } => {
                for value in products {
                    *value = math::tanh(gamma * *value + coef0);
                }
            }
        }
    }
}

/// x^n by repeated squaring.
#[inline(always)]
fn power<T: Scalar>(x: T, n: u32) -> T {
    let (mut base, mut n, mut result) = (x, n, T::ONE);
    while n > 0 {
        if n % 2 == 1 {
            result *= base;
        }
        base *= base;
        n /= 2;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_are_their_formulas() {
        let (x, z) = ([1.0, 2.0, -1.0], [0.5, -1.0, 2.0]);
        let (dot, distance) = (-3.5, 0.25_f64 + 9.0 + 9.0);
        let gamma = Gamma::Value(0.25);
        let close = |a: f64, b: f64| assert!((a - b).abs() <= 1e-15 * b.abs().max(1.0), "{a} {b}");
        close(Kernel::Linear.evaluate(&x, &z), dot);
        close(Kernel::polynomial(3, gamma, 1.0).evaluate(&x, &z), (0.25 * dot + 1.0_f64).powi(3));
        close(Kernel::rbf(gamma).evaluate(&x, &z), (-0.25 * distance).exp());
        close(Kernel::sigmoid(gamma, 0.5).evaluate(&x, &z), (0.25 * dot + 0.5_f64).tanh());
        close(Kernel::custom(|x, z| x[0] * z[0]).evaluate(&x, &z), 0.5);
    }
}
