//! Names of formulations and kernels, and the description in a safetensors file.

use serde::{Deserialize, Serialize};

use crate::files::stored_kernel::StoredKernel;
use crate::files::svm_type::SvmType;
use crate::problem::report::Report;

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
    /// Support vectors of each class; of a decision function, of all.
    pub class_sizes: Vec<usize>,
    pub one_vs_rest: bool,
    pub break_ties: bool,
    /// C or nu of a classifier, if it is known.
    pub penalty: Option<f64>,
    /// Whether kernel values are computed in f32.
    pub single: bool,
    pub reports: Vec<Report>,
}
