//! Kernel rows from one call to the next.

use crate::kernel_matrix::kept_rows::KeptRows;

/// Kernel rows of all groups that outlive a call that solves tasks, in the precision of the last.
#[derive(Default)]
pub(crate) struct KernelStore {
    pub(super) single: Option<KeptRows<f32>>,
    pub(super) double: Option<KeptRows<f64>>,
}
