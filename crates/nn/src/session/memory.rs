//! Memory that the system may not have.

use pellucid_compute::{Buffer, Scalar};

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
