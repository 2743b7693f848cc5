//! Kernels as files hold them.

use serde::{Deserialize, Serialize};

use crate::kernels::kernel::{Gamma, Kernel};

/// The kernels that files can hold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum StoredKernel {
    Linear,
    Polynomial { degree: u32, gamma: f64, coef0: f64 },
    Rbf { gamma: f64 },
    Sigmoid { gamma: f64, coef0: f64 },
    Precomputed,
}

impl StoredKernel {
    /// `None` for a custom kernel.
    pub fn of(kernel: &Kernel) -> Option<Self> {
        // A fitted model's gamma is a number.
        let gamma = kernel.gamma().unwrap_or(f64::NAN);
        Some(match *kernel {
            Kernel::Linear => Self::Linear,
            Kernel::Polynomial { degree, coef0, .. } => Self::Polynomial { degree, gamma, coef0 },
            Kernel::Rbf { .. } => Self::Rbf { gamma },
            Kernel::Sigmoid { coef0, .. } => Self::Sigmoid { gamma, coef0 },
            Kernel::Precomputed => Self::Precomputed,
            Kernel::Custom(_) => return None,
        })
    }

    pub fn to_kernel(self) -> Kernel {
        match self {
            Self::Linear => Kernel::Linear,
            Self::Polynomial { degree, gamma, coef0 } => {
                Kernel::polynomial(degree, Gamma::Value(gamma), coef0)
            }
            Self::Rbf { gamma } => Kernel::rbf(Gamma::Value(gamma)),
            Self::Sigmoid { gamma, coef0 } => Kernel::sigmoid(Gamma::Value(gamma), coef0),
            Self::Precomputed => Kernel::Precomputed,
        }
    }
}
