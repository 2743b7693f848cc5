//! Names of formulations and kernels, and the description in a safetensors file.

use serde::{Deserialize, Serialize};

use crate::{Gamma, Kernel, Report};

/// The five formulations by LIBSVM's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SvmType {
    CSvc,
    NuSvc,
    OneClass,
    EpsilonSvr,
    NuSvr,
}

impl SvmType {
    pub const ALL: [Self; 5] = [Self::CSvc, Self::NuSvc, Self::OneClass, Self::EpsilonSvr, Self::NuSvr];

    pub fn name(self) -> &'static str {
        match self {
            Self::CSvc => "c_svc",
            Self::NuSvc => "nu_svc",
            Self::OneClass => "one_class",
            Self::EpsilonSvr => "epsilon_svr",
            Self::NuSvr => "nu_svr",
        }
    }

    pub fn classifies(self) -> bool {
        matches!(self, Self::CSvc | Self::NuSvc)
    }
}

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
    /// `None` for a function of one's own.
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

/// The key of the description in a safetensors file's metadata.
pub(super) const KEY: &str = "pellucid_svm";

/// The version of the description.
pub(super) const FORMAT: u32 = 1;

/// Everything in a safetensors file but the tensors.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "fields of the file")]
pub(super) struct Header {
    pub format: u32,
    pub svm_type: SvmType,
    pub kernel: StoredKernel,
    /// Numbers in a training sample.
    pub columns: usize,
    /// Whether that is only as many as support vectors have that came from a LIBSVM file.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// Whether features count from 0 in LIBSVM's files.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub zero_based: bool,
    /// Of a classifier.
    pub labels: Vec<i32>,
    /// Support vectors of each class; of a machine, of all.
    pub class_sizes: Vec<usize>,
    pub one_vs_rest: bool,
    pub break_ties: bool,
    /// C or nu of a classifier, where it is known.
    pub penalty: Option<f64>,
    /// Whether kernel values are computed in f32.
    pub single: bool,
    pub reports: Vec<Report>,
}
