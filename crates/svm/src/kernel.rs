//! Kernels: inner products of samples in a space that is never built.

use std::fmt;
use std::sync::Arc;

use pellucid_compute::{Scalar, math, vectorized};

use crate::distance::{Cancellation, rounding};
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
                match Shape::of(self) {
                    shape @ Shape::Rbf { .. } => shape.of_distance(distance),
                    _ => 1.0,
                }
            }
            _ => Shape::of(self).of_product(dot()),
        }
    }

    /// The same kernel with `gamma` as a number for these samples.
    pub(crate) fn resolve(&self, samples: &Samples<'_>, variance: f64) -> Result<Self, SvmError> {
        let mut kernel = self.clone();
        if let Self::Polynomial { gamma, .. } | Self::Rbf { gamma } | Self::Sigmoid { gamma, .. } =
            &mut kernel
        {
            if *gamma == Gamma::Scale && !variance.is_finite() {
                let expected = "samples whose variance is finite; scale them first";
                return Err(SvmError::parameter("gamma scale", expected, variance));
            }
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
            // Also of rows at an infinite distance: exp(-0 inf) is not a number.
            Kernel::Rbf { gamma: Gamma::Value(0.0) } => {
                Self::Polynomial { degree: 0, gamma: T::ZERO, coef0: T::ONE }
            }
            Kernel::Rbf { gamma } => Self::Rbf { gamma: number(gamma) },
            Kernel::Sigmoid { gamma, coef0 } => {
                Self::Sigmoid { gamma: number(gamma), coef0: T::from_f64(*coef0) }
            }
            _ => Self::Linear,
        }
    }

    /// The kernel of a squared distance; for kernels of the inner product, of no meaning.
    pub fn of_distance(self, distance: T) -> T {
        let mut value = [-T::HALF * distance];
        apply_to_distances(self, &mut value);
        value[0]
    }

    /// The kernel of an inner product.
    pub fn of_product(self, dot: T) -> T {
        let mut value = [dot];
        apply(self, &mut value, T::ZERO, &[T::ZERO]);
        value[0]
    }

    /// The kernel of a sample with itself, given its squared norm; infinite where that is, which a kernel could hide.
    pub fn of_itself(self, norm: T) -> T {
        if let Self::Rbf { .. } = self {
            return T::ONE;
        }
        let mut value = [norm];
        apply(self, &mut value, norm, &[norm]);
        if norm.is_finite() { value[0] } else { norm }
    }

    /// Turns inner products of a sample with others into kernel values.
    pub fn finish(self, products: &mut [T], norm: T, norms: &[T]) {
        apply(self, products, norm, norms);
    }

    /// How far kernel values in the precision of `T` may be off, for a row with a squared norm and others whose squared
    /// norms are at most `largest`.
    pub fn error(self, depth: usize, norm: f64, largest: f64) -> KernelError {
        let (epsilon, lengths) = (T::EPSILON.to_f64(), (norm * largest).sqrt());
        let product = rounding::<T>(depth) * lengths;
        let absolute = |absolute: f64, largest: f64| KernelError { relative: 0.0, absolute, largest };
        match self {
            Self::Rbf { gamma } => {
                let check = Cancellation::new::<T>(gamma.to_f64(), depth);
                KernelError { relative: check.kernel_error::<T>(norm + largest), absolute: 0.0, largest: 0.0 }
            }
            Self::Linear => absolute(product, lengths),
            Self::Polynomial { degree, gamma, coef0 } => {
                let inner = gamma.to_f64().abs() * lengths + coef0.to_f64().abs();
                let (power, degree) = (inner.powf(f64::from(degree)), f64::from(degree));
                // With n roundings (1 + e)^n - 1 for each of the factors; the first order is not enough for high degrees.
                let relative = gamma.to_f64().abs() * product / inner.max(f64::MIN_POSITIVE) + 4.0 * epsilon;
                absolute(power * (degree * relative).exp_m1(), power)
            }
            Self::Sigmoid { gamma, .. } => absolute(gamma.to_f64().abs() * product + 8.0 * epsilon, 1.0),
        }
    }

    /// When distances must be taken again; `None` for kernels of the inner product.
    pub fn cancellation(self, depth: usize) -> Option<Cancellation> {
        match self {
            Self::Rbf { gamma } => Some(Cancellation::new::<T>(gamma.to_f64(), depth)),
            _ => None,
        }
    }

    /// As [`Shape::finish`], with squared distances whose digits have cancelled taken from `exact(place)`.
    pub fn finish_checked(
        self,
        check: &Cancellation,
        products: &mut [T],
        norm: T,
        norms: &[T],
        exact: impl Fn(usize) -> f64,
    ) {
        for (at, (value, &other)) in products.iter_mut().zip(norms).enumerate() {
            let distance = norm + other - T::TWO * *value;
            let lost = check.lost(norm.to_f64() + other.to_f64(), distance.to_f64());
            let distance = if lost { T::from_f64(exact(at)) } else { distance };
            *value = -T::HALF * distance;
        }
        // Norms of zero: the products are -|x - z|^2 / 2 now.
        apply_to_distances(self, products);
    }
}

/// Bounds of the error of kernel values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KernelError {
    /// Of each, relative to it.
    pub relative: f64,
    /// Of each.
    pub absolute: f64,
    /// The largest kernel value that the absolute error belongs to.
    pub largest: f64,
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

vectorized! {
    /// The RBF kernel of -|x - z|^2 / 2.
    fn apply_to_distances<T>(shape: Shape<T>, halves: &mut [T]) {
        if let Shape::Rbf { gamma } = shape {
            for value in halves {
                *value = math::exp_of_negative(gamma * (T::TWO * *value).min(T::ZERO));
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
