//! The memory that a session takes, which the system may not have.

use pellucid_compute::{Buffer, Scalar};

use super::backward_plan::BackwardPlan;
use super::plan::Plan;
use crate::layer::PlanError;

/// `len` zeros, or an error where the system does not have the memory.
pub(crate) fn zeros<F: Scalar>(len: usize) -> Result<Buffer<F>, PlanError> {
    Buffer::zeros(len).ok_or(PlanError::Memory { bytes: len.saturating_mul(size_of::<F>()) })
}

/// `len` zeros of another type, or an error where the system does not have the memory.
pub(crate) fn zeroed<T: Clone + Default>(len: usize) -> Result<Vec<T>, PlanError> {
    let mut zeros = Vec::new();
    let memory = |_| PlanError::Memory { bytes: len.saturating_mul(size_of::<T>()) };
    zeros.try_reserve_exact(len).map_err(memory)?;
    zeros.resize(len, T::default());
    Ok(zeros)
}

impl Plan {
    /// Returns the number of bytes of the buffers of a session, with `gradients` for training with a loss of the output; without
    /// the gradients of tied tensors, of which a batch needs as many as a sample.
    pub fn session_bytes<F>(&self, gradients: bool) -> usize {
        let backward = if gradients {
            let scratch = self.backward_scratch.saturating_sub(self.scratch);
            let beside = BackwardPlan::new(self, &[self.output]).beside;
            [self.saved, scratch, beside].into_iter().fold(self.activations, usize::saturating_add)
        } else {
            0
        };
        let elements = self.activations.saturating_add(self.scratch).saturating_add(backward);
        let bytes = elements.saturating_mul(size_of::<F>()).saturating_add(self.indices.saturating_mul(4));
        if gradients { bytes.saturating_add(self.marks) } else { bytes }
    }
}
