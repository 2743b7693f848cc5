//! Kernels that are functions of the inner product, as vector code.

use pellucid_compute::{Scalar, math, vectorized};

use crate::kernels::distance::{Cancellation, rounding};
use crate::kernels::kernel::{Gamma, Kernel, KernelFunction};

/// A kernel as a function of the inner product, in the precision of its matrix.
#[derive(Clone, Copy, Debug)]
pub(crate) enum DotKernel<T> {
    Linear,
    Polynomial { degree: u32, gamma: T, coef0: T },
    Rbf { gamma: T },
    Sigmoid { gamma: T, coef0: T },
}

/// How the values of a kernel are computed.
pub(crate) enum Computed<'a> {
    /// From inner products.
    Dot(DotKernel<f64>),
    /// By a function of two rows.
    Function(&'a KernelFunction),
    /// They stand in a table.
    Table,
}

impl Kernel {
    /// How its values are computed.
    ///
    /// # Panics
    /// Panics if gamma is not a number yet.
    pub(crate) fn computed(&self) -> Computed<'_> {
        let number = |gamma: &Gamma| match gamma {
            Gamma::Value(gamma) => *gamma,
            _ => panic!("gamma is not a number yet; a fit makes it one"),
        };
        Computed::Dot(match self {
            Self::Linear => DotKernel::Linear,
            Self::Polynomial { degree, gamma, coef0 } => {
                DotKernel::Polynomial { degree: *degree, gamma: number(gamma), coef0: *coef0 }
            }
            // Also of rows at an infinite distance: exp(-0 inf) is not a number.
            Self::Rbf { gamma: Gamma::Value(0.0) } => {
                DotKernel::Polynomial { degree: 0, gamma: 0.0, coef0: 1.0 }
            }
            Self::Rbf { gamma } => DotKernel::Rbf { gamma: number(gamma) },
            Self::Sigmoid { gamma, coef0 } => DotKernel::Sigmoid { gamma: number(gamma), coef0: *coef0 },
            Self::Precomputed => return Computed::Table,
            Self::Custom(function) => return Computed::Function(function),
        })
    }
}

impl DotKernel<f64> {
    /// The same kernel in another precision.
    pub fn rounded<T: Scalar>(self) -> DotKernel<T> {
        match self {
            Self::Linear => DotKernel::Linear,
            Self::Polynomial { degree, gamma, coef0 } => {
                DotKernel::Polynomial { degree, gamma: T::from_f64(gamma), coef0: T::from_f64(coef0) }
            }
            Self::Rbf { gamma } => DotKernel::Rbf { gamma: T::from_f64(gamma) },
            Self::Sigmoid { gamma, coef0 } => {
                DotKernel::Sigmoid { gamma: T::from_f64(gamma), coef0: T::from_f64(coef0) }
            }
        }
    }
}

impl<T: Scalar> DotKernel<T> {
    /// The kernel of two samples, of which one of the two is needed: the squared distance or the inner product.
    pub fn of_pair(self, distance: impl FnOnce() -> T, product: impl FnOnce() -> T) -> T {
        if let Self::Rbf { .. } = self {
            let mut value = [-T::HALF * distance()];
            apply_to_distances(self, &mut value);
            return value[0];
        }
        let mut value = [product()];
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
}

/// Turns inner products with some samples into kernel values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finisher<T> {
    kernel: DotKernel<T>,
    /// When distances must be taken again; `None` for kernels of the inner product.
    cancellation: Option<Cancellation>,
    /// The largest squared norm of these samples; infinite where one overflows.
    largest: f64,
}

impl<T: Scalar> Finisher<T> {
    /// For inner products of `depth` numbers.
    pub fn new(kernel: DotKernel<T>, depth: usize, largest: f64) -> Self {
        let cancellation = match kernel {
            DotKernel::Rbf { gamma } => Some(Cancellation::new::<T>(gamma.to_f64(), depth)),
            _ => None,
        };
        Self { kernel, cancellation, largest }
    }

    /// Turns the inner products of a sample with a squared norm and others with theirs into kernel values; squared
    /// distances whose digits have cancelled are taken from `exact(place)`.
    pub fn finish(&self, products: &mut [T], norm: T, norms: &[T], exact: impl Fn(usize) -> f64) {
        match &self.cancellation {
            Some(check) if !check.harmless(norm.to_f64() + self.largest) => {
                for (at, (value, &other)) in products.iter_mut().zip(norms).enumerate() {
                    let distance = norm + other - T::TWO * *value;
                    let lost = check.lost(norm.to_f64() + other.to_f64(), distance.to_f64());
                    let distance = if lost { T::from_f64(exact(at)) } else { distance };
                    *value = -T::HALF * distance;
                }
                apply_to_distances(self.kernel, products);
            }
            _ => apply(self.kernel, products, norm, norms),
        }
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
    fn apply<T>(kernel: DotKernel<T>, products: &mut [T], norm: T, norms: &[T]) {
        match kernel {
            DotKernel::Linear => {}
            DotKernel::Rbf { gamma } => {
                for (value, &other) in products.iter_mut().zip(norms) {
                    let distance = (norm + other - T::TWO * *value).max(T::ZERO);
                    *value = math::exp_of_negative(-gamma * distance);
                }
            }
            DotKernel::Polynomial { degree, gamma, coef0 } => {
                for value in products {
                    *value = power(gamma * *value + coef0, degree);
                }
            }
            DotKernel::Sigmoid { gamma, coef0 } => {
                for value in products {
                    *value = math::tanh(gamma * *value + coef0);
                }
            }
        }
    }
}

vectorized! {
    /// The RBF kernel of -|x - z|^2 / 2.
    fn apply_to_distances<T>(kernel: DotKernel<T>, halves: &mut [T]) {
        if let DotKernel::Rbf { gamma } = kernel {
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
