//! Kernels: inner products of samples in a space that is never built.

use std::fmt;
use std::sync::Arc;

use crate::error::SvmError;
use crate::input::samples::Samples;

/// The width of a kernel, gamma.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gamma {
    /// 1 / (d Var X) of d columns, with the variance of all numbers of X; 1 if they do not vary.
    Scale,
    /// 1 / d.
    Auto,
    /// A number of at least zero.
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

/// A custom kernel: symmetric, and positive semidefinite if the optimum is to be unique.
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
    /// Makes the RBF kernel exp(-gamma |x - z|^2).
    pub fn rbf(gamma: Gamma) -> Self {
        Self::Rbf { gamma }
    }

    /// Makes the polynomial kernel (gamma x.z + coef0)^degree.
    pub fn polynomial(degree: u32, gamma: Gamma, coef0: f64) -> Self {
        Self::Polynomial { degree, gamma, coef0 }
    }

    /// Makes the sigmoid kernel tanh(gamma x.z + coef0).
    pub fn sigmoid(gamma: Gamma, coef0: f64) -> Self {
        Self::Sigmoid { gamma, coef0 }
    }

    /// Makes a kernel of a function of two dense rows.
    pub fn custom(function: impl Fn(&[f64], &[f64]) -> f64 + Send + Sync + 'static) -> Self {
        Self::Custom(Arc::new(function))
    }

    /// Returns the name that LIBSVM writes into model files: `linear`, `polynomial`, `rbf`, `sigmoid`, `precomputed`; and
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

    /// Returns gamma; `None` if the kernel has none or it depends on the samples of a fit.
    pub fn gamma(&self) -> Option<f64> {
        match self {
            Self::Polynomial { gamma: Gamma::Value(gamma), .. }
            | Self::Rbf { gamma: Gamma::Value(gamma) }
            | Self::Sigmoid { gamma: Gamma::Value(gamma), .. } => Some(*gamma),
            _ => None,
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
